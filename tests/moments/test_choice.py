"""When the compiled ways are taken."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import equivariety as ev
from equivariety.moments import compiled_sums
from equivariety.moments.samples import Samples
from equivariety.varieties import compiled_map

numba = pytest.importorskip("numba", reason="compiled loops need the extra equivariety[fast]")
compiled = pytest.importorskip("equivariety.moments.kernels.compiled")


def takes_compiled_sums(action: ev.PermutationAction, samples: int, dtype: str = "float32") -> bool:
    basis = ev.EquivariantMaps(action).domain_basis
    X = np.zeros((samples, action.degree), dtype=dtype)
    return compiled_sums.compiled_sums(Samples(X), basis, basis) is not None


def test_sums_of_many_images_are_compiled() -> None:
    shift = ev.actions.image_shift((28, 28), axis=1)
    assert takes_compiled_sums(shift, 6000)
    assert takes_compiled_sums(shift, 6000, "uint8")
    assert takes_compiled_sums(shift, 6000, "float64")
    assert not takes_compiled_sums(shift, 60)


def test_large_blocks_and_empty_registers_are_left_to_the_library() -> None:
    assert not takes_compiled_sums(ev.actions.image_shift((96, 32), axis=1), 2000)
    assert not takes_compiled_sums(ev.actions.image_shift((50, 3), axis=1), 30_000)


def test_maps_of_many_images_are_compiled() -> None:
    solution = ev.EquivariantMaps(ev.actions.image_shift((28, 28), axis=1)).bounded(20).nearest(np.eye(784))
    for map in (solution.encoder, solution.decoder):
        assert compiled_map.compiled_map(map, np.zeros((2000, map.shape[1]))) is not None
        assert compiled_map.compiled_map(map, np.zeros((20, map.shape[1]))) is None


def test_a_numba_that_does_not_import_is_none(tmp_path: Path) -> None:
    package = tmp_path / "numba"
    package.mkdir()
    (package / "__init__.py").write_text("raise ImportError('Numba needs another NumPy')")
    program = (
        "import numpy as np, equivariety as ev; from equivariety.moments.kernels import available; "
        "family = ev.EquivariantMaps(ev.actions.cyclic(4)).bounded(2); "
        "print(family.fit(np.eye(2**20, 4)).ranks, available())"
    )
    path = os.pathsep.join([str(tmp_path), *sys.path])
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True
    )
    assert done.stdout.split()[-1] == "False", done.stderr


def test_compiled_code_that_cannot_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def njit(**options: bool) -> Any:
        if options.get("cache"):
            raise RuntimeError("no folder can be written")
        return numba.njit(**options)

    monkeypatch.setattr(compiled, "njit", njit)
    assert compiled._loop(lambda number: number + 1)(1) == 2


@pytest.mark.parametrize("dtype", [">f4", ">f8", "longdouble"])
def test_numbers_that_no_register_holds_are_left_to_the_library(dtype: str) -> None:
    shift = ev.actions.image_shift((28, 28), axis=1)
    assert not takes_compiled_sums(shift, 6000, dtype)
    encoder = ev.EquivariantMaps(shift).bounded(20).nearest(np.eye(784)).encoder
    assert compiled_map.compiled_map(encoder, np.zeros((2000, 784), dtype=dtype)) is None


def test_numbers_of_the_other_byte_order_give_the_same_fit() -> None:
    family = ev.EquivariantMaps(ev.actions.image_shift((28, 28), axis=1)).bounded(20)
    X = np.random.default_rng(0).standard_normal((6000, 784))
    swapped = X.astype(">f8")
    assert family.fit(swapped).loss == pytest.approx(family.fit(X).loss, rel=1e-12)
    solution = family.fit(X)
    np.testing.assert_allclose(solution.apply(swapped), solution.apply(X), atol=1e-12)


def test_nothing_is_compiled_without_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    shift = ev.actions.image_shift((28, 28), axis=1)
    encoder = ev.EquivariantMaps(shift).bounded(20).nearest(np.eye(784)).encoder
    for module in (compiled_sums, compiled_map):
        monkeypatch.setattr(module, "available", lambda: False)
    assert not takes_compiled_sums(shift, 6000)
    assert compiled_map.compiled_map(encoder, np.zeros((2000, 784))) is None
