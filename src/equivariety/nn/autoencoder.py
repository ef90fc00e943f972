"""The networks that parameterize a component: encoder, hidden sums of irreducibles, decoder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from equivariety.actions import Action
from equivariety.errors import InputError
from equivariety.nn.network import BlockNetwork
from equivariety.nn.ranks import validated_widths
from equivariety.varieties import Component, InvariantMaps


class EquivariantAutoencoder(BlockNetwork):
    """The linear network whose function space is one component of the equivariant maps of bounded rank.

    The hidden spaces are sums of irreducibles, so that every choice of weights gives an equivariant map, and every
    map of the component arises. With depth 2 it has sum_i beta_i r_i (rows_i + cols_i) weights.

    Parameters
    ----------
    component : Component
    depth : int
        Number of linear layers.
    widths : sequence of sequences of int, optional
        For each hidden space the multiplicity of every block, in the order of ``maps.blocks``; by default the ranks.
        Wider ones give the same function space as long as each block of less than full rank is cut to its rank in
        one of them.
    bias : bool
        A bias in the invariant part of the codomain: one number for each orbit.
    device, dtype : optional
        As in ``torch.nn.Linear``.

    Raises
    ------
    InputError
        If depth or widths do not fit the component, or all its ranks are 0.

    Examples
    --------
    >>> import torch
    >>> import equivariety as ev
    >>> maps = ev.EquivariantMaps(ev.actions.image_shift((28, 28), axis=1))
    >>> ranks = (13, 10, 9, 8, 7, 5, 3, 1, 0, 0, 0, 0, 0, 0, 0)
    >>> model = EquivariantAutoencoder(maps.bounded(99).component(ranks))
    >>> sum(parameter.numel() for parameter in model.parameters())
    5544
    >>> model(torch.zeros(2, 784)).shape
    torch.Size([2, 784])
    """

    def __init__(
        self,
        component: Component,
        depth: int = 2,
        widths: Sequence[Sequence[int]] | None = None,
        bias: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if not isinstance(component, Component):
            raise InputError(f"component must be a Component, as maps.bounded(rank).component(ranks) gives it, "
                             f"not {type(component).__name__}")  # fmt: skip
        hidden = validated_widths(component, depth, widths)
        super().__init__(component.maps, hidden, bias, device, dtype)


class InvariantAutoencoder(EquivariantAutoencoder):
    """The network R^n -> R^rank -> R^outputs of all invariant maps of rank at most ``rank``.

    Encoder weights are equal along every orbit, the decoder is dense: one network parameterizes the whole function
    space.

    Parameters
    ----------
    action : Action
    rank : int
        At most the number of orbits and the outputs.
    outputs : int
    depth, widths, bias, device, dtype
        As in :class:`EquivariantAutoencoder`.

    Raises
    ------
    InputError
        If the rank does not fit.

    Examples
    --------
    >>> import equivariety as ev
    >>> model = InvariantAutoencoder(ev.PermutationAction.from_cycles("(1 3 4)(2 5)"), rank=2, outputs=3)
    >>> sum(parameter.numel() for parameter in model.parameters())
    10
    """

    def __init__(self, action: Action, rank: int, outputs: int, **options: Any) -> None:
        super().__init__(InvariantMaps(action, outputs).bounded(rank).component((rank,)), **options)
