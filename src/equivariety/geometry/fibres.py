"""Fibres of the parameterization: which parameters of a network give the same map.

Over a map whose block ranks are the widths of the network the fibre is one orbit of the changes of basis of the hidden
spaces: (W_1, ..., W_L) -> (W_1 T_1^-1, T_1 W_2 T_2^-1, ..., T_(L-1) W_L), T_k in the product of the GL(r_i) over the
fields of the blocks. Below that rank the fibre is larger and has several components.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equivariety.errors import InputError
from equivariety.geometry.chains import Chain, field_rank
from equivariety.geometry.factors import Parameter, as_factors, chains, from_chains, network_spaces, zero_map
from equivariety.isotypic import field_named
from equivariety.tolerances import vanishing_cutoff
from equivariety.varieties.block_map import BlockMap
from equivariety.varieties.component import Component, validated_ranks
from equivariety.varieties.singular_locus import validated_member


def balanced_factors(component: Component, M: ArrayLike, depth: int = 2) -> tuple[BlockMap, ...]:
    """The balanced factorization of a matrix on a component: every factor takes the same share of singular values.

    With the blocks Z = U diag(sigma) V^* the factors are U s, s, ..., s V^* with s = diag(sigma^(1/depth)). Adjacent
    factors satisfy W_k^* W_k = W_(k+1) W_(k+1)^*; this is the point of the fibre with the smallest norm.

    Parameters
    ----------
    component : Component
    M : array_like of shape (m, n)
    depth : int
        Number of factors, at least 2.

    Raises
    ------
    InputError
        If M is not on the component (the message gives the distance), or the depth is below 2.

    Examples
    --------
    >>> import numpy as np
    >>> from equivariety.geometry import dense_component
    >>> A, B = balanced_factors(dense_component(1, 2, 2), [[4, 0], [0, 0]])
    >>> A.matrix().tolist(), B.matrix().tolist()
    ([[2.0], [0.0]], [[2.0, 0.0]])
    """
    if depth < 2:
        raise InputError(f"depth must be at least 2, not {depth}")
    M = validated_member(component, M)
    maps, shares = component.maps, {}
    error = maps.problem_to(M).error
    for bundle, spectrum in zip(maps.bundles, error.spectra, strict=True):
        sigma = error.scale * np.sqrt(spectrum.gains / bundle.dimension)
        for position, member in enumerate(bundle.members.tolist()):
            rank = component.ranks[member]
            s = np.diag(np.tile(sigma[position, :rank] ** (1 / depth), bundle.field.width))
            U = bundle.field.pack(spectrum.decoder[position][:, :rank])
            V = bundle.field.pack(_unit_rows(spectrum.encoder[position][:rank]))
            shares[member] = [U @ s, *([s] * (depth - 2)), s @ V]
    empty = [zero_map(source, target) for target, source in pairwise(network_spaces(component, depth))]
    return from_chains(empty, shares)


def same_fibre(component: Component, first: Parameter, second: Parameter) -> tuple[BlockMap, ...] | None:
    """The changes of basis of the hidden spaces that turn one parameter into another; None if the maps differ.

    Parameters
    ----------
    component : Component
        All hidden spaces of the networks have its ranks as widths.
    first, second : sequences of BlockMap or of dense matrices
        The factors in the order of the product, the one that acts first last.

    Returns
    -------
    tuple of BlockMap, or None
        T_1, ..., T_(L-1) with ``act(component, first, T)`` equal to the second parameter.

    Raises
    ------
    InputError
        If depths or widths differ, or the map has smaller block ranks: then the fibre is not one orbit.

    Examples
    --------
    >>> import numpy as np
    >>> from equivariety.geometry import dense_component
    >>> A, B = np.array([[1.0], [2.0]]), np.array([[3.0, 4.0]])
    >>> (T,) = same_fibre(dense_component(1, 2, 2), [A, B], [A / 2, 2 * B])
    >>> T.matrix().round(6).tolist()
    [[2.0]]
    """
    given, other = as_factors(component, first), as_factors(component, second)
    if len(given) != len(other):
        raise InputError(f"both parameters must have the same depth, not {len(given)} and {len(other)}")
    left, right = chains(component, given), chains(component, other)
    if any(not _same_map(left[member], right[member]) for member in left):
        return None
    transforms = {}
    for member, chain in left.items():
        _require_full_rank(component, member, chain, right[member])
        pairs = zip(chain.rights[:-1], right[member].rights[:-1], strict=True)
        transforms[member] = [after @ np.linalg.pinv(before) for before, after in pairs]
    return from_chains([zero_map(factor.target, factor.target) for factor in given[1:]], transforms)


def act(component: Component, parameter: Parameter, transforms: Sequence[BlockMap]) -> tuple[BlockMap, ...]:
    """Change the bases of the hidden spaces: (W_1 T_1^-1, T_1 W_2 T_2^-1, ..., T_(L-1) W_L).

    Raises
    ------
    InputError
        If there is not one transform for each hidden space.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> component = ev.EquivariantMaps(ev.actions.cyclic(4)).bounded(3).component((1, 1, 0))
    >>> parameter = ev.geometry.random_factors(component)
    >>> hidden = parameter[0] @ parameter[1]
    >>> transform = ev.geometry.random_factors(component, depth=2, seed=1)
    >>> change = transform[1] @ transform[0]
    >>> moved = act(component, parameter, [change])
    >>> np.allclose((moved[0] @ moved[1]).matrix(), hidden.matrix())
    True
    """
    factors = as_factors(component, parameter)
    if len(transforms) != len(factors) - 1:
        raise InputError(f"there must be {len(factors) - 1} transforms, one for each hidden space, "
                         f"not {len(transforms)}")  # fmt: skip
    moved = {}
    changes = chains(component, transforms) if transforms else {}
    for member, chain in chains(component, factors).items():
        T = changes[member].factors if transforms else ()
        middle = [t @ W for t, W in zip(T, chain.factors[1:], strict=True)]
        moved[member] = [
            np.linalg.solve(t.T, W.T).T for t, W in zip(T, [chain.factors[0], *middle[:-1]], strict=True)
        ] + [(middle or list(chain.factors))[-1]]
    return from_chains(factors, moved)


def fibre_dimension(component: Component, depth: int = 2, ranks: Sequence[int] | None = None) -> int:
    """Real dimension of the set of parameters with the same map.

    Parameters
    ----------
    component : Component
        Its ranks are the widths of the hidden spaces.
    depth : int
        Number of factors.
    ranks : sequence of int, optional
        Block ranks of the map, by default those of the component: sum of beta r^2 (depth - 1).

    Examples
    --------
    >>> from equivariety.geometry import dense_component
    >>> fibre_dimension(dense_component(1, 3, 3)), fibre_dimension(dense_component(1, 3, 3), ranks=[0])
    (1, 3)
    """
    if depth < 1:
        raise InputError(f"depth must be at least 1, not {depth}")
    given = component.ranks if ranks is None else validated_ranks(component.maps, ranks)
    total = 0
    for block, width, rank in zip(component.maps.blocks, component.ranks, given, strict=True):
        if rank > width:
            raise InputError(f"the rank {rank} in block {block.label} must not exceed the width {width}")
        if width:
            sizes = (block.rows, *([width] * (depth - 1)), block.cols)
            total += field_named(block.field).beta * chain_fibre_dimension(sizes, rank)
    return total


@cache
def chain_fibre_dimension(sizes: tuple[int, ...], rank: int) -> int:
    """Dimension over the field of {(W_1, ..., W_L) : W_1 ... W_L = M}, rank M = s, W_k of shape (sizes[k-1], sizes[k]).

    Let W_1 have rank a, and P = W_2 ... W_L rank p. The W_1 whose columns span a space around that of M form a set of
    dimension (a - s)(m - a) + a k; the P with W_1 P = M and rank p one of dimension (p - s)(k - a + n - p) + (k - a) s.
    The largest sum over a and p, with the fibre over P added, is the dimension.

    Examples
    --------
    Pairs of 2 x 2 matrices with product zero:

    >>> chain_fibre_dimension((2, 2, 2), 0)
    5
    """
    if len(sizes) == 2:
        return 0
    (m, k, *rest), n = sizes, sizes[-1]
    reach = min(k, *rest)
    return max(
        (a - rank) * (m - a) + a * k + (p - rank) * (k - a + n - p) + (k - a) * rank
        + chain_fibre_dimension(sizes[1:], p)
        for a in range(rank, min(m, k) + 1)
        for p in range(rank, min(reach, rank + k - a) + 1)
    )  # fmt: skip


def _same_map(first: Chain, second: Chain) -> bool:
    scale = float(np.linalg.norm(first.product)) + float(np.linalg.norm(second.product))
    difference = float(np.linalg.norm(first.product - second.product))
    return difference <= vanishing_cutoff(scale, max(first.product.shape))


def _require_full_rank(component: Component, member: int, *both: Chain) -> None:
    rank, label = component.ranks[member], component.maps.blocks[member].label
    for chain in both:
        if any(width != rank for width in chain.widths[1:-1]):
            raise InputError(f"all hidden spaces must have the width {rank} in block {label}, "
                             f"not {chain.widths[1:-1]}")  # fmt: skip
        found = field_rank(chain.product, chain.field)
        if found < rank:
            raise InputError(f"the map must have the rank {rank} in block {label}, not {found}: below it the fibre is "
                             "not one orbit of changes of basis")  # fmt: skip


def _unit_rows(encoder: NDArray[np.float64]) -> NDArray[np.float64]:
    norms = np.sqrt((encoder**2).sum(axis=(1, 2), keepdims=True))
    return np.asarray(encoder / np.where(norms > 0, norms, 1.0))
