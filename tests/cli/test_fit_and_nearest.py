"""``fit`` and ``nearest`` on files of every kind, against NumPy."""

from __future__ import annotations

import gzip
import json
import struct

import numpy as np
import pytest

from equivariety.models import load_model


@pytest.fixture
def data() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(60, 12)) @ np.diag(np.arange(1.0, 13.0))


def test_without_symmetry_the_loss_is_that_of_principal_components(run, tmp_path, data):
    np.save(tmp_path / "x.npy", data)
    identity = tmp_path / "identity.json"
    identity.write_text(json.dumps([list(range(12))]))
    result = json.loads(run("fit", str(tmp_path / "x.npy"), "--action", f"@{identity}", "--rank", "4", "--json").output)
    tail = np.linalg.svd(data, compute_uv=False)[4:]
    assert result["loss_train"] == pytest.approx((tail**2).sum() / data.size, rel=1e-10)
    assert set(result) == {"ranks", "rank", "loss_train", "loss_test", "parameters", "seconds"}
    assert result["loss_test"] > result["loss_train"]
    assert result["parameters"] == 4 * 24


def test_all_kinds_of_files_give_one_answer(run, tmp_path, data):
    np.save(tmp_path / "x.npy", data)
    np.savez(tmp_path / "x.npz", X=data, other=np.zeros(3))
    header = ",".join(f"pixel {i}" for i in range(12))
    np.savetxt(tmp_path / "x.csv", data, delimiter=",", header=header, comments="", fmt="%.17g")
    losses = [
        json.loads(run("fit", str(tmp_path / name), "--action", "shift:3x4:axis=1", "--rank", "5", "--json").output)
        for name in ("x.npy", "x.npz", "x.csv")
    ]
    assert len({(tuple(r["ranks"]), r["loss_train"], r["loss_test"]) for r in losses}) == 1


def test_idx_bytes_become_numbers_from_0_to_1(run, tmp_path):
    images = np.random.default_rng(1).integers(0, 256, size=(50, 3, 4), dtype=np.uint8)
    path = tmp_path / "images-idx3-ubyte.gz"
    path.write_bytes(gzip.compress(struct.pack(">4B3I", 0, 0, 8, 3, *images.shape) + images.tobytes()))
    result = json.loads(run("fit", str(path), "--action", "shift:3x4:axis=1", "--rank", "0", "--json").output)
    assert result["loss_train"] == pytest.approx(((images / 255) ** 2).mean(), rel=1e-6)


def test_model_and_pictures(run, tmp_path, data):
    np.save(tmp_path / "x.npy", data)
    arguments = ("fit", str(tmp_path / "x.npy"), "--action", "shift:3x4:axis=1", "--rank", "5", "--ranks", "1,1,2")
    model, report = tmp_path / "m.safetensors", tmp_path / "report"
    table = run(*arguments, "--out", str(model), "--report", str(report)).output
    assert "numerical rank" in table
    loaded = load_model(model)
    assert loaded.ranks == (1, 1, 2)
    loss = ((loaded.apply(data) - data) ** 2).mean()
    assert loss == pytest.approx(json.loads(run(*arguments, "--json").output)["loss_train"])
    kinds = {path.name for path in report.iterdir()}
    assert kinds == {
        f"{name}.{kind}" for name in ("spectrum", "matrix", "weights", "reconstructions") for kind in ("png", "svg")
    }


def test_targets(run, tmp_path, data):
    np.save(tmp_path / "x.npy", data)
    np.save(tmp_path / "y.npy", data[:, ::-1])
    result = json.loads(
        run("fit", str(tmp_path / "x.npy"), "--action", "(1 12)(2 11)(3 10)(4 9)(5 8)(6 7)", "--rank", "12",
            "--targets", str(tmp_path / "y.npy"), "--json").output
    )  # fmt: skip
    # Reversal commutes with itself, so the targets are an equivariant image of the data.
    assert result["loss_train"] == pytest.approx(0.0, abs=1e-12)


def test_nearest_by_averaging_over_the_group(run, tmp_path):
    matrix = np.random.default_rng(2).normal(size=(5, 5))
    np.savetxt(tmp_path / "m.csv", matrix, delimiter=",", fmt="%.17g")
    out = tmp_path / "near.npy"
    result = json.loads(
        run("nearest", str(tmp_path / "m.csv"), "--action", "(1 3 4)(2 5)", "--out", str(out), "--json").output
    )
    P = np.eye(5)[[2, 4, 3, 0, 1]]
    powers = [np.linalg.matrix_power(P, k) for k in range(6)]
    average = sum(g @ matrix @ g.T for g in powers) / 6
    assert np.load(out) == pytest.approx(average)
    assert result["distance"] == pytest.approx(np.linalg.norm(matrix - average))
    assert result["relative_distance"] == pytest.approx(result["distance"] / np.linalg.norm(matrix))
