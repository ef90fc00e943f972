"""Costs of answers, known before the work starts: those that take too long or too much memory are refused.

The figures are those of two cores of 2024, rounded up; docs/reliability.md says how they were found and tested.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log2
from typing import TYPE_CHECKING

from equivariety.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from equivariety.actions import Action
    from equivariety.varieties import EquivariantMaps

    Points = NDArray[np.intp]
    Sizes = NDArray[np.float64]

LONGEST = 10.0
"""Seconds that an answer may be expected to take."""
LONGEST_FIT = 600.0
"""Seconds that the splitting for a fit may be expected to take."""
LARGEST = 3e9
"""Bytes of memory that it may be expected to take."""
MOST_POINTS = 2**22
"""Points of all generators together that the command reads; more would exceed a limit whatever is asked."""


@dataclass(frozen=True)
class Cost:
    """Seconds and bytes of memory."""

    seconds: float
    bytes: float = 0.0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.seconds + other.seconds, self.bytes + other.bytes)


def refuse_beyond(cost: Cost, what: str, advice: str, longest: float = LONGEST) -> None:
    """Raise an error with the figures if the cost exceeds the limits of the command.

    Raises
    ------
    InputError
        Saying what would be too expensive, how expensive, and what to do instead.

    Examples
    --------
    >>> refuse_beyond(Cost(7200.0, 1e6), "this table", "ask for less")
    Traceback (most recent call last):
        ...
    equivariety.errors.InputError: this table would take about 2 hours, more than the 10 seconds that ...; ask for less
    """
    if cost.seconds > longest:
        figures = f"{duration(cost.seconds)}, more than the {duration(longest)}"
    elif cost.bytes > LARGEST:
        figures = f"{_gigabytes(cost.bytes)} of memory, more than the {LARGEST / 1e9:.0f} GB"
    else:
        return
    raise InputError(f"{what} would take about {figures} that the command allows itself; {advice}")


def splitting_cost(action: Action) -> Cost:
    """The cost of the isotypic decomposition, of its blocks and of writing them down."""
    from equivariety.isotypic.lattices import commute
    from equivariety.isotypic.signed_lattices import commute_with_signs

    if action.monomial is None:  # what turns vectors on points is split numerically, by its points
        images, signs = action.parts[0].images, None
    else:
        images, signs = action.monomial
    generators, points = len({image.tobytes() for image in images}), action.degree
    asking = Cost(generators**2 * (2e-6 + 1e-9 * points), 60.0 * images.size)
    if asking.seconds > LONGEST:
        return asking
    sizes = _distinct_orbits(action.orbit_labels, images)
    reading = asking + Cost(1e-6 * images.size)
    if signs is not None and (commute(images) if action.permutes else commute_with_signs(images, signs)):
        return reading + _fourier_cost(sizes, len(images))
    return reading + _numerical_cost(sizes, generators, points)


def _distinct_orbits(labels: Points, images: Points) -> Sizes:
    """Sizes of the orbits, one of those that agree in size and in the number of points that each generator fixes."""
    import numpy as np

    rows = [np.bincount(labels)]
    if images.shape[1] == labels.size:
        rows += [np.bincount(labels[image == np.arange(labels.size)], minlength=len(rows[0])) for image in images]
    return np.unique(np.stack(rows), axis=1)[0].astype(np.float64)


def _fourier_cost(sizes: Sizes, generators: int) -> Cost:
    """Commuting generators: at most as many irreducibles as there are points in distinct orbits."""
    irreducibles = float(sizes.sum())
    labels = irreducibles * (7e-6 + (3e-6 * generators if generators > 1 else 0.0))
    return Cost(1e-4 * generators * sizes.size + labels, irreducibles * (1000 + 100 * generators))


def _numerical_cost(sizes: Sizes, generators: int, points: int) -> Cost:
    """Eigenproblems of every type, comparisons of all pairs of types, and a numbering of the orbits."""
    import numpy as np

    eigenproblems = 8e-9 * float((sizes**3).sum())
    comparisons = 2e-5 * generators * float(sizes.size) ** 2
    numbering = generators * float(np.unique(sizes).sum()) * 5e-6 + 2e-8 * generators * points
    return Cost(eigenproblems + comparisons + numbering, 100 * float(sizes.max()) ** 2)


def counting_cost(maps: EquivariantMaps, rank: int) -> Cost:
    """The cost of counting components over R and C, and of writing their digits down."""
    import numpy as np

    capacities = np.array([slot.capacity for slot in maps.slots if slot.capacity])
    if not capacities.size:
        return Cost(0.0)
    units = 2.0 * float(capacities.sum())
    share = min(max(rank / units, 0.0), 0.5)
    entropy = -share * log2(share) - (1 - share) * log2(1 - share) if share else 0.0
    bits = min(2.0 * float(np.log2(capacities + 1.0).sum()), units * entropy)
    steps = 0.0 if capacities.max() == 1 else float(min(rank, units))
    return Cost(3e-9 * steps * bits + 8e-11 * bits**2, bits)


def listing_cost(maps: EquivariantMaps, rows: int, table: bool) -> Cost:
    """The cost of describing so many components; a table is held in memory, JSON is written line by line."""
    import numpy as np

    capacities = np.array([block.largest_rank for block in maps.blocks], dtype=np.float64)
    each = 5e-5 + float((1.2e-5 + 3e-11 * capacities**3).sum())
    if not table:
        return Cost(rows * each)
    characters = 100.0 + 3 * capacities.size
    return Cost(rows * (each + 1e-3 + 1e-6 * characters), rows * (5000 + 60 * characters))


def duration(seconds: float) -> str:
    """Seconds in the unit that people would use.

    Examples
    --------
    >>> [duration(seconds) for seconds in (12.3, 300.0, 7200.0, 1e9, 1e30)]
    ['12 seconds', '5 minutes', '2 hours', '32 years', '3.2e+22 years']
    """
    units = ((365.25 * 86_400, "years"), (86_400.0, "days"), (3600.0, "hours"), (60.0, "minutes"), (1.0, "seconds"))
    length, name = next((unit for unit in units if seconds >= 1.95 * unit[0]), units[-1])
    return f"{_short(seconds / length)} {name}"


def _gigabytes(size: float) -> str:
    return f"{_short(size / 1e9)} GB"


def _short(value: float) -> str:
    return f"{value:.2g}" if value < 10 or value >= 1e6 else f"{value:,.0f}"
