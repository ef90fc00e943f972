"""Linear convolutional networks that can be trained, and gradient flow with what it conserves.

Along gradient flow the differences of squared norms of the layers are constant, for any loss: the end-to-end filter is
homogeneous of degree one in every layer. The end of the flow can be compared with the list of all critical points.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from equivariety.array_types import FloatArray
from equivariety.convolution import CriticalFilter, CriticalFilters
from equivariety.convolution import LinearConvNet as Architecture
from equivariety.convolution.entries import read_filters
from equivariety.convolution.objective import SquaredError, on_tensors, read_samples
from equivariety.convolution.real_points import parameter_hessian
from equivariety.convolution.segre import SegreVeronese
from equivariety.errors import InputError
from equivariety.tolerances import FLOW_ACCURACY

MAX_STEPS = 5000
"""Accuracy of the integrator relative to the parameters."""


class LinearConvNet(nn.Module):
    """A chain of `torch.nn.Conv1d` layers with one channel, no bias and no padding.

    Parameters
    ----------
    filter_sizes, strides : sequence of int
        As for `equivariety.LinearConvNet`; that architecture is the attribute `architecture`.
    generator : torch.Generator, optional
        Source of the initial filters, standard normal divided by the square root of the filter size.
    dtype : torch.dtype
        float64 by default: critical points are compared to many digits.

    Examples
    --------
    >>> import equivariety as ev, torch
    >>> net = ev.nn.LinearConvNet([3, 2], [2, 1], generator=torch.Generator().manual_seed(0))
    >>> net(torch.ones(4, 1, 9, dtype=torch.float64)).shape
    torch.Size([4, 1, 3])
    >>> net.set_filters([[1, 2, 1], [1, 1]])
    >>> net.end_to_end().tolist(), [filter.tolist() for filter in net.filters()], net.conserved().tolist()
    ([1.0, 2.0, 2.0, 2.0, 1.0], [[1.0, 2.0, 1.0], [1.0, 1.0]], [-4.0])
    >>> ([tuple(weight.shape) for weight in net.weights()],
    ...  net.forward(torch.ones(1, 1, 5, dtype=torch.float64)).tolist())
    ([(1, 1, 3), (1, 1, 2)], [[[8.0]]])
    """

    def __init__(
        self,
        filter_sizes: Iterable[int],
        strides: Iterable[int],
        generator: torch.Generator | None = None,
        dtype: torch.dtype = torch.float64,
    ) -> None:
        super().__init__()
        self.architecture = Architecture(filter_sizes, strides)
        pairs = zip(self.architecture.filter_sizes, self.architecture.strides, strict=True)
        self.layers = nn.ModuleList(
            nn.Conv1d(1, 1, size, stride=stride, bias=False, dtype=dtype) for size, stride in pairs
        )
        with torch.no_grad():
            for weight in self.weights():
                weight.normal_(generator=generator)
                weight /= weight.numel() ** 0.5

    def forward(self, signal: Tensor) -> Tensor:
        """Run the layers on signals of shape (batch, 1, length); any length from `architecture.size` on."""
        for layer in self.layers:
            signal = layer(signal)
        return signal

    def weights(self) -> list[Tensor]:
        """The weight tensors of the layers, each of shape (1, 1, filter size)."""
        return [layer.weight for layer in self.layers]  # type: ignore[misc]

    def filters(self) -> tuple[FloatArray, ...]:
        """Copies of the filters of the layers as float64 arrays."""
        return tuple(weight.detach().cpu().double().numpy().ravel().copy() for weight in self.weights())

    def set_filters(self, filters: Any) -> None:
        """Overwrite the filters of the layers.

        Raises
        ------
        InputError
            If their number or sizes do not fit the architecture.
        """
        read = read_filters(filters, self.architecture.filter_sizes)
        with torch.no_grad():
            for weight, values in zip(self.weights(), read, strict=True):
                weight.copy_(torch.tensor([float(x) for x in values], dtype=torch.float64).view_as(weight))

    def end_to_end(self) -> FloatArray:
        """The end-to-end filter."""
        return np.asarray(self.architecture.compose(self.filters()))

    def conserved(self) -> FloatArray:
        """||w_{l+1}||^2 - ||w_l||^2 for neighbouring layers: constant along gradient flow."""
        return np.diff([float(values @ values) for values in self.filters()])


@dataclass(frozen=True, eq=False)
class GradientFlow:
    """The course of gradient flow: times, losses and conserved differences, one row per step, and the end.

    `converged` tells whether the gradient fell below the tolerance before the steps ran out.
    """

    times: FloatArray
    losses: FloatArray
    conserved: FloatArray
    filter: FloatArray
    gradient_norm: float
    converged: bool

    @property
    def drift(self) -> float:
        """Largest change of a conserved difference: the error of the integration."""
        return float(np.abs(self.conserved - self.conserved[0]).max(initial=0.0))

    def end_point(self, found: CriticalFilters) -> tuple[CriticalFilter, float]:
        """The critical point nearest to the end of the flow, the zero filter among them, and its distance."""
        candidates = [*found.real, *([found.zero] if found.zero is not None else [])]
        distances = [float(np.linalg.norm(point.filter - self.filter)) for point in candidates]
        best = int(np.argmin(distances))
        return candidates[best], distances[best]


def gradient_flow(net: LinearConvNet, X: Any, y: Any, tolerance: float = 1e-9) -> GradientFlow:
    """Follow the gradient flow of ||net(X) - y||^2 from the filters of the network to a critical point.

    The gradient comes from torch; the integrator is SciPy's Radau, implicit because the flow is stiff near its end. The
    filters of the network are moved to the end of the flow.

    Parameters
    ----------
    net : LinearConvNet
        In float64.
    X : array of shape (samples, architecture.size)
        Input patches.
    y : array of shape (samples,)
    tolerance : float
        Stop where the norm of the gradient is below this fraction of its first value.

    Raises
    ------
    InputError
        If the shapes do not fit or the network is not in float64.

    Examples
    --------
    >>> import equivariety as ev, numpy as np, torch
    >>> net = ev.nn.LinearConvNet([2, 2], [2, 1], generator=torch.Generator().manual_seed(1))
    >>> flow = ev.nn.convolution.gradient_flow(net, np.eye(4), [1.0, 2.0, 2.0, 4.0])
    >>> flow.converged, bool(flow.losses[-1] < 1e-12), flow.drift < 1e-6
    (True, True, True)
    """
    from scipy.integrate import Radau

    if any(weight.dtype != torch.float64 for weight in net.weights()):
        raise InputError("net must be in float64 for gradient flow: use net.double()")
    patches, targets = read_samples(net.architecture, X, y)
    course = _Course(net, patches, targets)
    point = np.concatenate(net.filters())
    first = course.record(0.0, point)
    accuracy = FLOW_ACCURACY * float(np.linalg.norm(point))
    solver = Radau(course.velocity, 0.0, point, np.inf, rtol=FLOW_ACCURACY, atol=accuracy, jac=course.derivative)
    last = first
    while last > tolerance * first and len(course.times) < MAX_STEPS and solver.status == "running":
        solver.step()
        last = course.record(solver.t, solver.y)
    return GradientFlow(
        np.array(course.times),
        np.array(course.losses),
        np.array(course.conserved),
        net.end_to_end(),
        last,
        last <= tolerance * first,
    )


class _Course:
    """The vector field on the network, and what is noted down on the way."""

    def __init__(self, net: LinearConvNet, patches: FloatArray, targets: FloatArray) -> None:
        self.net = net
        self.patches, self.targets = torch.tensor(patches)[:, None, :], torch.tensor(targets)[:, None, None]
        self.error = SquaredError(patches.T @ patches, patches.T @ targets, float(targets @ targets))
        self.times: list[float] = []
        self.losses: list[float] = []
        self.conserved: list[FloatArray] = []

    def velocity(self, time: float, point: FloatArray) -> FloatArray:
        """Minus the gradient of the squared error at the given parameters."""
        return -self._loss_and_gradient(point)[1]

    def derivative(self, time: float, point: FloatArray) -> FloatArray:
        """Minus the Hessian of the squared error."""
        architecture = self.net.architecture
        lift = SegreVeronese.segre(architecture.filter_sizes)
        return -parameter_hessian(lift, on_tensors(architecture, self.error), self._split(point))

    def record(self, time: float, point: FloatArray) -> float:
        """Note down a point of the flow; returns the norm of the gradient."""
        loss, gradient = self._loss_and_gradient(point)
        self.times.append(time)
        self.losses.append(loss)
        self.conserved.append(self.net.conserved())
        return float(np.linalg.norm(gradient))

    def _loss_and_gradient(self, point: FloatArray) -> tuple[float, FloatArray]:
        self.net.set_filters(self._split(point))
        weights = self.net.weights()
        loss = ((self.net(self.patches) - self.targets) ** 2).sum()
        gradients = torch.autograd.grad(loss, weights)
        return float(loss.detach()), np.concatenate([gradient.numpy().ravel() for gradient in gradients])

    def _split(self, point: FloatArray) -> list[FloatArray]:
        return np.split(point, np.cumsum(self.net.architecture.filter_sizes)[:-1])
