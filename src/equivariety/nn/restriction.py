"""A trained layer in the blocks of a subgroup, where it can learn what the larger symmetry forbids."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.actions import Action
from equivariety.actions.action import signed_or_plain
from equivariety.errors import InputError
from equivariety.tolerances import singular_value_cutoff
from equivariety.validation import is_whole_number
from equivariety.varieties import EquivariantMaps, InvariantMaps

Word = Sequence[int] | str


def words_of(subgroup: Any) -> list[tuple[int, ...]] | None:
    """Generators of a subgroup as words, products of numbered generators; None if they are not given as words.

    Raises
    ------
    InputError
        If there is no word, or one is not made of whole numbers other than 0.

    Examples
    --------
    >>> words_of(["1 2", (1, -2)])
    [(1, 2), (1, -2)]
    """
    if isinstance(subgroup, str) or not isinstance(subgroup, Sequence):
        return None
    words = [_word(word) for word in subgroup]
    if not words:
        raise InputError("subgroup must have at least one word: () is the identity")
    return words


def _word(word: Any) -> tuple[int, ...]:
    if isinstance(word, str):
        word = re.split(r"[\s*]+", word.strip()) if word.strip() else []
    try:
        numbers = tuple(int(number) if isinstance(number, str) else number for number in word)
    except (TypeError, ValueError) as error:
        raise InputError(_expected(word)) from error
    if not all(is_whole_number(number) and number for number in numbers):
        raise InputError(_expected(word))
    return tuple(map(int, numbers))


def _expected(word: Any) -> str:
    return (
        f"a word must be numbers of generators from 1, negative for inverses, such as (1, -2) or '1 -2', not {word!r}"
    )


def subgroup_action(action: Action, words: Sequence[Sequence[int]]) -> Action:
    """The action of the subgroup that some words generate; the word (a, b) is the matrix product P_a P_b.

    Raises
    ------
    InputError
        If a word names no generator, or the action turns fibres, so that products are no signed permutations.

    Examples
    --------
    >>> import equivariety as ev
    >>> subgroup_action(ev.actions.cyclic(6), [(1, 1)]).cycles()
    '(1 3 5)(2 4 6)'
    """
    if action.monomial is None:
        raise InputError("words need an action by permutations, with or without signs: give the action of the "
                         "subgroup's generators instead")  # fmt: skip
    products = [_product(*action.monomial, word) for word in words]
    images, signs = (np.stack(part) for part in zip(*products, strict=True))
    return signed_or_plain(images, signs)


def _product(
    images: NDArray[np.intp], signs: NDArray[np.int8], word: Sequence[int]
) -> tuple[NDArray[np.intp], NDArray[np.int8]]:
    """Image and signs of one word, as (P x)_i = s_i x_sigma(i)."""
    image, sign = np.arange(images.shape[1]), np.ones(images.shape[1], dtype=np.int8)
    for number in word:
        if abs(number) > len(images):
            raise InputError(f"a word must name generators from 1 to {len(images)}, not {number}")
        next_image, next_sign = images[abs(number) - 1], signs[abs(number) - 1]
        if number < 0:
            next_image = np.argsort(next_image)
            next_sign = next_sign[next_image]
        image, sign = next_image[image], sign * next_sign[image]
    return image, sign


def restricted_maps(maps: EquivariantMaps, subgroup: Any, codomain: Action | None) -> EquivariantMaps:
    """The maps that commute with a subgroup, given by words or by the action of its generators."""
    words = words_of(subgroup)
    if words is not None:
        domain = subgroup_action(maps.domain, words)
        codomain = None if maps.codomain == maps.domain else subgroup_action(maps.codomain, words)
    elif isinstance(subgroup, Action):
        domain = subgroup
    else:
        raise InputError("subgroup must be words, such as [(1, -2), (2, 2)], or an action, "
                         f"not {type(subgroup).__name__}")  # fmt: skip
    if isinstance(maps, InvariantMaps):
        found: EquivariantMaps = InvariantMaps(domain, maps.codomain.degree)
    else:
        found = EquivariantMaps(domain, codomain)
    if found.shape != maps.shape:
        raise InputError(f"the subgroup must act on spaces of the same sizes: maps of shape {maps.shape}, "
                         f"not {found.shape}; give codomain, too")  # fmt: skip
    return found


def block_ranks(maps: EquivariantMaps, matrix: NDArray[np.float64]) -> tuple[int, ...]:
    """The rank over the field of every block of an equivariant map."""
    ranks = np.zeros(len(maps.blocks), dtype=np.intp)
    norm = float(np.linalg.norm(matrix))
    for bundle, block in zip(maps.bundles, maps.coordinates(matrix), strict=True):
        values = np.linalg.svd(bundle.field.pack(block), compute_uv=False)
        cutoff = 64 * singular_value_cutoff(norm, max(maps.shape))
        ranks[bundle.members] = (values > cutoff).sum(axis=-1) // bundle.field.width
    return tuple(ranks.tolist())
