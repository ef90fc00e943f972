"""Networks of block maps: what all layers of this package have in common."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import Enum
from functools import cached_property
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from equivariety.actions import Action
from equivariety.errors import InputError
from equivariety.isotypic.fingerprints import basis_probe, generic_vector, is_same_probe
from equivariety.nn.basis import Analysis, Synthesis
from equivariety.nn.bias import FixedVectors
from equivariety.nn.compiled_network import TYPES, CompiledNetwork, can_be_compiled, compiled_images, is_recorded, takes
from equivariety.nn.constants import Constants
from equivariety.nn.factor import Factor
from equivariety.nn.layout import Layout, feature_places
from equivariety.nn.ranks import validated_widths
from equivariety.varieties import BlockMap, Component, EquivariantMaps, FactoredMap, HiddenSpace
from equivariety.varieties.block_map import Coordinates

# With fewer values PyTorch's operations take less than a tenth of a millisecond.
_FEWEST_VALUES = 2**15

# Ranks that a short description lists.
_MOST_RANKS = 12


class Way(Enum):
    """How the products of a network are computed."""

    COMPILED = "compiled"
    """Loops compiled by Numba: all products for a few samples at a time."""
    LIBRARY = "library"
    """Operations of PyTorch, one after the other."""


class BlockNetwork(Constants):
    """An equivariant linear map as a product of block maps, with an optional invariant bias.

    ``forward`` takes (..., domain degree) to (..., codomain degree): analyze in the coordinates of the blocks in use,
    multiply by the block matrices, synthesize. All weights are real; their count is that of the component's
    parameterization.
    """

    feature_order: Tensor
    fingerprint: Tensor
    basis_probe: Tensor
    bias: nn.Parameter | None

    def __init__(
        self,
        maps: EquivariantMaps,
        hidden: Sequence[Sequence[int]],
        bias: bool,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.maps = maps
        self.layout = Layout(maps, tuple(tuple(widths) for widths in hidden))
        batches = self.layout.batches
        if not batches:
            raise InputError("every block is zero: the actions share no irreducible, or all ranks are 0")
        self.source = Analysis(maps.domain_basis, batches, device, dtype)
        self.target = Synthesis(maps.codomain_basis, batches, device, dtype)
        self.factors = nn.ModuleList(Factor(self.layout, number, device, dtype) for number in range(len(hidden) + 1))
        if hidden:
            self.keep("feature_order", feature_places(self.layout), device)
        # Part of the state, so that weights never load into a network where they would mean another map.
        digest = np.frombuffer(bytes.fromhex(maps.fingerprint), dtype=np.uint8)
        self.register_buffer("fingerprint", torch.tensor(digest, device=device))
        # The bits of float64 numbers as integers, which no change of precision rounds.
        probe = basis_probe(maps.domain_basis, maps.codomain_basis)
        self.register_buffer("basis_probe", torch.tensor(probe.view(np.int64), device=device))
        self.register_parameter("bias", None)
        if bias:
            self.fixed_vectors = FixedVectors(maps.codomain, device, dtype)
            self.bias = nn.Parameter(torch.empty(self.fixed_vectors.count, device=device, dtype=dtype))
        self.reset_parameters()

    @classmethod
    def from_solution(
        cls,
        solution: FactoredMap,
        depth: int = 2,
        bias: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> Self:
        """The network of a solution's component with the closed-form weights: encoder, identities, decoder."""
        model = cls.__new__(cls)
        hidden = validated_widths(solution.component, depth, None)
        BlockNetwork.__init__(model, solution.component.maps, hidden, bias, device, dtype)
        model.load_solution(solution)
        return model

    @property
    def component(self) -> Component:
        """The function space: the component whose ranks are the narrowest multiplicities on the way."""
        widths = [tuple(block.largest_rank for block in self.maps.blocks), *self.layout.hidden]
        return Component(self.maps, tuple(int(rank) for rank in np.min(widths, axis=0)))

    def load_solution(self, solution: FactoredMap) -> None:
        """Set the weights to the closed form; the bias, if any, to zero.

        Raises
        ------
        InputError
            If the solution belongs to other actions, or its ranks exceed those of this network.
        """
        mine, other = self.component, solution.component
        if mine.maps != other.maps:
            raise InputError(f"the solution must belong to the actions of this network ({mine.maps.shape[1]} -> "
                             f"{mine.maps.shape[0]} points), not to others ({other.maps.shape[1]} -> "
                             f"{other.maps.shape[0]} points)")  # fmt: skip
        if any(theirs > own for theirs, own in zip(other.ranks, mine.ranks, strict=True)):
            raise InputError(f"the ranks of the solution must be at most those of this network, {mine.ranks}, "
                             f"not {other.ranks}")  # fmt: skip
        first, *rest = self._factors()
        if rest:
            first.load_blocks(solution_blocks(solution.encoder))
            for factor in rest[:-1]:
                factor.load_blocks(identity_blocks(factor))
            rest[-1].load_blocks(solution_blocks(solution.decoder))
        else:
            first.load_blocks(solution_blocks(solution.decoder @ solution.encoder))
        if self.bias is not None:
            nn.init.zeros_(self.bias)

    def load_matrix(self, matrix: Any) -> None:
        """Set the weights of a network without hidden space to the equivariant map nearest to a matrix."""
        (factor,) = self._factors()
        given = matrix.detach().cpu().numpy() if isinstance(matrix, Tensor) else matrix
        blocks = self.maps.coordinates(given)
        factor.load_blocks(solution_blocks(self.maps.from_coordinates(blocks)))

    def __repr__(self) -> str:
        """Sizes, ranks and weights in one line: ``EquivariantLinear(6 -> 2 -> 6, ranks (0, 1, 0, 0), 10 weights)``."""
        blocks, hidden = self.maps.blocks, self.layout.hidden
        inner = [sum(block.irrep_dim * width for block, width in zip(blocks, widths, strict=True)) for widths in hidden]
        sizes = " -> ".join(map(str, [self.maps.domain.degree, *inner, self.maps.codomain.degree]))
        parts = [sizes, f"{sum(weight.numel() for weight in self.parameters())} weights"]
        if hidden:
            parts.insert(1, f"ranks {_shortened(self.component.ranks)}")
        if self.bias is not None:
            parts.append("bias")
        return f"{type(self).__name__}({', '.join(parts)})"

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw weights such that every block keeps the variance of its coordinates; the bias starts at zero."""
        for factor in self._factors():
            factor.reset(generator)
        if self.bias is not None:
            nn.init.zeros_(self.bias)

    def forward(self, X: Tensor) -> Tensor:
        """Images of the rows of X, shape (..., codomain degree)."""
        if X.shape[-1] != self.maps.domain.degree:
            is_image = X.dim() > 2 and math.prod(X.shape[1:]) == self.maps.domain.degree
            hint = f"; equivariety.nn.OnImages(layer, {tuple(X.shape[1:])}) takes such images" if is_image else ""
            raise InputError(f"the input must have {self.maps.domain.degree} features (the degree of the domain), "
                             f"not {X.shape[-1]}{hint}")  # fmt: skip
        images = self._linear(X.reshape(-1, X.shape[-1])).reshape(*X.shape[:-1], self.maps.codomain.degree)
        return images if self.bias is None else images + self.fixed_vectors(self.bias)

    def _linear(self, X: Tensor) -> Tensor:
        if self.way(X) is Way.COMPILED:
            return compiled_images(self._compiled(X.dtype), self._by_library, X, self._weights())
        return self._by_library(X, *self._weights())

    def _weights(self) -> list[Tensor]:
        return [factor.weight for factor in self._factors()]

    def _by_library(self, X: Tensor, *weights: Tensor) -> Tensor:
        coordinates = self.source(X)
        for factor, weight in zip(self._factors(), weights, strict=True):
            coordinates = factor.images(coordinates, weight)
        images: Tensor = self.target(coordinates)
        return images

    def way(self, X: Tensor) -> Way:
        """How :meth:`forward` multiplies rows like those of X.

        Examples
        --------
        >>> import torch
        >>> import equivariety as ev
        >>> layer = ev.nn.EquivariantLinear(ev.actions.cyclic(4))
        >>> layer.way(torch.zeros(2, 4))
        <Way.LIBRARY: 'library'>
        """
        if is_recorded() or X.numel() < _FEWEST_VALUES or not self._has_programs:
            return Way.LIBRARY
        return Way.COMPILED if takes([X, *self._weights()]) else Way.LIBRARY

    @cached_property
    def _has_programs(self) -> bool:
        return can_be_compiled(self.layout)

    def _compiled(self, dtype: torch.dtype) -> CompiledNetwork:
        programs = self.__dict__.setdefault("_programs", {})
        if dtype not in programs:
            programs[dtype] = CompiledNetwork(self.layout, TYPES[dtype])
        found: CompiledNetwork = programs[dtype]
        return found

    def __getstate__(self) -> dict[str, Any]:
        """Without programs, which are made anew."""
        kept: dict[str, Any] = super().__getstate__()  # type: ignore[no-untyped-call]
        return {name: value for name, value in kept.items() if name not in ("_programs", "_has_programs")}

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *rest: Any) -> None:
        stored = state_dict.get(f"{prefix}fingerprint")
        if stored is not None and not torch.equal(stored.cpu(), self.fingerprint.cpu()):
            raise InputError("the weights belong to other actions, or were saved with another convention for bases: "
                             "in this network they would mean another map")  # fmt: skip
        probe = state_dict.get(f"{prefix}basis_probe")
        if probe is not None and not is_same_probe(_float_bits(probe), _float_bits(self.basis_probe)):
            raise InputError("the weights were saved in another basis of the same actions: in this network they would "
                             "mean another map")  # fmt: skip
        super()._load_from_state_dict(state_dict, prefix, *rest)

    def encode(self, X: Tensor) -> Tensor:
        """Features of the rows of X in the first hidden space, shape (samples, its dimension), block after block."""
        if len(self.factors) < 2:
            raise InputError("a network without hidden space has no features: give it a rank")
        parts = self.factors[0](self.source(X))
        columns = torch.cat([part.transpose(0, 1).reshape(X.shape[0], -1) for part in parts], 1)
        return columns.index_select(1, self.feature_order)

    def _factors(self) -> list[Factor]:
        return [factor for factor in self.factors if isinstance(factor, Factor)]

    def matrix(self) -> Tensor:
        """The end-to-end map as a dense matrix (codomain degree, domain degree), without the bias; differentiable."""
        weights = self._weights()
        identity = torch.eye(self.maps.domain.degree, dtype=weights[0].dtype, device=weights[0].device)
        return self._by_library(identity, *weights).T

    def block_maps(self) -> tuple[BlockMap, ...]:
        """The factors as maps of the library in float64, first to last: domain -> hidden spaces -> codomain."""
        groups = self.layout.groups
        chosen = [(group.bundle, group.positions) for group in groups]
        source, target = self.maps.domain_basis.select(chosen), self.maps.codomain_basis.select(chosen)
        inner = [HiddenSpace(source.bundles, tuple(group.widths[space] for group in groups))
                 for space in range(1, len(self.factors))]  # fmt: skip
        spaces: list[Coordinates] = [source, *inner, target]
        found = []
        for number, factor in enumerate(self._factors()):
            blocks = factor.blocks()
            stacked = tuple(np.stack([blocks[member] for member in group.members.tolist()]) for group in groups)
            found.append(BlockMap(spaces[number], spaces[number + 1], stacked))
        return tuple(found)

    def restrict(
        self, subgroup: Sequence[str | Sequence[int]] | Action, codomain: Action | None = None
    ) -> BlockNetwork:
        """A network with this map, bias and rank that is equivariant under a subgroup only: it can learn more.

        Parameters
        ----------
        subgroup, codomain
            As for :meth:`EquivariantMaps.restrict`: words in the generators, or an action.

        Returns
        -------
        BlockNetwork
            An :class:`EquivariantLinear` or :class:`InvariantLinear` for one factor, else a network of the same depth
            whose hidden spaces all have the ranks that its maps reach.

        Raises
        ------
        InputError
            If the words do not fit, or the maps of this network do not commute with the action.

        Examples
        --------
        >>> import equivariety as ev
        >>> layer = ev.nn.EquivariantLinear(ev.actions.cyclic(6), bias=False)
        >>> smaller = layer.restrict([(1, 1)])
        >>> smaller, torch.allclose(smaller.matrix(), layer.matrix(), atol=1e-6)
        (EquivariantLinear(6 -> 6, 12 weights), True)
        """
        # Not the weights at hand, which may vanish: those of a general map of the same function space.
        shape = self.maps.shape
        general = self.component.nearest(generic_vector(math.prod(shape)).reshape(shape))
        component = general.restrict(subgroup, codomain).component
        like, depth = self._factors()[0].weight, len(self.factors)
        model = type(self).__new__(type(self))
        hidden = [component.ranks] * (depth - 1)
        BlockNetwork.__init__(model, component.maps, hidden, self.bias is not None, like.device, like.dtype)
        model.load_solution(component.nearest(self._matrix_in_double()))
        if self.bias is not None and model.bias is not None:
            with torch.no_grad():
                model.bias.copy_(model.fixed_vectors.coordinates(self.fixed_vectors(self.bias)))
        return model

    def _matrix_in_double(self) -> NDArray[np.float64]:
        first, *rest = self.block_maps()
        for factor in rest:
            first = factor @ first
        return first.matrix()

    def to_dense(self) -> nn.Sequential:
        """This map as a chain of plain ``torch.nn.Linear`` layers, the bias in the last."""
        like = self._factors()[0].weight
        layers = []
        for block_map in self.block_maps():
            matrix = torch.as_tensor(block_map.matrix(), device=like.device).to(like.dtype)
            layer = nn.Linear(matrix.shape[1], matrix.shape[0], bias=False, device=like.device, dtype=like.dtype)
            layer.weight = nn.Parameter(matrix)
            layers.append(layer)
        if self.bias is not None:
            layers[-1].bias = nn.Parameter(self.fixed_vectors(self.bias.detach()))
        return nn.Sequential(*layers)


def _float_bits(probe: Tensor) -> NDArray[np.float64]:
    """The float64 numbers whose bits a probe holds."""
    return probe.detach().cpu().to(torch.int64).contiguous().numpy().view(np.float64)


def _shortened(ranks: tuple[int, ...]) -> str:
    """At most a dozen ranks, and how many there are."""
    if len(ranks) <= _MOST_RANKS:
        return str(ranks)
    return f"({', '.join(map(str, ranks[:_MOST_RANKS]))}, ...) of {len(ranks)} blocks"


def identity_blocks(factor: Factor) -> dict[int, Any]:
    """Blocks that pass every coordinate on."""
    blocks = {}
    for member, (rows, cols, beta) in factor.block_shapes.items():
        identity = np.zeros((rows, cols, beta))
        identity[:, :, 0] = np.eye(rows, cols)
        blocks[member] = identity
    return blocks


def solution_blocks(block_map: BlockMap) -> dict[int, Any]:
    """Components of a map of the library by the number of the block."""
    return {
        int(member): components
        for bundle, blocks in zip(block_map.source.bundles, block_map.blocks, strict=True)
        for member, components in zip(bundle.members, blocks, strict=True)
    }
