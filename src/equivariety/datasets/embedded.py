"""Data that come with scikit-learn, so that nothing is downloaded."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def digits() -> NDArray[np.float64]:
    """The 1797 handwritten digits of 8 x 8 pixels that scikit-learn carries, scaled to [0, 1].

    Returns
    -------
    ndarray of shape (1797, 64)
        One image a row, pixels row by row, as the actions on images expect them.

    Notes
    -----
    The test part of the UCI data set "Optical Recognition of Handwritten Digits"; its grey values are 0..16.

    Examples
    --------
    >>> X = digits()
    >>> X.shape, float(X.min()), float(X.max())
    ((1797, 64), 0.0, 1.0)
    """
    from sklearn.datasets import load_digits

    return np.asarray(load_digits().data, dtype=np.float64) / 16.0
