"""Data, in one pass: rows become the Gram blocks that every fit needs, in memory that does not grow with them."""

from equivariety.moments.moments import Moments

__all__ = ["Moments"]
