"""The parameters of a linear network: factors between hidden spaces, as dense matrices or block by block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.actions import trivial
from equivariety.errors import InputError
from equivariety.geometry.chains import Chain
from equivariety.isotypic import Field
from equivariety.tolerances import membership_cutoff
from equivariety.varieties.block_map import BlockMap, Coordinates
from equivariety.varieties.component import Component
from equivariety.varieties.hidden_space import HiddenSpace
from equivariety.varieties.maps import EquivariantMaps

Parameter = Sequence[BlockMap] | Sequence[Any]
"""The factors in the order of the product, the one that acts first last: block maps, or dense matrices."""


def dense_component(rank: int, m: int, n: int) -> Component:
    """All m x n matrices of rank at most ``rank``: the case of the trivial group, for dense networks.

    Examples
    --------
    >>> dense_component(2, 3, 4).dimension
    10
    """
    return Component(EquivariantMaps(trivial(n), trivial(m)), (rank,))


def random_factors(component: Component, depth: int = 2, seed: int = 0) -> tuple[BlockMap, ...]:
    """Independent standard normal parameters of a network of some depth whose hidden spaces have the ranks' size.

    Examples
    --------
    >>> import equivariety as ev
    >>> component = ev.EquivariantMaps(ev.actions.cyclic(4)).bounded(3).component((1, 1, 0))
    >>> [factor.shape for factor in random_factors(component, depth=3)]
    [(4, 3), (3, 3), (3, 4)]
    """
    rng = np.random.default_rng(seed)
    return tuple(
        BlockMap(zero.source, zero.target, tuple(rng.standard_normal(block.shape) for block in zero.blocks))
        for zero in (zero_map(source, target) for target, source in pairwise(network_spaces(component, depth)))
    )


def network_spaces(component: Component, depth: int) -> tuple[Coordinates, ...]:
    """Target, hidden spaces and source of the network with ``depth`` factors that parameterizes a component."""
    if depth < 1:
        raise InputError(f"depth must be at least 1, not {depth}")
    pair = component.nearest(np.zeros(component.maps.shape))
    return (pair.decoder.target, *([pair.encoder.target] * (depth - 1)), pair.encoder.source)


def zero_map(source: Any, target: Any) -> BlockMap:
    """The zero map between two spaces of a network."""
    sizes = zip(source.bundles, target.multiplicities, source.multiplicities, strict=True)
    return BlockMap(source, target, tuple(np.zeros((b.size, rows, cols, b.field.beta)) for b, rows, cols in sizes))


def as_factors(component: Component, parameter: Parameter) -> tuple[BlockMap, ...]:
    """The factors as block maps; dense matrices are read in the coordinates of the network of the component.

    Dense and invariant networks may have hidden spaces of any width; the narrowest one is the rank of the component.

    Raises
    ------
    InputError
        If the shapes do not fit, or a dense factor is not equivariant (the message gives the distance).

    Examples
    --------
    >>> import equivariety as ev
    >>> component = ev.EquivariantMaps(ev.actions.cyclic(4)).bounded(3).component((1, 1, 0))
    >>> dense = [factor.matrix() for factor in random_factors(component)]
    >>> [factor.shape for factor in as_factors(component, dense)]
    [(4, 3), (3, 4)]
    """
    given = list(parameter)
    if not given:
        raise InputError("a network must have at least one factor, not 0")
    if all(isinstance(factor, BlockMap) for factor in given):
        return tuple(given)
    spaces = _spaces_of_arrays(component, given)
    return tuple(
        _read(factor, source, target, number)
        for number, (factor, target, source) in enumerate(zip(given, spaces[:-1], spaces[1:], strict=True), start=1)
    )


def chains(component: Component, factors: Sequence[BlockMap]) -> dict[int, Chain]:
    """For each block of positive width the matrices of all factors, in working form.

    Raises
    ------
    InputError
        If the narrowest widths of the network are not the ranks of the component.
    """
    tables = [_by_member(factor) for factor in factors]
    found = {}
    for member, rank in enumerate(component.ranks):
        parts = [table[member] for table in tables if member in table]
        if len(parts) == len(tables):
            field = parts[0][0]
            found[member] = Chain(field, tuple(field.pack(block) for _, block in parts))
        narrowest = min(found[member].widths) if member in found else 0
        if narrowest != rank:
            label = component.maps.blocks[member].label
            raise InputError(f"the network must have the ranks of the component as its narrowest widths: "
                             f"in block {label} the width is {narrowest}, the rank {rank}")  # fmt: skip
    return found


def from_chains(factors: Sequence[BlockMap], matrices: Mapping[int, Sequence[NDArray[Any]]]) -> tuple[BlockMap, ...]:
    """Block maps shaped like ``factors`` with other matrices; blocks that are not named become zero."""
    result = []
    for place, factor in enumerate(factors):
        blocks = [np.zeros_like(block) for block in factor.blocks]
        for bundle, block in zip(factor.source.bundles, blocks, strict=True):
            for position, member in enumerate(bundle.members.tolist()):
                if member in matrices:
                    block[position] = bundle.field.unpack(matrices[member][place])
        result.append(BlockMap(factor.source, factor.target, tuple(blocks)))
    return tuple(result)


def product(factors: Sequence[BlockMap]) -> BlockMap:
    """The map F(theta) that the network computes."""
    result = factors[-1]
    for factor in reversed(factors[:-1]):
        result = factor @ result
    return result


def _spaces_of_arrays(component: Component, given: Sequence[Any]) -> tuple[Coordinates, ...]:
    """The spaces between dense factors: the ranks as widths, or any width if there is one real block of weight 1."""
    target, *hidden, source = network_spaces(component, len(given))
    if len(target.bundles) == 1 and target.bundles[0].size == 1 and target.bundles[0].dimension == 1:
        shapes = [np.shape(matrix) for matrix in given[:-1]]
        if all(len(shape) == 2 for shape in shapes):
            hidden = [HiddenSpace(target.bundles, (shape[1],)) for shape in shapes]
    return (target, *hidden, source)


def _by_member(factor: BlockMap) -> dict[int, tuple[Field, NDArray[np.float64]]]:
    return {
        member: (bundle.field, block[position])
        for bundle, block in zip(factor.source.bundles, factor.blocks, strict=True)
        for position, member in enumerate(bundle.members.tolist())
    }


def _read(matrix: Any, source: Coordinates, target: Coordinates, number: int) -> BlockMap:
    """The block map nearest to a dense factor, after checking that it is that factor."""
    given = np.asarray(matrix, dtype=np.float64)
    if given.shape != (target.degree, source.degree):
        raise InputError(f"factor {number} must have shape {(target.degree, source.degree)}, not {given.shape}")
    blocks = []
    for place, (part, bundle) in enumerate(zip(source.analyze(given), source.bundles, strict=True)):
        members, copies, beta = bundle.size, bundle.copies, bundle.field.beta
        both = target.analyze(np.ascontiguousarray(part.reshape(given.shape[0], -1).T))[place]
        both = both.reshape(members, copies, -1, beta, *both.shape[1:])
        same = np.einsum("bcspbcrq->bcrqsp", both)
        real = same.reshape(members, copies, same.shape[2] * beta, same.shape[4] * beta)
        blocks.append(bundle.field.contract(real).mean(axis=1) / beta)
    result = BlockMap(source, target, tuple(blocks))
    distance = float(np.linalg.norm(result.matrix() - given))
    if distance > membership_cutoff(float(np.linalg.norm(given)), max(given.shape)):
        raise InputError(f"factor {number} must be equivariant, not at the distance {distance:.3g} from equivariance")
    return result
