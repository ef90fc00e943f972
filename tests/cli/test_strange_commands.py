"""Damaged files and strange command lines: one line and exit code 2, or an answer; never a traceback, never a hang."""

from __future__ import annotations

import gzip
import io
import json
import random
import signal
import struct
import zipfile
from collections import Counter

import numpy as np
import pytest

import equivariety as ev
from cli.command_grammar import GRAMMAR, bad_line, flat, good_line

LIMIT = 30
"""Seconds after which a command counts as hanging, on a busy machine."""
FIT = ("--action", "cyclic:12", "--rank", "1")


def npy(shape: str) -> bytes:
    """A .npy file whose header states any shape, over 120 numbers."""
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".encode()
    header += b" " * ((64 - (len(header) + 11) % 64) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + bytes(960)


SHAPES = {
    "negative": "(-1, 12)", "huge": "(99999999999, 99999999)", "big": f"({10**30}, 2)", "text": "'ab'",
    "truth": "(True, 12)", "none": "(0, 12)", "many": str((1,) * 70),
}  # fmt: skip


def change(content: bytes, local: int, central: int, value: int) -> bytes:
    """A zip archive with one byte changed in the local and in the central header of its member."""
    changed = bytearray(content)
    changed[local] = value
    changed[changed.find(b"PK\x01\x02") + central] = value
    return bytes(changed)


@pytest.fixture(scope="module")
def bomb():
    """600 MiB of zeros, compressed once for all tests."""
    packed = io.BytesIO()
    with gzip.open(packed, "wb", 1) as stream:
        for _ in range(600):
            stream.write(bytes(2**20))
    return packed.getvalue()


@pytest.fixture
def damaged(tmp_path, monkeypatch, bomb):
    monkeypatch.chdir(tmp_path)
    good = np.random.default_rng(0).normal(size=(20, 12))
    np.save("x.npy", good)
    np.savez("good.npz", X=good)
    np.savez("complex.npz", X=good * 1j)
    np.save("complex.npy", good[:12] * 1j)
    for name, shape in SHAPES.items():
        (tmp_path / f"{name}.npy").write_bytes(npy(shape))
        with zipfile.ZipFile(f"{name}.npz", "w") as archive:
            archive.writestr("X.npy", npy(shape))
    for name, member in (("bytes", "X.npy"), ("readme", "readme.txt")):
        with zipfile.ZipFile(f"{name}.npz", "w") as archive:
            archive.writestr(member, b"hello")
    content = (tmp_path / "good.npz").read_bytes()
    (tmp_path / "encrypted.npz").write_bytes(change(content, 6, 8, 1))
    (tmp_path / "method.npz").write_bytes(change(content, 8, 10, 99))
    (tmp_path / "dimensions").write_bytes(bytes([0, 0, 8, 255]) + b"\0\0\0\1" * 255 + b"\7")
    (tmp_path / "images").write_bytes(bytes([0, 0, 8, 3]) + struct.pack(">3I", 0, 28, 28))
    (tmp_path / "bomb.gz").write_bytes(bomb)
    (tmp_path / "numbers.json").write_text(f"[[{10**30}, 0]]")
    (tmp_path / "folder").mkdir()
    return tmp_path


FILES = [
    "complex.npz", "bytes.npz", "readme.npz", "encrypted.npz", "method.npz", "dimensions", "images", "bomb.gz",
    "folder", *(f"{name}.{kind}" for name in SHAPES for kind in ("npy", "npz")),
]  # fmt: skip


@pytest.fixture
def strange(run):
    """Run a command under an alarm; anything but an answer or one line fails."""

    def checked(*arguments: str):
        def hang(*_: object) -> None:
            raise AssertionError(f"hangs: {arguments}")

        before = signal.signal(signal.SIGALRM, hang)
        signal.alarm(LIMIT)
        try:
            outcome = run(*arguments)
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, before)
        lines = outcome.error.count("\n")
        assert (outcome.code, lines) in ((0, 0), (2, 1)), (arguments, outcome.code, outcome.error[:300])
        return outcome

    return checked


@pytest.mark.parametrize("file", FILES)
def test_damaged_data_are_refused_in_one_line(strange, damaged, file):
    assert strange("fit", file, *FIT).code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("nearest", "complex.npy", "--action", "cyclic:12"),
        *(("fit", "x.npy", *FIT, "--out", out) for out in ("", ".", "/", "folder", "/dev/null", "nowhere/x")),
        *(("describe", f"@{name}") for name in ("numbers.json", "folder", "", "/dev/zero")),
        ("describe", "cyclic:3", "--outputs", "1000000000"),
        ("describe", "(1 268435456)"),
        ("describe", "cyclic:10000000"),
        ("describe", "shift:16384x16384:axis=1"),
        ("describe", ";".join(f"(1 {point})" for point in range(2, 15003))),
        ("describe", "(1 2)", "--degree", "9" * 30),
        ("describe", "cyclic:3", "--rank", "9" * 400),
        ("describe", "cyclic:1000000", "--rank", "500000"),
        ("components", "shift:28x28:axis=1", "--rank", "99", "--limit", "1000000000"),
        ("components", "shift:28x28:axis=1", "--rank", "99", "--limit", "1000000000", "--json"),
        ("polynomial", "3,2,1", "--power", "3", "--action", "(1 268435456)"),
        ("lcn", "1000000000", "1"),
        ("lcn", "3,2", "2,1", "contains", "1e999999999,0,0,0,1"),
        ("lcn", "3,2", "2,1", "contains", "1e400,0,0,0,1"),
        ("lcn", "3,2", "2,1", "theorem", "--seed", "-1"),
        ("lcn", "3,2", "2,1", "theorem", "--trials", "1000000000"),
    ],
    ids=lambda arguments: " ".join(arguments)[:60],
)
def test_what_cannot_be_answered_is_refused(strange, damaged, arguments):
    assert strange(*arguments).code == 2


