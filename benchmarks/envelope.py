"""Where the symmetry pays: every operation beside the estimator that knows none, over actions, sizes and batches.

``python -m benchmarks.envelope [CASE ...]`` prints cells as they come; ``python -m benchmarks --only envelope`` keeps
them and draws the table and the picture. Ours and the other one alternate sample by sample, on one thread each, and the
least processor time of each counts: what else runs on the machine changes neither. (On a busy machine two threads of
BLAS wait for each other at every product, ours and the other's: small ones took up to a hundred times as long.)
"""

from __future__ import annotations

import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression
from sklearn.utils.validation import check_is_fitted, validate_data
from threadpoolctl import threadpool_limits

import equivariety as ev

Task = Callable[[], object]

BATCHES = (1, 256, None)
"""Rows per call; None: all rows of the case."""
_LEAST_SAMPLE = 2e-3
"""A sample repeats a quick call until it takes so long."""
_LONG = 0.7
"""Seconds after which no more samples are taken, and of a call that is not repeated for a sample."""
_VERY_LONG = 5.0
_MOST_DENSE = 4096
"""Columns up to which the estimator without a symmetry runs at all."""


@dataclass(frozen=True)
class Case:
    """One action on data of one size."""

    name: str
    action: str
    rows: int
    ranks: tuple[int, ...]
    dtypes: tuple[str, ...] = ("float32", "float64")


CASES = (
    Case("digits 8x8, row shift", "shift:8x8:axis=1", 1797, (12, 64)),
    Case("digits 8x8, both shifts", "shift:8x8", 1797, (12, 64)),
    Case("digits 8x8, mirror", "reflect:8x8", 1797, (12, 64)),
    Case("digits 8x8, rotation", "rotate:8x8", 1797, (12, 64)),
    Case("digits 8x8, D4", "dihedral:8x8", 1797, (12, 64)),
    Case("28x28, row shift", "shift:28x28:axis=1", 10_000, (99, 784)),
    Case("28x28, both shifts", "shift:28x28", 10_000, (99, 784)),
    Case("28x28, mirror", "reflect:28x28", 10_000, (99, 784)),
    Case("28x28, rotation", "rotate:28x28", 10_000, (99, 784)),
    Case("28x28, D4", "dihedral:28x28", 10_000, (99, 784)),
    Case("ring of 1000", "cyclic:1000", 4000, (120,)),
    Case("mirrored ring of 1000", "dihedral:1000", 4000, (120,)),
    Case("cube 9x9x9, rotations", "rotate:9x9x9", 5000, (90,)),
    Case("cube 9x9x9, all symmetries", "symmetries:9x9x9", 5000, (90,)),
    Case("S6 on pairs x 20", "20*symmetric:6/2", 5000, (60,)),
    Case("64x64, row shift", "shift:64x64:axis=1", 2000, (100,), ("float32",)),
    Case("64x64, D4", "dihedral:64x64", 2000, (100,), ("float32",)),
    Case("512x512, row shift", "shift:512x512:axis=1", 40, (20,), ("float32",)),
    Case("512x512, both shifts", "shift:512x512", 40, (20,), ("float32",)),
)


@dataclass(frozen=True)
class Cell:
    """One operation of one case."""

    case: str
    dtype: str
    rank: int
    operation: str
    batch: int
    """Rows per call."""
    ours: float
    """Seconds of processor time of one call, the least of all samples."""
    dense: float | None
    """The same for the estimator without a symmetry; None where it cannot run."""
    our_memory: float | None
    """Bytes that one call takes at its peak, beside data and fitted models; of calls for all rows."""
    dense_memory: float | None

    @property
    def ratio(self) -> float | None:
        """How many times as fast ours is."""
        return None if self.dense is None else self.dense / self.ours


