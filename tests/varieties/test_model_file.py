"""Model files: what is saved comes back, and nothing else passes for a model."""

from __future__ import annotations

import json

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

import equivariety as ev
from equivariety.errors import InputError
from equivariety.isotypic import fingerprints
from referees import regular

QUATERNION_GROUP = ev.PermutationAction(regular([[1, 2, 3, 0, 7, 4, 5, 6], [4, 5, 6, 7, 2, 3, 0, 1]]))


def families():
    digits = ev.EquivariantMaps(ev.actions.image_shift((4, 5)))
    rotation = ev.PermutationAction.from_cycles("(1 2 3 4); (1 3)")
    return {
        "one shift": ev.EquivariantMaps(ev.actions.image_shift((3, 4), axis=1)).bounded(5),
        "two shifts": digits.bounded(7),
        "not commuting, other codomain": ev.EquivariantMaps(rotation**2, rotation).bounded(3),
        "quaternionic": ev.EquivariantMaps(QUATERNION_GROUP).bounded(4),
        "invariant": ev.InvariantMaps(ev.PermutationAction.from_cycles("(1 2 3)(4 5)", 7), outputs=2).bounded(2),
        "rank zero": digits.bounded(0),
    }


def fitted(family):
    rng = np.random.default_rng(3)
    X = rng.random((60, family.maps.domain.degree))
    return family.fit(X, rng.random((60, family.maps.codomain.degree))), X


@pytest.fixture
def saved(tmp_path):
    solution, X = fitted(families()["one shift"])
    path = tmp_path / "model.safetensors"
    ev.save_model(path, solution)
    return path, solution, X


@pytest.mark.parametrize("name", families())
def test_a_saved_model_is_the_same_map(tmp_path, name):
    solution, X = fitted(families()[name])
    ev.save_model(tmp_path / "model", solution)
    model = ev.load_model(tmp_path / "model")
    assert model.component == solution.component
    assert model.loss == solution.loss
    np.testing.assert_array_equal(model.apply(X), solution.apply(X))
    np.testing.assert_array_equal(model.matrix(), solution.matrix())
    ev.save_model(tmp_path / "again", model)
    assert (tmp_path / "again").read_bytes() == (tmp_path / "model").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again", "model"]


def contents(path):
    with safe_open(path, "numpy") as file:
        return {name: file.get_tensor(name) for name in file.keys()}, json.loads(file.metadata()["model"])  # noqa: SIM118


def write(path, tensors, description):
    save_file(tensors, path, {"model": json.dumps(description)})


def test_a_truncated_file(saved):
    path, *_ = saved
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(InputError, match=r"model.safetensors is not a model file, or it is truncated"):
        ev.load_model(path)


def test_foreign_files(tmp_path):
    (tmp_path / "text").write_text("no model at all, but long enough for a header")
    with pytest.raises(InputError, match="text is not a model file, or it is truncated"):
        ev.load_model(tmp_path / "text")
    save_file({"weight": np.ones(3)}, tmp_path / "other")
    with pytest.raises(InputError, match="expected 'equivariety model 1', found 'a safetensors file of another"):
        ev.load_model(tmp_path / "other")
    with pytest.raises(InputError, match="absent cannot be read: No such file or directory"):
        ev.load_model(tmp_path / "absent")


def test_another_action_is_noticed(saved):
    path, *_ = saved
    tensors, description = contents(path)
    tensors["domain"] = tensors["codomain"] = np.argsort(tensors["domain"])  # the shift to the other side
    write(path, tensors, description)
    with pytest.raises(InputError, match="has a fingerprint that does not fit its action"):
        ev.load_model(path)


def test_another_convention_is_noticed(saved, monkeypatch):
    path, *_ = saved
    monkeypatch.setattr(fingerprints, "BASIS_CONVENTION", -1)
    with pytest.raises(InputError, match="the convention for bases changed since it was written: fit the model again"):
        ev.load_model(path)


def test_another_basis_is_noticed(saved):
    """Coefficients that were written in a basis with one sign turned."""
    path, *_ = saved
    tensors, description = contents(path)
    tensors["encoder.0"] = -tensors["encoder.0"]
    tensors["decoder.0"] = -tensors["decoder.0"]
    write(path, tensors, description)
    with pytest.raises(InputError, match="was written in another basis of the same action"):
        ev.load_model(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda tensors, description: tensors.pop("encoder.0"), "is a damaged model file: 'encoder.0'"),
        (lambda tensors, description: description.pop("ranks"), "is a damaged model file: 'ranks'"),
        (
            lambda tensors, description: description.update(ranks=[9, 0, 0]),
            "damaged model file: rank 1 must be a whole",
        ),
        (lambda tensors, description: description.update(ranks=5), "is a damaged model file"),
        (
            lambda tensors, description: tensors.update({"decoder.0": np.ones((1, 2))}),
            r"is a damaged model file: decoder.0 must have shape \(.*\), not \(1, 2\)",
        ),
    ],
)
def test_damaged_files(saved, change, message):
    path, *_ = saved
    tensors, description = contents(path)
    change(tensors, description)
    write(path, tensors, description)
    with pytest.raises(InputError, match=message):
        ev.load_model(path)


def test_what_cannot_be_written_leaves_nothing(saved, tmp_path):
    _, solution, _ = saved
    with pytest.raises(InputError, match="folder/model cannot be written: No such file or directory"):
        ev.save_model(tmp_path / "folder" / "model", solution)
    (tmp_path / "a folder").mkdir()
    with pytest.raises(InputError, match="a folder cannot be written: Is a directory"):
        ev.save_model(tmp_path / "a folder", solution)
    assert not list(tmp_path.glob(".*"))


def test_an_interruption_leaves_the_old_file(tmp_path):
    from equivariety.files import replacing

    (tmp_path / "model").write_text("old")

    def interrupted():
        with replacing(tmp_path / "model") as temporary:
            temporary.write_text("half of the new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("model", "old")]
