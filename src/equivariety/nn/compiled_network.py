"""A network by compiled loops: all products for a few samples at a time, which stay in the cache.

One function of PyTorch's automatic differentiation stands for the whole network. Nothing between input and output is
kept for the way back: what the gradients need of it is computed anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.autograd import Function
from torch.autograd.forward_ad import unpack_dual

from equivariety.moments.kernels import available, runs
from equivariety.moments.kernels.programs import Columns, Program, ProgramBuilder, Rows
from equivariety.moments.kernels.transforms import has_small_bases
from equivariety.nn.layout import Layout
from equivariety.nn.programs import Spaces, Walk, collect_gradients
from equivariety.threads import in_kept_threads

TYPES: dict[torch.dtype, np.dtype[Any]] = {torch.float32: np.dtype(np.float32), torch.float64: np.dtype(np.float64)}
"""Precisions that compiled loops have."""

# Rows of a task, at least, and tasks, at most. Gradients are added up task by task, however many threads there are.
_TASK_ROWS, _MOST_TASKS = 128, 16

# Multiplications of vector registers below which one thread is as fast as several: some 50 microseconds.
_ALONE = 2**18

Plain = Callable[..., Tensor]
"""The network of rows and the weights of all factors, by operations of PyTorch."""


@dataclass(frozen=True, eq=False)
class CompiledNetwork:
    """The programs of a network in one precision."""

    layout: Layout
    dtype: np.dtype[Any]

    @cached_property
    def _spaces(self) -> Spaces:
        return Spaces(self.layout)

    @cached_property
    def _forward(self) -> tuple[Program, Walk, int, float]:
        builder = ProgramBuilder(self.dtype)
        walk = Walk(builder, self._spaces)
        given = walk.into_end()
        return builder.finish(self._spaces.weights), walk, given, builder.cost

    @cached_property
    def _gradients_of_weights(self) -> tuple[Program, Walk, Walk, int]:
        return self._backward(with_inputs=False)

    @cached_property
    def _gradients_with_inputs(self) -> tuple[Program, Walk, Walk, int]:
        return self._backward(with_inputs=True)

    def _backward(self, with_inputs: bool) -> tuple[Program, Walk, Walk, int]:
        builder = ProgramBuilder(self.dtype)
        forward, back = Walk(builder, self._spaces), Walk(builder, self._spaces, adjoint=True)
        given = back.into_end() if with_inputs else 0
        collect_gradients(forward, back)
        return builder.finish(self._spaces.weights), forward, back, given

    @property
    def cost(self) -> float:
        """Multiplications of vector registers for one row, forward."""
        return self._forward[3]

    def images(self, X: NDArray[Any], weights: NDArray[Any], out: NDArray[Any]) -> None:
        """Write the images of the rows of X."""
        program, walk, given, _ = self._forward
        matrices, nothing = program.matrices(weights), np.zeros(0, dtype=self.dtype)

        def task(rows: slice) -> None:
            taken, images = walk.start.rows(X[rows], walk.analysis.taken), walk.end.rows(out[rows], given)
            program.run([taken], [images], matrices, nothing)

        self._share(task, _tasks(len(X)))

    def gradients(
        self, X: NDArray[Any], weights: NDArray[Any], upper: NDArray[Any], inputs: NDArray[Any] | None
    ) -> NDArray[Any]:
        """The gradient of the weights, given that of the images; that of the rows is written into ``inputs``."""
        program, forward, back, given = self._gradients_of_weights if inputs is None else self._gradients_with_inputs
        matrices, tasks = program.matrices(weights), _tasks(len(X))
        found = np.zeros((len(tasks), len(weights)), dtype=self.dtype)
        nothing = np.empty((0, 0), dtype=self.dtype)

        def task(number: int) -> None:
            rows, collected = tasks[number], np.zeros(program.gradient_table.size, dtype=self.dtype)
            taken = [
                walk.start.rows(values[rows], walk.analysis.taken) for walk, values in ((forward, X), (back, upper))
            ]
            written = back.end.rows(nothing if inputs is None else inputs[rows], given)
            program.run(taken, [written], matrices, collected)
            program.collect(collected, found[number])

        self._share(task, range(len(tasks)))
        return found.sum(axis=0)

    def _share(self, task: Callable[[Any], None], items: Any) -> None:
        rows = len(items) * _TASK_ROWS
        in_kept_threads(task, items, 1 if rows * self.cost < _ALONE else torch.get_num_threads())


def _tasks(rows: int) -> list[slice]:
    size = max(-(-rows // min(_MOST_TASKS, max(rows // _TASK_ROWS, 1)) // 8) * 8, 8)
    return [slice(start, min(start + size, rows)) for start in range(0, rows, size)]


class _Compiled(Function):
    """The network as one operation: (network, its plain form, rows, weights of all factors) to images."""

    @staticmethod
    def forward(ctx: Any, network: CompiledNetwork, plain: Plain, X: Tensor, *weights: Tensor) -> Tensor:
        ctx.network, ctx.plain = network, plain
        ctx.save_for_backward(X, *weights)
        images = X.new_empty(X.shape[0], network.layout.maps.codomain.degree)
        network.images(_array(X), _flat(weights), images.numpy())
        return images

    @staticmethod
    def backward(ctx: Any, *upper: Tensor) -> Any:
        X, *weights = ctx.saved_tensors
        if torch.is_grad_enabled():  # for second derivatives the gradient has to be made of differentiable operations
            return None, None, *_differentiable_gradients(ctx.plain, (X, *weights), upper, ctx.needs_input_grad[2:])
        inputs = torch.empty_like(X, memory_format=torch.contiguous_format) if ctx.needs_input_grad[2] else None
        found = ctx.network.gradients(
            _array(X), _flat(weights), _array(upper[0]), None if inputs is None else inputs.numpy()
        )
        sizes = [weight.numel() for weight in weights]
        return None, None, inputs, *torch.from_numpy(found).split(sizes)  # type: ignore[no-untyped-call]


def _differentiable_gradients(plain: Plain, arguments: Any, upper: Any, needed: Any) -> list[Tensor | None]:
    chosen = [argument for argument, wanted in zip(arguments, needed, strict=True) if wanted]
    found = iter(torch.autograd.grad(plain(*arguments), chosen, upper, create_graph=True))
    return [next(found) if wanted else None for wanted in needed]


def _array(values: Tensor) -> NDArray[Any]:
    return values.detach().contiguous().numpy()


def _flat(weights: Any) -> NDArray[Any]:
    return torch.cat([weight.detach() for weight in weights]).numpy()


def compiled_images(network: CompiledNetwork, plain: Plain, X: Tensor, weights: list[Tensor]) -> Tensor:
    """Images of the rows of X, differentiable as often as ``plain`` is."""
    images: Tensor = _Compiled.apply(network, plain, X, *weights)  # type: ignore[no-untyped-call]
    return images


def can_be_compiled(layout: Layout) -> bool:
    """Whether a network has programs, and this machine compiled loops."""
    bases = layout.maps.domain_basis, layout.maps.codomain_basis
    return all(has_small_bases(basis) for basis in bases) and available()


def takes(tensors: list[Tensor]) -> bool:
    """Whether compiled loops may take rows and weights: plain memory in one of their precisions."""
    dtype = tensors[0].dtype
    plain = all(tensor.device.type == "cpu" and tensor.dtype == dtype and _is_plain(tensor) for tensor in tensors)
    return plain and dtype in TYPES and _works(dtype)


def _is_plain(tensor: Tensor) -> bool:
    # Tangents of forward differentiation go with PyTorch's operations.
    tangent = unpack_dual(tensor).tangent  # type: ignore[no-untyped-call]
    return type(tensor) in (Tensor, torch.nn.Parameter) and tangent is None


def is_recorded() -> bool:
    """Whether PyTorch records, exports or transforms what is computed, or lowers its precision.

    All these want operations of PyTorch.
    """
    return bool(
        torch.compiler.is_compiling()
        or torch.jit.is_tracing()  # type: ignore[attr-defined, no-untyped-call]
        or torch.is_autocast_enabled("cpu")
        or torch._C._are_functorch_transforms_active()
    )


@cache
def _works(dtype: torch.dtype) -> bool:
    """Whether a program of one product runs on this machine."""

    def trial() -> None:
        weights = np.zeros(1, dtype=TYPES[dtype])
        builder = ProgramBuilder(TYPES[dtype])
        taken, table = builder.room(1), np.zeros((1, builder.whole(1)), dtype=np.int64)
        builder.multiply_weights(Columns(taken, 1, 1), table, taken, anew=True)
        builder.collect_gradient(Columns(taken, 1, 1), table, taken)
        program = builder.finish(1)
        rows = Rows(weights[:, None], np.zeros(0, np.int64), weights[:0], taken)
        gradients = np.zeros(program.gradient_table.size, dtype=TYPES[dtype])
        program.run([rows], [rows], program.matrices(weights), gradients)
        program.collect(gradients, weights)

    return runs(trial)
