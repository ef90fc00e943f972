"""Where the moments of data were found in version 0.1; they are in :mod:`equivariety.moments`."""

from equivariety.moments import data_moments

__all__ = ["data_moments"]
