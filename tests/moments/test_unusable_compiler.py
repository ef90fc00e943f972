"""Where compiled loops would run but cannot, products of matrices give the same numbers, with one warning."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("numba", reason="compiled loops need the extra equivariety[fast]")

CODE = """
import numpy as np, equivariety as ev
X = np.random.default_rng(0).random((6000, 784), dtype=np.float32)
family = ev.EquivariantMaps(ev.actions.image_shift((28, 28), axis=1)).bounded(784)
for _ in range(2):
    solution = family.fit(X)
print(round(solution.loss, 5), solution.encoder.apply(X).shape)
"""


def _run(**environment):
    paths = {"PYTHONPATH": os.pathsep.join(sys.path), **environment}
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, env={**os.environ, **paths})
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def test_compilation_that_is_switched_off_or_a_damaged_cache(tmp_path: Path):
    expected, warnings = _run(NUMBA_CACHE_DIR=str(tmp_path))
    assert "compiled loops" not in warnings
    switched_off, warnings = _run(NUMBA_DISABLE_JIT="1")
    assert switched_off == expected
    assert warnings.count("RuntimeWarning: the compiled loops cannot be used") == 2  # one for fits, one for maps
    stored = [path for path in tmp_path.rglob("*") if path.is_file()]
    if not stored:
        pytest.skip("this machine's registers are too narrow for the compiled loops")
    for path in stored:
        path.write_bytes(b"damaged")
    damaged, warnings = _run(NUMBA_CACHE_DIR=str(tmp_path))
    assert damaged == expected
    assert "the compiled loops cannot be used" in warnings


def test_a_cache_that_cannot_be_written(tmp_path: Path):
    (tmp_path / "file").write_text("no folder")
    assert _run(NUMBA_CACHE_DIR=str(tmp_path / "file" / "below"))[0] == _run()[0]
