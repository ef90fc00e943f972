"""Tangent and normal spaces at smooth points of a component.

At a block Z = U diag(sigma) V^* of rank exactly r the tangent space of the rank-r matrices is the set of
u_a q v_b^* with a <= r or b <= r, q over the field; the normal space has a, b > r (Harris, example 14.16; over C and H
alike). U and V are completed to bases, so that the products are orthogonal.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equivariety.blocks.linear_algebra import adjoint
from equivariety.errors import InputError
from equivariety.isotypic import Field
from equivariety.ranks.strata import drops_rank
from equivariety.varieties.component import Component
from equivariety.varieties.singular_locus import block_ranks, validated_member


@dataclass(frozen=True, eq=False)
class TangentSpace:
    """The tangent space of a component at a smooth point, and its orthogonal complement in the equivariant maps.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> component = ev.EquivariantMaps(ev.actions.image_rotation(3)).bounded(3).component((1, 0, 1))
    >>> M = component.nearest(np.diag(np.arange(1.0, 10.0))).matrix()
    >>> space = ev.geometry.tangent_space(component, M)
    >>> space.dimension == component.dimension, space.normal_dimension, space.basis().shape, space.normal_basis().shape
    (True, 13, (8, 9, 9), (13, 9, 9))
    >>> W = component.maps.project(np.random.default_rng(0).standard_normal((9, 9)))
    >>> np.allclose(space.project(W) + space.project_normal(W), W)
    True
    """

    component: Component
    left: tuple[NDArray[Any], ...]
    """For each bundle the projections onto the column spaces of the blocks, in working form."""
    right: tuple[NDArray[Any], ...]
    """The projections onto the row spaces."""

    @property
    def dimension(self) -> int:
        """Real dimension, which is that of the component."""
        return self.component.dimension

    def project(self, W: ArrayLike) -> NDArray[np.float64]:
        """The tangent vector nearest to the matrix W: Z - (1 - P) Z (1 - Q) in every block."""
        return self._part(W, normal=False)

    def project_normal(self, W: ArrayLike) -> NDArray[np.float64]:
        """The nearest equivariant map that is orthogonal to the tangent space: (1 - P) Z (1 - Q) in every block."""
        return self._part(W, normal=True)

    def basis(self) -> NDArray[np.float64]:
        """Orthonormal basis, shape (dimension, m, n), dense."""
        return self._basis(normal=False)

    def normal_basis(self) -> NDArray[np.float64]:
        """Orthonormal basis of the complement in the equivariant maps, shape (codimension, m, n), dense."""
        return self._basis(normal=True)

    def _part(self, W: ArrayLike, normal: bool) -> NDArray[np.float64]:
        maps = self.component.maps
        parts = []
        for bundle, block, P, Q in zip(maps.bundles, maps.coordinates(W), self.left, self.right, strict=True):
            Z = bundle.field.pack(block)
            rest = Z - P @ Z - Z @ Q + P @ Z @ Q
            parts.append(bundle.field.unpack(rest if normal else Z - rest))
        return maps.from_coordinates(parts).matrix()

    def _basis(self, normal: bool) -> NDArray[np.float64]:
        maps = self.component.maps
        blocks = [np.zeros_like(block) for block in maps.coordinates(np.zeros(maps.shape))]
        found = []
        for number, bundle in enumerate(maps.bundles):
            for member in range(bundle.size):
                for product in _products(bundle.field, self.left[number][member], self.right[number][member], normal):
                    blocks[number][member] = product / np.sqrt(bundle.dimension)
                    found.append(maps.from_coordinates(blocks).matrix())
                blocks[number][member] = 0.0
        return np.array(found).reshape(len(found), *maps.shape)

    @cached_property
    def normal_dimension(self) -> int:
        """Codimension of the component in the equivariant maps."""
        return self.component.maps.dimension - self.component.dimension


def tangent_space(component: Component, M: ArrayLike, tolerance: float | None = None) -> TangentSpace:
    """The tangent space of a component at one of its smooth points.

    Parameters
    ----------
    component : Component
    M : array_like of shape (m, n)
    tolerance : float, optional
        Distance that counts as zero; by default max(m, n) sqrt(epsilon) / 100 times the norm of M.

    Raises
    ------
    InputError
        If M does not lie on the component (the message gives the distance), or is a singular point of it.

    Examples
    --------
    >>> import equivariety as ev
    >>> component = ev.InvariantMaps(ev.actions.cyclic(2) + ev.actions.cyclic(2), 2).bounded(1).component([1])
    >>> space = tangent_space(component, [[1, 1, 2, 2], [1, 1, 2, 2]])
    >>> space.dimension, space.basis().shape, space.normal_basis().shape
    (3, (3, 2, 4), (1, 2, 4))
    """
    M = validated_member(component, M, tolerance)
    ranks = block_ranks(component.maps, M, tolerance)
    if drops_rank(component.maps.slots, component.ranks, ranks):
        raise InputError(f"M must be a smooth point of the component of ranks {component.ranks}, not a singular one: "
                         f"its blocks have the ranks {ranks}")  # fmt: skip
    left, right = [], []
    for bundle, spectrum in zip(component.maps.bundles, component.maps.problem_to(M).error.spectra, strict=True):
        bounds = np.array(component.ranks)[bundle.members]
        full = bounds == spectrum.gains.shape[1]
        kept = np.arange(spectrum.gains.shape[1]) < bounds[:, None]
        U = bundle.field.pack(spectrum.decoder * kept[:, None, :, None])
        scale = np.sqrt((spectrum.encoder**2).sum(axis=(2, 3), keepdims=True))
        V = bundle.field.pack(spectrum.encoder / np.where(scale > 0, scale, 1.0) * kept[:, :, None, None])
        P, Q = U @ adjoint(U), adjoint(V) @ V
        # A block that is not bounded is a linear space: everything is tangent.
        P[full], Q[full] = np.eye(P.shape[-1]), np.eye(Q.shape[-1])
        left.append(P)
        right.append(Q)
    return TangentSpace(component, tuple(left), tuple(right))


def _products(field: Field, P: NDArray[Any], Q: NDArray[Any], normal: bool) -> NDArray[np.float64]:
    """Orthonormal u_a q v_b^* (components) spanning the tangent or the normal space of one block."""
    from equivariety.blocks.linear_algebra import eigen

    (inside, U), (within, V) = eigen(P, field), eigen(Q, field)
    left, right = field.unpack(U), field.unpack(adjoint(V))
    units = np.eye(field.beta)
    found = [
        field.unpack(field.pack(left[:, a : a + 1]) @ field.pack(units[s][None, None]) @ field.pack(right[b : b + 1]))
        for a in range(left.shape[1])
        for b in range(right.shape[0])
        for s in range(field.beta)
        if (inside[a] < 0.5 and within[b] < 0.5) == normal
    ]
    return np.array(found).reshape(len(found), left.shape[0], right.shape[1], field.beta)
