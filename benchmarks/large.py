"""Sizes at which nobody forms a dense matrix; each case in a process of its own, with its peak memory."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np

import equivariety as ev
from benchmarks.memory import peak_megabytes

CASES = ("rows of 256 x 256, 10,000 images", "both shifts of 1000 x 1000, 200 images", "one cycle of 1,000,000",
         "random permutation of 1,000,000", "2^20 points: both shifts of 1024 x 1024, 100 images")  # fmt: skip


def streamed(samples: int, degree: int, batch: int) -> Iterator[np.ndarray]:
    """Batches of bytes, as they would come from a disk."""
    random = np.random.default_rng(0)
    for start in range(0, samples, batch):
        yield random.integers(0, 256, (min(batch, samples - start), degree), dtype=np.uint8)


def run(case: int) -> dict[str, float | str]:
    """Seconds and megabytes of one case."""
    start = time.perf_counter()
    if case == 0:
        action, samples, batch = ev.actions.image_shift((256, 256), axis=1), 10_000, 2048
    elif case == 1:
        action, samples, batch = ev.actions.image_shift((1000, 1000)), 200, 50
    elif case == 2:
        action, samples, batch = ev.actions.cyclic(10**6), 0, 1
    elif case == 3:
        action, samples, batch = ev.PermutationAction(np.random.default_rng(0).permutation(10**6)), 0, 1
    else:
        action, samples, batch = ev.actions.image_shift((1024, 1024)), 100, 50
    begun = time.perf_counter()
    maps = ev.EquivariantMaps(action)
    result: dict[str, float | str] = {"case": CASES[case], "dimension": maps.dimension}
    result["decompose"] = time.perf_counter() - begun
    if samples:
        from equivariety.varieties.fitting import data_moments

        making = time.perf_counter()
        for _ in streamed(samples, action.degree, batch):
            pass
        making = time.perf_counter() - making
        begun = time.perf_counter()
        moments = data_moments(maps, streamed(samples, action.degree, batch))
        result["moments"] = time.perf_counter() - begun - making
        begun = time.perf_counter()
        maps.bounded(1000).solve(moments)
        result["solve"] = time.perf_counter() - begun
    result["total"] = time.perf_counter() - start
    result["peak_megabytes"] = peak_megabytes()
    return result


def run_apart(case: int) -> dict[str, float | str]:
    output = subprocess.run([sys.executable, "-m", "benchmarks.large", str(case)], capture_output=True, check=True)
    return dict(json.loads(output.stdout))


def scaling(sides: tuple[int, ...], dense_sides: tuple[int, ...], samples: int) -> dict[str, list[list[float]]]:
    """Seconds of a fit against n, for row shifts of square images and for a dense Gram matrix with eigenvectors."""
    curves: dict[str, list[list[float]]] = {"equivariety": [], "dense Gram matrix and eigh": []}
    for side in sides:
        X = np.random.default_rng(0).standard_normal((samples, side * side), dtype=np.float32)
        begun = time.perf_counter()
        ev.EquivariantMaps(ev.actions.image_shift((side, side), axis=1)).bounded(10).fit(X)
        curves["equivariety"].append([side**2, time.perf_counter() - begun])
        if side in dense_sides:
            begun = time.perf_counter()
            np.linalg.eigh(X.T @ X)
            curves["dense Gram matrix and eigh"].append([side**2, time.perf_counter() - begun])
    return curves


def start_up(rounds: int = 5) -> dict[str, float]:
    """Median seconds of fresh processes."""
    commands = {
        "python": "pass",
        "import scipy.linalg": "import scipy.linalg",
        "import equivariety.varieties": "import scipy.linalg, equivariety, equivariety.varieties",
        "equivariety describe": "import sys; sys.argv = ['equivariety', 'describe', 'shift:28x28:axis=1', '--rank', "
        "'99', '--json']; from equivariety.cli import main; main()",
    }
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, code in commands.items():
            begun = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
            seconds[name].append(time.perf_counter() - begun)
    return {name: float(np.median(values)) for name, values in seconds.items()}


if __name__ == "__main__":
    print(json.dumps(run(int(sys.argv[1]))))
