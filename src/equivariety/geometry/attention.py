"""Dimension of the functions of lightning self-attention networks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from equivariety.errors import InputError
from equivariety.validation import shown, whole_number

Layer = tuple[int, int, int]


def attention_dimension(layers: Sequence[Sequence[int]], tokens: int) -> int:
    """Dimension of the functions of attention layers X -> V X X^T K^T Q X without softmax.

    X has one column for each token; Q and K have shape (a, d), V has shape (d', d). The dimension is that of the cone
    of functions.

    For one layer and at least two tokens it is 2 a d - a^2 + d d' - 1, a replaced by min(a, d): matrices K^T Q of rank
    at most a, and V, less one scaling (arXiv 2408.17221). One token sees only the symmetric part of K^T Q, of rank at
    most 2 a. Deep networks add their layers up, less the changes of basis between them. For widths that grow, and for
    layers after one of rank one, through which a single direction passes, this rule is a conjecture that ranks
    of Jacobians confirmed in all cases tried.

    Parameters
    ----------
    layers : sequence of (d_in, a, d_out)
    tokens : int

    Raises
    ------
    InputError
        If a size is below 1, or the widths of neighboring layers differ.

    Examples
    --------
    >>> attention_dimension([(3, 2, 3)], tokens=4), attention_dimension([(3, 2, 3)], tokens=1)
    (16, 14)
    >>> attention_dimension([(3, 2, 3), (3, 2, 3)], tokens=4)
    23
    """
    given = [_read_layer(layer, number) for number, layer in enumerate(layers, start=1)]
    seen = whole_number(tokens, "tokens", 1)
    if not given:
        raise InputError("layers must hold at least one layer (d_in, a, d_out)")
    total, width = 0, given[0][0]
    seen = min(seen, width)
    for number, (inputs, rank, outputs) in enumerate(given, start=1):
        if number > 1 and inputs != given[number - 2][2]:
            raise InputError(f"layer {number} must take the {given[number - 2][2]} rows that layer {number - 1} gives, "
                             f"not {inputs}")  # fmt: skip
        following = outputs if number == len(given) else min(outputs, width)
        total += _bilinear_dimension(width, rank, seen) + width * following - 1
        total -= following**2 if number < len(given) else 0
        seen, width = min(seen, rank), following
    return total


def _read_layer(layer: Any, number: int) -> Layer:
    try:
        inputs, rank, outputs = layer
    except (TypeError, ValueError) as error:
        raise InputError(f"layer {number} must be (d_in, a, d_out), not {shown(layer)}") from error
    return (
        whole_number(inputs, f"d_in of layer {number}", 1),
        whole_number(rank, f"a of layer {number}", 1),
        whole_number(outputs, f"d_out of layer {number}", 1),
    )


def _bilinear_dimension(width: int, rank: int, tokens: int) -> int:
    """Dimension of the forms K^T Q: all of rank at most a, or symmetric ones of rank at most 2 a for one token."""
    if tokens == 1:
        rank = min(2 * rank, width)
        return rank * width - rank * (rank - 1) // 2
    rank = min(rank, width)
    return 2 * rank * width - rank * rank
