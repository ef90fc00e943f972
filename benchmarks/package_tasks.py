"""One task of one package in a process of its own: ``python -m benchmarks.package_tasks {layer,fits} PACKAGE``.

The interpreter may be another one than that of the suite, with other versions of NumPy and without this library. So
nothing is imported here but what the package needs. The action is the cyclic shift along the rows of 28 x 28 images:
28 copies of the regular representation of C_28.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from statistics import median
from typing import Any, NamedTuple

import numpy as np
import torch

from benchmarks.data import images

SIDE, RANK, BATCH, SAMPLES = 28, 99, 4096, 60_000
WARM_UP, ROUNDS, FIT_ROUNDS = 3, 15, 3
PAUSE = 0.15  # see benchmarks/timing.py, which needs libraries that another interpreter may not have

Model = Callable[[torch.Tensor], torch.Tensor]


class Layer(NamedTuple):
    """A module and how it is called on plain tensors."""

    module: torch.nn.Module
    call: Model


def dense_layer() -> Layer:
    """No symmetry."""
    module = torch.nn.Linear(SIDE**2, SIDE**2, bias=False)
    return Layer(module, module)


def our_layer() -> Layer:
    """All equivariant maps, in the coordinates of the blocks."""
    import equivariety as ev

    action = ev.actions.image_shift((SIDE, SIDE), axis=1)
    module = ev.nn.EquivariantLinear(action, action, bias=False)
    return Layer(module, module)


def escnn_layer() -> Layer:
    """The same maps in escnn: a dense matrix, expanded from its coordinates, in evaluation once and for all."""
    import escnn

    space = escnn.gspaces.no_base_space(escnn.group.cyclic_group(SIDE))
    kind = escnn.nn.FieldType(space, [space.regular_repr] * SIDE)
    module = escnn.nn.Linear(kind, kind, bias=False)
    return Layer(module, lambda inputs: module(kind(inputs)).tensor)


def symm_layer() -> Layer:
    """The same maps in symm-learning, which works as escnn does."""
    from symm_learning.nn import eLinear

    representation = _representation()
    module = eLinear(representation, representation, bias=False)
    return Layer(module, module)


def _representation() -> Any:
    """28 copies of the regular representation, as symm-learning takes it."""
    import escnn
    from symm_learning.representation_theory import direct_sum

    return direct_sum([escnn.group.cyclic_group(SIDE).regular_representation] * SIDE)


LAYERS: dict[str, Callable[[], Layer]] = {
    "equivariety": our_layer, "escnn": escnn_layer, "symm-learning": symm_layer, "torch": dense_layer
}  # fmt: skip


def layer(package: str) -> dict[str, Any]:
    """Seconds to build a layer, and the least milliseconds of processor time on one thread for a batch."""
    import_package(package)
    torch.set_num_threads(1)
    start = time.perf_counter()
    built = LAYERS[package]()
    construction = time.perf_counter() - start
    inputs = torch.rand(BATCH, SIDE**2, generator=torch.Generator().manual_seed(0))
    gradient = torch.rand(BATCH, SIDE**2, generator=torch.Generator().manual_seed(1))

    def forward() -> None:
        with torch.no_grad():
            built.call(inputs)

    def backward() -> None:
        built.module.zero_grad(set_to_none=True)
        built.call(inputs).backward(gradient)

    built.module.eval()
    result = {"construction": construction, "forward": _milliseconds(forward), "error": _error(built.call, inputs)}
    built.module.train()
    weights = sum(parameter.numel() for parameter in built.module.parameters())
    return result | {"both": _milliseconds(backward), "weights": weights}


def _milliseconds(task: Callable[[], None]) -> float:
    for _ in range(WARM_UP):
        task()
    spent = []
    for _ in range(ROUNDS):
        start = time.process_time()
        task()
        spent.append(time.process_time() - start)
    return 1e3 * min(spent)


def _error(call: Model, inputs: torch.Tensor) -> float:
    """How far the layer is from equivariant, relative to its largest output."""

    def shifted(X: torch.Tensor) -> torch.Tensor:
        return X.reshape(-1, SIDE, SIDE).roll(1, 2).reshape(-1, SIDE**2)

    with torch.no_grad():
        outputs = call(inputs)
        return float((call(shifted(inputs)) - shifted(outputs)).abs().max() / outputs.abs().max())


def our_fits(X: np.ndarray, Y: np.ndarray) -> dict[str, Callable[[], Any]]:
    """The best autoencoder of rank 99 (spectra of all blocks and the choice of a component), and least squares."""
    import equivariety as ev

    maps = ev.EquivariantMaps(ev.actions.image_shift((SIDE, SIDE), axis=1))
    every, cut = maps.bounded(maps.largest_rank), maps.bounded(RANK)
    return {"spectrum": lambda: cut.fit(X), "least squares": lambda: every.fit(X, Y).matrix()}


def symm_fits(X: np.ndarray, Y: np.ndarray) -> dict[str, Callable[[], Any]]:
    """The equivariant covariance with its eigenvectors, and least squares."""
    from symm_learning.linalg import lstsq
    from symm_learning.stats import cov

    representation = _representation()
    inputs, targets = torch.from_numpy(X), torch.from_numpy(Y)

    def spectrum() -> Any:
        return torch.linalg.eigh(cov(inputs, inputs, representation, representation, uncentered=True))

    return {
        "spectrum": spectrum,
        "least squares": lambda: lstsq(inputs, targets, representation, representation).numpy(),
    }


FITS = {"equivariety": our_fits, "symm-learning": symm_fits}


def fits(package: str) -> dict[str, Any]:
    """Wall and processor seconds with all threads, and the mean squared error per entry of the least squares."""
    import_package(package)
    X = images(SAMPLES, SIDE)
    X /= X.std()
    Y = np.roll(X.reshape(-1, SIDE, SIDE), 1, axis=2).reshape(X.shape)
    Y += np.random.default_rng(1).standard_normal(Y.shape, dtype=np.float32)
    result: dict[str, Any] = {}
    for name, task in FITS[package](X, Y).items():
        found, wall, processor = task(), [], []
        for _ in range(FIT_ROUNDS):
            time.sleep(PAUSE)
            start, used = time.perf_counter(), time.process_time()
            task()
            wall.append(time.perf_counter() - start)
            processor.append(time.process_time() - used)
        result |= {name: median(wall), f"{name}, processor": min(processor)}
        if name == "least squares":
            result["loss"] = float(np.mean((Y - X @ found.T.astype(np.float32)) ** 2, dtype=np.float64))
    return result


def import_package(package: str) -> None:
    """Imports are not counted."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        __import__({"symm-learning": "symm_learning.nn", "equivariety": "equivariety.nn"}.get(package, package))


def versions(package: str) -> str:
    """What was measured; this library runs from its sources."""
    names = ["torch", "numpy"] if package in ("equivariety", "torch") else [package, "torch", "numpy"]
    return ", ".join(f"{name} {version(name)}" for name in names)


if __name__ == "__main__":
    task, package = sys.argv[1:]
    measured = {"layer": layer, "fits": fits}[task](package)
    print(json.dumps(measured | {"versions": versions(package)}))
