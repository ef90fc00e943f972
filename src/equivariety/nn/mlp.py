"""Equivariant networks with point-wise non-linearities between permutation representations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from torch import nn

from equivariety.actions import Action
from equivariety.errors import InputError
from equivariety.nn.activations import activation_on
from equivariety.nn.linear import EquivariantLinear


class EquivariantMLP(nn.Sequential):
    """Equivariant linear layers with a point-wise non-linearity between them.

    A function applied to every coordinate commutes with permutations of coordinates, so the whole network is
    equivariant. On hidden spaces with signs the function must be odd (``torch.nn.Tanh``); where vectors turn, and
    everywhere else too, ``activation=equivariety.nn.NormActivation`` gates every vector by its length.

    Parameters
    ----------
    domain, codomain : Action
    hidden : sequence of Action
        The action on each hidden space; channels are copies, for example ``[8 * action, 8 * action]``.
    activation : callable
        Makes the non-linearity, by default ``torch.nn.ReLU``; or :class:`NormActivation`, one for each hidden space.
    bias, device, dtype
        As in :class:`EquivariantLinear`.

    Raises
    ------
    InputError
        If a hidden space is not an action, neighboring spaces share no irreducible, or the activation would break the
        symmetry.

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
                raise InputError(f"hidden space {number} must be an Action, such as 8 * domain, "
                                 f"not {type(action).__name__}")  # fmt: skip
        spaces = [domain, *hidden, codomain]
        layers: list[nn.Module] = []
        for before, after in pairwise(spaces):
            layers.append(EquivariantLinear(before, after, bias=bias, device=device, dtype=dtype))
            if len(layers) < 2 * len(hidden) + 1:
                layers.append(activation_on(activation, after, device, dtype))
        super().__init__(*layers)
