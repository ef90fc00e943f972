"""Mutated model files: no exception but InputError, and nothing that was changed is accepted."""

from __future__ import annotations

import hashlib
import json
import random
import re

import numpy as np
import pytest
import torch
from safetensors import safe_open

import equivariety as ev
from equivariety.errors import InputError
from equivariety.models import container

RAW, FORGED = 18_000, 6_000


def models():
    X = np.random.default_rng(0).standard_normal((40, 16)) + 2
    dihedral = ev.actions.image_dihedral(4)
    maps = ev.EquivariantMaps(dihedral)
    torch.manual_seed(0)
    return [
        ev.EquivariantMaps(ev.actions.image_shift((4, 4), axis=1)).bounded(5).fit(X),
        maps.bounded(16).fit(X),
        ev.EquivariantMaps(ev.actions.parse_action("symmetric:4^2")).bounded(6).fit(X),
        maps.bounded(3).nearest(np.eye(16)),
        ev.EquivariantPCA(dihedral, n_components=4).fit(X),
        ev.EquivariantRegression(dihedral, rank=3).fit(X, X[:, ::-1]),
        ev.nn.EquivariantLinear(dihedral, rank=4),
        ev.nn.EquivariantMLP(dihedral, dihedral, hidden=[2 * dihedral]),
    ]


def files(folder):
    contents = []
    for model in models():
        ev.save_model(folder / "model", model)
        contents.append((folder / "model").read_bytes())
    return contents


def mutated(content, chance):
    """The bytes with one thing changed."""
    size = int.from_bytes(content[:8], "little") + 8
    place = chance.randrange(size) if chance.random() < 0.5 else chance.randrange(len(content))
    other = chance.randrange(len(content))
    length = chance.choice([1, 1, 2, 8, 100])
    bits = bytes([content[place] ^ 1 << chance.randrange(8)])
    return chance.choice(
        [
            content[:place] + bits + content[place + 1 :],
            content[:place] + bits + content[place + 1 :],
            content[:place] + bytes([chance.randrange(256)]) + content[place + 1 :],
            content[:place] + content[place + length :],
            content[:place] + chance.randbytes(length) + content[place:],
            content[:place] + content[other : other + length] + content[place + length :],
            content[:place],
            content + chance.randbytes(length),
        ]
    )


def refused(path):
    try:
        ev.load_model(path)
    except InputError:
        return True
    return False


def strange(chance):
    return chance.choice(
        [None, True, -1, 0, 3, 10**30, 10**4000, 1e300, "", "Solution", [], [[]], [1, 2, 3], {}, {"kind": "tuple"},
         {"kind": "same", "number": 0}, {"kind": "same", "number": -1}, {"kind": "float", "value": "nan"},
         {"kind": "float", "value": []}, {"kind": "array", "tensor": "component.maps.probe"},
         {"kind": "names", "items": [1], "shape": [2]}, {"kind": "PermutationAction", "state": {}},
         {"kind": "complex", "parts": ["1", 2]}, {"kind": "ReLU", "state": {"constants": {"inplace": []}}}]
    )  # fmt: skip


def spots(node):
    """All places in a description: (container, key)."""
    items = list(node.items()) if isinstance(node, dict) else list(enumerate(node)) if isinstance(node, list) else []
    return [(node, key) for key, _ in items] + [spot for _, part in items for spot in spots(part)]


def forged(path, chance):
    """A file whose digest fits, with one thing changed in the description or in the arrays."""
    with safe_open(path, "numpy") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        description = json.loads(file.metadata()["model"])
    model = {"model": description["model"]}
    if chance.random() < 0.7:
        where, key = chance.choice(spots(model))
        if isinstance(where, dict) and chance.random() < 0.2:
            del where[key]
        else:
            where[key] = strange(chance)
    else:
        name = chance.choice(sorted(tensors))
        array = tensors[name]
        tensors[name] = chance.choice(
            [array[:0], array[None], array.ravel()[1:], array.astype(np.float32), array.astype(np.int8), array * 0,
             -array.astype(float), array.astype(float) * 1e300 * 1e10, np.zeros((1,) * 40)]
        )  # fmt: skip
    try:
        return container.signed(model, tensors)
    except ValueError:  # an integer too long for JSON
        return None


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_nothing_changed_is_accepted(tmp_path):
    chance = random.Random(0)
    originals = files(tmp_path)
    tried = 0
    while tried < RAW:
        original = chance.choice(originals)
        content = mutated(original, chance)
        if content != original:
            (tmp_path / "mutated").write_bytes(content)
            assert refused(tmp_path / "mutated"), f"number {tried}"
            tried += 1


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_forged_digests_provoke_no_other_exception(tmp_path):
    chance = random.Random(1)
    originals = files(tmp_path)
    tried = told = 0
    while tried < FORGED:
        (tmp_path / "original").write_bytes(chance.choice(originals))
        content = forged(tmp_path / "original", chance)
        if content is not None:
            (tmp_path / "mutated").write_bytes(content)
            told += refused(tmp_path / "mutated")
            tried += 1
    assert told > FORGED / 2
    print(f"{told} of {tried} files with forged digests refused")


def test_the_digest_is_that_of_the_file_with_zeros_in_its_place(tmp_path):
    for content in files(tmp_path):
        digest = re.search(rb"digest[^0-9a-f]*([0-9a-f]{64})", content).group(1)
        assert hashlib.sha256(content.replace(digest, b"0" * 64, 1)).hexdigest().encode() == digest
