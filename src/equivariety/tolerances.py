"""Every numerical decision of the library, named by what it decides, scaled by precision, size and norm."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

EPSILON = float(np.finfo(np.float64).eps)
OPTIMIZER_ERROR = EPSILON**0.5
"""Relative size of singular values that count as zero in matrices that an optimizer returned."""


def precision_of(dtype: np.dtype) -> float:
    """Machine epsilon of data that are computed in this floating type.

    Bytes and other short whole numbers are computed in single precision, so their fits have its tolerances too.
    """
    return float(np.finfo(dtype).eps)


def smallest_mean_square(precision: float) -> float:
    """Mean square of data below which squares underflow: the smallest normal number over epsilon."""
    single = precision > EPSILON
    return float(np.finfo(np.float32 if single else np.float64).tiny) / precision


def singular_value_cutoff(
    largest: NDArray[np.float64] | float, size: int, precision: float = EPSILON
) -> NDArray[np.float64]:
    """Singular values up to this count as zero in rank decisions: size * epsilon * largest."""
    return np.asarray(largest) * (size * precision)


# A Gram matrix of deficient rank, summed in chunks, has eigenvalues up to 3 epsilon * largest instead of zeros, for
# sizes 16 to 784, 1 to 20,000 samples, in single and double precision alike.
_ROUNDING_OF_SUMS = 16


def gram_eigenvalue_cutoff(
    largest: NDArray[np.float64] | float, energy: float, precision: float = EPSILON
) -> NDArray[np.float64]:
    """Eigenvalues of a block of a Gram matrix up to this count as zero.

    Of order epsilon * largest, the largest eigenvalue of the block, they are rounding errors of the sums. Of order
    epsilon^2 * energy, the trace of all blocks, they are rounding errors of the change of basis, which mixes the
    blocks; without this second bound a block in which the data vanish would be taken for a signal.
    """
    rounding = _ROUNDING_OF_SUMS * precision
    return np.maximum(np.asarray(largest) * rounding, energy * rounding**2)


def gram_eigenvalue_error(largest: NDArray[np.float64] | float, precision: float) -> NDArray[np.float64]:
    """Rounding errors in the eigenvalues of a block of a Gram matrix that was summed in chunks: 4 epsilon * largest."""
    return np.asarray(largest) * (4 * precision)


def resolved_eigenvalue(largest: NDArray[np.float64] | float, precision: float) -> NDArray[np.float64]:
    """Above this part of the largest eigenvalue a Gram matrix gives nine digits in double precision, else three."""
    return np.asarray(largest) * max(1e-6, 1e4 * precision)


def residual_cutoff(energy: float) -> float:
    """Eigenvalues of a Gram matrix of residuals up to this are rounding errors of the subtraction.

    A residual carries errors of order epsilon times the norm of what was subtracted, in all of the order of
    epsilon^2 * energy; 4096 times that leaves room for large sums.
    """
    return 4096 * EPSILON**2 * energy


# A loss counts as resolved if rounding errors may have changed it by no more than this part.
RESOLVED_LOSS = 1e-3


def parseval_error(rows: int, points: int, precision: float) -> float:
    """Relative error of sums of squares of rows and of their coordinates, at most.

    Sums of positive terms in a chunk of so many rows, and over the points of a row, lose at most half an epsilon with
    each term, far less as a rule. Constant data, whose rounding errors all have one sign, came to a fourth of this.
    """
    return ((rows + points) / 4 + 64) * precision


def membership_cutoff(norm: float, size: int) -> float:
    """A matrix within this distance of a variety counts as lying on it: size * sqrt(epsilon) * norm / 100.

    The square root allows for matrices that come out of another computation in double precision.
    """
    return 0.01 * size * EPSILON**0.5 * norm


# A Gaussian quantity decides whether two irreducible representations are isomorphic, and over which field one lives:
# it is zero up to rounding (about 1e-13) or of order one, below the upper limit with a probability of one in a
# million. Between the two limits nothing is decided, and other random numbers are drawn.
CLEARLY_ZERO = EPSILON**0.5
CLEARLY_NONZERO = EPSILON**0.375

ROUNDED_GENERATORS = 1e-11
"""Matrices whose products close up less well than this were rounded, and decisions are made at their precision."""


def clearly_zero(noise: float) -> float:
    """The lower limit for generators that are given with an error."""
    return max(CLEARLY_ZERO, 100 * noise)


def clearly_nonzero(noise: float) -> float:
    """The upper limit for generators that are given with an error."""
    return max(CLEARLY_NONZERO, 1000 * noise)


def equal_eigenvalue_cutoff(size: int) -> float:
    """Eigenvalues of a symmetric matrix of norm 1 are equal when neighbors differ by at most this."""
    return 8 * size * EPSILON


def normal_form_cutoff(size: int, noise: float = 0.0) -> float:
    """Frobenius norm up to which a matrix of this size, with Gaussian or orthonormal blocks, counts as zero.

    ``noise`` is the error of the generators, if they are matrices in few digits.
    """
    return size * (64 * EPSILON + 100 * noise)


def linearity_cutoff(size: int, precision: float) -> float:
    """A function counts as linear if it differs from its matrix by at most this, relative to its largest value."""
    return 64 * size * precision


def equivariance_cutoff(size: int, precision: float) -> float:
    """Relative error up to which a map on this many points counts as equivariant: rounding in a few products."""
    return 64 * size**0.5 * precision


def equal_singular_values_gap(largest: float, size: int, precision: float = EPSILON) -> float:
    """Singular values that differ by no more than this count as equal, and as zero below it.

    They are square roots of gains, which carry errors of order epsilon * largest^2, hence
    size * sqrt(epsilon) * largest / 10.
    """
    return 0.1 * size * precision**0.5 * largest


def vanishing_cutoff(scale: float, size: int) -> float:
    """A gradient or a curvature up to this counts as zero: size * sqrt(epsilon) / 10 times its natural scale."""
    return 0.1 * size * EPSILON**0.5 * scale


def constant_feature_cutoff(magnitude: NDArray[np.float64], samples: int) -> NDArray[np.float64]:
    """Features with a standard deviation up to this are constant: what rounding makes of a mean of so many samples."""
    return magnitude * (samples * EPSILON)


STANDARDIZED = 1e-5
"""Means this close to 0 and variances this close to 1 were made so, in double precision or in single."""

ORTHOGONAL_DEFECT = 1e-5
"""A given matrix T counts as orthogonal if no entry of T T^t - 1 exceeds this: matrices in six digits are common."""

PRECISE_DEFECT = 1e-10
"""A larger defect of a given orthogonal matrix is worth a warning."""

SAME_FIBRES = 1e-4
"""Matrices on the fibres of two orbits that differ by no more act alike: those of a finite group differ by far more."""

UNCLEAR_FIXED = 1e-3
"""Squared lengths (1 - U) x, summed over the loops U of an orbit, below this but not zero decide nothing."""


def fixed_cutoff(largest: float) -> float:
    """Squared lengths up to this count as zero: matrices may carry the defect that is allowed to them."""
    return 1e-8 * max(largest, 1.0)


FILTER_TOLERANCE = EPSILON**0.5
"""A filter is a product of layers if their product differs from it by at most this, relative to its envelope."""
# The preferred tolerance covers roots of multiplicity up to four, which rounding moves by eps^{1/4}. Finer ones tell
# roots apart that are closer than that; the coarse ones come last, for roots of higher multiplicity.
_PREFERRED_ROOT_TOLERANCE = EPSILON**0.25
ROOT_TOLERANCES = (
    *(_PREFERRED_ROOT_TOLERANCE / 8**step for step in range(14)),
    *(_PREFERRED_ROOT_TOLERANCE * 8**step for step in (1, 2)),
    0.0,
)
"""Roots at most this far apart, relative to their size, are taken to be equal, in the order in which it is tried."""


# Tracking of solution paths; points have groups of coordinates of norm one.
TRACKING_TOLERANCE = 8 * EPSILON**0.5
"""A step is accepted if Newton's method corrects the point by less than this in the end ..."""
LARGEST_NEWTON_CORRECTION = EPSILON**0.1875
"""... and by less than this, about 1e-3, at first: a larger correction may lead to another path."""
REFINED = 4096 * EPSILON
"""Real points are refined until Newton's method corrects them by less than this."""
REGULAR_TOLERANCE = 0.1 * EPSILON**0.5
"""An end point is regular if Newton's method corrects it by less than this."""
SAME_POINT_TOLERANCE = EPSILON**0.375
"""Points are equal if their images differ by less than this, about 1e-6, relative to their norm."""
SUSPICIOUS_DISTANCE = EPSILON**0.1875
"""Paths that end this close to a shared end point, relative to its norm, are tracked again."""
SMALLEST_HEIGHT = 4 * EPSILON**0.5
"""An end point with a smaller homogeneous coordinate h is taken to be at infinity."""
END_ZONE = 1e-3
"""A path that stalls in this last part of the way approaches a singular end point or one at infinity."""

