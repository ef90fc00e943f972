"""Equivariant networks with point-wise non-linearities between permutation representations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from torch import nn

from equivariety.actions import Action
from equivariety.errors import InputError
from equivariety.nn.linear import EquivariantLinear


class EquivariantMLP(nn.Sequential):
    """Equivariant linear layers with a point-wise non-linearity between them.

    All spaces carry permutation actions, and a function applied to every coordinate commutes with permutations of
    coordinates, so the whole network is equivariant.

    Parameters
    ----------
    domain, codomain : Action
    hidden : sequence of Action
        The action on each hidden space; channels are copies, for example ``[8 * action, 8 * action]``.
    activation : callable
        Makes the non-linearity, by default ``torch.nn.ReLU``.
    bias, device, dtype
        As in :class:`EquivariantLinear`.

    Raises
    ------
    InputError
        If a hidden space is not an action, or neighboring spaces share no irreducible.

    Examples
    --------
    >>> import torch
    >>> import equivariety as ev
    >>> action = ev.actions.cyclic(6)
    >>> model = EquivariantMLP(action, action, hidden=[4 * action])
    >>> x = torch.randn(3, 6)
    >>> torch.allclose(model(x.roll(1, 1)), model(x).roll(1, 1), atol=1e-5)
    True
    """

    def __init__(
        self,
        domain: Action,
        codomain: Action,
        hidden: Sequence[Action],
        activation: Callable[[], nn.Module] = nn.ReLU,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        for number, action in enumerate(hidden, start=1):
            if not isinstance(action, Action):
                raise InputError(f"hidden space {number} must be a PermutationAction, such as 8 * domain, "
                                 f"not {type(action).__name__}")  # fmt: skip
        spaces = [domain, *hidden, codomain]
        layers: list[nn.Module] = []
        for before, after in pairwise(spaces):
            layers += [EquivariantLinear(before, after, bias=bias, device=device, dtype=dtype), activation()]
        super().__init__(*layers[:-1])
