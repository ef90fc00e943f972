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
    assert kinds == {"report.html"} | {
        f"{name}.{kind}" for name in ("spectrum", "matrix", "weights", "reconstructions") for kind in ("png", "svg")
    }
    assert str(report / "report.html") in table


def test_targets(run, tmp_path, data):
    np.save(tmp_path / "x.npy", data)
    np.save(tmp_path / "y.npy", data[:, ::-1])
    result = json.loads(
        run("fit", str(tmp_path / "x.npy"), "--action", "(1 12)(2 11)(3 10)(4 9)(5 8)(6 7)", "--rank", "12",
            "--targets", str(tmp_path / "y.npy"), "--json").output
    )  # fmt: skip
    # Reversal commutes with itself, so the targets are an equivariant image of the data.
    assert result["loss_train"] == pytest.approx(0.0, abs=1e-12)


def test_a_codomain_with_the_same_generators(run, tmp_path):
    """Targets on the edges of a triangle from data on its corners, against averaging the unconstrained answer."""
    rng = np.random.default_rng(3)
    X, M = rng.normal(size=(400, 3)), rng.normal(size=(3, 3))
    P = np.eye(3)[[1, 2, 0]]
    averaged = sum(np.linalg.matrix_power(P, k) @ M @ np.linalg.matrix_power(P, k).T for k in range(3)) / 3
    np.save(tmp_path / "x.npy", X)
    np.save(tmp_path / "y.npy", X @ averaged.T)
    out = tmp_path / "m.safetensors"
    result = json.loads(
        run("fit", str(tmp_path / "x.npy"), "--targets", str(tmp_path / "y.npy"), "--action", "cyclic:3", "--codomain",
            "(1 2 3)", "--codomain-degree", "3", "--rank", "3", "--out", str(out), "--json").output
    )  # fmt: skip
    assert result["loss_train"] == pytest.approx(0.0, abs=1e-12)
    assert load_model(out).matrix() == pytest.approx(averaged)


def test_invariant_maps(run, tmp_path):
    """They see sums over orbits only: an ordinary regression on these is the same."""
    rng = np.random.default_rng(4)
    X, Y = rng.normal(size=(50, 5)), rng.normal(size=(50, 2))
    np.save(tmp_path / "x.npy", X)
    np.savetxt(tmp_path / "y.csv", Y, delimiter=",", fmt="%.17g")
    sums = np.stack([X[:, [0, 2, 3]].sum(axis=1), X[:, [1, 4]].sum(axis=1)], axis=1)
    residual = np.linalg.lstsq(sums, Y, rcond=None)[1].sum() / Y.size
    result = json.loads(
        run("fit", str(tmp_path / "x.npy"), "--targets", str(tmp_path / "y.csv"), "--action", "(1 3 4)(2 5)",
            "--invariant", "--rank", "2", "--json").output
    )  # fmt: skip
    assert result["loss_train"] == pytest.approx(residual)


def test_weak_directions_beside_strong_ones(run, tmp_path):
    """What one pass over data far from the origin cannot tell is read again: the loss is that of the map."""
    X = 1e8 + np.random.default_rng(5).normal(size=(200, 4))
    np.save(tmp_path / "x.npy", X)
    out = tmp_path / "m.safetensors"
    (tmp_path / "one.json").write_text("[[0, 1, 2, 3]]")
    arguments = ("--action", f"@{tmp_path / 'one.json'}", "--rank", "2", "--out", str(out), "--json")
    result = json.loads(run("fit", str(tmp_path / "x.npy"), *arguments).output)
    tail = np.linalg.svd(X, compute_uv=False)[2:]
    assert result["loss_train"] == pytest.approx((tail**2).sum() / X.size, rel=1e-6)


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


def test_nearest_says_what_the_distance_is_made_of(run, tmp_path):
    """A diagonal under all permutations of three points: singular values by hand."""
    U = np.diag([1.0, 2.0, 6.0])
    np.save(tmp_path / "u.npy", U)
    arguments = ("nearest", str(tmp_path / "u.npy"), "--action", "symmetric:3")
    result = json.loads(run(*arguments, "--rank", "1", "--json").output)
    # Averaged over the group it is 3 times the identity: singular value 3 on (1, 1, 1), and 3 twice on the rest.
    assert result["distance_from_equivariant"] == pytest.approx(np.sqrt(4 + 1 + 9))
    assert result["distance"] == pytest.approx(np.sqrt(14 + 18))
    assert [(cut["value"], cut["multiplicity"]) for cut in result["singular_values_cut"]] == [(pytest.approx(3), 2)]
    assert (result["rank"], result["components_that_tie"], result["out"]) == (1, 1, None)
    permuted = [U - P @ U @ P.T for P in (np.eye(3)[[1, 2, 0]], np.eye(3)[[1, 0, 2]])]
    expected = sorted(np.linalg.norm(difference) / np.linalg.norm(U) for difference in permuted)
    assert sorted(result["equivariance_errors"]) == pytest.approx(expected)
    assert "nowhere: add --out" in run(*arguments).output


def test_ties_are_counted(run, tmp_path):
    np.save(tmp_path / "u.npy", np.eye(5))
    arguments = ("nearest", str(tmp_path / "u.npy"), "--action", "cyclic:5", "--rank", "2", "--json")
    # One of two blocks of dimension 2, both worth the same; the one of dimension 1 leaves a unit without use.
    assert json.loads(run(*arguments).output)["components_that_tie"] == 2


def test_the_nearest_map_is_a_model_to_apply(run, tmp_path):
    U = np.random.default_rng(0).normal(size=(4, 4))
    np.save(tmp_path / "u.npy", U)
    model, out = tmp_path / "near.safetensors", tmp_path / "out.npy"
    assert run("nearest", str(tmp_path / "u.npy"), "--action", "cyclic:4", "--out", str(model)).code == 0
    assert run("apply", str(model), str(tmp_path / "u.npy"), "--out", str(out)).code == 0
    assert np.load(out) == pytest.approx(U @ load_model(model).matrix().T)
