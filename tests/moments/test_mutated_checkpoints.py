"""Mutated checkpoints of streams: no exception but InputError, and nothing that was changed is accepted."""

from __future__ import annotations

import hashlib
import io
import json
import random

import numpy as np
import pytest

import equivariety as ev
from equivariety.errors import InputError
from equivariety.moments.checkpoints import Checkpoint
from equivariety.moments.streams import stream_moments

MAPS = ev.EquivariantMaps(ev.actions.image_dihedral(4))
X = np.random.default_rng(0).standard_normal((20, 16))


@pytest.fixture(params=[False, True], ids=["inputs", "inputs and targets"])
def interrupted(tmp_path, request):
    """A checkpoint after two of four batches, and what the whole stream gives."""

    def batches():
        return ((X[start : start + 5], X[start : start + 5, ::-1]) if request.param else X[start : start + 5]
                for start in range(0, 20, 5))  # fmt: skip

    def until_lost():
        for number, batch in enumerate(batches()):
            if number == 2:
                raise ConnectionError
            yield batch

    path = tmp_path / "moments.npz"
    with pytest.raises(ConnectionError):
        stream_moments(MAPS, until_lost(), Checkpoint(path, every=1))
    return path, batches, stream_moments(MAPS, batches())


def resumed(path, batches):
    """The moments, or None where the checkpoint is refused."""
    try:
        return stream_moments(MAPS, batches(), Checkpoint(path, every=100))
    except InputError:
        return None


def test_nothing_changed_is_accepted(interrupted):
    path, batches, expected = interrupted
    content = path.read_bytes()
    chance = random.Random(0)
    for _ in range(1000):
        place, length = chance.randrange(len(content)), chance.choice([1, 4, 100])
        bits = bytes([content[place] ^ 1 << chance.randrange(8)])
        changed = chance.choice(
            [
                content[:place] + bits + content[place + 1 :],
                content[:place] + content[place + length :],
                content[:place] + chance.randbytes(length) + content[place:],
                content[:place],
                content + chance.randbytes(length),
            ]
        )
        path.write_bytes(changed)
        assert changed == content or resumed(path, batches) is None
    path.write_bytes(content)
    found = resumed(path, batches)
    for first, second in zip(found.matrices, expected.matrices, strict=True):
        np.testing.assert_array_equal(first, second)


def forged(content, change):
    """The checkpoint with other contents, and the digest that fits them."""
    with np.load(io.BytesIO(content[:-64])) as archive:
        arrays = dict(archive)
    description = json.loads(str(arrays.pop("description")))
    change(arrays, description)
    file = io.BytesIO()
    np.savez(file, description=np.array(json.dumps(description)), **arrays)
    return file.getvalue() + hashlib.sha256(file.getvalue()).hexdigest().encode()


CHANGES = [
    lambda arrays, description: arrays.update(inner_0=arrays["inner_0"].astype(np.float32)),
    lambda arrays, description: arrays.update(inner_0=arrays["inner_0"][0]),
    lambda arrays, description: arrays.update(inner_0=arrays["inner_0"][:, :1]),
    lambda arrays, description: arrays.update(inner_0=np.nan * arrays["inner_0"]),
    lambda arrays, description: arrays.pop("inner_0"),
    lambda arrays, description: arrays.pop("input_sum"),
    lambda arrays, description: arrays.update(input_sum=np.zeros((1, 1))),
    lambda arrays, description: arrays.update(input_sum=arrays["input_sum"].astype(object)),
    lambda arrays, description: description.update(batches=-1),
    lambda arrays, description: description.update(batches=1.5),
    lambda arrays, description: description.update(samples="many"),
    lambda arrays, description: description.update(weight="inf"),
    lambda arrays, description: description.update(weight="0x1p99999999999"),
    lambda arrays, description: description.update(target_norm=[]),
    lambda arrays, description: description.update(format="equivariety moments 2"),
    lambda arrays, description: description.clear(),
]


@pytest.mark.parametrize("number", range(len(CHANGES)))
def test_shapes_and_types_are_checked(interrupted, number):
    path, batches, _ = interrupted
    path.write_bytes(forged(path.read_bytes(), CHANGES[number]))
    assert resumed(path, batches) is None
