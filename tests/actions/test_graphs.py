"""Automorphisms of graphs given in four ways, against brute force over all permutations."""

from __future__ import annotations

import warnings
from itertools import permutations

import igraph
import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from equivariety.actions import graph_automorphisms
from equivariety.errors import InputError
from referees import group_elements


def brute_force(adjacency, colors=None):
    n = len(adjacency)
    return {
        image
        for image in permutations(range(n))
        if np.array_equal(adjacency[np.ix_(image, image)], adjacency)
        and (colors is None or all(colors[i] == colors[j] for i, j in enumerate(image)))
    }


def elements(adjacency, colors=None):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return set(group_elements(graph_automorphisms(adjacency, colors).images))


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 5).flatmap(lambda n: st.lists(st.integers(0, 2), min_size=n * n, max_size=n * n)), st.booleans())
def test_matrices_directed_weighted_and_with_loops(entries, symmetric):
    n = round(len(entries) ** 0.5)
    adjacency = np.array(entries).reshape(n, n)
    if symmetric:
        adjacency = np.triu(adjacency) + np.triu(adjacency, 1).T
    assert elements(adjacency) == brute_force(adjacency)


def test_colors_are_kept():
    square = nx.to_numpy_array(nx.cycle_graph(4))
    colors = ["C", "N", "C", "C"]
    assert elements(square, colors) == brute_force(square, colors)
    assert len(elements(square, colors)) == 2


@pytest.mark.parametrize(
    "graph",
    [
        nx.petersen_graph(),
        igraph.Graph.Famous("Petersen"),
        nx.to_scipy_sparse_array(nx.petersen_graph()),
        sparse.csr_matrix(nx.to_numpy_array(nx.petersen_graph())),
        nx.to_numpy_array(nx.petersen_graph()),
        nx.to_numpy_array(nx.petersen_graph()).tolist(),
    ],
    ids=["networkx", "igraph", "sparse array", "sparse matrix", "array", "list"],
)
def test_every_way_to_give_a_graph(graph):
    action = graph_automorphisms(graph)
    assert action.degree == 10
    assert len(group_elements(action.images)) == 120


def test_weights_of_igraph_and_networkx_are_kinds_of_edges():
    square = nx.cycle_graph(4)
    nx.set_edge_attributes(square, {(0, 1): 2.0, (1, 2): 1.0, (2, 3): 2.0, (0, 3): 1.0}, "weight")
    assert len(elements(square)) == len(elements(igraph.Graph.from_networkx(square))) == 4


def test_a_directed_cycle_only_turns():
    assert len(elements(nx.cycle_graph(5, create_using=nx.DiGraph))) == 5


def test_a_graph_without_symmetry_gives_the_trivial_action_and_one_warning():
    # A triangle with tails of lengths 0, 1 and 2.
    graph = nx.Graph([(0, 1), (1, 2), (2, 3), (3, 4), (1, 5), (2, 5)])
    with pytest.warns(UserWarning, match="the graph on 6 vertices has no automorphism but the identity") as caught:
        action = graph_automorphisms(graph)
    assert len(caught) == 1
    assert action.is_trivial
    assert action.degree == 6


def test_bad_graphs_are_refused():
    with pytest.raises(InputError, match=r"square adjacency matrix, not list of shape \(1, 2\)"):
        graph_automorphisms([[0, 1]])
    with pytest.raises(InputError, match="weights that are numbers: that of the edge from 0 to 1 is NaN"):
        graph_automorphisms([[0, np.nan], [np.nan, 0]])
    with pytest.raises(InputError, match="colors must have one entry for each of the 4 vertices, not 3"):
        graph_automorphisms(nx.cycle_graph(4), colors=["C", "C", "C"])
