"""Characters of induced irreducibles: sums over the frequencies that a generator keeps up to sign."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from equivariety.array_types import FloatArray
from equivariety.isotypic.dual_orbits import Carried, Family
from equivariety.isotypic.dual_points import Turns
from equivariety.isotypic.normal_subgroups import AbelianNormalSubgroup


def family_characters(
    family: Family, bases: Sequence[FloatArray], subgroup: AbelianNormalSubgroup, carried: Carried
) -> FloatArray:
    """Traces of the given generators, shape (orbits, irreducibles of the stabilizer, generators).

    Parameters
    ----------
    bases : sequence of float arrays, shape (slots, fibre, copies, beta)
        One occurrence of each irreducible of the stabilizer.
    """
    dimensions = np.array([basis.shape[2] * basis.shape[3] for basis in bases])
    orbits, size, _ = family.duals.shape
    traces = np.empty((orbits, len(bases), len(subgroup.roles)))
    for place, (role, number) in enumerate(subgroup.roles):
        if role == "other":
            traces[:, :, place] = _of_other(family, bases, carried, number)
        elif role == "inside":
            frequencies = carried.dual.frequencies
            steps = frequencies.numerators[carried.points.frequency[family.duals[:, :, 0]], number]
            cosines = np.cos(2 * np.pi * steps / frequencies.common).sum(axis=1)
            traces[:, :, place] = cosines[:, None] * dimensions
        else:
            traces[:, :, place] = size * dimensions
    return traces


def _of_other(family: Family, bases: Sequence[FloatArray], carried: Carried, other: int) -> FloatArray:
    keeps, targets, loops = carried.own_loops(family.duals, other)
    matrices = real_matrices(loops, carried.dual.unit, 1 if family.real else 2) * keeps[:, :, None, None, None]
    slots = np.arange(targets.shape[2])
    found = []
    for basis in bases:
        products = np.einsum("iacu,jbcu->ijab", basis, basis)
        found.append(np.einsum("ejiab,ejiab->e", matrices, products[slots, np.where(keeps[:, :, None], targets, 0)]))
    return np.stack(found, axis=1)


def real_matrices(turns: Turns, unit: int, fibre: int) -> FloatArray:
    """Matrices (..., fibre, fibre) on (real part, imaginary part), or on the real part alone."""
    # Quarter turns are exact: whole numbers of steps, reduced before the cosine is taken.
    quarters, rest = np.divmod(4 * (turns.angles % unit), unit)
    turn = np.exp(0.5j * np.pi * rest / unit) * np.array([1, 1j, -1, -1j])[quarters]
    if fibre == 1:
        return np.asarray(turn.real[..., None, None])
    mirror = np.where(turns.flips, -1.0, 1.0)
    rows = [np.stack([turn.real, -mirror * turn.imag], axis=-1), np.stack([turn.imag, mirror * turn.real], axis=-1)]
    return np.stack(rows, axis=-2)
