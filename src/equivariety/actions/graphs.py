"""The automorphisms of a graph as a permutation action on its vertices."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from equivariety.actions.permutation import PermutationAction
from equivariety.errors import InputError
from equivariety.extras import load_extra


def graph_automorphisms(graph: Any, colors: Sequence[Hashable] | None = None) -> PermutationAction:
    """The automorphism group of a graph on its vertices.

    Parameters
    ----------
    graph : networkx graph, igraph graph, scipy sparse array or array-like, shape (n, n)
        An adjacency matrix may be symmetric (an undirected graph) or not (a directed one). Different weights are
        different kinds of edges, zero means no edge; entries on the diagonal are loops. Vertices keep their order.
    colors : sequence of length n, optional
        Kinds of vertices (atoms of a molecule, say) that automorphisms must keep.

    Returns
    -------
    PermutationAction
        With the generators that BLISS finds. A graph without symmetries gives the trivial action and a warning.

    Raises
    ------
    InputError
        If the adjacency matrix is not square or a color is missing.

    Notes
    -----
    igraph's BLISS (Junttila and Kaski, 2007) runs on the undirected graph in which an edge of weight w is replaced by
    a path through a vertex of color w, an arc by one through two such vertices.

    Examples
    --------
    A triangle with a tail:

    >>> graph_automorphisms([[0, 1, 1, 0], [1, 0, 1, 0], [1, 1, 0, 1], [0, 0, 1, 0]]).cycles()
    '(1 2)'
    """
    adjacency = _adjacency(graph)
    n = adjacency.shape[0]
    if colors is not None and len(colors) != n:
        raise InputError(f"colors must have one entry for each of the {n} vertices, not {len(colors)}")
    generators = _automorphisms(adjacency, range(n) if colors is None else colors, colored=colors is not None)
    if not generators:
        warnings.warn(
            f"the graph on {n} vertices has no automorphism but the identity; its action is trivial, so every linear "
            "map is equivariant",
            stacklevel=2,
        )
        return PermutationAction(np.arange(n))
    return PermutationAction(generators)


def _adjacency(graph: Any) -> Any:
    """The adjacency matrix as a sparse array in coordinate form."""
    if hasattr(graph, "get_adjacency_sparse"):
        weight = "weight" if "weight" in graph.edge_attributes() else None
        matrix = graph.get_adjacency_sparse(attribute=weight)
    elif hasattr(graph, "nodes") and hasattr(graph, "adj"):
        import networkx

        matrix = networkx.to_scipy_sparse_array(graph)
    elif sparse.issparse(graph):
        matrix = graph
    else:
        matrix = np.asarray(graph)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not matrix.shape[0]:
        raise InputError(
            "graph must be a networkx or igraph graph or a square adjacency matrix, "
            f"not {type(graph).__name__} of shape {matrix.shape}"
        )
    result = sparse.coo_array(matrix)
    result.sum_duplicates()
    result.eliminate_zeros()
    unknown = np.flatnonzero(result.data != result.data)
    if unknown.size:
        raise InputError(f"graph must have weights that are numbers: that of the edge from "
                         f"{result.row[unknown[0]]} to {result.col[unknown[0]]} is NaN")  # fmt: skip
    return result


def _automorphisms(adjacency: Any, colors: Sequence[Hashable], *, colored: bool) -> list[list[int]]:
    """Generators on the vertices, found on the graph with subdivided edges."""
    igraph = load_extra("igraph", "graphs")
    n = adjacency.shape[0]
    edges, edge_colors = _subdivided(adjacency)
    loops = adjacency.diagonal().tolist()
    kinds = [("vertex", color if colored else None, loop) for color, loop in zip(colors, loops, strict=True)]
    numbers: dict[Hashable, int] = {}
    color_numbers = [numbers.setdefault(kind, len(numbers)) for kind in [*kinds, *edge_colors]]
    auxiliary = igraph.Graph(n=len(color_numbers), edges=edges)
    return [generator[:n] for generator in auxiliary.automorphism_group(color=color_numbers)]


def _subdivided(adjacency: Any) -> tuple[NDArray[np.intp], list[Hashable]]:
    """Edges of the subdivided graph, and the colors of the vertices n, n + 1, ... put on the edges."""
    n = adjacency.shape[0]
    directed = (adjacency != adjacency.T).nnz > 0
    kept = adjacency.row != adjacency.col if directed else adjacency.row < adjacency.col
    tails, heads, weights = adjacency.row[kept], adjacency.col[kept], adjacency.data[kept].tolist()
    middle = n + np.arange(len(tails))
    if not directed:
        edges = np.concatenate([np.stack([tails, middle], axis=1), np.stack([middle, heads], axis=1)])
        return edges, [("edge", weight) for weight in weights]
    after = middle + len(tails)
    paths = [np.stack(step, axis=1) for step in ((tails, middle), (middle, after), (after, heads))]
    return np.concatenate(paths), [(end, weight) for end in ("out", "in") for weight in weights]
