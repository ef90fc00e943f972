"""The error type that users meet at the door, and the one for arithmetic that fails.

Every public function validates its arguments once and raises :class:`InputError`, whose message names the
argument, what was given and what was expected. The command prints that message as one line and exits with code 2.
"""

from __future__ import annotations


class NumericalError(ArithmeticError):
    """Two computations of one number differ by more than rounding: a machine or a library computes wrongly.

    No result comes out of such a computation. It is nobody's input that is wrong, hence no :class:`InputError`.

    Examples
    --------
    >>> issubclass(NumericalError, ArithmeticError)
    True
    """


class InputError(ValueError):
    """An argument, a file or an option that cannot be used, with a message that says why.

    It derives from :class:`ValueError`, so code that catches the standard error keeps working.

    Examples
    --------
    >>> import equivariety as ev
    >>> ev.PermutationAction([[0, 0, 1]])
    Traceback (most recent call last):
        ...
    equivariety.errors.InputError: generator 1 must be a permutation of 0..2: image 0 is taken twice
    """
