"""The loss diagram of a linear network, theta -> F(theta) -> loss: which critical points does the network itself add?

A parameter theta is *critical* if the gradient of loss o F vanishes there. It is *pure* if F(theta) is a smooth point
of the function space and critical for the loss on it, else *spurious*: an artifact of the parameterization (Trager,
Kohn, Bruna, Pure and spurious critical points, 2020). The blocks of an equivariant network do not mix, so that each of
them is judged as a dense network over its field.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from equivariety.geometry.chains import BlockLoss, Chain, field_rank
from equivariety.geometry.factors import Parameter, as_factors, chains, from_chains, zero_map
from equivariety.tolerances import vanishing_cutoff
from equivariety.varieties.block_map import BlockMap
from equivariety.varieties.component import Component
from equivariety.varieties.problem import Problem


@dataclass(frozen=True, eq=False)
class Judgement:
    """Whether a parameter of a network is critical for the loss, and of which kind.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> component = ev.EquivariantMaps(ev.actions.cyclic(3)).bounded(1).component([1, 0])
    >>> diagram = ev.geometry.loss_to_target(component, np.eye(3))
    >>> judgement = diagram.judge([np.zeros((3, 1)), np.zeros((1, 3))])
    >>> judgement.critical, judgement.kind, judgement.shape
    (True, 'spurious', 'strict saddle')
    """

    loss: float
    """Mean squared error per entry, or the squared distance."""
    gradient_norm: float
    kind: str
    """``"regular"`` if the gradient does not vanish, else ``"pure"`` or ``"spurious"``."""
    shape: str
    """``"regular"``, ``"minimum"`` (global), ``"strict saddle"`` or ``"degenerate saddle"`` (no negative curvature)."""
    reason: str
    """Why it is spurious; empty otherwise."""
    jacobian_rank: int
    """Rank of the derivative of F; where it is the dimension of the function space, every critical point is pure."""
    smallest_curvature: float | None
    """Smallest eigenvalue of the Hessian of loss o F; None where the gradient does not vanish."""
    descent: tuple[BlockMap, ...] | None
    """For a strict saddle a direction of that curvature, as factors: the loss falls along it."""

    @property
    def critical(self) -> bool:
        """Whether the gradient vanishes."""
        return self.kind != "regular"


@dataclass(frozen=True, eq=False)
class LossDiagram:
    """theta -> F(theta) -> loss for the networks that parameterize a component.

    Build it with :func:`loss_on_data` or :func:`loss_to_target`.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> component = ev.EquivariantMaps(ev.actions.cyclic(3)).bounded(1).component([1, 0])
    >>> diagram = ev.geometry.loss_to_target(component, np.eye(3))
    >>> parameter = ev.geometry.random_factors(component)
    >>> diagram.map(parameter).shape, diagram.loss(parameter) >= diagram.optimum, len(diagram.gradient(parameter))
    ((3, 3), True, 2)
    """

    component: Component
    problem: Problem[Any]
    losses: dict[int, BlockLoss]
    """What each block adds to the loss that no map takes away."""

    def map(self, parameter: Parameter) -> Any:
        """F(theta) as a dense matrix."""
        blocks = {m: [chain.product] for m, chain in self._chains(parameter).items()}
        zero = zero_map(self.component.maps.domain_basis, self.component.maps.codomain_basis)
        return from_chains([zero], blocks)[0].matrix()

    def loss(self, parameter: Parameter) -> float:
        """The loss of F(theta)."""
        return self._loss(self._chains(parameter))

    def gradient(self, parameter: Parameter) -> tuple[BlockMap, ...]:
        """The gradient of loss o F, as factors of the same kind."""
        factors = as_factors(self.component, parameter)
        pulled = {m: chain.pulled_back(self.losses[m].gradient(chain.product))
                  for m, chain in chains(self.component, factors).items()}  # fmt: skip
        return from_chains(factors, pulled)

    @cached_property
    def optimum(self) -> float:
        """The least loss on the component, from the closed form."""
        return self.problem.optimum(self.component.ranks)

    def judge(self, parameter: Parameter, tolerance: float | None = None) -> Judgement:
        """Whether a parameter is critical, pure or spurious, a minimum or a saddle.

        Parameters
        ----------
        parameter : sequence of BlockMap or of dense matrices
            The factors in the order of the product, the one that acts first last.
        tolerance : float, optional
            Relative size that counts as zero, for gradients, curvatures and singular values; by default
            size * sqrt(epsilon) / 10. For weights in single precision 1e-5 is suitable.

        Raises
        ------
        InputError
            If shapes do not fit, a factor is not equivariant, or the widths do not give the ranks of the component.

        Notes
        -----
        That a critical point without negative curvature is a saddle unless its loss is the least one rests on the
        theorem that deep linear networks have no bad local minima (Kawaguchi 2016; Lu and Kawaguchi 2017).

        Examples
        --------
        >>> import numpy as np
        >>> from equivariety.geometry import dense_component
        >>> diagram = loss_to_target(dense_component(1, 2, 2), np.diag([2.0, 1.0]))
        >>> zero = diagram.judge([np.zeros((2, 1)), np.zeros((1, 2))])
        >>> zero.kind, zero.shape, zero.jacobian_rank
        ('spurious', 'strict saddle', 0)
        >>> diagram.judge([np.array([[0.0], [1.0]]), np.array([[0.0, 1.0]])]).kind
        'pure'
        """
        factors = as_factors(self.component, parameter)
        found = chains(self.component, factors)
        gradients = {m: self.losses[m].gradient(chain.product) for m, chain in found.items()}
        pulled = np.concatenate([np.zeros(0), *(c.flatten(c.pulled_back(gradients[m])) for m, c in found.items())])
        norm, loss = float(np.linalg.norm(pulled)), self._loss(found)
        scale = sum(self.losses[m].scale(chain.product) * chain.norm_of_rest() for m, chain in found.items())
        if tolerance is None:
            tolerance = vanishing_cutoff(1.0, max(self.component.maps.shape))
        rank = sum(chain.jacobian_rank(tolerance) for chain in found.values())
        if norm > tolerance * scale:
            return Judgement(loss, norm, "regular", "regular", "", rank, None, None)
        reason = self._impurity(found, tolerance)
        curvature, member, direction = self._steepest(found, tolerance)
        shape, descent = self._shape(loss, found, tolerance), None
        if curvature < 0:
            shape, descent = "strict saddle", from_chains(factors, {member: direction})
        return Judgement(loss, norm, "spurious" if reason else "pure", shape, reason, rank, curvature, descent)

    def _chains(self, parameter: Parameter) -> dict[int, Chain]:
        return chains(self.component, as_factors(self.component, parameter))

    def _loss(self, found: dict[int, Chain]) -> float:
        rest = self.problem.error.value(self.problem.error.rest)
        zero = (loss.value(np.zeros_like(loss.optimum)) for m, loss in self.losses.items() if m not in found)
        return rest + sum(zero) + sum(self.losses[m].value(chain.product) for m, chain in found.items())

    def _shape(self, loss: float, found: dict[int, Chain], tolerance: float) -> str:
        size = sum(self.losses[m].scale(chain.product) for m, chain in found.items())
        allowed = tolerance * (self._loss({}) + size)
        return "minimum" if loss <= self.optimum + allowed else "degenerate saddle"

    def _impurity(self, found: dict[int, Chain], tolerance: float) -> str:
        """The first block where F(theta) is a singular point or not critical on the function space; empty if none."""
        for member, chain in found.items():
            block, bound = self.component.maps.blocks[member], self.component.ranks[member]
            rank = field_rank(chain.product, chain.field, tolerance)
            if rank < bound < block.largest_rank:
                return f"block {block.label} has rank {rank} below its bound {bound}: a singular point"
            slope = _tangential(chain, self.losses[member], bound, block.largest_rank)
            if slope > tolerance * self.losses[member].scale(chain.product):
                return f"block {block.label} is not critical on the function space"
        return ""

    def _steepest(self, found: dict[int, Chain], tolerance: float) -> tuple[float, int, list[Any]]:
        """The smallest curvature, its block, and its direction; curvature that counts as zero is not negative."""
        best: tuple[float, int, list[Any]] = (np.inf, -1, [])
        for member, chain in found.items():
            values, vectors = np.linalg.eigh(chain.hessian(self.losses[member]))
            smallest = float(values[0]) if abs(values[0]) > tolerance * np.abs(values).max() else 0.0
            if smallest < best[0]:
                best = smallest, member, chain.unflatten(vectors[:, 0])
        return (0.0, -1, []) if best[1] < 0 else best


def loss_to_target(component: Component, U: ArrayLike) -> LossDiagram:
    """The loss diagram of the squared Frobenius distance to the matrix U.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> component = ev.EquivariantMaps(ev.actions.cyclic(3)).bounded(1).component([1, 0])
    >>> diagram = loss_to_target(component, np.eye(3))
    >>> round(diagram.optimum, 6)  # the nearest matrix is J / 3, at a squared distance of 2
    2.0
    """
    return _diagram(component, component.maps.problem_to(U))


def loss_on_data(component: Component, X: Any, Y: Any | None = None) -> LossDiagram:
    """The loss diagram of the mean squared error per entry on data; Y = None stands for Y = X.

    Raises
    ------
    InputError
        If shapes do not fit, or X does not span every block.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> X = np.random.default_rng(0).standard_normal((20, 3))
    >>> component = ev.EquivariantMaps(ev.actions.cyclic(3)).bounded(1).component([1, 0])
    >>> bool(np.isclose(loss_on_data(component, X).optimum, component.fit(X).loss))
    True
    """
    return _diagram(component, component.maps.problem(X, Y))


def _diagram(component: Component, problem: Problem[Any]) -> LossDiagram:
    problem = problem.isolated(component.ranks)
    error, losses = problem.error, {}
    for spectrum, members, squares in zip(error.spectra, error.members, problem.squares, strict=True):
        field, scale = spectrum.field, error.scale / problem.map_scale
        optima = problem.map_scale * (field.pack(spectrum.decoder) @ field.pack(spectrum.encoder))
        for position, member in enumerate(members.tolist()):
            S = scale * squares[position] * scale
            losses[member] = BlockLoss(field, S, optima[position], error.unit)
    return LossDiagram(component, problem, losses)


def _tangential(chain: Chain, loss: BlockLoss, rank: int, largest: int) -> float:
    """Norm of the part of the gradient at a block of a given rank that is tangent to the function space."""
    Z = chain.product
    G = loss.gradient(Z)
    if rank == largest:
        return float(np.linalg.norm(G))
    U, _, Vh = np.linalg.svd(Z)
    left, right = U[:, rank * chain.field.width :], Vh[rank * chain.field.width :]
    # Subtracting first and taking the norm then keeps the small difference exact.
    return float(np.linalg.norm(G - left @ (left.conj().T @ G @ right.conj().T) @ right))
