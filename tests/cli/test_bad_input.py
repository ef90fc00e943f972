"""Wrong input as people type it: exit code 2, one clear line on standard error, nothing half-written."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    good = np.random.default_rng(0).normal(size=(20, 12))
    np.save("x.npy", good)
    spoiled = good.copy()
    spoiled[17, 3] = np.nan
    np.save("nan.npy", spoiled)
    np.save("empty.npy", np.zeros((0, 12)))
    np.save("words.npy", np.array([["a", "b"]]))
    (tmp_path / "text.npy").write_text("hello")
    (tmp_path / "cut.npy").write_bytes((tmp_path / "x.npy").read_bytes()[:300])
    (tmp_path / "bad.csv").write_text("a,b,c\n1,2,3\n4,x,6\n")
    (tmp_path / "ragged.csv").write_text("1,2,3\n4,5\n")
    (tmp_path / "header.csv").write_text("a,b\n1,2,3\n")
    (tmp_path / "underscore.csv").write_text("a,b\n\n   \n1,1_0\n")
    (tmp_path / "latin.csv").write_bytes(b"a\xe9,b\n1,2\n")
    (tmp_path / "field.csv").write_text("1" * 200_000 + ",2\n")
    np.savez("whole.npz", X=good)
    (tmp_path / "cut.npz").write_bytes((tmp_path / "whole.npz").read_bytes()[:700])
    damaged = bytearray((tmp_path / "whole.npz").read_bytes())
    damaged[600] ^= 255
    (tmp_path / "damaged.npz").write_bytes(damaged)
    (tmp_path / "deep.json").write_text("[" * 100_000)
    (tmp_path / "short-idx").write_bytes(b"\x00\x00\x08\x03\x00\x00")
    (tmp_path / "not.json").write_text("{")
    return tmp_path


CSV = ("--action", "cyclic:2", "--rank", "1")
FIT = ("fit", "x.npy", "--action", "shift:3x4:axis=1", "--rank")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("describe",), "Missing argument 'ACTION'"),
        (("frobnicate",), "No such command 'frobnicate'"),
        (("describe", "(1 2)(2 3)"), "cycles of one generator must be disjoint: point 2 occurs twice in '(1 2)(2 3)'"),
        (("describe", "(1 2"), "cycles must be written like (1 3 4)(2 5), not '(1 2'"),
        (("describe", "(0 1)"), "points in cycles must be whole numbers from 1 on, not '0' in '(0 1)'"),
        (("describe", "(1 5)", "--degree", "3"), "degree must be at least 5 for '(1 5)', not 3"),
        (("describe", "shfit:28x28"), "did you mean 'shift'?"),
        (("describe", "@nowhere.json"), "action file 'nowhere.json' cannot be read"),
        (("describe", "@not.json"), "action file 'not.json' is not JSON"),
        (("describe", "@deep.json"), "action file 'deep.json' is nested too deep to be a list of generators"),
        (("describe", "symmetric:28/14"), "has too many subsets to be held in memory: 40,116,600 of 14 points each"),
        (
            ("describe", "(1 2 3)", "--degree", "4", "--codomain", "()"),
            "--codomain, whose degree is set by --codomain-degree: degree must be given, and at least 1",
        ),
        (("describe", "cyclic:3", "--outputs", "0"), "outputs must be a whole number of at least 1, not 0"),
        (("describe", "cyclic:3", "--codomain-degree", "4"), "--codomain-degree goes with the cycles of --codomain"),
        (("describe", "cyclic:3", "--codomain", "cyclic:3", "--outputs", "1"), "give either --codomain or --outputs"),
        (("describe", "cyclic:3", "--codomain", "symmetric:3"), "the domain has 1, the codomain has 2"),
        (("describe", "cyclic:3", "--rank", "4"), "rank must be a whole number from 0 to 3, not 4"),
        (("components", "cyclic:3", "--rank", "-1"), "rank must be a whole number from 0 to 3, not -1"),
        (("components", "cyclic:3", "--rank", "x"), "Invalid value for '--rank'"),
        ((*FIT, "99"), "rank must be a whole number from 0 to 12, not 99"),
        ((*FIT, "3", "--ranks", "1,2"), "ranks must have one entry for each of the 3 blocks, not 2"),
        ((*FIT, "3", "--ranks", "1,a,2"), "--ranks must be whole numbers with commas, such as 13,10,9, not '1,a,2'"),
        ((*FIT, "3", "--ranks", "9,0,0"), "rank 1 must be a whole number from 0 to 3 (block (1, 1)), not 9"),
        ((*FIT, "3", "--ranks", "3,3,3"), "ranks must use at most the rank 3 in all"),
        ((*FIT, "3", "--out", "no/such/folder/m"), "its folder does not exist or is not writable"),
        ((*FIT, "3", "--report", "x.npy"), "--report 'x.npy' cannot be written"),
        ((*FIT, "3", "--targets", "empty.npy"), "Y must have at least one sample, not 0"),
        (("fit", "nan.npy", *FIT[2:], "3"), "X must hold finite numbers: row 17 contains NaN or infinity"),
        (("fit", "empty.npy", *FIT[2:], "3"), "X must have at least one sample, not 0"),
        (("fit", "words.npy", "--action", "cyclic:2", "--rank", "1"), "X must hold real numbers, not values of type"),
        (("fit", "text.npy", *FIT[2:], "3"), "data file 'text.npy' is not a NumPy file of numbers, or is truncated"),
        (("fit", "cut.npy", *FIT[2:], "3"), "data file 'cut.npy' is not a NumPy file of numbers, or is"),
        (("fit", "bad.csv", "--action", "cyclic:3", "--rank", "1"), "'bad.csv', line 3, column 2: 'x' is not a number"),
        (("fit", "ragged.csv", "--action", "cyclic:3", "--rank", "1"), "line 2: expected 3 columns as in line 1"),
        (("fit", "header.csv", *CSV), "'header.csv', line 2: expected 2 columns as in line 1, not 3"),
        (("fit", "underscore.csv", *CSV), "'underscore.csv', line 4, column 2: '1_0' is not a number"),
        (("fit", "latin.csv", *CSV), "data file 'latin.csv' must be text in UTF-8: byte 1 is not"),
        (("fit", "field.csv", *CSV), "data file 'field.csv' is not a CSV file of numbers: field larger than"),
        (("fit", "cut.npz", *FIT[2:], "3"), "data file 'cut.npz' is not a NumPy file of numbers, or is truncated"),
        (("fit", "damaged.npz", *FIT[2:], "3"), "data file 'damaged.npz' is not a NumPy file of numbers, or is"),
        (("lcn", "3,2", "2,1", "critical", "--data", "cut.npz"), "--data cut.npz must hold numbers, X and y"),
        (("lcn", "3,2", "2,1", "critical", "--data", "deep.json"), "--data deep.json must hold numbers, X and y"),
        (("fit", "nan.npy", *FIT[2:], "3", "--report", "new/folder"), "row 17 contains NaN or infinity"),
        ((*FIT, "3", "--report", "x.npy/below"), "x.npy' is not a folder"),
        (("fit", "short-idx", "--action", "cyclic:3", "--rank", "1"), "truncated"),
        (("fit", "nowhere.npy", *FIT[2:], "3"), "data file 'nowhere.npy' does not exist"),
        (("fit", "x.npy", "--action", "cyclic:5", "--rank", "1"), "X must have shape (samples, 5)"),
        (("nearest", "x.npy", "--action", "cyclic:12"), "the matrix must have shape (12, 12), not (20, 12)"),
        (("reproduce", "mnist", "--data", "."), "lacks train-images-idx3-ubyte"),
        (("reproduce", "cifar", "--data", "."), "'cifar'"),
        (("lcn", "3,0", "2,1"), "filter_sizes must be positive integers: entry 1 is 0"),
    ],
)  # fmt: skip
def test_one_clear_line(run, folder, arguments, message):
    before = {path.name for path in folder.iterdir()}
    code, output, error = run(*arguments)
    assert code == 2
    assert output == ""
    assert error.count("\n") == 1
    assert error.startswith("equivariety: ")
    assert message in error
    assert {path.name for path in folder.iterdir()} == before


def test_no_argument_shows_the_help(run):
    code, output, error = run()
    assert code == 2
    assert "describe" in output
    assert error == ""


def test_too_little_memory_is_one_line(run, monkeypatch):
    def exhausted(*_: object, **__: object) -> None:
        raise MemoryError("Unable to allocate 4.18 GiB")

    monkeypatch.setattr("equivariety.actions.parse.parse_action", exhausted)
    code, output, error = run("describe", "cyclic:3")
    assert (code, output, error) == (2, "", "equivariety: not enough memory: Unable to allocate 4.18 GiB\n")


def test_the_codomain_has_a_degree_of_its_own(run):
    code, output, _ = run(
        "describe", "(1 2 3)", "--degree", "4", "--codomain", "()", "--codomain-degree", "2", "--json"
    )
    assert code == 0
    assert '"dimension": 4' in output


def test_blank_lines_of_csv_files_are_skipped(run, tmp_path):
    (tmp_path / "blank.csv").write_text("a,b\n  \n1,2\n\n2,3\n")
    code, _, error = run("fit", str(tmp_path / "blank.csv"), *CSV)
    assert (code, error) == (0, "")


def test_an_interrupt_leaves_no_broken_file(run, folder, monkeypatch):
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("safetensors.numpy.save_file", interrupted)
    monkeypatch.setattr("safetensors.numpy.save", interrupted)
    (folder / "m.safetensors").write_bytes(b"what stood here before")
    before = {path.name for path in folder.iterdir()}
    code, _, error = run(*FIT, "3", "--out", "m.safetensors")
    assert code == 130
    assert "interrupted" in error
    assert (folder / "m.safetensors").read_bytes() == b"what stood here before"
    assert {path.name for path in folder.iterdir()} == before


def test_what_a_fit_would_cost_is_known_before_it_starts(run, tmp_path):
    """Splitting 12,000 points under all permutations takes hours; a matrix of that size is not even looked at."""
    np.save(tmp_path / "wide.npy", np.zeros((2, 12_000), dtype=np.float32))
    code, output, error = run("fit", str(tmp_path / "wide.npy"), "--action", "symmetric:12000", "--rank", "1")
    assert (code, output, error.count("\n")) == (2, "", 1)
    assert "the blocks of 'symmetric:12000' would take about 3.8 hours, more than the 10 minutes" in error
