"""Networks inside larger ones: some hidden coordinates are dead, with all weights from and to them zero.

At such weights the derivative of the larger network has the image that the smaller one has: its rank drops to the
dimension of the subnetwork, so a critical point of the subnetwork is critical for the network, whatever the data
(arXiv 2505.11846).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from equivariety.errors import InputError
from equivariety.polynomial import evaluation
from equivariety.validation import shown

if TYPE_CHECKING:
    from equivariety.polynomial.network import PolynomialNet


@dataclass(frozen=True, eq=False)
class Subnetwork:
    """A network on some of the hidden coordinates of another one."""

    whole: PolynomialNet
    network: PolynomialNet
    """The smaller network itself."""
    kept: tuple[NDArray[np.intp], ...]
    """For each layer, input and output included, the coordinates that stay."""

    @property
    def dimension(self) -> int:
        """Dimension of the functions of the subnetwork."""
        return self.network.dimension

    @cached_property
    def rank(self) -> int:
        """Rank of the derivative of the whole network at generic weights of the subnetwork."""
        return self.whole.jacobian_rank(self.embed(self.network.random_weights()))

    def embed(self, weights: Any) -> list[NDArray[Any]]:
        """Weights of the subnetwork as weights of the whole, with zeros at the dead coordinates."""
        given = evaluation.read_weights(self.network.weight_spaces, weights)
        result = []
        for matrix, rows, columns, space in zip(
            given, self.kept[1:], self.kept, self.whole.weight_spaces, strict=False
        ):
            padded = np.zeros(space.shape, dtype=matrix.dtype)
            padded[np.ix_(rows, columns)] = matrix
            result.append(padded)
        return result


def subnetwork(whole: PolynomialNet, kept: Sequence[Sequence[int]]) -> Subnetwork:
    """The network on the given coordinates of the hidden layers.

    Raises
    ------
    InputError
        If the number of lists is not that of the hidden layers, or one is empty or no union of orbits.
    """
    hidden = whole.layers[1:-1]
    if len(kept) != len(hidden):
        raise InputError(f"kept must have one list for each of the {len(hidden)} hidden layers, not {len(kept)}")
    chosen = [_coordinates(whole, number, points) for number, points in enumerate(kept, start=1)]
    layers = [_restricted(layer, points) for layer, points in zip(hidden, chosen, strict=True)]
    ends = [np.arange(whole.widths[0])], [np.arange(whole.widths[-1])]
    network = type(whole)([whole.layers[0], *layers, whole.layers[-1]], whole.powers)
    return Subnetwork(whole, network, (*ends[0], *chosen, *ends[1]))


def smaller_subnetworks(whole: PolynomialNet) -> Iterator[Subnetwork]:
    """One orbit of hidden coordinates less, where that leaves some."""
    everything = [np.arange(width) for width in whole.widths[1:-1]]
    for number, space in enumerate(whole.spaces[1:-1]):
        for orbit in range(space.orbits if space.orbits > 1 else 0):
            rest = np.flatnonzero(space.orbit_labels != orbit)
            yield subnetwork(whole, [*everything[:number], rest, *everything[number + 1 :]])  # type: ignore[list-item]


def _coordinates(whole: PolynomialNet, number: int, points: Sequence[int]) -> NDArray[np.intp]:
    width, space = whole.widths[number], whole.spaces[number]
    given = np.asarray(points)
    if given.ndim != 1 or not given.size or given.dtype.kind not in "iu" or not 0 <= given.min() <= given.max() < width:
        raise InputError(f"kept must hold coordinates 0..{width - 1} for layer {number}, not {shown(points)}")
    unique = np.unique(given).astype(np.intp)
    touched = np.isin(space.orbit_labels, space.orbit_labels[unique])
    if touched.sum() != unique.size:
        raise InputError(f"kept must hold whole orbits: the group moves coordinates of layer {number} outside "
                         f"{unique.tolist()}")  # fmt: skip
    return unique


def _restricted(layer: Any, points: NDArray[np.intp]) -> Any:
    return layer.restrict(points) if hasattr(layer, "restrict") else len(points)
