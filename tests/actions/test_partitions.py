"""Partitions into cycles and orbits, against a graph library and by their definition."""

from __future__ import annotations

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import equivariety as ev
from equivariety.errors import InputError

permutations = st.integers(1, 9).flatmap(lambda n: st.lists(st.permutations(range(n)), min_size=1, max_size=3))


@given(images=permutations)
def test_the_coarsening_of_the_cycles_are_the_orbits(images):
    action = ev.PermutationAction(images)
    partitions = [ev.actions.cycle_partition(action, k) for k in range(len(images))]
    for image, partition in zip(images, partitions, strict=True):
        graph = nx.DiGraph((i + 1, j + 1) for i, j in enumerate(image))
        assert sorted(map(sorted, nx.strongly_connected_components(graph))) == sorted(map(list, partition))
    coarsening = ev.actions.finest_common_coarsening(*partitions)
    assert coarsening == tuple(tuple((orbit + 1).tolist()) for orbit in action.orbits())
    assert coarsening == ev.actions.cycle_partition(action.one_permutation())


@given(images=permutations)
def test_it_is_coarser_than_each_and_finer_than_all_others_that_are(images):
    partitions = [ev.actions.cycle_partition(ev.PermutationAction(image)) for image in images]
    coarsening = ev.actions.finest_common_coarsening(*partitions)
    inside = {point: part for part in coarsening for point in part}
    assert all(set(part) <= set(inside[part[0]]) for partition in partitions for part in partition)
    graph = nx.Graph([(part[0], point) for partition in partitions for part in partition for point in part])
    assert sorted(map(sorted, nx.connected_components(graph))) == sorted(map(list, coarsening))


@pytest.mark.parametrize(
    ("partitions", "message"),
    [
        ([[{1, 2}], [{1}]], "partition 2 has others"),
        ([[{1, 2}, {2}]], "partition 1 must hold every point once"),
        ([[{"a"}]], "whole number"),
        ([], "at least one"),
        ([[]], "at least one"),
    ],
)
def test_what_is_no_partition_is_refused(partitions, message):
    with pytest.raises(InputError, match=message):
        ev.actions.finest_common_coarsening(*partitions)


def test_only_generators_that_exist_have_cycles():
    with pytest.raises(InputError, match="generator must be a whole number from 0 to 0, not 1"):
        ev.actions.cycle_partition(ev.actions.cyclic(3), 1)
