"""Damaged files and strange command lines: one line and exit code 2, or an answer; never a traceback, never a hang."""

from __future__ import annotations

import gzip
import io
import random
import signal
import struct
import zipfile

import numpy as np
import pytest

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


WORDS = [
    "", "0", "1", "-1", "3", "12", "99", "1e400", "nan", "9" * 400, "3,2", "2,1", ",", "(1 2 3)", "(134)(25)",
    "(1 -2)(-3)",
    "(1 2", "()", "cyclic:12", "cyclic:0", "2*cyclic:6+cyclic:12", "dihedral:4x4", "symmetric:4/2", "rows:2x3",
    "shift:3x4",
    "@numbers.json", "@x.npy", "x.npy", "good.npz", "encrypted.npz", "images", "folder", ".", "/", "Group((1,2))",
    "vectors:2x2",
    "--rank", "--ranks", "--degree", "--codomain", "--outputs", "--limit", "--json", "--out", "--report", "--targets",
    "--action", "--seed", "--trials", "--data", "describe", "components", "contains", "factor", "theorem", "critical",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_a_thousand_random_command_lines(strange, damaged, seed):
    """Words that mean something somewhere, put together without sense: a hundred lines for each seed."""
    chance = random.Random(seed)
    for _ in range(100):
        command = chance.choice(["describe", "components", "fit", "nearest", "lcn"])
        leads = {"fit": ["x.npy", *FIT], "nearest": ["x.npy", "--action", "cyclic:12"], "lcn": ["3,2", "2,1"]}
        start = leads.get(command, ["cyclic:12"]) if chance.random() < 0.6 else []
        strange(command, *start, *chance.choices(WORDS, k=chance.randint(0, 4)))
