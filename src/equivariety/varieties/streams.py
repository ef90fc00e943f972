"""Moments of data that are looked at once (see :mod:`equivariety.moments.streams`)."""

from equivariety.moments.streams import slabs, stream_moments

__all__ = ["slabs", "stream_moments"]