def test_a_long_cycle_and_a_long_list_are_answered(strange):
    assert strange("describe", "(" + " ".join(map(str, range(1, 20_001))) + ")").code == 0
    assert strange("components", "shift:28x28:axis=1", "--rank", "99", "--limit", "1000", "--json").code == 0


def test_a_limit_of_any_size_is_the_number_of_components(strange):
    listed = json.loads(strange("components", "cyclic:12", "--rank", "3", "--limit", "9" * 400, "--json").output)
    # One of two blocks of dimension 1 with one of five of dimension 2, or both of dimension 1.
    assert len(listed) == 2 * 5 + 1


def test_many_fixed_points_are_counted_at_once(strange):
    """These took a minute: the pairs of every fixed point were counted for themselves."""
    for arguments, dimension in (
        (("(1 2)", "--degree", "8000"), 7999**2 + 1),  # 7,999 trivial parts and one sign
        (("cyclic:6 + cyclic:6", "--outputs", "99999"), 2 * 99999),
    ):
        result = json.loads(strange("describe", *arguments, "--json").output)
        assert result["dimension"] == dimension


@pytest.mark.parametrize("file", ["complex.npz", "complex.npy", "none.npy"])
def test_select_refuses_what_is_no_sample_of_numbers(strange, damaged, file):
    assert strange("select", file, "--action", "cyclic:12").code == 2
    assert strange("fit", file, "--action", "cyclic:12", "--rank", "auto").code == 2


@pytest.fixture
def spoiled(damaged):
    """The folder with models, tables and stores as well, good ones and damaged ones."""
    X = np.load("x.npy")
    np.save("square.npy", X[:12])
    np.savetxt("x.csv", X, delimiter=",")
    X[7, 3] = np.nan
    np.save("nan.npy", X)
    (damaged / "ragged.csv").write_text("1,2,3\n4,5\n")
    (damaged / "words.csv").write_text("a,b\nc,d\n")
    solution = ev.EquivariantMaps(ev.actions.cyclic(12)).bounded(3).fit(np.load("x.npy"))
    ev.save_model("m.safetensors", solution)
    content = bytearray((damaged / "m.safetensors").read_bytes())
    (damaged / "cut.safetensors").write_bytes(content[:-20])
    content[-20] ^= 1
    (damaged / "changed.safetensors").write_bytes(content)
    for name in ("cut.h5", "cut.parquet"):
        (damaged / name).write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(90))
    (damaged / "broken.zarr").mkdir()
    (damaged / "broken.zarr" / "zarr.json").write_text('{"zarr_format": 3')
    (damaged / "pictures").mkdir()
    (damaged / "pictures" / "a.png").write_bytes(b"\x89PNG\r\n")
    return damaged


@pytest.mark.parametrize("command", [name for name in GRAMMAR if name != "reproduce"])
def test_lines_that_are_not_spoiled_are_answered(strange, spoiled, command):
    """Else the test below would see the same refusal a thousand times."""
    for seed in range(3):
        assert strange(*flat(command, good_line(random.Random(seed), command))).code == 0


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2026, 7, 8])
def test_a_thousand_bad_command_lines(strange, spoiled, seed):
    """Every one is refused in one line, or answered if it has a meaning after all; files stay as they were."""
    chance, outcomes, violations = random.Random(seed), Counter(), []
    files = {path: path.stat().st_mtime_ns for path in spoiled.rglob("*") if path.is_file()}
    for _ in range(1000):
        line = bad_line(chance)
        try:
            outcome = strange(*line.words)
        except BaseException as error:  # whatever ends a command otherwise is what this test looks for
            violations.append((line.words, f"{type(error).__name__}: {error}"))
            continue
        outcomes["refused" if outcome.code else "answered"] += 1
        if line.wrong and not outcome.code:
            violations.append((line.words, "accepted silently"))
        made = {path for path in spoiled.rglob("*") if path.is_file()} - set(files)
        if outcome.code and made:
            violations.append((line.words, f"refused, but wrote {made}"))
        for path in made:
            path.unlink()
        violations += [
            (line.words, f"changed {path}") for path, time in files.items() if path.stat().st_mtime_ns != time
        ]
        files = {path: path.stat().st_mtime_ns for path in files}
    print(f"1000 bad command lines: {dict(outcomes)}, {len(violations)} violations")
    assert not violations, "\n".join(f"{words}: {what}" for words, what in violations)
    assert outcomes["refused"] > 600
