"""The reference cases of signed and orthogonal actions, read from values that another system computed."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np

import equivariety as ev


@cache
def orthogonal_cases():
    path = Path(__file__).parent / "reference" / "orthogonal.json"
    return tuple(json.loads(path.read_text(encoding="utf-8"))["cases"])


def orthogonal_case(name):
    return next(case for case in orthogonal_cases() if case["name"] == name)


def action_of(description):
    """A side of a case as a user would enter it."""
    if description["form"] == "signed":
        return ev.PermutationAction(description["images"]).with_signs(description["signs"])
    if description["form"] == "bundle":
        points = ev.PermutationAction(description["images"])
        return points.on_vectors([np.array(matrices) for matrices in description["matrices"]])
    return ev.OrthogonalAction([np.array(matrix) for matrix in description["matrices"]])


def sides(case):
    domain = action_of(case["domain"])
    return domain, domain if case["codomain"] is None else action_of(case["codomain"])


def matrices(description):
    """The generators as dense matrices, straight from the description."""
    n = description["n"]
    if description["form"] == "matrices":
        return [np.array(matrix) for matrix in description["matrices"]]
    found = []
    for number, image in enumerate(description["images"]):
        T = np.zeros((n, n))
        for i, j in enumerate(image):
            if description["form"] == "signed":
                T[i, j] = description["signs"][number][i]
            else:
                d = description["fibre"]
                given = np.array(description["matrices"][number])
                T[d * i : d * i + d, d * j : d * j + d] = given[i] if given.ndim == 3 else given
        found.append(T)
    return found