# Critical points of convolutional networks.
REAL_POINT_TOLERANCE = 0.1 * EPSILON**0.5
"""A critical point is real if the imaginary part of its image is below this, relative to its norm."""
CRITICAL_GRADIENT_TOLERANCE = EPSILON**0.5
"""The gradient vanishes on a tangent space if its projection is below this, relative to its natural scale."""
TANGENT_RANK_TOLERANCE = EPSILON**0.5
"""Singular values of the Jacobian of a parameterization below this fraction of the largest one count as zero."""
HESSIAN_TOLERANCE = 0.1 * EPSILON**0.5
"""Eigenvalues of the Hessian below this fraction of the largest one count as zero."""
CLOSER_POINT_TOLERANCE = EPSILON**0.375
"""A descent contradicts the list of critical points if it comes closer by this fraction of the norm of the filter."""

SPANNING_POINTS = 1e-6
"""Points span a space if no singular value of their positions is below this, relative to their size."""
CARRIED_POINTS = 1e-4
"""A generator carries points like an orthogonal map if it misses none by more than this, relative to their size."""
CARRIED_ENTRY = 1e-12
"""Entries of matrices carried along trees count as zero up to this: far above rounding, far below any fibre."""
ODD_ACTIVATION = 1e-6
"""An activation in single precision is odd if f(x) + f(-x) is below this."""
NEW_DIRECTION = 1e-3
"""A unit column of which less than this is left lies in the span of the earlier ones."""
EQUAL_MODULUS = 1e-6
"""Entries whose modulus is that close to the largest one tie, so that the first of them fixes the sign everywhere."""
EQUAL_STATISTIC = 1e-12
"""A simulated statistic that falls short by this fraction has reached the value observed."""
WORSE_LOSS = 1e-9
"""A loss above the best one by this fraction is a worse one."""
FLOW_ACCURACY = 1e-8
"""Relative accuracy of gradient flows."""
SHORTEST_DESCENT_STEP = 1e-14
"""Steps of a descent shorter than this change nothing."""
REAL_ROOT_IN_PICTURES = 1e-7
"""Roots with a smaller imaginary part, relative to their size, are shown as real."""
FLAT_SLOPE = 1e-4
"""In pictures a direction counts as flat up to this slope, relative to the largest one."""
SAME_LIMIT = 1e-4
"""In pictures two limits are one point up to this distance, relative to the box."""
ON_THE_BORDER = 1e-9
"""In pictures points outside of the box by less than this lie on its border."""
SAME_DISTANCE = 1e-6
"""In pictures points closer than this, relative to their size, are drawn once."""
