"""Data, in one pass: rows become the Gram blocks that every fit needs, in memory that does not grow with them."""

from equivariety.moments.data import Source, Way, batch_moments, data_moments, source_of, way_of
from equivariety.moments.moments import Moments
from equivariety.moments.streams import stream_moments
from equivariety.moments.summation import Sums

__all__ = [
    "Moments",
    "Source",
    "Sums",
    "Way",
    "batch_moments",
    "data_moments",
    "source_of",
    "stream_moments",
    "way_of",
]
