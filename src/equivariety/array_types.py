"""Types of arrays that signatures name."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

IntArray: TypeAlias = NDArray[np.intp]
"""Whole numbers that count or point into other arrays."""

FloatArray: TypeAlias = NDArray[np.float64]
"""Real numbers in double precision."""
