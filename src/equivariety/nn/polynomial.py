"""Polynomial networks that can be trained, and descent beside the exact list of minima where there is one.

A network with squares, one hidden layer and one output computes the quadratic form x -> x^T M x of the symmetric
matrix M = W^T diag(v) W, of rank at most the hidden width. All local minima of ||M - U||^2 over these matrices are
known: ``SymmetricMaps(trivial(d)).bounded(h).local_minima(U)``, one for each signature.

Descent in the parameters can also end where neurons die, w_j = 0 and v_j of a sign that U has no eigenvalue left for:
matrices of smaller rank, minima of the parameterization only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from equivariety.errors import InputError
from equivariety.polynomial import PolynomialNet as Architecture
from equivariety.polynomial.evaluation import read_array, read_weights
from equivariety.tolerances import SHORTEST_DESCENT_STEP

MOST_STEPS = 100_000
SUFFICIENT = 0.5
"""Share of the decrease promised by the gradient that a step must bring."""


class PolynomialNet(nn.Module):
    """Linear layers without bias and coordinatewise powers between them, dense or equivariant.

    The parameters are the coefficients of the equivariant matrices, one for each orbit of the group on their entries,
    so that the matrices stay equivariant exactly.

    Parameters
    ----------
    layers : sequence of int or actions
    power : int or sequence of int
        As for `equivariety.PolynomialNet`; that architecture is the attribute `architecture`.
    generator : torch.Generator, optional
        Source of the initial coefficients, standard normal divided by the square root of the inputs of the layer.
    dtype : torch.dtype
        float64 by default: critical points are compared to many digits.

    Examples
    --------
    >>> import equivariety as ev, torch
    >>> net = ev.nn.PolynomialNet([3, 4, 2], power=3, generator=torch.Generator().manual_seed(0))
    >>> net(torch.ones(5, 3, dtype=torch.float64)).shape
    torch.Size([5, 2])
    >>> [tuple(weight.shape) for weight in net.weights()], net.forward(torch.zeros(1, 3, dtype=torch.float64)).tolist()
    ([(4, 3), (2, 4)], [[0.0, 0.0]])
    >>> net.set_weights([np.ones((4, 3)), np.ones((2, 4))])
    >>> net.matrices()[1].tolist()
    [[1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0]]
    >>> squares = ev.nn.PolynomialNet([2, 1, 1])
    >>> squares.set_weights([[[1, 2]], [[3]]])
    >>> squares.quadratic_form().tolist(), squares.distance_to_form(np.zeros((2, 2)))().item()
    ([[3.0, 6.0], [6.0, 12.0]], 225.0)
    """

    def __init__(
        self,
        layers: Sequence[Any],
        power: int | Sequence[int] = 2,
        generator: torch.Generator | None = None,
        dtype: torch.dtype = torch.float64,
    ) -> None:
        super().__init__()
        self.architecture = Architecture(layers, power)
        self.coefficients = nn.ParameterList()
        for number, space in enumerate(self.architecture.weight_spaces):
            start = torch.randn(space.dimension, generator=generator, dtype=dtype) / space.shape[1] ** 0.5
            self.coefficients.append(nn.Parameter(start))
            # Entries that vanish point at a zero that is added at the end.
            labels = np.where(space.orbits.labels < 0, space.dimension, space.orbits.labels).reshape(space.shape)
            self.register_buffer(f"labels_{number}", torch.tensor(labels), persistent=False)
            signs = torch.tensor(space.orbits.signs.reshape(space.shape), dtype=dtype)
            self.register_buffer(f"signs_{number}", signs, persistent=False)

    def weights(self) -> list[Tensor]:
        """The matrices of the layers, of shapes (d_l, d_{l-1}), differentiable by the coefficients."""
        return [
            torch.cat([values, values.new_zeros(1)])[getattr(self, f"labels_{number}")]
            * getattr(self, f"signs_{number}")
            for number, values in enumerate(self.coefficients)
        ]

    def forward(self, x: Tensor) -> Tensor:
        """Outputs of shape (samples, d_L) for inputs of shape (samples, d_0)."""
        powers = (*self.architecture.powers, 1)
        for weight, power in zip(self.weights(), powers, strict=True):
            x = nn.functional.linear(x, weight) ** power
        return x

    def set_weights(self, weights: Any) -> None:
        """Overwrite the matrices of the layers.

        Raises
        ------
        InputError
            If shapes do not fit or a matrix is not equivariant.
        """
        spaces = self.architecture.weight_spaces
        given = read_weights(spaces, weights)
        with torch.no_grad():
            for values, space, matrix in zip(self.coefficients, spaces, given, strict=True):
                values.copy_(torch.tensor(space.coefficients(matrix).astype(np.float64)))

    def matrices(self) -> list[NDArray[np.float64]]:
        """Copies of the matrices of the layers as float64 arrays, as `architecture` takes them."""
        return [weight.detach().cpu().double().numpy().copy() for weight in self.weights()]

    def quadratic_form(self) -> Tensor:
        """The symmetric matrix M with output x^T M x, for squares, one hidden layer and one output.

        Raises
        ------
        InputError
            If the network has other layers or powers.
        """
        if self.architecture.powers != (2,) or self.architecture.widths[-1] != 1:
            raise InputError(f"the network must have one hidden layer with squares and one output to be a quadratic "
                             f"form, not widths {self.architecture.widths} and powers {self.architecture.powers}"
                             )  # fmt: skip
        first, last = self.weights()
        return first.T @ (last.T * first)

    def distance_to_form(self, U: Any) -> Callable[[], Tensor]:
        """The loss ||M - U||^2 as a function to be minimized, U symmetric."""
        size = self.architecture.widths[0]
        given = read_array(U, "U").astype(np.float64)
        if given.shape != (size, size) or not np.array_equal(given, given.T):
            raise InputError(f"U must be a symmetric matrix of shape {(size, size)}")
        self.quadratic_form()  # says what is wrong, if something is
        target = torch.tensor(given, dtype=self.coefficients[0].dtype)
        return lambda: ((self.quadratic_form() - target) ** 2).sum()


@dataclass(frozen=True, eq=False)
class Descent:
    """The course of a gradient descent."""

    losses: NDArray[np.float64]
    """The loss at the start and after every step: falling."""
    gradient_norm: float
    """At the end."""
    converged: bool
    """Whether the gradient fell below the tolerance before the steps ran out."""


def gradient_descent(
    net: PolynomialNet, loss: Callable[[], Tensor], tolerance: float = 1e-6, steps: int = MOST_STEPS
) -> Descent:
    """Full gradient descent with steps that double after each success and halve until they succeed (Armijo).

    The parameters of the network are moved to where it ends.

    Parameters
    ----------
    net : PolynomialNet
    loss : function without arguments
        Computed from the parameters of the network.
    tolerance : float
        Stop where the norm of the gradient is below this fraction of its first value.
    steps : int
        Largest number of steps.

    Examples
    --------
    >>> import equivariety as ev, numpy as np, torch
    >>> net = ev.nn.PolynomialNet([2, 1, 1], generator=torch.Generator().manual_seed(0))
    >>> descent = ev.nn.polynomial.gradient_descent(net, net.distance_to_form(np.diag([3.0, -2.0])))
    >>> descent.converged, round(float(descent.losses[-1]), 6)  # the worse one of the minima 4 and 9
    (True, 9.0)
    """
    values = list(net.parameters())
    step, losses = 1.0, [float(loss().detach())]
    first = norm = _gradient_norm(_gradients(loss, values))
    while norm > tolerance * first and len(losses) <= steps and step > SHORTEST_DESCENT_STEP:
        gradients = _gradients(loss, values)
        norm = _gradient_norm(gradients)
        step, reached = _armijo_step(loss, values, gradients, losses[-1], 2 * step)
        losses.append(reached)
    return Descent(np.array(losses), norm, norm <= tolerance * first)


def _gradients(loss: Callable[[], Tensor], values: Sequence[Tensor]) -> tuple[Tensor, ...]:
    return torch.autograd.grad(loss(), list(values))


def _gradient_norm(gradients: Sequence[Tensor]) -> float:
    return float(sum(float((gradient**2).sum()) for gradient in gradients)) ** 0.5


def _armijo_step(
    loss: Callable[[], Tensor], values: Sequence[Tensor], gradients: Sequence[Tensor], before: float, step: float
) -> tuple[float, float]:
    """Move the values along minus the gradient; the step taken and the loss reached."""
    slope = _gradient_norm(gradients) ** 2
    start = [value.detach().clone() for value in values]
    with torch.no_grad():
        while step > SHORTEST_DESCENT_STEP:
            for value, origin, gradient in zip(values, start, gradients, strict=True):
                value.copy_(origin - step * gradient)
            reached = float(loss())
            if reached <= before - SUFFICIENT * step * slope:
                return step, reached
            step /= 2
        for value, origin in zip(values, start, strict=True):
            value.copy_(origin)
    return step, before
