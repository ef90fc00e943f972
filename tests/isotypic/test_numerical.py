"""Joint numerical splitting of transitive actions, judged by brute force and by the reference values."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equivariety.actions import PermutationAction
from equivariety.errors import InputError
from equivariety.isotypic import numerical
from equivariety.isotypic.eigenspaces import UnclearDrawError, split_transitive
from equivariety.isotypic.numerical import SplittingError, check_splittable, split_types
from equivariety.isotypic.orbit_types import classify_orbits
from equivariety.isotypic.symmetric_elements import Cycles, eigenvectors, long_cycles
from equivariety.isotypic.transitive import Transitive
from referees import QUATERNION_UNITS, orbits, pair_orbits, reference_actions, regular

Q8 = [[2, 3, 1, 0, 7, 6, 4, 5], [4, 5, 6, 7, 1, 0, 3, 2]]
S3 = [[1, 2, 0], [1, 0, 2]]
NON_ABELIAN = [case for case in reference_actions() if case["kind"] != "cyclic"]


def reference_generators(name):
    return next(case["generators"] for case in reference_actions() if case["name"] == name)


def types_of(generators):
    found = orbits(generators)
    return [
        kind
        for size in sorted({len(orbit) for orbit in found})
        for kind in classify_orbits(np.asarray(generators), np.array([o for o in found if len(o) == size]))
    ]


def assert_normal_form(rows, columns, irreducibles, row_table, column_table):
    """The contract, for a random matrix that is constant on the orbits on pairs found by union-find."""
    labels = pair_orbits(row_table, column_table)
    element = np.random.default_rng(1).standard_normal(labels.max() + 1)[labels]
    for i, U in rows.items():
        for j, V in columns.items():
            block = np.einsum("acmb,ad,dxnk->cmbxnk", U, element, V)
            if i != j:
                np.testing.assert_allclose(block, 0, atol=1e-10)
                continue
            beta = irreducibles[i].beta
            units = QUATERNION_UNITS[:beta, :beta, :beta]
            numbers = block[0, :, :, 0, :, 0]  # z 1 = z
            expected = np.einsum("mbn,bpq->mpnq", numbers, units)
            for c in range(block.shape[0]):
                for x in range(block.shape[3]):
                    np.testing.assert_allclose(block[c, :, :, x], expected if c == x else 0 * expected, atol=1e-10)
    predicted = sum(irreducibles[i].beta * U.shape[2] * columns[i].shape[2] for i, U in rows.items() if i in columns)
    assert predicted == labels.max() + 1


def assert_orthogonal(bases):
    matrix = np.concatenate([basis.reshape(len(basis), -1) for basis in bases.values()], axis=1)
    np.testing.assert_allclose(matrix.T @ matrix, np.eye(len(matrix)), atol=1e-12)


@pytest.mark.parametrize("case", reference_actions(), ids=lambda case: case["name"])
def test_irreducibles_fields_and_multiplicities_agree_with_the_reference(case):
    domain = types_of(case["generators"])
    codomain = types_of(case["codomain_generators"]) if case["codomain_generators"] else []
    splitting = split_types([kind.table for kind in domain + codomain])

    def multiplicities(kinds, bases):
        return [
            sum(kind.count * basis[i].shape[2] for kind, basis in zip(kinds, bases, strict=True) if i in basis)
            for i in range(len(splitting.irreducibles))
        ]

    cols = multiplicities(domain, splitting.bases[: len(domain)])
    rows = multiplicities(codomain, splitting.bases[len(domain) :]) if codomain else cols
    found = Counter((i.dimension, i.field, c, r) for i, c, r in zip(splitting.irreducibles, cols, rows, strict=True))
    assert found == Counter((b["n_i"], b["type"], b["cols"], b["rows"]) for b in case["blocks"])


@pytest.mark.parametrize("case", NON_ABELIAN, ids=lambda case: case["name"])
def test_commutants_have_the_normal_form_within_and_across_types(case):
    kinds = types_of(case["generators"]) + types_of(case["codomain_generators"] or case["generators"])
    splitting = split_types([kind.table for kind in kinds])
    for rows, row_kind in zip(splitting.bases, kinds, strict=True):
        assert_orthogonal(rows)
        for columns, column_kind in zip(splitting.bases, kinds, strict=True):
            assert_normal_form(rows, columns, splitting.irreducibles, row_kind.table, column_kind.table)


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 9).flatmap(lambda n: st.lists(st.permutations(range(n)), min_size=1, max_size=3)))
def test_random_groups(generators):
    """Intransitive groups and repeated orbit types included."""
    kinds = types_of(generators)
    splitting = split_types([kind.table for kind in kinds])
    for rows, row_kind in zip(splitting.bases, kinds, strict=True):
        assert_orthogonal(rows)
        for columns, column_kind in zip(splitting.bases, kinds, strict=True):
            assert_normal_form(rows, columns, splitting.irreducibles, row_kind.table, column_kind.table)
    count = len(splitting.irreducibles)
    totals = [
        sum(kind.count * bases[i].shape[2] for kind, bases in zip(kinds, splitting.bases, strict=True) if i in bases)
        for i in range(count)
    ]
    dimension = sum(kind.beta * total**2 for kind, total in zip(splitting.irreducibles, totals, strict=True))
    assert dimension == pair_orbits(generators, generators).max() + 1


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.integers(2, 12).flatmap(lambda n: st.lists(st.permutations(range(n)), min_size=1, max_size=3)))
def test_three_hundred_random_groups(generators):
    test_random_groups.hypothesis.inner_test(generators)


@pytest.mark.parametrize(
    ("generators", "expected"),
    [
        (Q8, [("R", 1)] * 4 + [("H", 4)]),
        (reference_generators("SL23_regular"), [("R", 1), ("C", 2), ("R", 3), ("C", 4), ("H", 4)]),
        (regular(S3), [("R", 1), ("R", 1), ("R", 2)]),
        (reference_generators("F21_on_7"), [("R", 1), ("C", 6)]),
    ],
    ids=["Q8", "SL(2,3)", "S3", "F21"],
)
def test_fields_and_dimensions_in_their_order(generators, expected):
    splitting = split_types([np.asarray(generators)])
    assert [(kind.field, kind.dimension) for kind in splitting.irreducibles] == expected


def matrices_on_vectors(matrices, prime):
    """A group of matrices over a prime field, acting on the nonzero row vectors."""
    size = len(matrices[0])
    vectors = [vector for vector in product(range(prime), repeat=size) if any(vector)]
    place = {vector: index for index, vector in enumerate(vectors)}
    return [[place[tuple(np.asarray(v) @ matrix % prime)] for v in vectors] for matrix in np.asarray(matrices)]


def test_regular_representation_of_the_binary_icosahedral_group():
    # SL(2, 5): complex characters 1, 3, 3, 4, 5 (real) and 2, 2, 4, 6 (quaternionic) of the ATLAS.
    table = regular(matrices_on_vectors([[[1, 1], [0, 1]], [[1, 0], [1, 1]]], 5))
    splitting = split_types([table])
    found = [(k.field, k.dimension, splitting.bases[0][i].shape[2]) for i, k in enumerate(splitting.irreducibles)]
    assert Counter(found) == Counter(
        [("R", 1, 1), ("R", 3, 3), ("R", 3, 3), ("R", 4, 4), ("R", 5, 5)]
        + [("H", 4, 1), ("H", 4, 1), ("H", 8, 2), ("H", 12, 3)]
    )


def test_quaternionic_irreducible_with_two_copies():
    # The extraspecial group of order 32 and type -, Q8 o D4: sixteen characters and one quaternionic one of degree 4.
    one = np.eye(2, dtype=int)
    quaternion = [np.array([[0, -1], [1, 0]]), np.array([[1, 1], [1, -1]])]
    dihedral = [np.array([[0, 1], [1, 0]]), np.array([[1, 0], [0, -1]])]
    matrices = [np.kron(m, one) for m in quaternion] + [np.kron(one, m) for m in dihedral]
    splitting = split_types([regular(matrices_on_vectors(matrices, 3))])
    assert [(kind.field, kind.dimension) for kind in splitting.irreducibles] == [("R", 1)] * 16 + [("H", 8)]
    assert splitting.bases[0][16].shape == (32, 2, 2, 4)


def test_the_mathieu_group_on_subsets():
    # M11 on 165 triples: the permutation character of the ATLAS, 1 + 10 + 11 + 44 + 44 + 55.
    action = PermutationAction.from_cycles("(1 2 3 4 5 6 7 8 9 10 11); (3 7 11 8)(4 10 5 6)").on_subsets(3)
    splitting = split_types([action.images])
    found = [(kind.dimension, splitting.bases[0][i].shape[2]) for i, kind in enumerate(splitting.irreducibles)]
    assert found == [(1, 1), (10, 1), (11, 1), (44, 2), (55, 1)]


def test_the_group_itself_acts_block_by_block_without_touching_the_multiplicities():
    # P(g) commutes with the commutant: in these coordinates it acts on the copies, linearly over D from the right.
    table = np.asarray(reference_generators("SL23_regular"))
    splitting = split_types([table])
    for index, basis in splitting.bases[0].items():
        acted = np.einsum("acmb,adnk->cmbdnk", basis, basis[table[0]])
        off = acted * (1 - np.eye(basis.shape[2]))[None, :, None, None, :, None]
        np.testing.assert_allclose(off, 0, atol=1e-12)
        trace = np.einsum("cmbcmb->", acted) / basis.shape[2]
        assert trace == pytest.approx(splitting.irreducibles[index].character[0])


def test_labels_name_the_trivial_and_the_sign_representation():
    splitting = split_types([regular(S3)])
    assert [(kind.label, kind.character) for kind in splitting.irreducibles] == [
        ("trivial", (1, 1)),
        ("sign", (1, -1)),
        ("2a", (-1, 0)),
    ]


def test_signs_of_the_users_permutations_can_be_given():
    # The regular action of C2 twice: as a permutation of four points the generator is even.
    labels = [kind.label for kind in split_types([np.array([[1, 0]])], signs=[1]).irreducibles]
    assert labels == ["trivial", "1a"]


def test_labels_differ_where_characters_on_generators_agree():
    cycle, one = np.roll(np.arange(9).reshape(3, 3), 1, axis=0).ravel(), np.roll(np.arange(9).reshape(3, 3), 1, axis=1)
    labels = [kind.label for kind in split_types([np.array([cycle, one.ravel()])]).irreducibles]
    assert labels[-2:] == ["2c", "2d"]


def test_the_trivial_vector_is_positive_and_complex_units_turn_as_in_the_closed_form():
    cycle = np.array([[1, 2, 0]])
    splitting = split_types([cycle, cycle])
    for bases in splitting.bases:
        np.testing.assert_allclose(bases[0].ravel(), 3**-0.5)
        plane = bases[1][:, 0, 0, :]
        angle = 2 * np.pi * 2 / 3  # m / l = 2 / 3
        turn = [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]
        np.testing.assert_allclose(plane.T @ plane[cycle[0]], turn, atol=1e-12)


def test_the_seed_changes_multiplicity_spaces_only():
    table = regular(S3)
    first, second = split_types([table], seed=0), split_types([table], seed=1)
    assert first.irreducibles == second.irreducibles
    for index, kind in enumerate(first.irreducibles):
        U, V = (s.bases[0][index].reshape(6, -1) for s in (first, second))
        np.testing.assert_allclose(U @ U.T, V @ V.T, atol=1e-12)
        if kind.dimension == 1:
            np.testing.assert_allclose(U, V, atol=1e-12)


PROGRAM = """
import sys
import numpy as np
from equivariety.isotypic.numerical import split_types
tables = [np.array(rows) for rows in eval(sys.argv[1])]
bases = split_types(tables).bases
np.save(sys.argv[2], np.concatenate([b.ravel() for each in bases for b in each.values()]))
"""


def test_fresh_processes_with_other_threads_find_the_same_basis(tmp_path):
    tables = [regular([[1, 2, 3, 4, 0], [1, 2, 0, 3, 4]]).tolist(), [[1, 2, 3, 4, 0], [1, 2, 0, 3, 4]]]
    results = []
    for threads in ("1", "2"):
        target = tmp_path / f"{threads}.npy"
        environment = {**os.environ, "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
        environment["PYTHONPATH"] = os.pathsep.join(sys.path)
        subprocess.run([sys.executable, "-c", PROGRAM, repr(tables), str(target)], check=True, env=environment)
        results.append(np.load(target))
    np.testing.assert_allclose(results[0], results[1], atol=1e-9)


def test_an_orbit_too_large_is_refused_with_its_size_memory_and_a_way_out():
    with pytest.raises(InputError, match=r"an orbit of 20000 points .* about 37\.3 GiB.*use a subgroup.*invariant"):
        check_splittable(20_000)
    with pytest.raises(InputError, match="an orbit of 5000 points"):
        split_types([np.array([np.roll(np.arange(5000), 1), np.arange(5000)[::-1]])])


def test_a_failed_draw_is_repeated_with_other_random_numbers(monkeypatch):
    verdicts = iter([UnclearDrawError("unlucky"), UnclearDrawError("unlucky again"), None])

    def verify(recognition, random):
        if (verdict := next(verdicts)) is not None:
            raise verdict

    monkeypatch.setattr(numerical, "verify", verify)
    assert len(split_types([np.array(Q8)]).irreducibles) == 5


def test_failure_of_every_draw_says_what_was_tried(monkeypatch):
    def verify(recognition, random):
        raise UnclearDrawError("the block form does not hold")

    monkeypatch.setattr(numerical, "verify", verify)
    with pytest.raises(SplittingError, match=r"sizes \[8\].* 10 draws .*seed 0.*the block form does not hold"):
        split_types([np.array(Q8)])


@pytest.mark.parametrize("sign", [False, True])
@pytest.mark.parametrize("size", [40, 130])
def test_eigenvectors_in_the_blocks_of_an_element_are_those_of_the_matrix(size, sign):
    random = np.random.default_rng(size + sign)
    table = np.stack([np.roll(np.arange(size), -1), np.arange(size)[::-1]])
    signs = random.choice([1.0, -1.0], size=table.shape) if sign else np.ones(table.shape)
    action = Transitive(table, signs[:, :, None, None] if sign else None)
    element = split_transitive(action, random).commutant.random(random)
    symmetric = element + element.T
    words = [Cycles.of(table[0], signs[0].astype(np.int8)), long_cycles(action)]
    for cycles in [each for each in words if each is not None]:
        values, vectors = eigenvectors(symmetric, cycles)
        np.testing.assert_allclose(values, np.linalg.eigvalsh(symmetric), atol=1e-12)
        np.testing.assert_allclose(vectors.T @ vectors, np.eye(size), atol=1e-12)
        np.testing.assert_allclose(symmetric @ vectors, vectors * values, atol=1e-11)
    assert (long_cycles(action) is None) is (size < 96)
