"""Eigenvalues and eigenvectors of an equivariant operator, block by block.

The real matrix that a block of multiplicity r over a field of dimension d stands for, of size d r, acts on each of the
k / d copies of the irreducible: its eigenvalues occur k / d times, its eigenvectors, placed in one copy, are those of
the operator.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.varieties.solution import Solution

Complex = NDArray[np.complex128]


def eigenvalues(solution: Solution) -> Complex:
    """All eigenvalues of a square map with multiplicity, of falling modulus, conjugate ones side by side."""
    found = [
        np.repeat(np.linalg.eigvals(realization).ravel(), copies) for realization, copies in _realizations(solution)
    ]
    values = np.concatenate(found).astype(np.complex128)
    return values[_order(values)]


def modes(solution: Solution) -> Complex:
    """Eigenvectors of length 1 as columns, in the order of :func:`eigenvalues`."""
    maps = solution.component.maps
    values, vectors = [], []
    for number, (realization, copies) in enumerate(_realizations(solution)):
        found, inner = np.linalg.eig(realization)
        beta = maps.bundles[number].field.beta
        inner = np.swapaxes(inner, -1, -2).reshape(*found.shape, -1, beta)
        placed = [_placed(maps.domain_basis, number, copy, inner) for copy in range(copies)]
        values.append(np.repeat(found.ravel(), copies))
        vectors.append(np.stack(placed, axis=1).reshape(-1, maps.domain.degree))
    order = _order(np.concatenate(values).astype(np.complex128))
    return np.ascontiguousarray(np.concatenate(vectors)[order].T)


def _realizations(solution: Solution) -> list[tuple[NDArray[np.float64], int]]:
    """For each bundle the real matrices of its blocks, shape (members, size, size), and the number of copies."""
    maps = solution.component.maps
    sizes = maps.domain_basis.multiplicities
    blocks = [np.zeros((b.size, size, size, b.field.beta)) for b, size in zip(maps.bundles, sizes, strict=True)]
    place = {member: (number, position) for number, bundle in enumerate(maps.bundles)
             for position, member in enumerate(bundle.members.tolist())}  # fmt: skip
    composed = solution.decoder @ solution.encoder
    for group, found in zip(composed.source.bundles, composed.blocks, strict=True):
        for member, block in zip(group.members.tolist(), found, strict=True):
            number, position = place[member]
            blocks[number][position] = block
    return [(b.field.realize(block), b.copies) for b, block in zip(maps.bundles, blocks, strict=True)]


def _order(values: Complex) -> NDArray[np.intp]:
    """Falling modulus; what differs by rounding only counts as equal, so that conjugate pairs stand together."""
    rounded = np.round(values / (np.abs(values).max(initial=0.0) or 1.0), 10)
    modulus = np.round(np.abs(rounded), 9)
    return np.lexsort([-rounded.imag, -np.abs(rounded.imag), -rounded.real, -modulus])


def _placed(basis: Any, number: int, copy: int, inner: Complex) -> Complex:
    """Vectors (members, count, multiplicity, beta) of one bundle, placed in one copy, as rows."""
    members, count = inner.shape[:2]
    parts = [
        np.zeros((members * count, bundle.size, bundle.copies, cols, bundle.field.beta), dtype=np.complex128)
        for bundle, cols in zip(basis.bundles, basis.multiplicities, strict=True)
    ]
    for member in range(members):
        parts[number][member * count : (member + 1) * count, member, copy] = inner[member]
    real, imaginary = (
        basis.synthesize([np.ascontiguousarray(half(part)) for part in parts]) for half in (np.real, np.imag)
    )
    return np.asarray(real + 1j * imaginary)
