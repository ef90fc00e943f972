"""Block ranks of a matrix up to a distance, and the components that it lies on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.errors import InputError
from equivariety.ranks.strata import components_through
from equivariety.tolerances import membership_cutoff
from equivariety.varieties.bounded import RankBounded
from equivariety.varieties.component import Component
from equivariety.varieties.maps import EquivariantMaps
from equivariety.varieties.scale import unit_scale


def block_ranks(maps: EquivariantMaps, M: Any, tolerance: float | None = None) -> tuple[int, ...]:
    """Ranks of the blocks of M: of each block the least rank at a distance within the tolerance.

    Parameters
    ----------
    M : array_like of shape (codomain degree, domain degree)
    tolerance : float, optional
        By default max(m, n) sqrt(epsilon) / 100 times the norm of M.

    Examples
    --------
    >>> import equivariety as ev
    >>> block_ranks(ev.EquivariantMaps(ev.actions.cyclic(3)), [[1, 1, 1]] * 3)
    (1, 0)
    """
    M = maps.as_matrix(M)
    error = maps.problem_to(M).error
    allowed = _allowed(M, error.scale, tolerance)
    ranks = np.zeros(maps.largest_ranks.size, dtype=np.intp)
    for members, spectrum in zip(error.members, error.spectra, strict=True):
        tails = np.sqrt(np.cumsum(spectrum.gains[:, ::-1], axis=1)[:, ::-1])
        ranks[members] = (tails > allowed).sum(axis=1)
    return tuple(ranks.tolist())


def _allowed(M: NDArray[np.float64], scale: float, tolerance: float | None) -> float:
    """The distance that counts as zero, as a multiple of the scale."""
    if tolerance is not None:
        return tolerance / scale
    return membership_cutoff(float(np.linalg.norm(M / scale)), max(M.shape))


def components_containing(family: RankBounded, M: Any, tolerance: float | None = None) -> Iterator[Component]:
    """The components of the family that M lies on, lazily, whatever the number of components.

    Raises
    ------
    InputError
        If M does not lie on the family; the message gives the distance.

    Examples
    --------
    >>> import equivariety as ev
    >>> family = ev.EquivariantMaps(ev.actions.cyclic(3)).bounded(2)
    >>> [component.ranks for component in components_containing(family, [[0, 0, 0]] * 3)]
    [(1, 0), (0, 1)]
    """
    M = validated_member(family, M, tolerance)
    ranks = block_ranks(family.maps, M, tolerance)
    for through in components_through(family.maps.slots, family.rank, ranks):
        yield Component(family.maps, through)


def validated_member(variety: Component | RankBounded, M: Any, tolerance: float | None = None) -> NDArray[np.float64]:
    """M as an array, after checking that it lies on the variety."""
    M = variety.maps.as_matrix(M)
    scale = unit_scale(M)
    allowed, distance = _allowed(M, scale, tolerance), variety.nearest(M).distance
    if distance / scale > allowed:
        raise InputError(f"M must lie on the variety, not at the distance {distance:.3g} from it "
                         f"(tolerance {allowed * scale:.3g})")  # fmt: skip
    return M
