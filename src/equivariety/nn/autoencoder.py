"""The networks that parameterize a component: encoder, hidden sums of irreducibles, decoder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from equivariety.actions import PermutationAction
from equivariety.errors import InputError
from equivariety.nn.network import BlockNetwork, identity_blocks, solution_blocks
from equivariety.nn.ranks import validated_widths
from equivariety.varieties import Component, HiddenSpace, InvariantMaps, NearestPoint, Solution


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
    >>> import equivariety as ev
    >>> maps = ev.EquivariantMaps(ev.actions.image_shift((28, 28), axis=1))
    >>> ranks = (13, 10, 9, 8, 7, 5, 3, 1, 0, 0, 0, 0, 0, 0, 0)
    >>> model = EquivariantAutoencoder(maps.bounded(99).component(ranks))
    >>> sum(parameter.numel() for parameter in model.parameters())
    5544
    >>> model(torch.zeros(2, 784)).shape
    torch.Size([2, 784])
    """

    features_order: Tensor
    batch_order: Tensor

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
        self.component = component
        order = self._feature_places()
        self.keep("features_order", order, device)
        self.keep("batch_order", np.argsort(order), device)

    @classmethod
    def from_solution(cls, solution: Solution | NearestPoint, **options: Any) -> Self:
        """The network of the solution's component with the closed-form weights; options as in the constructor."""
        model = cls.__new__(cls)
        EquivariantAutoencoder.__init__(model, solution.component, **options)
        model.load_solution(solution)
        return model

    def load_solution(self, solution: Solution | NearestPoint) -> None:
        """Set the weights to the closed form: encoder, identities, decoder; the bias, if any, to zero.

        Raises
        ------
        InputError
            If the solution belongs to other actions, or its ranks exceed those of this network.
        """
        mine, other = self.component, solution.component
        if mine.maps != other.maps:
            raise InputError(f"the solution must belong to the actions of this network ({mine.maps.shape[1]} -> "
                             f"{mine.maps.shape[0]} points), not to others ({other.maps.shape[1]} -> "
                             f"{other.maps.shape[0]} points)")  # fmt: skip
        if any(theirs > own for theirs, own in zip(other.ranks, mine.ranks, strict=True)):
            raise InputError(f"the ranks of the solution must be at most those of this network, {mine.ranks}, "
                             f"not {other.ranks}")  # fmt: skip
        first, *middle, last = self._factors()
        first.load_blocks(solution_blocks(solution.encoder))
        for factor in middle:
            factor.load_blocks(identity_blocks(factor))
        last.load_blocks(solution_blocks(solution.decoder))
        if self.bias is not None:
            torch.nn.init.zeros_(self.bias)

    def encode(self, X: Tensor) -> Tensor:
        """Features in the first hidden space, shape (samples, its dimension), block after block."""
        (first, *_), samples = self._factors(), X.shape[0]
        parts = first(self.source.analyze(X))
        columns = torch.cat([part.transpose(0, 1).reshape(samples, -1) for part in parts], 1)
        return columns.index_select(1, self.features_order)

    def _feature_places(self) -> Any:
        """For each feature of the first hidden space its place in the padded coordinates of the batches."""
        groups = self.layout.groups
        widths = tuple(group.widths[1] for group in groups)
        space = HiddenSpace(self.maps.source.select([(g.bundle, g.positions) for g in groups]).bundles, widths)
        feature = {id(group): place for group, place in zip(groups, space.places(), strict=True)}
        order = np.empty(space.degree, dtype=np.intp)
        start = 0
        for batch in self.layout.batches:
            width = batch.widths[1]
            for group in batch.groups:
                features = feature[id(group)].reshape(group.slots, -1)
                places = start + np.arange(group.slots)[:, None] * width + np.arange(features.shape[1])
                order[features] = places
                start += group.slots * width
        return order


class InvariantAutoencoder(EquivariantAutoencoder):
    """The network R^n -> R^rank -> R^outputs of all invariant maps of rank at most ``rank``.

    Encoder weights are equal along every orbit, the decoder is dense: one network parameterizes the whole function
    space.

    Parameters
    ----------
    action : PermutationAction
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

    def __init__(self, action: PermutationAction, rank: int, outputs: int, **options: Any) -> None:
        super().__init__(InvariantMaps(action, outputs).bounded(rank).component((rank,)), **options)
