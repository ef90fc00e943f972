"""Single equivariant and invariant layers, of full or of bounded rank."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from equivariety.actions import Action
from equivariety.errors import InputError
from equivariety.nn.network import BlockNetwork
from equivariety.varieties import Component, EquivariantMaps, InvariantMaps
from equivariety.varieties.equal_ranks import equal_ranks
from equivariety.varieties.report import warn_if_unreachable


class EquivariantLinear(BlockNetwork):
    """A linear layer x -> M x + b with M P_domain = P_codomain M and P_codomain b = b for every generator.

    Channels are copies of an action: ``EquivariantLinear(3 * action, 8 * action)``.

    Parameters
    ----------
    domain : Action
    codomain : Action, optional
        By default the domain.
    rank : int, optional
        Factor M through a hidden space of at most this dimension, spread evenly over the blocks; with a warning if no
        equivariant map has that rank.
    ranks : sequence of int, optional
        Instead of ``rank``: the rank of every block, in the order of ``maps.blocks``.
    bias : bool
        One number for each orbit of the codomain.
    device, dtype : optional
        As in ``torch.nn.Linear``.

    Raises
    ------
    InputError
        If the actions share no irreducible, or rank or ranks do not fit.

    Examples
    --------
    >>> import torch
    >>> import equivariety as ev
    >>> action = ev.actions.cyclic(5)
    >>> layer = EquivariantLinear(2 * action, action)
    >>> layer(torch.zeros(7, 10)).shape, sum(parameter.numel() for parameter in layer.parameters())
    (torch.Size([7, 5]), 11)
    """

    def __init__(
        self,
        domain: Action,
        codomain: Action | None = None,
        rank: int | None = None,
        ranks: Sequence[int] | None = None,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        maps = EquivariantMaps(domain, codomain or domain)
        super().__init__(maps, _hidden(maps, rank, ranks), bias, device, dtype)

    @classmethod
    def from_matrix(cls, matrix: Any, domain: Action, codomain: Action | None = None, **options: Any) -> Self:
        """The layer of full rank nearest to a matrix in the Frobenius norm; options: bias, device, dtype.

        Examples
        --------
        >>> import equivariety as ev
        >>> layer = EquivariantLinear.from_matrix([[1, 0], [4, 3]], ev.actions.cyclic(2), bias=False)
        >>> layer.matrix().detach().numpy().round(3).tolist()
        [[2.0, 2.0], [2.0, 2.0]]
        """
        layer = cls(domain, codomain, **options)
        layer.load_matrix(matrix)
        return layer


class InvariantLinear(BlockNetwork):
    """A linear layer x -> M x + b with M P = M for every generator: weights are equal along every orbit.

    Parameters
    ----------
    action : Action
    outputs : int
    rank : int, optional
        Factor M through this many invariant features.
    bias, device, dtype
        As in ``torch.nn.Linear``.

    Examples
    --------
    >>> import equivariety as ev
    >>> layer = InvariantLinear(ev.PermutationAction.from_cycles("(1 3 4)(2 5)"), outputs=3)
    >>> sum(parameter.numel() for parameter in layer.parameters())
    9
    """

    def __init__(
        self,
        action: Action,
        outputs: int,
        rank: int | None = None,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        maps = InvariantMaps(action, outputs)
        super().__init__(maps, _hidden(maps, None, None if rank is None else (rank,)), bias, device, dtype)


def _hidden(maps: EquivariantMaps, rank: int | None, ranks: Sequence[int] | None) -> list[tuple[int, ...]]:
    if rank is not None and ranks is not None:
        raise InputError(f"give rank or ranks, not both: rank={rank}, ranks={tuple(ranks)}")
    if rank is not None:
        ranks = equal_ranks(maps, rank)
        warn_if_unreachable(maps.report(), rank)
        return [ranks]
    return [] if ranks is None else [Component(maps, tuple(ranks)).ranks]
