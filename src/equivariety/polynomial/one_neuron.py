"""How many critical points the squared error of one neuron v (w . x)^s has.

Its functions are the powers of linear forms: the cone over a Veronese variety, smooth away from zero. The counts are of
complex functions v (w . x)^s that are not zero.
"""

from __future__ import annotations

from equivariety.validation import whole_number


def critical_points_of_one_neuron(inputs: int, power: int) -> int:
    """For generic data: the generic ED degree of the Veronese variety, ((2 s - 1)^d - (s - 1)^d) / s.

    The number is proven for generic quadratic forms (Draisma, Horobet, Ottaviani, Sturmfels, Thomas, The Euclidean
    distance degree of an algebraic variety); for the forms that random data give it was observed.

    Parameters
    ----------
    inputs, power : int

    Examples
    --------
    >>> critical_points_of_one_neuron(3, 2), critical_points_of_one_neuron(3, 4)
    (13, 79)
    """
    d, s = whole_number(inputs, "inputs", 1), whole_number(power, "power", 2)
    return ((2 * s - 1) ** d - (s - 1) ** d) // s


def isotropic_critical_points_of_one_neuron(inputs: int, power: int) -> int:
    """For inputs whose law no rotation changes: ((s - 1)^d - 1) / (s - 2), and d for s = 2.

    All powers of unit vectors then have the same norm, so that critical points are eigenvectors of a symmetric tensor
    (counted by Cartwright and Sturmfels, The number of eigenvalues of a tensor).

    Parameters
    ----------
    inputs, power : int

    Examples
    --------
    >>> isotropic_critical_points_of_one_neuron(3, 2), isotropic_critical_points_of_one_neuron(3, 4)
    (3, 13)
    """
    d, s = whole_number(inputs, "inputs", 1), whole_number(power, "power", 2)
    return sum((s - 1) ** k for k in range(d))
