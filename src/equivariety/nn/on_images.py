"""Layers on images and volumes with channels, as convolutional networks have them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from torch import Tensor, nn

from equivariety.errors import InputError
from equivariety.validation import whole_number


class OnImages(nn.Module):
    """A layer that takes and gives images (N, C, H, W), or arrays of any other shape.

    Layers of this package take one flat row for each sample. This one flattens its input, applies the layer and shapes
    what comes out, after a check that every side is what it should be: the flattened row of an image with its channels
    last has the same length, and would be read as another image.

    Parameters
    ----------
    layer : torch.nn.Module
        From rows to rows, for example ``EquivariantLinear(3 * image, 8 * image)``.
    in_shape : sequence of int
        Of one sample: ``(3, 28, 28)`` for the action ``3 * image``, ``(28, 28, 3)`` for
        ``channels(image, 3, layout="last")``.
    out_shape : sequence of int, optional
        Of one sample; by default what the layer gives stays flat.

    Raises
    ------
    InputError
        If an input has another shape, or the layer gives another number of values.

    Examples
    --------
    >>> import torch
    >>> import equivariety as ev
    >>> image = ev.actions.image_rotation(8)
    >>> first = OnImages(ev.nn.EquivariantLinear(3 * image, 4 * image), (3, 8, 8), (4, 8, 8))
    >>> model = torch.nn.Sequential(first, torch.nn.ReLU(), OnImages(ev.nn.InvariantLinear(4 * image, 10), (4, 8, 8)))
    >>> x = torch.randn(2, 3, 8, 8)
    >>> model(x).shape, torch.allclose(model(x.rot90(dims=(2, 3))), model(x), atol=1e-5)
    (torch.Size([2, 10]), True)
    >>> first.forward(x).shape
    torch.Size([2, 4, 8, 8])
    >>> first.extra_repr()
    '(3, 8, 8) -> (4, 8, 8)'
    """

    def __init__(self, layer: nn.Module, in_shape: Sequence[int], out_shape: Sequence[int] | None = None) -> None:
        super().__init__()
        self.layer = layer
        self.in_shape = _sides(in_shape, "in_shape")
        self.out_shape = None if out_shape is None else _sides(out_shape, "out_shape")

    def forward(self, X: Tensor) -> Tensor:
        """Images of the samples, shape (N, *out_shape)."""
        if tuple(X.shape[1:]) != self.in_shape:
            raise InputError(f"the input must have shape (N, {', '.join(map(str, self.in_shape))}), "
                             f"not {tuple(X.shape)}{self._hint(tuple(X.shape[1:]))}")  # fmt: skip
        rows = self.layer(X.flatten(1))
        if self.out_shape is None:
            return rows
        if rows.shape[-1] != math.prod(self.out_shape):
            raise InputError(f"out_shape must have {rows.shape[-1]} values, as many as the layer gives, "
                             f"not {self.out_shape}")  # fmt: skip
        return rows.unflatten(-1, self.out_shape)

    def _hint(self, given: tuple[int, ...]) -> str:
        if given == (*self.in_shape[1:], self.in_shape[0]):
            return ": its channels are last, X.movedim(-1, 1) moves them"
        return ": its channels are first, X.movedim(1, -1) moves them" if self._is_first(given) else ""

    def _is_first(self, given: tuple[int, ...]) -> bool:
        return given == (self.in_shape[-1], *self.in_shape[:-1])

    def extra_repr(self) -> str:
        return f"{self.in_shape} -> {self.out_shape or 'rows'}"


def _sides(shape: Sequence[int], name: str) -> tuple[int, ...]:
    return tuple(whole_number(side, f"every side of {name}", 1) for side in shape)
