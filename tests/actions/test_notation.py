"""Cycle notation: read, written, refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equivariety.actions import format_cycles, parse_cycles
from equivariety.errors import InputError


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 12).flatmap(lambda n: st.lists(st.permutations(range(n)), min_size=1, max_size=3)))
def test_what_is_written_is_read_back(generators):
    text = "; ".join(format_cycles(image) for image in generators)
    assert parse_cycles(text, degree=len(generators[0])) == [list(image) for image in generators]


@settings(max_examples=50, deadline=None)
@given(st.permutations(range(8)))
def test_cycles_against_sympy(image):
    from sympy.combinatorics import Permutation

    assert sorted(format_cycles(image).replace("()", "").split(")")) == sorted(
        "".join(f"({' '.join(str(point + 1) for point in cycle)})" for cycle in Permutation(image).cyclic_form).split(
            ")"
        )
    )


@pytest.mark.parametrize(
    ("text", "degree", "expected"),
    [
        ("(1 3 4)(2 5)", None, [[2, 4, 3, 0, 1]]),
        (" ( 1,3 , 4 ) (2 5) ", None, [[2, 4, 3, 0, 1]]),
        ("(1 2)", 4, [[1, 0, 2, 3]]),
        ("()", 3, [[0, 1, 2]]),
        ("(3)", None, [[0, 1, 2]]),
        ("(1 2);()", None, [[1, 0], [0, 1]]),
        ("(1 2); (2 3)", None, [[1, 0, 2], [0, 2, 1]]),
        ("(134)(25)", None, [[2, 4, 3, 0, 1]]),
        ("(134)(25)", 6, [[2, 4, 3, 0, 1, 5]]),
        ("(134)(2); (25)()", None, [[2, 1, 3, 0, 4], [0, 4, 2, 3, 1]]),
        ("(1,2,3)(4,5), (1,2)", None, [[1, 2, 0, 4, 3], [1, 0, 2, 3, 4]]),
        ("[ (1,2,3), (1,2) ]", None, [[1, 2, 0], [1, 0, 2]]),
        ("Group( [ (1,2,3)(4,5), (), (1,2) ] )", None, [[1, 2, 0, 4, 3], [0, 1, 2, 3, 4], [1, 0, 2, 3, 4]]),
        ("Group((1,2,3),(1,2))", None, [[1, 2, 0], [1, 0, 2]]),
    ],
)
def test_ways_to_write(text, degree, expected):
    assert parse_cycles(text, degree) == expected


@pytest.mark.parametrize(
    ("text", "degree", "message"),
    [
        ("1 2 3", None, r"cycles must be written like \(1 3 4\)\(2 5\), not '1 2 3'"),
        ("(1 2", None, r"cycles must be written like \(1 3 4\)\(2 5\), not '\(1 2'"),
        ("(1 2);", None, r"cycles must be written like \(1 3 4\)\(2 5\), not ''"),
        ("(0 1)", None, r"points in cycles must be whole numbers from 1 on, not '0' in '\(0 1\)'"),
        ("(1 a)", None, r"points in cycles must be whole numbers from 1 on, not 'a' in '\(1 a\)'"),
        ("(1 2)(2 3)", None, r"cycles of one generator must be disjoint: point 2 occurs twice in '\(1 2\)\(2 3\)'"),
        ("(1 1)", None, "cycles of one generator must be disjoint: point 1 occurs twice"),
        ("(134)(2 5)", None, r"holds \(134\): write \(1 3 4\) for its digits, or leave out the fixed point 134"),
        ("(134)(25); (1 2)", None, r"in '\(134\)\(25\); \(1 2\)'|but '\(134\)\(25\); \(1 2\)' holds \(134\)"),
        ("(1 2)(10)", None, r"holds \(10\): leave out the fixed point 10 and give the degree"),
        ("(12)(23)", None, "must be disjoint: point 2 occurs twice"),
        ("(11)", None, "must be disjoint: point 1 occurs twice"),
        ("(1 300000000)", None, "has too many points to be held in memory: 300,000,000 for each of 1 generators"),
        ("()", 10**30, "has too many points to be held in memory"),
        ("(1 " + "9" * 5000 + ")", None, "must have at most 1000 digits, not 5,000"),
        ("[(1 2)", None, "cycles must be written like"),
        ("Group()", None, "cycles must be written like"),
        ("(1 5)", 4, r"degree must be at least 5 for '\(1 5\)', not 4"),
        ("()", None, r"degree must be given, and at least 1, since no point is moved for '\(\)', not None"),
    ],
)
def test_what_cannot_be_read(text, degree, message):
    with pytest.raises(InputError, match=message):
        parse_cycles(text, degree)


def test_long_cycles_are_read_in_linear_time():
    """200,000 points would take an hour if every point were compared with all before it."""
    degree = 200_000
    (image,) = parse_cycles("(" + " ".join(map(str, range(1, degree + 1))) + ")")
    assert image == [*range(1, degree), 0]


def test_gap_prints_what_is_read(tmp_path):
    """Only the text that GAP prints is of interest; the group is a permutation group of order 120."""
    text = "Group( [ (1,5,7)(2,6,8), (1,3)(2,4), (5,7)(6,8) ] )"
    from sympy.combinatorics import Permutation, PermutationGroup

    images = parse_cycles(text)
    written = [Permutation(8)(1, 5, 7)(2, 6, 8), Permutation(8)(1, 3)(2, 4), Permutation(8)(5, 7)(6, 8)]
    assert [[0, *(point + 1 for point in image)] for image in images] == [p.array_form for p in written]
    assert PermutationGroup(written).order() == PermutationGroup([Permutation(image) for image in images]).order()
