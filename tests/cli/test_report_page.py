"""The page of a fit: one file that needs nothing else, with the figures of the fit, and no text taken for markup."""

from __future__ import annotations

import json
import re
import shlex
from html.parser import HTMLParser

import numpy as np
import pytest

import equivariety as ev

VOID = {"meta", "img", "br", "input", "link", "hr"}


class Page(HTMLParser):
    """Tags, links, texts and code of a page; tags must close in the order in which they open."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.links, self.code, self.text = [], [], [], [], ""
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.links += [value for name, value in attributes if name in ("src", "href", "xlink:href", "action")]
        assert not any(name.startswith("on") for name, _ in attributes)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" in self.open:
            return
        self.text += data
        if "code" in self.open and "pre" in self.open:
            self.code.append(data)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    images = rng.random(size=(40, 3, 4)).cumsum(axis=1)
    np.save("x.npy", images.reshape(40, 12))
    np.save("colors.npy", rng.random(size=(20, 36)))
    np.save("y.npy", rng.normal(size=(40, 2)))
    return tmp_path


def report(run, *arguments):
    outcome = run("fit", *arguments, "--report", "r", "--json")
    assert (outcome.code, outcome.error) == (0, "")
    result = json.loads(outcome.output)
    with open(result["report"], encoding="utf-8") as stream:
        text = stream.read()
    return result, Page(text), text


FIT = ("x.npy", "--action", "shift:3x4:axis=1", "--rank", "5")
CASES = [
    FIT,
    (*FIT, "--ranks", "1,1,2"),
    ("x.npy", "--action", "cyclic:12", "--rank", "auto"),
    ("x.npy", "--action", "cyclic:12", "--targets", "y.npy", "--invariant", "--rank", "1"),
    ("x.npy", "--action", "cyclic:12", "--targets", "x.npy", "--codomain", "cyclic:12", "--rank", "3"),
    ("colors.npy", "--action", "3*shift:3x4", "--rank", "4"),
    ("x.npy", "--action", "(1 -2 3)(-4)", "--degree", "12", "--rank", "0"),
]


@pytest.mark.parametrize("arguments", CASES, ids=lambda arguments: " ".join(arguments))
def test_a_page_stands_alone_and_says_what_was_fitted(run, folder, arguments):
    result, page, text = report(run, *arguments)
    assert text.startswith("<!DOCTYPE html>")
    assert all(link.startswith(("data:image/png;base64,", "#")) for link in page.links)
    assert not {"script", "link", "iframe", "object"} & set(page.tags)
    assert "@import" not in text
    assert set(re.findall(r"url\(([^)#]*)", text)) <= {""}
    for heading in ("What it keeps", "Other ranks", "Ranks", "Residuals", "Equivariance", "Go on from here"):
        assert heading in page.text
    assert f"{result['loss_train']:.4g}" in page.text
    assert f"{result['parameters']:,}" in page.text
    assert "prefers-color-scheme: dark" in text
    assert "width=device-width" in text


@pytest.mark.parametrize("arguments", CASES, ids=lambda arguments: " ".join(arguments))
def test_the_code_of_the_page_makes_the_same_fit(run, folder, arguments):
    result, page, _ = report(run, *arguments)
    python = page.code[-1]
    found: dict[str, object] = {}
    exec(python, found)
    assert list(found["solution"].ranks) == result["ranks"]
    assert found["solution"].loss == pytest.approx(result["loss_train"])
    typed = shlex.split(page.code[-2])
    again = json.loads(run(*typed[1:], "--json").output)
    assert (again["ranks"], again["loss_train"]) == (result["ranks"], result["loss_train"])


def test_the_commands_of_the_page_work(run, folder):
    _, page, _ = report(run, *FIT, "--out", "m.safetensors")
    np.save("new.npy", np.load("x.npy")[:3])
    for line in page.code[0].strip().split("\n"):
        assert run(*shlex.split(line)[1:]).code == 0
    loaded = page.code[1].split("network")[0]
    found = {"X": np.load("new.npy")}
    exec(loaded, found)
    assert np.array_equal(np.load("predictions.npy"), found["predictions"])
    assert np.array_equal(np.load("features.npy"), found["features"])


def test_a_picture_of_channels_and_of_signs(run, folder):
    _, page, text = report(run, "colors.npy", "--action", "3*shift:3x4", "--rank", "4")
    assert 'class="color"' in text
    assert page.tags.count("img") == 30
    np.save("signed.npy", np.random.default_rng(1).normal(size=(9, 12)))
    _, page, text = report(run, "signed.npy", *FIT[1:])
    assert 'class="ink"' in text  # the map of residuals
    assert text.count('class="signed"') == 27


def test_names_are_text_and_nothing_else(run, folder):
    name = "<img src=x onerror=alert(1)>&amp;.npy"
    (folder / "x.npy").rename(folder / name)
    _, page, text = report(run, name, *FIT[1:])
    assert name in page.text
    assert "<img src=x" not in text
    assert f"ev.datasets.read_table({name!r})" in page.code[-1]


def test_the_same_fit_gives_the_same_page(run, folder):
    first = report(run, *FIT)[2]
    assert report(run, *FIT)[2] == first


def test_vectors_on_a_grid_have_a_report_too(run, folder):
    """Two numbers at every point are no image: this was an error after the fit."""
    np.save("v.npy", np.random.default_rng(2).normal(size=(30, 18)))
    report(run, "v.npy", "--action", "vectors:3x3", "--rank", "4")


def test_equivariance_is_measured_not_claimed(folder):
    from equivariety.cli.report.fit_page import symmetry_errors

    maps = ev.EquivariantMaps(ev.actions.cyclic(4))
    solution = maps.bounded(2).fit(np.random.default_rng(0).normal(size=(9, 4)))
    assert max(symmetry_errors(solution)) < 1e-14

    class Broken:
        component = solution.component

        def apply(self, X):
            return solution.apply(X) + X * [1, 0, 0, 0]

    assert min(symmetry_errors(Broken())) > 0.1
