"""Gram matrices over R, C and H of the coordinates of one chunk, by as few real products as possible."""

from __future__ import annotations

from typing import Any

import numpy as np

from equivariety.isotypic.arrays import namespace
from equivariety.isotypic.fields import Field
from equivariety.isotypic.products import product

# Products that a chunk contributes to one block, up to which elementwise multiplication beats a matrix product.
_NARROW_PRODUCTS = 256

# Columns from which the rank-k update, of half the operations, beats a general product of two different views.
_RANK_UPDATE_COLUMNS = 96


def gram(left: Any, right: Any, field: Field) -> list[Any]:
    """Components of y x^*, summed over samples and copies.

    Parameters
    ----------
    left, right : arrays of shape (samples, members, copies, beta, multiplicity)
        Panels of a bundle, of the targets and of the inputs; the same array for inputs that are their own targets.
    field : Field

    Returns
    -------
    list of arrays of shape (members, multiplicity of left, multiplicity of right)
        One for each unit of the field. Over C: Re = A^T A + B^T B and Im = B^T A - A^T B with x = A + i B.
    """
    samples, _, copies, beta, width = right.shape
    if samples * copies * left.shape[4] * width * beta**2 <= _NARROW_PRODUCTS:
        return _by_elements(left, right, field)
    if left is not right:
        return _contracted(_product(_rows(left), _rows(right)), field)
    if beta == 2:
        return _hermitian(_rows(right))
    return _contracted(_symmetric(_rows(right)), field)


def _rows(panel: Any) -> Any:
    """A view (members, copies, samples, beta * multiplicity)."""
    xp = namespace(panel)
    samples, members, copies, beta, width = panel.shape
    return xp.permute_dims(xp.reshape(panel, (samples, members, copies, beta * width)), (1, 2, 0, 3))


def _product(left: Any, right: Any) -> Any:
    """The sum over copies of left^T right."""
    xp = namespace(right)
    products = product(xp.permute_dims(left, (0, 1, 3, 2)), right)
    return products[:, 0, ...] if products.shape[1] == 1 else xp.sum(products, axis=1)


def _symmetric(rows: Any) -> Any:
    """The sum over copies of rows^T rows."""
    width = rows.shape[3]
    if width >= _RANK_UPDATE_COLUMNS:
        return _product(rows, rows)
    # NumPy answers A^T A with a rank-k update, which is slow for few columns: ask in two halves.
    half = (width + 31) // 32 * 16 if width > 16 else (width + 1) // 2
    return namespace(rows).concat([_product(rows[..., :half], rows), _product(rows[..., half:], rows)], axis=1)


def _hermitian(rows: Any) -> list[Any]:
    """Real and imaginary part for rows that hold real parts A, then imaginary parts B: A^T [A B] and B^T B suffice."""
    xp = namespace(rows)
    width = rows.shape[3] // 2
    upper = _product(rows[..., :width], rows)
    mixed = upper[..., width:]
    return [upper[..., :width] + _symmetric(rows[..., width:]), xp.permute_dims(mixed, (0, 2, 1)) - mixed]


def _contracted(real: Any, field: Field) -> list[Any]:
    """Components from the real Gram matrix (members, beta * rows, beta * cols): sums of its (beta, beta) parts."""
    if field.beta == 1:
        return [real]
    rows, cols = real.shape[1] // field.beta, real.shape[2] // field.beta

    def part(q: int, p: int) -> Any:
        return real[:, q * rows : (q + 1) * rows, p * cols : (p + 1) * cols]

    return [_signed_sum([(sign, part(int(q), int(p))) for p, q, sign in _terms(table)]) for table in field.products]


def _by_elements(left: Any, right: Any, field: Field) -> list[Any]:
    xp = namespace(right)

    def part(q: int, p: int) -> Any:
        return xp.sum(left[:, :, :, q, :, None] * right[:, :, :, p, None, :], axis=(0, 2))

    return [_signed_sum([(sign, part(q, p)) for p, q, sign in _terms(table)]) for table in field.products]


def _terms(table: Any) -> list[tuple[int, int, float]]:
    """Where the products e_s e_p = sign * e_q of one unit e_s stand."""
    return [(int(p), int(q), float(table[p, q])) for p, q in np.argwhere(table)]


def _signed_sum(terms: list[tuple[float, Any]]) -> Any:
    total = None
    for sign, term in terms:
        signed = term if sign > 0 else -term
        total = signed if total is None else total + signed
    return total
