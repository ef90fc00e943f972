"""Reference values of statistics, and what the tests of statistics share.

tests/reference/statistics.json was computed without this library: exact rational averages over enumerated groups,
40-digit likelihoods, gips' own R functions, enumeration of all tuples and of all subgroups, scikit-learn 1.9.1.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

import equivariety as ev
from equivariety.statistics.covariances import matrix_spectra
from equivariety.statistics.spectra import CovarianceSpectrum

REFERENCE = json.loads((Path(__file__).parent / "reference" / "statistics.json").read_text())


def named(section):
    """Parameters for pytest, and their names."""
    cases = REFERENCE[section]
    return {"argvalues": cases, "ids": [case["name"] for case in cases]}


def maps_of(generators):
    return ev.EquivariantMaps(ev.PermutationAction(generators))


def spectra_of(maps, X, mean="zero"):
    """Blocks of the averaged covariance, from the dense matrix."""
    X = np.asarray(X, dtype=np.float64)
    labels = maps.domain.orbit_labels
    average = X.mean(axis=0)
    fixed = (np.bincount(labels, weights=average) / np.bincount(labels))[labels]
    X = X - {"zero": 0.0, "free": average, "invariant": fixed}[mean]
    spectra = []
    for number, part in enumerate(matrix_spectra(maps, X.T @ X / len(X), len(X))):
        samples = part.samples - (mean == "free")
        if mean == "invariant" and number == maps.domain_basis.trivial:
            samples[0] -= 1
        spectra.append(CovarianceSpectrum(part.dimension, part.beta, part.eigenvalues, samples))
    return spectra


def ranks_in_order(spectra, blocks, ranks):
    """Ranks that the reference lists block by block, for each bundle; blocks are matched by what they are."""
    found = [np.zeros(part.size, dtype=np.intp) for part in spectra]
    free = [(number, member) for number, part in enumerate(spectra) for member in range(part.size)]
    for block, rank in zip(blocks, ranks, strict=True):
        number, member = next(
            place for place in free
            if spectra[place[0]].dimension == block["irrep_dim"]
            and {1: "R", 2: "C", 4: "H"}[spectra[place[0]].beta] == block["field"]
            and np.allclose(spectra[place[0]].eigenvalues[place[1]], block["eigenvalues"])
        )  # fmt: skip
        free.remove((number, member))
        found[number][member] = rank
    return found
