"""Components under changes of basis: X T, T X and T^-1 X T.

Dimension, degree and singular locus carry over to the image under any invertible change of basis. The ED degree need
not, since the Frobenius norm changes: on the blocks of X the norm of P X T is tr(P^T P X T T^T X^T). If P^T P or T T^T
commutes with the group, this is a sum over the blocks, on each of which a change of basis restores the usual norm, so
that the ED degree is kept; this covers X T and T X for every T, and orthogonal or equivariant T in T^-1 X T.
Otherwise the blocks are coupled.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb, prod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equivariety.actions import Action
from equivariety.errors import InputError
from equivariety.isotypic import field_named
from equivariety.tolerances import membership_cutoff
from equivariety.varieties.component import Component
from equivariety.varieties.determinantal import DeterminantalVariety


@dataclass(frozen=True, eq=False)
class TransformedComponent:
    """The matrices left @ X @ right with X on a component.

    Build it with :func:`times`, :func:`after` or :func:`conjugated`.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> component = ev.EquivariantMaps(ev.actions.image_rotation(3)).bounded(3).component((1, 0, 1))
    >>> turned = ev.geometry.conjugated(component, np.linalg.qr(np.random.default_rng(0).standard_normal((9, 9)))[0])
    >>> (turned.dimension == component.dimension, turned.degree, turned.keeps_ed_degree,
    ...  turned.ed_degree == component.ed_degree)
    (True, 12, True, True)
    >>> len(turned.singular_locus()), turned.contains(np.eye(9))
    (2, False)
    """

    component: Component
    left: NDArray[Any]
    right: NDArray[Any]

    @property
    def dimension(self) -> int:
        """The dimension of the component, which every invertible change of basis keeps."""
        return self.component.dimension

    @property
    def degree(self) -> int:
        """The degree of the component, which every invertible change of basis keeps."""
        return self.component.degree

    @property
    def keeps_ed_degree(self) -> bool:
        """Whether left^T left or right right^T commutes with the group; sufficient for the ED degree to be kept."""
        maps = self.component.maps
        return _commutes(self.left.T @ self.left, maps.codomain) or _commutes(self.right @ self.right.T, maps.domain)

    @property
    def ed_degree(self) -> int:
        """Number of critical points of the Frobenius distance, where the change of basis keeps it.

        Raises
        ------
        InputError
            If the change of basis couples blocks; the number then depends on it.
        """
        if not self.keeps_ed_degree:
            raise InputError("the ED degree is not carried over by this change of basis: neither left^T left nor "
                             "right right^T commutes with the group, so that the norm couples the blocks")  # fmt: skip
        return self.component.ed_degree

    def singular_locus(self) -> tuple[TransformedComponent, ...]:
        """The images of the members of the singular locus."""
        return tuple(TransformedComponent(member, self.left, self.right) for member in self.component.singular_locus())

    def contains(self, M: ArrayLike, tolerance: float | None = None) -> bool:
        """Whether M, taken back by the inverse change of basis, lies on the component."""
        given = np.asarray(M)
        if given.shape != self.component.maps.shape:
            raise InputError(f"the matrix must have shape {self.component.maps.shape}, not {given.shape}")
        back = np.linalg.solve(self.left, np.linalg.solve(self.right.T, given.T).T)
        allowed = membership_cutoff(float(np.linalg.norm(back)), max(back.shape)) if tolerance is None else tolerance
        if np.linalg.norm(np.imag(back)) > allowed:
            return False
        return self.component.contains(np.real(back), allowed)


def right_multiplied(component: Component, T: ArrayLike) -> TransformedComponent:
    """The matrices X T with X on the component.

    Parameters
    ----------
    component : Component
    T : array_like of shape (n, n)
        Invertible, real or complex.

    Raises
    ------
    InputError
        If T has another shape or is singular.

    Examples
    --------
    >>> import equivariety as ev
    >>> component = ev.InvariantMaps(ev.actions.trivial(2), 2).bounded(1).component([1])
    >>> right_multiplied(component, [[1, 5], [0, 1]]).ed_degree
    2
    """
    m, n = component.maps.shape
    return TransformedComponent(component, np.eye(m), _invertible(T, n))


def left_multiplied(component: Component, T: ArrayLike) -> TransformedComponent:
    """The matrices T X with X on the component; T of shape (m, m), invertible.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> component = ev.EquivariantMaps(ev.actions.cyclic(3)).bounded(1).component([1, 0])
    >>> left_multiplied(component, 2 * np.eye(3)).contains(np.ones((3, 3)))
    True
    """
    m, n = component.maps.shape
    return TransformedComponent(component, _invertible(T, m), np.eye(n))


# The names of version 0.1.
times, after = right_multiplied, left_multiplied


def conjugated(component: Component, T: ArrayLike) -> TransformedComponent:
    """The matrices T^-1 X T with X on the component, for one action on both sides; T of shape (n, n), invertible.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> component = ev.EquivariantMaps(ev.actions.cyclic(3)).bounded(1).component([1, 0])
    >>> T = np.array([[1.0, 1, 0], [0, 1, 0], [0, 0, 1]])
    >>> moved = conjugated(component, T)
    >>> moved.contains(np.linalg.inv(T) @ np.ones((3, 3)) @ T), moved.contains(np.ones((3, 3)))
    (True, False)
    """
    m, n = component.maps.shape
    if m != n:
        raise InputError(f"the maps must be square for T^-1 X T, not of shape {(m, n)}")
    right = _invertible(T, n)
    return TransformedComponent(component, np.linalg.inv(right), right)


def ed_degree_in_complex_basis(component: Component) -> int:
    """Number of critical points of sum z^2 in a basis of complex irreducibles, such as the Vandermonde matrices T2.

    Such a basis separates conjugate irreducibles, and sum z^2 there is another quadratic form than sum x^2: on a
    C-block it is tr(Z^T Z) + tr(W^T W) with W = conj(Z) as an independent matrix, instead of 2 tr(Z^T W).

    Examples
    --------
    >>> import equivariety as ev
    >>> maps = ev.EquivariantMaps(ev.PermutationAction.from_cycles("(1 2 3)(4 5 6)"))
    >>> component = maps.bounded(2).component((0, 1))
    >>> component.ed_degree, ed_degree_in_complex_basis(component)
    (2, 4)
    """
    return prod(_complex_factor(factor) for factor in component.factors)


def _complex_factor(factor: DeterminantalVariety) -> int:
    field = field_named(factor.field)
    smallest, rank = field.complexified(min(factor.m, factor.n), factor.rank)
    return comb(smallest, rank) ** field.complex_parts


def _commutes(form: NDArray[Any], action: Action) -> bool:
    allowed = membership_cutoff(float(np.linalg.norm(form)), len(form))
    # T F T^t = F for every generator.
    moved = (action.apply(action.apply(form, number).T, number).T for number in range(action.number_of_generators))
    return all(float(np.linalg.norm(each - form)) <= allowed for each in moved)


def _invertible(T: ArrayLike, size: int) -> NDArray[Any]:
    given = np.asarray(T)
    if given.shape != (size, size):
        raise InputError(f"T must have shape {(size, size)}, not {given.shape}")
    if np.linalg.matrix_rank(given) < size:
        raise InputError(f"T must be invertible, not of rank {np.linalg.matrix_rank(given)}")
    return given
