"""The ranks of many blocks: counted, listed, ordered and allocated; integers and gains only."""

from equivariety.ranks.allocation import Allocations, allocate

__all__ = ["Allocations", "allocate"]
