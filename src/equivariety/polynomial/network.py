"""Networks with power activations, dense or equivariant, and the dimension of the set of their functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from equivariety.errors import InputError
from equivariety.polynomial import evaluation, modular
from equivariety.polynomial.architecture import Architecture
from equivariety.polynomial.certificate import Certificate, certify, rank_at
from equivariety.polynomial.regular import regular_representation
from equivariety.validation import shown, whole_number

if TYPE_CHECKING:
    from equivariety.actions import PermutationAction


@dataclass(frozen=True, init=False, repr=False)
class PolynomialNet(Architecture):
    """Layers of linear maps without bias and coordinatewise powers between them: W_L s W_{L-1} s ... s W_1 x.

    Every output is a form, a homogeneous polynomial, of degree ``power ** (L - 1)`` in the inputs. The functions of an
    architecture form a cone, whose Zariski closure is the *neurovariety* (arXiv 1905.12207, 2402.00949); dimensions
    are those of the cone, one more than in projective space.

    With actions instead of widths the weights are equivariant, W P_in = P_out W. Powers of coordinates commute with
    permutations; odd powers commute with signed permutations too. A hidden layer with signs and an *even* power is
    signed for the weights before it and unsigned for those after it, since |P| (x ** s) = (P x) ** s.

    Parameters
    ----------
    layers : sequence of int or actions
        Widths d_0, ..., d_L, first the inputs; or actions of one group on the coordinates of each layer, generator by
        generator. A width beside actions stands for the trivial action; at the end it makes the network invariant.
    power : int or sequence of int
        The power of every hidden layer, or one for each; at least 2.

    Raises
    ------
    InputError
        If a width is below 1, a power below 2, the number of powers is not that of the hidden layers, or the actions
        have different numbers of generators.

    Examples
    --------
    Sums of two squares of linear forms, which have a circle of symmetries more than the scalings:

    >>> net = PolynomialNet([3, 2, 1], power=2)
    >>> net.parameters, net.expected_dimension, net.dimension, net.ambient_dimension
    (8, 6, 5, 6)

    A layer of width one is a bottleneck that the integers alone show:

    >>> net = PolynomialNet([2, 1, 8, 1])
    >>> net.expected_dimension, net.cut_bound, net.dimension, net.defect
    (5, 2, 2, 3)

    Networks on four points in a ring, with all weights equivariant under turning it:

    >>> import equivariety as ev
    >>> ring = ev.actions.cyclic(4)
    >>> net = PolynomialNet([ring, ring, ring])
    >>> net.parameters, net.dimension, net.ambient_dimension
    (8, 7, 10)
    >>> net.is_filling, [weights.shape for weights in net.random_weights(seed=0)], len(list(net.subnetworks()))
    (False, [(4, 4), (4, 4)], 0)
    """

    @classmethod
    def group_convolution(
        cls, group: PermutationAction, channels: Sequence[int], power: int | Sequence[int] = 2
    ) -> PolynomialNet:
        """Layers of convolutions over a group: every layer is a multiple of the regular action.

        Parameters
        ----------
        group : PermutationAction
            Generators of the group, in any faithful action.
        channels : sequence of int
            How many copies of the regular action each layer has, first the input.
        power : int or sequence of int

        Raises
        ------
        InputError
            If the group has too many elements to be listed, or a number of channels is below 1.

        Examples
        --------
        With one channel the dimension is L (|G| - 1) + 1 (arXiv 2603.29566):

        >>> import equivariety as ev
        >>> PolynomialNet.group_convolution(ev.actions.symmetric(3), [1, 1, 1]).dimension
        11
        """
        regular = regular_representation(group)
        given = [whole_number(number, "a number of channels", 1) for number in channels]
        return cls([number * regular for number in given], power)

    @property
    def dimension(self) -> int:
        """Dimension of the set of functions: the largest rank of the Jacobian (see :meth:`certify`)."""
        return self.certify().value

    def certify(self) -> Certificate:
        """The dimension by the rank of the Jacobian at random weights modulo a prime, and how sure it is.

        Time grows with the cube of the number of parameters: 1,200 take about a second, 2,700 about six.

        Raises
        ------
        InputError
            If the Jacobian has more than 25,000,000 entries.

        Examples
        --------
        >>> PolynomialNet([2, 3, 1], power=3).certify()
        Certificate(value=4, upper_bound=4, proven=True, primes=(2147483647,), points=5)
        """
        return self._certificate

    @cached_property
    def _certificate(self) -> Certificate:
        return certify(self.weight_spaces, self.powers, min(self.expected_dimension, self.cut_bound))

    @property
    def defect(self) -> int:
        """Expected dimension less dimension."""
        return self.expected_dimension - self.dimension

    @property
    def is_filling(self) -> bool:
        """Whether the functions are Zariski dense in the ambient space; over the reals they need not be all of it."""
        return self.dimension == self.ambient_dimension

    def __call__(self, weights: Any, x: Any) -> NDArray[Any]:
        """The outputs, exact if all weights and inputs are integers or fractions, else in double precision.

        Parameters
        ----------
        weights : sequence of arrays of shape (d_l, d_{l-1})
        x : array of shape (d_0,) or (samples, d_0)

        Raises
        ------
        InputError
            If shapes do not fit or the weights are not equivariant.

        Examples
        --------
        >>> PolynomialNet([2, 2, 1])([[[1, 1], [1, -1]], [[1, -1]]], [3, 5])  # (x + y)^2 - (x - y)^2 = 4 x y
        array([60], dtype=object)
        """
        given = evaluation.read_weights(self.weight_spaces, weights)
        inputs = evaluation.read_inputs(x, self.widths[0])
        return evaluation.evaluate(given, self.powers, inputs)

    def jacobian_rank(self, weights: Any) -> int:
        """Rank of the derivative of the map from weights to functions at given weights.

        The weights are taken as the rational numbers that they are, and the rank is computed modulo two primes at
        random inputs: it never exceeds the rank over the rational numbers, and equals it with a probability of nearly
        one. Where it is less than :attr:`dimension` the parameterization drops.

        Raises
        ------
        InputError
            If shapes do not fit, the weights are not equivariant, or the Jacobian is too large.

        Examples
        --------
        At a dead neuron, with both weights zero, only the dimension of the smaller network is left:

        >>> net = PolynomialNet([3, 2, 1], power=3)
        >>> net.dimension, net.jacobian_rank([[[1, 2, 3], [0, 0, 0]], [[4, 0]]])
        (6, 3)
        """
        given = evaluation.read_weights(self.weight_spaces, weights)
        points = min(self.expected_dimension, self.cut_bound) + 1
        modular.refuse_large(self.parameters, points)
        ranks = []
        for prime in modular.PRIMES:
            reduced = [evaluation.residues(matrix, prime, "weights") for matrix in given]
            ranks.append(rank_at(self.weight_spaces, reduced, self.powers, points, prime))
        return max(ranks)

    def weights(self, coefficients: Sequence[Any]) -> list[NDArray[Any]]:
        """The equivariant matrices with given coefficients, one vector for each layer.

        Entry k of a vector is the entry of the matrix at the first place of its k-th orbit, row by row.

        Examples
        --------
        >>> import equivariety as ev
        >>> pair = ev.actions.cyclic(2)
        >>> PolynomialNet([pair, pair, 1]).weights([[1, 2], [3]])
        [array([[1, 2],
               [2, 1]], dtype=object), array([[3, 3]], dtype=object)]
        """
        given = [evaluation.read_array(values, "coefficients") for values in coefficients]
        shapes = [(space.dimension,) for space in self.weight_spaces]
        if [values.shape for values in given] != shapes:
            raise InputError(f"coefficients must be one vector for each layer, of shapes {shapes}, "
                             f"not {[values.shape for values in given]}")  # fmt: skip
        return [space.matrix(values) for space, values in zip(self.weight_spaces, given, strict=True)]

    def random_weights(self, seed: int = 0) -> list[NDArray[Any]]:
        """Random equivariant weights, exact integers from -9 to 9."""
        random = np.random.default_rng(seed)
        return self.weights([random.integers(-9, 10, space.dimension) for space in self.weight_spaces])

    def subnetwork(self, kept: Sequence[Sequence[int]]) -> Subnetwork:
        """The network on some of the hidden coordinates, inside this one.

        Parameters
        ----------
        kept : for each hidden layer the coordinates that stay, a union of orbits

        Raises
        ------
        InputError
            If the number of lists is not that of the hidden layers, or one is empty or no union of orbits.

        Examples
        --------
        >>> part = PolynomialNet([4, 3, 2]).subnetwork([[0, 1]])
        >>> part.network.widths, part.dimension, part.rank
        ((4, 2, 2), 10, 10)
        """
        hidden = self.layers[1:-1]
        if len(kept) != len(hidden):
            raise InputError(f"kept must have one list for each of the {len(hidden)} hidden layers, not {len(kept)}")
        chosen = [self._coordinates(number, points) for number, points in enumerate(kept, start=1)]
        layers = [_restricted(layer, points) for layer, points in zip(hidden, chosen, strict=True)]
        network = PolynomialNet([self.layers[0], *layers, self.layers[-1]], self.powers)
        ends = np.arange(self.widths[0]), np.arange(self.widths[-1])
        return Subnetwork(self, network, (ends[0], *chosen, ends[1]))

    def subnetworks(self) -> Iterator[Subnetwork]:
        """The subnetworks with one orbit of hidden coordinates less, layer by layer, where that leaves some."""
        everything = [range(width) for width in self.widths[1:-1]]
        for number, space in enumerate(self.spaces[1:-1]):
            for orbit in range(space.orbits if space.orbits > 1 else 0):
                rest = np.flatnonzero(space.orbit_labels != orbit).tolist()
                yield self.subnetwork([*everything[:number], rest, *everything[number + 1 :]])

    def _coordinates(self, number: int, points: Sequence[int]) -> NDArray[np.intp]:
        width, labels = self.widths[number], self.spaces[number].orbit_labels
        given = np.asarray(points)
        if given.ndim != 1 or not given.size or given.dtype.kind not in "iu" or not (
            0 <= given.min() <= given.max() < width
        ):  # fmt: skip
            raise InputError(f"kept must hold coordinates 0..{width - 1} for layer {number}, not {shown(points)}")
        unique = np.unique(given).astype(np.intp)
        if np.isin(labels, labels[unique]).sum() != unique.size:
            raise InputError(f"kept must hold whole orbits: the group moves coordinates of layer {number} outside "
                             f"{unique.tolist()}")  # fmt: skip
        return unique


@dataclass(frozen=True, eq=False)
class Subnetwork:
    """A network on some of the hidden coordinates of another one; all weights from and to the others are zero.

    At such weights the derivative of the larger network has the image that the smaller one has: its rank drops to the
    dimension of the subnetwork, so a critical point of the subnetwork is critical for the network, whatever the data
    (arXiv 2505.11846).

    Examples
    --------
    >>> part = next(PolynomialNet([4, 3, 2], power=3).subnetworks())
    >>> part.network.dimension, part.dimension, part.rank, part.whole.dimension
    (10, 10, 10, 15)
    >>> [weights.shape for weights in part.embed(part.network.random_weights())]
    [(3, 4), (2, 3)]
    """

    whole: PolynomialNet
    network: PolynomialNet
    """The smaller network itself."""
    kept: tuple[NDArray[np.intp], ...]
    """For each layer, input and output included, the coordinates that stay."""

    @property
    def dimension(self) -> int:
        """Dimension of the functions of the subnetwork."""
        return self.network.dimension

    @cached_property
    def rank(self) -> int:
        """Rank of the derivative of the whole network at generic weights of the subnetwork."""
        return self.whole.jacobian_rank(self.embed(self.network.random_weights()))

    def embed(self, weights: Any) -> list[NDArray[Any]]:
        """Weights of the subnetwork as weights of the whole, with zeros at the dead coordinates."""
        given = evaluation.read_weights(self.network.weight_spaces, weights)
        result = []
        for matrix, rows, columns, space in zip(
            given, self.kept[1:], self.kept, self.whole.weight_spaces, strict=False
        ):
            padded = np.zeros(space.shape, dtype=matrix.dtype)
            padded[np.ix_(rows, columns)] = matrix
            result.append(padded)
        return result


def _restricted(layer: Any, points: NDArray[np.intp]) -> Any:
    return len(points) if isinstance(layer, int) else layer.restrict(points)
