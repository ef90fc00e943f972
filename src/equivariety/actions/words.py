"""Words: products of numbered generators, which elements and subgroups of a group are given by."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from equivariety.actions import fibres
from equivariety.actions.fibres import Fibres
from equivariety.actions.matrices import snapped
from equivariety.errors import InputError
from equivariety.validation import is_whole_number, shown

Word = tuple[int, ...]


def validated_words(words: Any, count: int) -> list[Word]:
    """Words in ``count`` generators as tuples of numbers, from a sequence of tuples or strings.

    Raises
    ------
    InputError
        If there is no word, one is not made of whole numbers other than 0, or a generator is missing.

    Examples
    --------
    >>> validated_words(["1 2", (1, -2), ""], 2)
    [(1, 2), (1, -2), ()]
    """
    if isinstance(words, str) or not isinstance(words, Sequence):
        raise InputError(f"words must be a sequence of words, such as [(1, -2), (2, 2)], not {shown(words)}")
    found = [_word(word, count) for word in words]
    if not found:
        raise InputError("words must hold at least one word: () is the identity")
    return found


def _word(word: Any, count: int) -> Word:
    parts = re.split(r"[\s*]+", word.strip()) if isinstance(word, str) else word
    try:
        numbers = tuple(int(part) if isinstance(part, str) else part for part in parts if part != "")
    except (TypeError, ValueError) as error:
        raise InputError(_expected(word)) from error
    if not all(is_whole_number(number) and number for number in numbers):
        raise InputError(_expected(word))
    for number in numbers:
        if abs(number) > count:
            raise InputError(f"a word must name generators from 1 to {count}, not {number}")
    return tuple(map(int, numbers))


def _expected(word: Any) -> str:
    return (
        f"a word must be numbers of generators from 1, negative for inverses, such as (1, -2) or '1 -2', "
        f"not {shown(word)}"
    )


def words_on(part: Fibres, words: Sequence[Word]) -> Fibres:
    """The fibres with the given words as generators; those that have become signed permutations as signed points."""
    images, matrices = (np.stack(found) for found in zip(*(fibres.word(part, word) for word in words), strict=True))
    return fibres.unfolded(Fibres(part.coordinates, images, snapped(matrices)))
