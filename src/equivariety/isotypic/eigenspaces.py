"""One transitive action split into irreducible subspaces, and their commuting fields.

A random symmetric element of the commutant has, with probability one, irreducible eigenspaces. How well they are
computed depends on the gaps between its eigenvalues, so they are computed twice: a first time to find them, and a
second time from an element with the same eigenspaces and evenly spaced eigenvalues.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from equivariety.array_types import FloatArray, IntArray
from equivariety.isotypic.intertwiners import Intertwiners, UnclearDrawError, intertwiners
from equivariety.isotypic.symmetric_elements import eigenvectors, long_cycles
from equivariety.isotypic.transitive import Transitive
from equivariety.tolerances import clearly_nonzero, clearly_zero, equal_eigenvalue_cutoff


@dataclass(frozen=True, eq=False)
class Eigenspaces:
    """Irreducible subspaces of R^s, as consecutive columns of one orthogonal matrix.

    Attributes
    ----------
    action : Transitive
        The action.
    commutant : Intertwiners
        The matrices that commute with it.
    vectors : float array, shape (s, s)
        Orthonormal columns.
    starts : int array, shape (subspaces + 1,)
        Subspace i has the columns starts[i] to starts[i + 1].
    """

    action: Transitive
    commutant: Intertwiners
    vectors: FloatArray
    starts: IntArray

    @property
    def count(self) -> int:
        """Number of irreducible subspaces."""
        return len(self.starts) - 1

    def columns(self, index: int) -> slice:
        """Where the basis of subspace `index` stands."""
        return slice(int(self.starts[index]), int(self.starts[index + 1]))

    def basis(self, index: int) -> FloatArray:
        """Orthonormal columns that span subspace `index`."""
        return self.vectors[:, self.columns(index)]


def split_transitive(action: Transitive, random: np.random.Generator) -> Eigenspaces:
    """Split a transitive action into irreducible eigenspaces, in ascending order of the random eigenvalues.

    Raises
    ------
    UnclearDrawError
        If two eigenvalues are too close to be told apart or together.

    Notes
    -----
    Two symmetric eigenproblems of size s, in the blocks that an element of large order leaves: time s^3, most of it
    for products of matrices, memory about 100 s^2 bytes.
    """
    commutant = intertwiners(action, action)
    cycles = long_cycles(action)
    element = commutant.random(random)
    values, vectors = eigenvectors(element + element.T, cycles)
    starts = _cluster(values, commutant.noise)
    # Averaging the respaced element returns it to the commutant exactly, and removes to first order what rounding
    # had mixed between neighboring eigenspaces.
    spaced = np.repeat(np.arange(len(starts) - 1), np.diff(starts)).astype(np.float64)
    respaced = commutant.average((vectors * spaced) @ vectors.T)
    _, vectors = eigenvectors((respaced + respaced.T) / 2, cycles)
    return Eigenspaces(action, commutant, vectors, starts)


def _cluster(values: FloatArray, noise: float) -> IntArray:
    """Boundaries between different eigenvalues among ascending computed ones."""
    scale = float(np.abs(values).max())
    gaps = np.diff(values) / scale if scale else np.diff(values)
    equal = gaps <= max(equal_eigenvalue_cutoff(len(values)), clearly_zero(noise) if noise else 0.0)
    if np.any(~equal & (gaps < clearly_zero(noise))):
        raise UnclearDrawError("two eigenvalues of the random commutant element nearly coincide")
    return np.concatenate([[0], np.flatnonzero(~equal) + 1, [len(values)]]).astype(np.intp)


@dataclass(frozen=True, eq=False)
class Copies:
    """Subspaces isomorphic to one given subspace, and orthogonal intertwiners from that one to them."""

    space: int
    alike: IntArray
    """Numbers of the isomorphic subspaces."""
    blocks: tuple[FloatArray, ...]
    """For each of them the orthogonal equivariant block, in the bases of the subspaces."""


def copies_of(
    rows: Eigenspaces,
    columns: Eigenspaces,
    wanted: Sequence[int] | None,
    between: Intertwiners,
    random: np.random.Generator,
) -> list[Copies]:
    """The copies of some irreducible subspaces among those of another action.

    Parameters
    ----------
    rows, columns : Eigenspaces
        Subspaces of R^m, where copies are looked for, and of R^n.
    wanted : sequence of int, optional
        Subspaces of R^n; by default, for one action, the first one of each isomorphism class.
    between : Intertwiners
        From R^n to R^m.
    random : Generator
        Where the random intertwiner comes from.

    Raises
    ------
    UnclearDrawError
        If the random intertwiner is neither clearly zero nor clearly not between two subspaces.

    Notes
    -----
    By Schur's lemma a block of an intertwiner is zero or a multiple of an orthogonal matrix. A small multiple carries
    a large relative error; averaging the normalized blocks returns them to the commutant and removes it. Only blocks
    that start in the subspaces wanted are computed, all else of size m n is no product of matrices.
    """
    intertwiner = between.random(random)
    left, found = list(range(columns.count)) if wanted is None else list(wanted), []
    while left:
        moved = rows.vectors.T @ (intertwiner @ columns.basis(left[0]))
        related = _related(moved, rows, between.noise)
        found.append(Copies(left[0], related, _normalized(moved, related, rows)))
        left = left[1:] if wanted is not None else [space for space in left if space not in set(related.tolist())]
    return _refined(found, rows, columns, between)


def _related(moved: FloatArray, rows: Eigenspaces, noise: float) -> IntArray:
    norms = np.sqrt(np.add.reduceat(np.square(moved).sum(axis=1), rows.starts[:-1]))
    if np.any((norms > clearly_zero(noise)) & (norms < clearly_nonzero(noise))):
        raise UnclearDrawError("a random intertwiner nearly vanishes between two subspaces")
    return np.flatnonzero(norms >= clearly_nonzero(noise))


def _normalized(moved: FloatArray, related: IntArray, rows: Eigenspaces) -> tuple[FloatArray, ...]:
    return tuple(_orthogonal(moved[rows.columns(space)]) for space in related)


def _refined(found: Sequence[Copies], rows: Eigenspaces, columns: Eigenspaces, between: Intertwiners) -> list[Copies]:
    """Blocks that belong together, averaged."""
    chosen = [each for each in found if each.alike.size]
    if not chosen:
        return list(found)
    sources = [columns.basis(each.space) for each in chosen]
    images = []
    for each in chosen:
        image = np.zeros((len(rows.vectors), each.blocks[0].shape[1]))
        for space, block in zip(each.alike, each.blocks, strict=True):
            image += rows.basis(space) @ block
        images.append(image)
    averaged = between.average(np.concatenate(images, axis=1) @ np.concatenate(sources, axis=1).T)
    moved = np.split(averaged @ np.concatenate(sources, axis=1), np.cumsum([s.shape[1] for s in sources])[:-1], axis=1)
    carried = {each.space: image for each, image in zip(chosen, moved, strict=True)}
    return [
        Copies(each.space, each.alike, tuple(
            _orthogonal(rows.basis(space).T @ carried[each.space]) for space in each.alike
        ))
        for each in found
    ]  # fmt: skip


def _orthogonal(block: FloatArray) -> FloatArray:
    """A multiple of an orthogonal block, scaled so that its Frobenius norm is the root of the dimension."""
    return np.asarray(block * (np.sqrt(len(block)) / np.linalg.norm(block)))


def imaginary_units(restrictions: Sequence[FloatArray], noise: float = 0.0) -> list[FloatArray]:
    """The imaginary units of the commuting field of an irreducible subspace.

    Parameters
    ----------
    restrictions : two float arrays, shape (n, n)
        Independent random elements of the commutant, restricted to the subspace, in an orthonormal basis of it.

    Returns
    -------
    list of float arrays, shape (n, n)
        In the same basis: nothing for R, [I] for C, [I, J, IJ] for H. Skew-symmetric and orthogonal.

    Raises
    ------
    UnclearDrawError
        If the skew part of a restriction is neither clearly zero nor clearly not.

    Notes
    -----
    On an irreducible subspace the commutant is R + (skew part), and the skew part is spanned by 0, 1 or 3 units
    (Frobenius). The first unit is the first skew part normalized, the second what the other adds to it.
    """
    units: list[FloatArray] = []
    for restricted in restrictions:
        skew = (restricted - restricted.T) / 2
        for unit in units:
            skew = skew - np.vdot(unit, skew) / len(skew) * unit
        norm = float(np.linalg.norm(skew))
        if norm < clearly_zero(noise):
            break
        if norm < clearly_nonzero(noise):
            raise UnclearDrawError("a random commutant element is nearly symmetric on an irreducible subspace")
        units.append(skew * (np.sqrt(len(skew)) / norm))
    if len(units) == 2:
        units.append(units[0] @ units[1])
    return units
