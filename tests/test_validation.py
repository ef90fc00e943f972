"""Whole numbers of every type, and what is none."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from equivariety.errors import InputError
from equivariety.validation import is_whole_number, whole_number


@pytest.mark.parametrize("value", [3, 3.0, np.int8(3), np.uint64(3), np.float32(3), Fraction(3)])
def test_whole_numbers(value):
    found = whole_number(value, "rank", 0, 3)
    assert type(found) is int
    assert found == 3


@pytest.mark.parametrize(
    "value", [None, "3", b"3", True, np.True_, 3.5, np.nan, np.inf, 3j, [3], (3,), np.array(3), np.array([3]), object]
)
def test_everything_else(value):
    assert not is_whole_number(value)
    with pytest.raises(InputError, match="rank must be a whole number of at least 0, not "):
        whole_number(value, "rank", 0)


@pytest.mark.parametrize(
    ("value", "high", "message"),
    [
        (np.int64(4), 3, "rank must be a whole number from 1 to 3, not 4$"),
        (0, None, "rank must be a whole number of at least 1, not 0$"),
        ("a", 3, "rank must be a whole number from 1 to 3, not 'a'$"),
    ],
)
def test_messages(value, high, message):
    with pytest.raises(InputError, match=message):
        whole_number(value, "rank", 1, high)
