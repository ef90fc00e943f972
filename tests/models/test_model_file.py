"""Model files: what is saved comes back, and nothing else passes for a model."""

from __future__ import annotations

import hashlib
import json
import os
import re

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

import equivariety as ev
from equivariety.errors import InputError
from equivariety.isotypic import fingerprints
from equivariety.models import container
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
    """A forged file: the digest is that of its contents."""
    rest = {name: value for name, value in description.items() if name not in ("format", "digest")}
    path.write_bytes(container.signed(rest, tensors))


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
    with pytest.raises(InputError, match="expected 'equivariety model 2', found 'a safetensors file of another"):
        ev.load_model(tmp_path / "other")
    with pytest.raises(InputError, match="absent cannot be read: No such file or directory"):
        ev.load_model(tmp_path / "absent")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="pipe is a device or a pipe, not a model file"):
        ev.load_model(tmp_path / "pipe")


def test_files_of_version_0_1_are_refused(tmp_path):
    description = {"format": "equivariety model 1", "maps": "equivariant", "ranks": [1], "loss": 0.0}
    save_file({"domain": np.zeros((1, 1), dtype=int)}, tmp_path / "old", {"model": json.dumps(description)})
    with pytest.raises(InputError, match="found 'equivariety model 1'; models of older versions must be fitted again"):
        ev.load_model(tmp_path / "old")


def test_another_action_is_noticed(saved):
    path, *_ = saved
    tensors, description = contents(path)
    name = "component.maps.domain.images"
    tensors[name] = np.argsort(tensors[name])  # the shift to the other side
    write(path, tensors, description)
    with pytest.raises(InputError, match="has a fingerprint that does not fit its action"):
        ev.load_model(path)


def test_another_convention_is_noticed(saved, monkeypatch):
    path, *_ = saved
    monkeypatch.setattr(fingerprints, "BASIS_CONVENTION", fingerprints.BASIS_CONVENTION + 1)
    with pytest.raises(InputError, match="the convention for bases changed since it was written: fit the model again"):
        ev.load_model(path)


@pytest.mark.parametrize("text", ["rotate:3x3", "dihedral:3x3", "symmetric:4^2"])
def test_another_basis_is_noticed_in_every_block(tmp_path, text):
    """A file whose probe belongs to a basis with one coordinate turned, such as another eigensolver gives."""
    action = ev.actions.parse_action(text)
    point = ev.EquivariantMaps(action).bounded(2).nearest(np.eye(action.degree))
    ev.save_model(tmp_path / "model", point)
    tensors, description = contents(tmp_path / "model")
    for coordinate in range(2 * action.degree):
        probe = tensors["component.maps.probe"].copy()
        probe[coordinate] *= -1
        write(tmp_path / "turned", tensors | {"component.maps.probe": probe}, description)
        with pytest.raises(InputError, match="was written in another basis of the same action"):
            ev.load_model(tmp_path / "turned")


@pytest.mark.parametrize("text", ["rotate:3x3", "dihedral:3x3", "symmetric:4^2"])
def test_changed_weights_are_noticed_in_every_block(tmp_path, text):
    """The probe of version 0.1 vanished on whole blocks, so that a factor in one of them was accepted."""
    action = ev.actions.parse_action(text)
    X = np.random.default_rng(0).standard_normal((50, action.degree))
    ev.save_model(tmp_path / "model", ev.EquivariantMaps(action).bounded(action.degree).fit(X))
    tensors, description = contents(tmp_path / "model")
    for name in [name for name in tensors if name.startswith(("encoder", "decoder"))]:
        for factor in (-1000.0, 1 + 1e-15):
            changed = tensors | {name: tensors[name] * factor}
            save_file(changed, tmp_path / "changed", {"model": json.dumps(description)})
            with pytest.raises(InputError, match="was changed since it was written"):
                ev.load_model(tmp_path / "changed")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda tensors, description: tensors.pop("encoder.0"), "is a damaged model file: KeyError 'encoder.0'"),
        (lambda tensors, description: description["model"]["state"].pop("loss"), "is a damaged model file: .*'loss'"),
        (
            lambda tensors, description: description["model"]["state"]["component"]["state"].update(ranks=[9, 0, 0]),
            "damaged model file.*: rank 1 must be a whole",
        ),
        (
            lambda tensors, description: description["model"]["state"]["component"]["state"].update(ranks=5),
            "is a damaged model file",
        ),
        (
            lambda tensors, description: description["model"]["state"]["component"]["state"].update(
                ranks=[10**400] * 3
            ),
            "is a damaged model file",
        ),
        (
            lambda tensors, description: description["model"]["state"].update(loss={"kind": "float", "value": "inf"}),
            "is a damaged model file.*: loss must be finite, not inf",
        ),
        (
            lambda tensors, description: tensors.update({"decoder.0": np.ones((1, 2))}),
            r"is a damaged model file.*: decoder.0 must have shape \(.*\), not \(1, 2\)",
        ),
        (
            lambda tensors, description: tensors.update({"decoder.0": tensors["decoder.0"].astype(np.float32)}),
            "is a damaged model file.*: decoder.0 must hold numbers of type float64, not float32",
        ),
        (
            lambda tensors, description: tensors.update({"decoder.0": np.nan * tensors["decoder.0"]}),
            "is a damaged model file.*: decoder.0 must hold finite numbers",
        ),
        (lambda tensors, description: description.update(model=[1, 2]), "is a damaged model file: it holds a list"),
        (lambda tensors, description: description.update(model={"kind": "os.system"}), "this version knows no"),
    ],
)
def test_forged_files(saved, change, message):
    path, *_ = saved
    tensors, description = contents(path)
    change(tensors, description)
    write(path, tensors, description)
    with pytest.raises(InputError, match=message):
        ev.load_model(path)


def forged_header(header, rest=b""):
    return len(header).to_bytes(8, "little") + header + rest


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 8,
        (2**63).to_bytes(8, "little"),
        forged_header(b"[" * 100_000),
        forged_header(b"[]"),
        forged_header(b'{"__metadata__": []}'),
        forged_header(b'{"a": {"dtype": "F64", "shape": [1], "data_offsets": [0, ' + b"9" * 5000 + b"]}}"),
        forged_header(json.dumps({"__metadata__": {"model": "[" * 100_000}}).encode()),
        forged_header(json.dumps({"__metadata__": {"model": '{"format": ' + "9" * 5000 + "}"}}).encode()),
    ],
    ids=range(9),
)
def test_strange_headers(tmp_path, content):
    (tmp_path / "model").write_bytes(content)
    with pytest.raises(InputError, match="is not a model file"):
        ev.load_model(tmp_path / "model")


def test_more_dimensions_than_numpy_has(saved):
    path, *_ = saved
    tensors, description = contents(path)
    content = container.signed({"model": description["model"]}, tensors | {"wide": np.zeros((1,) * 64)})
    size = int.from_bytes(content[:8], "little")
    header = content[8 : 8 + size].replace(b"1,1,1,1", b"1,1,1,1,1,1", 1)
    path.write_bytes(resigned(forged_header(header, content[8 + size :])))
    with pytest.raises(InputError, match="is a damaged model file"):
        ev.load_model(path)


def resigned(content):
    """The bytes with a digest that fits them."""
    found = re.search(rb"digest[^0-9a-f]*([0-9a-f]{64})", content).group(1)
    plain = content.replace(found, b"0" * 64, 1)
    return content.replace(found, hashlib.sha256(plain).hexdigest().encode(), 1)


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
