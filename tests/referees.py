"""Slow, obviously right implementations that judge the library; they share no code with it.

The reference values in tests/reference/groups.json come from GAP 4.12.1, Macaulay2 1.21 and Singular 4.3.1 and from
brute force; every case there says which.
"""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

REFERENCE = Path(__file__).parent / "reference"


def reference_actions() -> list[dict[str, Any]]:
    """The 55 actions of the reference, each with its blocks."""
    cases: list[dict[str, Any]] = json.loads((REFERENCE / "groups.json").read_text())["actions"]
    return cases


def orbits(generators: Any) -> list[list[int]]:
    """Orbits of the points, by following the generators."""
    found: list[list[int]] = []
    seen: set[int] = set()
    for start in range(len(generators[0])):
        if start not in seen:
            orbit = [start]
            seen.add(start)
            for point in orbit:
                for image in generators:
                    if int(image[point]) not in seen:
                        seen.add(int(image[point]))
                        orbit.append(int(image[point]))
            found.append(sorted(orbit))
    return found


def pair_orbits(row_generators: Any, column_generators: Any) -> Any:
    """Number of the orbit of each pair (row, column), by union-find."""
    m, n = len(row_generators[0]), len(column_generators[0])
    parent = list(range(m * n))

    def root(pair: int) -> int:
        while parent[pair] != pair:
            parent[pair] = parent[parent[pair]]
            pair = parent[pair]
        return pair

    for g, h in zip(row_generators, column_generators, strict=True):
        for a, b in product(range(m), range(n)):
            parent[root(a * n + b)] = root(int(g[a]) * n + int(h[b]))
    roots = [root(pair) for pair in range(m * n)]
    numbers = {value: place for place, value in enumerate(dict.fromkeys(roots))}
    return np.array([numbers[value] for value in roots]).reshape(m, n)


def group_elements(generators: Any) -> list[tuple[int, ...]]:
    """Every element of the group, as images."""
    identity = tuple(range(len(generators[0])))
    found, seen = [identity], {identity}
    for element in found:
        for generator in generators:
            image = tuple(int(generator[point]) for point in element)
            if image not in seen:
                seen.add(image)
                found.append(image)
    return found


def regular(generators: Any) -> Any:
    """The generators acting on the elements of the group that they generate."""
    elements = group_elements(generators)
    place = {element: index for index, element in enumerate(elements)}
    return np.array(
        [[place[tuple(int(image[point]) for point in element)] for element in elements] for image in generators]
    )


QUATERNION_UNITS = np.array(
    # 1, i, j, k multiplied from the left, written down by hand: column p holds the product unit * p.
    [
        [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]],
        [[0, -1, 0, 0], [1, 0, 0, 0], [0, 0, 0, -1], [0, 0, 1, 0]],
        [[0, 0, -1, 0], [0, 0, 0, 1], [1, 0, 0, 0], [0, -1, 0, 0]],
        [[0, 0, 0, -1], [0, 0, -1, 0], [0, 1, 0, 0], [1, 0, 0, 0]],
    ]
)
