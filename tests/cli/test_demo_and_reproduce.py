"""The two long commands: the demo on embedded digits, the talk's experiment on files in MNIST's format."""

from __future__ import annotations

import gzip
import json
import os
import struct

import numpy as np
import pytest

from equivariety.varieties import EquivariantMaps
from equivariety.varieties.equal_ranks import equal_ranks


def test_demo_writes_a_table_and_pictures(run, tmp_path):
    result = run("demo", "--report", str(tmp_path))
    assert "560 components" in result.output
    assert "best equivariant" in result.output
    pictures = {f"{name}.{kind}" for name in ("digits", "spectrum", "matrix") for kind in ("png", "svg")}
    assert {path.name for path in tmp_path.iterdir()} == pictures


@pytest.fixture
def small_mnist(tmp_path):
    """Blurred noise in the four files of MNIST."""
    random = np.random.default_rng(0)
    for part, count in (("train", 300), ("t10k", 60)):
        images = np.zeros((count, 28, 28), dtype=np.uint8)
        images[:, 6:22, 8:20] = random.integers(0, 256, size=(count, 16, 12))
        content = struct.pack(">4B3I", 0, 0, 8, 3, *images.shape) + images.tobytes()
        (tmp_path / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(content))
        labels = struct.pack(">4BI", 0, 0, 8, 1, count) + bytes(count)
        (tmp_path / f"{part}-labels-idx1-ubyte").write_bytes(labels)
    return tmp_path


def test_reproduce_prints_the_rows_of_the_design(run, small_mnist):
    result = json.loads(run("reproduce", "mnist", "--data", str(small_mnist), "--json").output)
    rows = result["rows"]
    assert list(rows) == ["talk", "equal_rank", "high_pass", "dense", "best"]
    assert result["seconds"] > 0
    assert {name: row["parameters"] for name, row in rows.items()} == {
        "talk": 5544, "equal_rank": 5544, "high_pass": 5544, "dense": 155232, "best": 5544
    }  # fmt: skip
    assert rows["talk"]["ranks"] == [13, 10, 9, 8, 7, 5, 3, 1] + 7 * [0]
    assert rows["high_pass"]["ranks"] == rows["talk"]["ranks"][::-1]
    assert [rows[name]["loss_talk"] for name in rows] == [0.0082, 0.0206, 0.1063, 0.0057, None]
    assert rows["best"]["loss_train"] <= min(rows[name]["loss_train"] for name in ("talk", "equal_rank", "high_pass"))
    assert rows["dense"]["loss_train"] <= rows["best"]["loss_train"]


@pytest.mark.slow
@pytest.mark.skipif("EQUIVARIETY_MNIST" not in os.environ, reason="set EQUIVARIETY_MNIST to a folder with MNIST")
def test_mnist_gives_the_losses_of_the_paper(run):
    result = json.loads(run("reproduce", "mnist", "--data", os.environ["EQUIVARIETY_MNIST"], "--json").output)
    losses = {name: row["loss_test"] for name, row in result["rows"].items()}
    expected = {"talk": 0.0077, "equal_rank": 0.0188, "high_pass": 0.1066, "dense": 0.0056, "best": 0.0076}
    assert losses == pytest.approx(expected, rel=0.02)
    assert result["rows"]["best"]["ranks"][:9] == [9, 10, 10, 9, 7, 5, 3, 1, 0]


def test_equal_ranks_of_any_blocks_use_the_budget_from_low_frequencies():
    import equivariety as ev

    maps = EquivariantMaps(ev.actions.image_shift((8, 8), axis=1))
    assert equal_ranks(maps, 15) == (2, 2, 2, 2, 1)
    assert equal_ranks(maps, 64) == (8, 8, 8, 8, 8)
