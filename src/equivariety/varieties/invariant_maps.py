"""The invariant maps: equivariant maps to a trivial action, which no orbit needs splitting for."""

from __future__ import annotations

import warnings
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equivariety.actions import Action, trivial
from equivariety.errors import InputError
from equivariety.isotypic import Decomposition, decompose_invariants
from equivariety.validation import whole_number
from equivariety.varieties.maps import EquivariantMaps, validated_action

if TYPE_CHECKING:
    from scipy.sparse import csr_array


class InvariantMaps(EquivariantMaps):
    """The linear maps M : R^n -> R^outputs with M P = M for every generator.

    They see only the sums over the orbits: M = psi(M) E with E the indicator matrix of the orbits, so that they form
    the space of all matrices with one column for each orbit. No orbit needs splitting, whatever the group.

    With signs, or vectors that turn, they see the fixed vectors: E has one row for each, columns are equal up to sign
    along an orbit that is split, and zero where nothing is fixed. If the group fixes no vector at all, the only
    invariant map is zero; a warning says so.

    Parameters
    ----------
    domain : Action
    outputs : int

    Examples
    --------
    >>> import equivariety as ev
    >>> maps = ev.InvariantMaps(ev.PermutationAction.from_cycles("(1 3 4)(2 5)"), outputs=3)
    >>> maps.dimension
    6
    >>> next(maps.bounded(1).components()).degree
    3
    >>> maps.orbit_indicator.toarray().astype(int).tolist()
    [[1, 0, 1, 1, 0], [0, 1, 0, 0, 1]]
    """

    def __init__(self, domain: Action, outputs: int = 1) -> None:
        outputs = whole_number(outputs, "outputs", 1)
        super().__init__(domain, trivial(outputs, like=validated_action(domain, "domain")))
        if not self.domain.permutes and not self.domain.fixed_dimension:
            warnings.warn("the group fixes no vector of the domain but zero: the only invariant map is the zero map, "
                          "and the space of invariant maps has dimension 0", stacklevel=2)  # fmt: skip

    @property
    def _kind(self) -> str:
        return "invariant"

    def _between(self, domain: Action, codomain: Action | None) -> InvariantMaps:
        return InvariantMaps(domain, self.codomain.degree)

    @cached_property
    def decomposition(self) -> Decomposition:
        return decompose_invariants(self.domain, self.codomain.degree)

    @cached_property
    def orbit_indicator(self) -> csr_array[Any]:
        """E, the k x n indicator matrix of the k orbits, sparse: E[c, i] = 1 if point i lies in orbit c.

        With signs E[c, i] = 1 or -1 on the orbits that are split; twisted ones have no row. Where fibres turn the rows
        are orthonormal fixed vectors.
        """
        from scipy.sparse import csr_array

        if not self.domain.permutes:
            return csr_array(self._scales[:, None] * self.domain.fixed_vectors.T)
        labels = self.domain.orbit_labels
        places = (labels, np.arange(labels.size))
        return csr_array((np.ones(labels.size), places), shape=(int(labels.max()) + 1, labels.size))

    @property
    def _scales(self) -> NDArray[np.float64]:
        """Factors that make the entries of the fixed vectors +-1 where they are signs; 1 where fibres turn."""
        fixed = self.domain.fixed_vectors
        counts = np.asarray(np.diff(fixed.tocsc().indptr), dtype=np.float64)
        return np.sqrt(counts) if self.domain.monomial is not None else np.ones(fixed.shape[1])

    def psi(self, M: ArrayLike) -> NDArray[np.float64]:
        """One column for each orbit: an invariant matrix without its repeated columns.

        An isomorphism onto all matrices of shape (outputs, number of orbits); M = psi(M) E
        (arXiv 2309.13736, section 3). Orbits are ordered by their smallest point.

        Raises
        ------
        InputError
            If M is not invariant.

        Examples
        --------
        >>> import equivariety as ev
        >>> maps = ev.InvariantMaps(ev.PermutationAction.from_cycles("(1 3 4)(2 5)"), outputs=1)
        >>> maps.psi([[7, 5, 7, 7, 5]])
        array([[7., 5.]])
        >>> maps.from_psi([[7, 5]])
        array([[7., 5., 7., 7., 5.]])
        """
        M = self.as_matrix(M)
        if not self.contains(M):
            raise InputError(f"the matrix must be invariant; its distance from the invariant ones is "
                             f"{self.distance(M):.3g}: project it first")  # fmt: skip
        if not self.domain.permutes:
            return np.asarray(M @ self.domain.fixed_vectors) / self._scales
        return M[:, np.unique(self.domain.orbit_labels, return_index=True)[1]]

    def from_psi(self, columns: Any) -> NDArray[np.float64]:
        """The invariant matrix psi(M) E with the given columns: the inverse of :meth:`psi`."""
        given = np.asarray(columns, dtype=np.float64)
        orbits = self.orbit_indicator.shape[0]
        if given.shape != (self.codomain.degree, orbits):
            raise InputError(f"the matrix must have shape {(self.codomain.degree, orbits)}, one column for each orbit, "
                             f"not {given.shape}")  # fmt: skip
        if not self.domain.permutes:
            return np.asarray(given @ self.orbit_indicator)
        return given[:, self.domain.orbit_labels]
