"""Every view as a program that gives what it shows, to copy."""

from __future__ import annotations

from equivariety.explorer.listings import MOST_COMPONENTS


def action_code(text: str, degree: int | None = None) -> str:
    """The action and its maps.

    Examples
    --------
    >>> print(action_code("(1 2 3)", 4))
    import equivariety as ev
    <BLANKLINE>
    action = ev.actions.parse_action('(1 2 3)', degree=4)
    maps = ev.EquivariantMaps(action)
    """
    size = "" if degree is None else f", degree={degree}"
    made = f"action = ev.actions.parse_action({text!r}{size})"
    return f"import equivariety as ev\n\n{made}\nmaps = ev.EquivariantMaps(action)"


def blocks_code(action: str) -> str:
    """The table of blocks, and Q."""
    return f"{action}\n\nprint(maps.report())\nQ = maps.decomposition.domain.matrix()  # orthogonal, columns by block"


def components_code(action: str, rank: int) -> str:
    """Counts and components."""
    return f"""{action}
family = maps.bounded({rank})

print(family.count_components(), "in all,", family.count_components(exact_rank=True), "with a matrix of rank {rank}")

from itertools import islice

for component in islice(family.components(), {MOST_COMPONENTS}):
    print(component.ranks, component.dimension, component.degree, component.ed_degree)"""


def singular_code(action: str, rank: int) -> str:
    """The singular locus."""
    return f"""{action}
locus = maps.bounded({rank}).singular_locus()

for member in locus:
    print(member.ranks, member.dimension)"""


def sharing_code(action: str, rank: int, ranks: tuple[int, ...]) -> str:
    """The weights of one component, as numbers and as a picture."""
    return f"""{action}
component = maps.bounded({rank}).component({ranks})

from equivariety.plotting.weights import weight_diagram
from equivariety.varieties import block_pattern

pattern = block_pattern(component)  # entry k: weight k, -k: the same weight negated
weight_diagram(pattern).savefig("weights.png")"""


def data_code(action: str, rank: int, data: str) -> str:
    """The best map of the data over all components; ``data`` is a name of embedded data or of a file."""
    return f"""{action}

import numpy as np

{_data_code(data)}

problem = maps.problem(X)  # read the data once, ask for every rank
solution = problem.best({rank})
print(solution.ranks, solution.loss)

from equivariety.plotting.spectra import spectrum

spectrum(solution).savefig("spectrum.png")
reconstructions = solution.apply(X)"""


def _data_code(data: str) -> str:
    if data == "noise":
        return "X = np.random.default_rng(0).standard_normal((500, action.degree))"
    if data == "digits":
        return "X = ev.datasets.digits()"
    if data == "shifted digits":
        images = "images = ev.datasets.digits().reshape(-1, 8, 8)"
        return f"{images}\nX = ev.datasets.shift_images(images, seed=0).reshape(-1, 64).astype(float)"
    if data.endswith(".npy"):
        return f"X = np.load({data!r})\nX = X.reshape(len(X), -1)"
    return f"X = ev.datasets.read_table({data!r})"


def slice_code(action: str, rank: int, kind: str, seed: int, elevation: int, azimuth: int) -> str:
    """A slice of the family, seen from one side."""
    return f"""{action}

from equivariety.explorer.figures import turned
from equivariety.explorer.slices import slice_figure

figure = slice_figure(maps.bounded({rank}), {kind!r}, seed={seed})
turned(figure, elevation={elevation}, azimuth={azimuth}).savefig("slice.png")"""
