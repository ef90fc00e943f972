"""Non-linearities that commute with an action, and the question whether one does."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from equivariety.actions import Action
from equivariety.actions.operations import orbit_labels
from equivariety.errors import InputError
from equivariety.nn.constants import Constants
from equivariety.tolerances import ODD_ACTIVATION


class NormActivation(Constants):
    """x_p -> x_p sigmoid(a |x_p| + b) on the fibre over every point p, with a, b for each orbit of points.

    The length of a fibre does not change when the group turns it, so this commutes with every action: signs, vectors,
    and permutations, where a fibre is one coordinate. It starts with a = 1, b = 0.

    Parameters
    ----------
    action : Action
        Of the hidden space.
    device, dtype
        As in :class:`EquivariantLinear`.

    Examples
    --------
    >>> import equivariety as ev
    >>> activation = NormActivation(ev.actions.image_field(2))
    >>> activation(torch.zeros(1, 8)).shape
    torch.Size([1, 8])
    >>> activation.forward(torch.tensor([[3.0, 4, 0, 0, 0, 0, 0, 0]]))[0, :2]  # shorter, not turned
    tensor([2.8577, 3.9281], grad_fn=<SliceBackward0>)
    """

    points: Tensor
    orbits: Tensor

    def __init__(self, action: Action, device: Any = None, dtype: Any = None) -> None:
        super().__init__()
        points = np.empty(action.degree, dtype=np.intp)
        orbits: list[NDArray[np.intp]] = []
        for part in action.parts:
            points[part.coordinates] = sum(each.size for each in orbits) + np.arange(part.count)[:, None]
            orbits.append(orbit_labels(part.images) + 1 + max((int(each.max()) for each in orbits), default=-1))
        self.keep("points", points, device)
        self.keep("orbits", np.concatenate(orbits), device)
        count = int(orbits[-1].max()) + 1
        self.slope = nn.Parameter(torch.ones(count, device=device, dtype=dtype))
        self.offset = nn.Parameter(torch.zeros(count, device=device, dtype=dtype))

    def forward(self, X: Tensor) -> Tensor:
        """Rows, shape (..., degree)."""
        squares = X.new_zeros((*X.shape[:-1], len(self.orbits))).index_add(-1, self.points, X**2)
        # The square root has no derivative at zero.
        norms = torch.where(squares > 0, squares, torch.ones_like(squares)).sqrt() * (squares > 0)
        gates = torch.sigmoid(self.slope[self.orbits] * norms + self.offset[self.orbits])
        return X * gates[..., self.points]


def activation_on(activation: Any, action: Action, device: Any, dtype: Any) -> nn.Module:
    """The non-linearity on a hidden space.

    Raises
    ------
    InputError
        If it is applied to single coordinates and would break the symmetry: where signs occur it must be odd, where
        vectors turn none will do.
    """
    if isinstance(activation, type) and issubclass(activation, NormActivation):
        return activation(action, device, dtype)
    module: nn.Module = activation()
    if action.permutes:
        return module
    offered = "take activation=equivariety.nn.NormActivation"
    if action.monomial is None:
        raise InputError(f"a function of single coordinates breaks the symmetry where vectors turn; {offered}")
    values = torch.linspace(-3, 3, 13)[None].to(device=device)
    module = module.to(device=device)
    with torch.no_grad():
        odd = torch.allclose(module(values), -module(-values), atol=ODD_ACTIVATION)
    if not odd:
        raise InputError(f"the activation {type(module).__name__} must be odd, since the hidden space has signs: take "
                         f"torch.nn.Tanh, torch.nn.Tanhshrink or torch.nn.Softsign, or {offered[5:]}")  # fmt: skip
    return module
