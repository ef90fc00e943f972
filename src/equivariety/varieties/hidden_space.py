"""The space between encoder and decoder: a sum of irreducibles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.isotypic import Bundle
from equivariety.isotypic.arrays import constant, namespace
from equivariety.isotypic.coordinates import CoordinateTable, coordinate_table, places


@dataclass(frozen=True, eq=False)
class HiddenSpace:
    """A sum of irreducibles, ordered by irreducible, then by multiplicity: the features of an encoder.

    Every multiplicity holds a whole irreducible, so the features of one block stand together.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> hidden = ev.EquivariantMaps(ev.actions.cyclic(4)).bounded(3).fit(np.eye(4)).encoder.target
    >>> (hidden.degree, hidden.multiplicities, hidden.coordinates.irreducible.tolist(),
    ...  [place.shape for place in hidden.places()])
    (3, (1, 1), [0, 1, 1], [(1, 1, 1, 1), (1, 1, 1, 2)])
    >>> features = np.arange(6.0).reshape(2, 3)
    >>> [part.shape for part in hidden.analyze(features)]
    [(2, 1, 1, 1, 1), (2, 1, 1, 1, 2)]
    >>> np.array_equal(hidden.from_panels(hidden.panels(features)), features)
    True
    """

    bundles: tuple[Bundle, ...]
    multiplicities: tuple[int, ...]

    @cached_property
    def degree(self) -> int:
        return sum(
            bundle.size * bundle.dimension * multiplicity
            for bundle, multiplicity in zip(self.bundles, self.multiplicities, strict=True)
        )

    @property
    def coordinates(self) -> CoordinateTable:
        """The irreducible, number, copy and unit that each feature stands for."""
        return coordinate_table(self.bundles, self.multiplicities)

    def places(self) -> list[NDArray[np.intp]]:
        """For each bundle the feature of every coordinate (members, copies, multiplicity, beta)."""
        return places(self.bundles, self.multiplicities)

    @cached_property
    def _panel_places(self) -> list[NDArray[np.intp]]:
        return [place.transpose(0, 1, 3, 2) for place in self.places()]

    def analyze(self, X: Any) -> tuple[Any, ...]:
        return tuple(namespace(X).permute_dims(panel, (0, 1, 2, 4, 3)) for panel in self.panels(X))

    def panels(self, X: Any) -> tuple[Any, ...]:
        xp = namespace(X)
        return tuple(
            xp.reshape(xp.take(X, constant(place.ravel(), X), axis=1), (X.shape[0], *place.shape))
            for place in self._panel_places
        )

    def from_panels(self, panels: Sequence[Any]) -> Any:
        xp = namespace(panels[0])
        columns = [_features(member) for panel in panels for member in _members(panel)]
        order = np.argsort(np.concatenate([bundle.members for bundle in self.bundles]))
        return xp.concat([columns[place] for place in order], axis=1)


def _members(panel: Any) -> list[Any]:
    return [panel[:, position, ...] for position in range(panel.shape[1])]


def _features(member: Any) -> Any:
    """Columns ordered by multiplicity, then copy, then unit, from (samples, copies, beta, multiplicity)."""
    xp = namespace(member)
    return xp.reshape(xp.permute_dims(member, (0, 3, 1, 2)), (member.shape[0], -1))
