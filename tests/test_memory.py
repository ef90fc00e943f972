"""What does not fit is refused beforehand, with the figure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import equivariety as ev
from equivariety import memory
from equivariety.errors import InputError


def test_what_the_system_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in (("_MEMINFO", "MemTotal: 9 kB\nMemAvailable: 4 kB\n"), ("_LIMIT", "5000\n"), ("_USED", "2000\n")):
        monkeypatch.setattr(memory, name, tmp_path / name)
        (tmp_path / name).write_text(text)
    assert memory.available_memory() == 3000
    (tmp_path / "_LIMIT").write_text("max\n")
    assert memory.available_memory() == 4096


def test_the_dense_matrix_of_many_points(monkeypatch: pytest.MonkeyPatch) -> None:
    solution = ev.EquivariantMaps(ev.actions.cyclic(300)).bounded(1).fit(np.ones((1, 300)))
    monkeypatch.setattr(memory, "available_memory", lambda: 10**6)
    with pytest.raises(InputError, match=r"dense matrix of shape \(300, 300\) needs about 0.0 GiB.*apply\(X\)"):
        solution.matrix()


def test_moments_of_large_blocks() -> None:
    degree = 400_000
    maps = ev.EquivariantMaps(ev.actions.trivial(degree))
    with pytest.raises(InputError, match=r"a fit with blocks of up to 400000 columns needs about .* GiB"):
        maps.bounded(1).fit(np.ones((2, degree), dtype=np.float32))
