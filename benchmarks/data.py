"""The data of all fits; no other module of this project is needed, so that other interpreters make the same."""

from __future__ import annotations

import numpy as np


def images(samples: int, side: int) -> np.ndarray:
    """Seeded images; the time does not depend on what they show."""
    random = np.random.default_rng(0)
    modes = random.standard_normal((200, side * side), dtype=np.float32)
    X = random.standard_normal((samples, 200), dtype=np.float32) @ modes
    X += 0.1 * random.standard_normal(X.shape, dtype=np.float32)
    return X
