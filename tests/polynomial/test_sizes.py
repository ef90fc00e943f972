"""Networks that are too large are refused before anything is built."""

from __future__ import annotations

import itertools

import pytest

import equivariety as ev


@pytest.mark.parametrize("widths", [[999_999_999, 2], [100_000, 100_000, 1], [10**30, 1]])
def test_huge_widths_are_refused_with_the_figure(widths):
    entries = sum(a * b for a, b in itertools.pairwise(widths))
    with pytest.raises(ev.InputError, match=f"have {entries:,} entries, more than the 100,000,000"):
        ev.PolynomialNet(widths)