def envelope(names: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """All cells, or those of the cases in whose names one of the given texts occurs."""
    chosen = [case for case in CASES if not names or any(name in case.name for name in names)]
    with threadpool_limits(1):
        return [asdict(cell) for case in chosen for dtype in case.dtypes for cell in _cells(case, dtype)]


def _cells(case: Case, dtype: str) -> Iterator[Cell]:
    action = ev.actions.parse_action(case.action)
    X = _data(case.rows, action.degree, dtype)
    for rank in case.ranks:
        for operation, batch, ours, dense in _tasks(action, X, rank):
            other = dense if action.degree <= _MOST_DENSE else None
            fastest = _duel(ours, other)
            memory = [None if task is None or batch < case.rows else _peak(task) for task in (ours, other)]
            cell = Cell(case.name, dtype, rank, operation, batch, *fastest, *memory)
            print(_shown(cell), flush=True)
            yield cell


def _tasks(action: ev.actions.Action, X: np.ndarray, rank: int) -> Iterator[tuple[str, int, Task, Task]]:
    rows, columns = X.shape
    ours = ev.EquivariantPCA(action, rank)
    dense = PCA(min(rank, *X.shape), svd_solver="covariance_eigh")
    yield "fit", rows, lambda: ours.fit(X), lambda: dense.fit(X)
    if columns <= _MOST_DENSE and not hasattr(dense, "mean_"):
        dense.fit(X)
    H = np.ascontiguousarray(ours.fit(X).transform(X))
    features = dense.transform(X) if hasattr(dense, "mean_") else H
    for batch in BATCHES:
        x, h, f = X[:batch], H[:batch], features[:batch]
        yield "transform", len(x), lambda x=x: ours.transform(x), lambda x=x: dense.transform(x)
        yield "inverse_transform", len(x), lambda h=h: ours.inverse_transform(h), lambda f=f: dense.inverse_transform(f)
    yield "score", rows, lambda: ours.score(X), lambda: dense.score(X)
    if columns <= _MOST_DENSE:
        yield from _predictions(action, X, rank)


def _predictions(action: ev.actions.Action, X: np.ndarray, rank: int) -> Iterator[tuple[str, int, Task, Task]]:
    """A regression of bounded rank beside its two dense factors, or beside one matrix if that is smaller."""
    model = ev.EquivariantRegression(action, rank=rank, alpha=1.0).fit(X, X + 1)
    encoder, decoder = model.solution_.encoder.matrix().T, model.solution_.decoder.matrix().T
    encoder, decoder = encoder.astype(X.dtype), decoder.astype(X.dtype)
    plain = LinearRegression()
    plain.coef_, plain.intercept_ = model.coef_.astype(X.dtype), np.asarray(model.intercept_).astype(X.dtype)
    plain.n_features_in_ = X.shape[1]
    for batch in BATCHES:
        x = X[:batch]
        factored = 2 * encoder.shape[1] < encoder.shape[0]
        dense: Task = (lambda x=x: _in_factors(plain, x, encoder, decoder, plain.intercept_)) if factored else (
            lambda x=x: plain.predict(x)
        )  # fmt: skip
        yield "predict", len(x), lambda x=x: model.predict(x), dense


def _in_factors(
    plain: LinearRegression, X: np.ndarray, encoder: np.ndarray, decoder: np.ndarray, intercept: np.ndarray
) -> np.ndarray:
    """What a dense reduced-rank regression computes, with the checks of scikit-learn's estimators."""
    check_is_fitted(plain)
    return (validate_data(plain, X, reset=False) @ encoder) @ decoder + intercept


def _data(rows: int, columns: int, dtype: str) -> np.ndarray:
    """Seeded data of falling variance; the time does not depend on what they show."""
    random = np.random.default_rng(0)
    modes = random.standard_normal((50, columns), dtype=np.float32)
    X = random.standard_normal((rows, 50), dtype=np.float32) @ modes
    for start in range(0, rows, 1000):
        part = X[start : start + 1000]
        part += 0.3 * random.standard_normal(part.shape, dtype=np.float32)
    return X.astype(dtype)


def _duel(ours: Task, dense: Task | None) -> tuple[float, float | None]:
    """Least processor time of one call of each, in turns."""
    tasks = [ours] if dense is None else [ours, dense]
    firsts = [_first(task) for task in tasks]
    samples = [[seconds] if seconds > _LONG else [] for seconds in firsts]
    spent = 0.0
    for _ in range(7):
        for task, first, found in zip(tasks, firsts, samples, strict=True):
            if first > _LONG:
                continue
            times = max(1, int(_LEAST_SAMPLE / first))
            start = time.process_time()
            for _ in range(times):
                task()
            found.append((time.process_time() - start) / times)
            spent += found[-1] * times
        if spent > _LONG:
            break
    return min(samples[0]), min(samples[1]) if dense is not None else None


def _first(task: Task) -> float:
    """Seconds of the second call, since things are made in the first one that later calls find; very long ones once."""
    for _ in range(2):
        start = time.process_time()
        task()
        seconds = max(time.process_time() - start, 1e-6)
        if seconds > _VERY_LONG:
            break
    return seconds


def _peak(task: Task) -> float:
    """Bytes of arrays and objects that a call takes at its peak."""
    tracemalloc.start()
    task()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return float(peak)


def _shown(cell: Cell) -> str:
    ratio = "" if cell.ratio is None else f"{cell.ratio:6.2f}"
    dense = "" if cell.dense is None else f"{1e3 * cell.dense:9.3f}"
    return (f"{cell.case:28s} {cell.dtype} rank {cell.rank:4d} {cell.operation:18s} batch {cell.batch:6d} "
            f"{1e3 * cell.ours:9.3f} ms {dense:>9s} {ratio:>6s}")  # fmt: skip


if __name__ == "__main__":
    envelope(tuple(sys.argv[1:]))
