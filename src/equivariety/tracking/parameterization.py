"""The protocol of parameterizations whose critical points are tracked."""

from __future__ import annotations

from typing import Any, Protocol

from numpy.typing import NDArray


class Parameterization(Protocol):
    """A map (w_1, ..., w_L) -> u, homogeneous of degree d_l in every group w_l; the first group has degree one.

    A batch of points is an array of shape (points, sum of the group sizes), the groups side by side. Real and complex
    points are taken alike.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> map_ = ev.convolution.generic_start([2, 2]).map  # (w_1, w_2) -> their tensor product
    >>> map_.groups, map_.degrees, map_.size, map_.expected_count
    ((2, 2), (1, 1), 4, 6)
    >>> point = np.array([[1.0, 2.0, 3.0, 4.0]])
    >>> map_.value(point).tolist(), map_.jacobian(point).shape, map_.second_derivative(point, np.ones((1, 4))).shape
    ([[3.0, 4.0, 6.0, 8.0]], (1, 4, 4), (1, 4, 4))
    """

    @property
    def groups(self) -> tuple[int, ...]:
        """Sizes of the groups of unknowns."""
        ...

    @property
    def degrees(self) -> tuple[int, ...]:
        """Degree in each group; the first is one."""
        ...

    @property
    def size(self) -> int:
        """Number of coordinates of u."""
        ...

    @property
    def expected_count(self) -> int:
        """Number of complex critical points with u nonzero, up to scaling, of a generic squared error on the image."""
        ...

    def value(self, points: NDArray[Any]) -> NDArray[Any]:
        """The images, of shape (points, size)."""
        ...

    def jacobian(self, points: NDArray[Any]) -> NDArray[Any]:
        """The Jacobians, of shape (points, size, sum of the group sizes)."""
        ...

    def second_derivative(self, points: NDArray[Any], covector: NDArray[Any]) -> NDArray[Any]:
        """The second derivatives paired with a covector per point, of shape (points, sum, sum)."""
        ...
