"""The explorer in headless Chromium: opened, clicked, and its pictures compared with what they should show."""

from __future__ import annotations

import io
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import numpy as np
import pytest

import equivariety as ev
from equivariety.cli.explore import command
from equivariety.explorer import choice, figures, programs, slices

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
]
pytest.importorskip("marimo", reason="extra explore is not installed")
playwright = pytest.importorskip("playwright.sync_api", reason="extra browser is not installed")

PATIENCE = 60_000  # milliseconds


@pytest.fixture(scope="module")
def address():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(command(None, port, browser=False), stdout=subprocess.DEVNULL)
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1)
                break
            except OSError:
                time.sleep(0.25)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)


@pytest.fixture
def page(address):
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        allowed = ["clipboard-read", "clipboard-write"]
        page = browser.new_context(viewport={"width": 1280, "height": 1600}, permissions=allowed).new_page()
        failures = []
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.goto(address)
        page.get_by_text("9 points, 1 generator, 3 orbits").wait_for(timeout=PATIENCE)
        yield page
        assert failures == []
        assert page.locator(".marimo-error").count() == 0
        browser.close()


def statistic(page, label):
    return page.get_by_text(label, exact=True).locator("xpath=ancestor::div[2]").inner_text().split("\n")[-1]


def looks_like(page, alt, figure):
    """Whether the picture on the screen is the figure: gray values on one grid, up to the scaling of the browser."""
    from PIL import Image

    element = page.get_by_alt_text(alt)
    element.wait_for(timeout=PATIENCE)
    seen = Image.open(io.BytesIO(element.screenshot())).convert("L")
    expected = Image.open(io.BytesIO(figures.png(figure))).convert("L").resize(seen.size, Image.Resampling.LANCZOS)
    first, second = (np.asarray(image, dtype=float) for image in (seen, expected))
    return abs(first - second).mean() < 8 and np.corrcoef(first.ravel(), second.ravel())[0, 1] > 0.9


def compare(page, alt, figure):
    """The picture becomes the figure, as soon as the server has computed it."""
    for _ in range(60):
        if looks_like(page, alt, figure):
            return
        page.wait_for_timeout(500)
    raise AssertionError(f"{alt!r} does not look like the figure")


def choose(page, name):
    page.get_by_role("radio", name=name).click()


def test_it_opens_with_the_blocks_and_the_change_of_basis(page):
    maps = choice.read_choice("rotate:3x3").maps
    assert statistic(page, "components of rank at most r") == "5"
    assert statistic(page, "over the complex numbers") == str(maps.bounded(3).count_components("C"))
    compare(page, "the change of basis Q", figures.basis_figure(maps))
    page.get_by_text("Copy as code").click()
    page.locator(".cm-editor").first.hover(timeout=PATIENCE)
    page.get_by_label("Copy to clipboard").click()
    assert page.evaluate("navigator.clipboard.readText()") == programs.blocks_code(programs.action_code("rotate:3x3"))


def test_the_slider_moves_the_counts_and_the_components(page):
    slider = page.get_by_role("slider").first
    slider.focus()
    page.keyboard.press("ArrowRight")
    family = choice.read_choice("rotate:3x3").maps.bounded(4)
    expected = str(family.count_components())
    for _ in range(100):
        if statistic(page, "components of rank at most r") == expected:
            break
        page.wait_for_timeout(200)
    assert statistic(page, "components of rank at most r") == expected
    choose(page, "Components")
    page.get_by_text("pieces of the singular locus").wait_for(timeout=PATIENCE)
    assert page.get_by_role("cell", name="3 0 1", exact=True).count() == 1


def test_own_cycles_are_judged_while_they_are_typed(page):
    page.get_by_role("tab", name="my own").click()
    cycles = page.get_by_role("textbox").first
    cycles.fill("(1 2 3)(3 4)")
    page.get_by_text("point 3 occurs twice").wait_for(timeout=PATIENCE)
    assert page.locator(".verdict.wrong").count() == 1
    cycles.fill("(1 -2 3)(-4)")
    page.get_by_text("4 points, 1 generator, 2 orbits").wait_for(timeout=PATIENCE)
    assert page.locator(".verdict.right").count() == 1


def test_weights_of_a_component(page):
    choose(page, "Weights")
    maps = choice.read_choice("rotate:3x3").maps
    compare(page, "weights of the equivariant network", figures.sharing_figure(maps.bounded(3).component((3, 0, 0))))
    page.get_by_label("component, by its block ranks").select_option("1 1 0")
    compare(page, "weights of the equivariant network", figures.sharing_figure(maps.bounded(3).component((1, 1, 0))))


def test_own_data_are_fitted(page, tmp_path):
    rows = np.random.default_rng(5).standard_normal((40, 9)) @ np.diag(range(1, 10))
    np.save(tmp_path / "mine.npy", rows)
    choose(page, "Data")
    page.get_by_alt_text("gains of all terms and the optimal cut").wait_for(timeout=PATIENCE)
    page.get_by_label("data", exact=True).select_option("my file")
    page.locator("input[type=file]").set_input_files(str(tmp_path / "mine.npy"))
    solution = choice.read_choice("rotate:3x3").maps.problem(rows).best(3)
    page.get_by_text(f"{solution.loss:.6g}").wait_for(timeout=PATIENCE)
    from equivariety.plotting.spectra import spectrum

    compare(page, "gains of all terms and the optimal cut", spectrum(solution))
    compare(page, "data and reconstructions", figures.reconstruction_figure(solution, rows, (3, 3)))


def test_slices_are_turned(page):
    choose(page, "Slices")
    figure = slices.slice_figure(ev.EquivariantMaps(ev.actions.image_rotation(3)).bounded(3), slices.KINDS[0])
    compare(page, "a slice of the variety", figures.turned(figure, 20, -60))
    page.get_by_role("slider").nth(2).focus()
    for _ in range(18):
        page.keyboard.press("ArrowRight")
    compare(page, "a slice of the variety", figures.turned(figure, 20, 30))


def test_the_notebook_is_exported_for_the_browser(tmp_path):
    """It is built, and promised nowhere: running it needs packages from a network."""
    pytest.importorskip("uv", reason="marimo exports with uv, which is not installed")
    notebook = Path(ev.__file__).parent / "explorer" / "notebook.py"
    export = [sys.executable, "-m", "marimo", "export", "html-wasm", notebook.name, "-o", str(tmp_path), "--no-sandbox"]
    environment = os.environ | {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
    subprocess.run(export, check=True, capture_output=True, timeout=120, cwd=notebook.parent, env=environment)
    assert "equivariety" in (tmp_path / "index.html").read_text(encoding="utf-8")
