"""Equations and scripts: vanishing, dimension and degree against Macaulay2 and Singular where they are installed."""

import ast
import re
import subprocess

import numpy as np
import pytest

import equivariety as ev
from computer_algebra import need
from equivariety.algebra.ideals import component_ideal, family_ideal, forbidden_tuples
from equivariety.algebra.scripts import script, whole_matrix_script
from equivariety.ranks.counting import Slot
from equivariety.varieties import Component
from referees import reference_actions, regular

PRIME = 32009
Q8 = ev.PermutationAction(regular([[1, 2, 3, 0, 5, 6, 7, 4], [4, 7, 6, 5, 2, 1, 0, 3]]))
PROGRAMS = {"macaulay2": ["M2", "--script"], "singular": ["Singular", "-q"]}
BY_NAME = {case["name"]: case for case in reference_actions()}


def cycles(text, degree=None):
    return ev.EquivariantMaps(ev.PermutationAction.from_cycles(text, degree=degree))


COMPONENTS = [
    (cycles("(1 2)(3 4)"), (1, 1)),
    (cycles("(1 3 4)(2 5)"), (1, 1, 1)),
    (cycles("(1 2 3)(4 5 6)"), (1, 1)),
    (cycles("(1 2 3)(4 5 6)"), (2, 1)),
    (cycles("(1 2 3)(4 5 6)(7 8)"), (1, 1, 0)),
    (ev.EquivariantMaps(ev.actions.image_rotation(3)), (1, 0, 1)),
    (ev.EquivariantMaps(ev.actions.image_rotation(3)), (2, 1, 1)),
    (ev.InvariantMaps(ev.PermutationAction.from_cycles("(1 2)(3 4)(5 6)"), 3), (2,)),
    (ev.InvariantMaps(ev.actions.image_rotation(3), 4), (2,)),
    (ev.EquivariantMaps(2 * ev.actions.cyclic(4), 3 * ev.actions.cyclic(4)), (1, 1, 0)),
    (ev.EquivariantMaps(2 * ev.actions.symmetric(3)), (1, 1)),
    (ev.EquivariantMaps(2 * ev.actions.symmetric(4)), (0, 1)),
    (ev.EquivariantMaps(2 * ev.actions.alternating(4)), (1, 1)),
    (ev.EquivariantMaps(ev.actions.image_dihedral(3)), (1, 0, 0, 1)),
    (ev.EquivariantMaps(2 * Q8), (1, 0, 0, 1, 1)),
    (ev.EquivariantMaps(2 * Q8), (0, 0, 0, 0, 1)),
]
FAMILIES = [  # reference case, rank
    ("cyc_134_25_S5", 2), ("rot90_3x3", 2), ("cyc_123_456_n6", 2), ("S3_natural", 2), ("S3_regular", 2),
    ("cyc_12_34_n5", 3), ("D4_2x2", 2), ("V4_regular", 2),
]  # fmt: skip


def run(program, text, tmp_path):
    need(program)
    path = tmp_path / "ideal"
    path.write_text(text)
    done = subprocess.run([*PROGRAMS[program], str(path)], capture_output=True, text=True, timeout=300, check=True)
    found = dict(re.findall(r"(dimension|degree) (\d+)", done.stdout))
    return int(found["dimension"]), int(found["degree"])


@pytest.mark.slow
@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("characteristic", [0, PRIME])
@pytest.mark.parametrize(("maps", "ranks"), COMPONENTS)
def test_scripts_of_components(maps, ranks, program, characteristic, tmp_path):
    component = Component(maps, ranks)
    found = run(program, component.script(program, characteristic), tmp_path)
    assert found == (component.dimension, component.degree)


def family_of(name, rank):
    case = BY_NAME[name]
    codomain = case["codomain_generators"] and ev.PermutationAction(case["codomain_generators"])
    return ev.EquivariantMaps(ev.PermutationAction(case["generators"]), codomain).bounded(rank), next(
        entry for entry in case["ranks"] if entry["r"] == rank
    )


@pytest.mark.slow
@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize(("name", "rank"), FAMILIES)
def test_scripts_of_families_against_the_reference(name, rank, program, tmp_path):
    family, reference = family_of(name, rank)
    real = run(program, family.script(program, PRIME), tmp_path)
    assert real == (reference["dim_E_r"], reference["sum_degree_of_components_of_max_dim"])
    all_points = run(program, family.script(program, PRIME, points="complex"), tmp_path)
    assert all_points == (reference["dim_E_r_complex"], reference["degree_E_r_complex"])


@pytest.mark.slow
def test_the_sum_of_products_is_the_intersection_and_radical(tmp_path):
    """Macaulay2 compares our generators with the intersection of the components and with the radical."""
    for maps, rank in ((cycles("(1 2)(3 4)"), 2), (cycles("(1 2 3)(4 5)"), 3)):
        family = maps.bounded(rank)
        text = family.script("macaulay2", PRIME)
        checks = []
        for number, component in enumerate(family.components()):
            lines = component.script("macaulay2", PRIME).splitlines()
            chosen = [line for line in lines if re.match(r"J|I ", line)]
            checks += [re.sub(r"\bJ", f"C{number}J", line) for line in chosen] + [f"C{number} = I"]
        names = ", ".join(f"C{number}" for number in range(family.count_components()))
        check = "F = I\n" + "\n".join(checks) + f"\nagree = intersect({names}) == F and radical F == F\n"
        path = tmp_path / "ideal"
        path.write_text(text + check + 'print("agree " | toString agree)\n')
        need("macaulay2")
        done = subprocess.run(["M2", "--script", str(path)], capture_output=True, text=True, timeout=300, check=True)
        assert "agree true" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("program", PROGRAMS)
def test_minors_of_the_whole_matrix_are_not_radical_for_the_symmetric_group(program, tmp_path):
    maps = ev.EquivariantMaps(ev.actions.symmetric(3))
    text = whole_matrix_script(maps, 2, program)
    assert "WARNING: this ideal is not radical" in text
    assert run(program, text, tmp_path) == (1, 3)  # the scheme; the variety has degree 2
    assert run(program, maps.bounded(2).script(program), tmp_path) == (1, 2)
    # For a cyclic group it is radical.
    family, reference = family_of("rot90_2x2", 2)
    expected = reference["dim_E_r_complex"], reference["degree_E_r_complex"]
    assert run(program, whole_matrix_script(family.maps, 2, program), tmp_path) == expected


@pytest.mark.parametrize(("maps", "ranks"), [case for case in COMPONENTS if len(case[0].blocks) < 5])
def test_equations_vanish_on_the_component_and_not_off_it(maps, ranks):
    component = Component(maps, ranks)
    found = component.equations()
    rng = np.random.default_rng(0)
    U = rng.standard_normal(maps.shape)
    M = component.nearest(U).matrix()
    assert len(found.variables) == maps.dimension == len(found.coordinates(U))
    assert all(polynomial.free_symbols <= set(found.variables) for polynomial in found.polynomials)
    assert not any(polynomial.has(1j) for polynomial in found.polynomials)
    np.testing.assert_allclose(found.evaluate(M), 0, atol=1e-10)
    assert np.abs(found.evaluate(U)).max() > 1e-3
    assert "complexification" in found.about


def test_jacobian_of_the_equations_has_the_codimension_as_its_rank():
    sympy = pytest.importorskip("sympy")
    component = Component(cycles("(1 2 3)(4 5 6)"), (1, 1))
    found = component.equations()
    M = component.nearest(np.random.default_rng(1).standard_normal((6, 6))).matrix()
    jacobian = sympy.lambdify(found.variables, sympy.Matrix(found.polynomials).jacobian(found.variables))
    singular_values = np.linalg.svd(np.array(jacobian(*found.coordinates(M)), dtype=float))[1]
    assert (singular_values > 1e-8).sum() == component.maps.dimension - component.dimension


def test_equations_of_a_family_vanish_on_every_component():
    family = cycles("(1 2 3)(4 5 6)").bounded(3)
    found = family.equations()
    U = np.random.default_rng(2).standard_normal((6, 6))
    for component in family.components():
        np.testing.assert_allclose(found.evaluate(component.nearest(U).matrix()), 0, atol=1e-10)
    np.testing.assert_array_less(1e-3, np.abs(found.evaluate(family.maps.bounded(4).nearest(U).matrix())).max())


@pytest.mark.parametrize("slots", [[Slot(1, 2), Slot(2, 2), Slot(2, 1)], [Slot(3, 2), Slot(1, 1)], [Slot(1, 0)]])
def test_forbidden_tuples_by_brute_force(slots):
    tuples = list(np.ndindex(*(slot.capacity + 1 for slot in slots)))
    weights = [slot.weight for slot in slots]
    for budget in range(12):
        bad = [t for t in tuples if np.dot(t, weights) > budget]
        minimal = [t for t in bad if not any(s != t and np.all(np.less_equal(s, t)) for s in bad)]
        assert sorted(forbidden_tuples(slots, budget)) == sorted(minimal)


def test_sage_scripts_are_valid_python_and_oscar_scripts_name_their_matrices():
    component = Component(cycles("(1 2 3)(4 5 6)"), (1, 1))
    for characteristic in (0, PRIME):
        ast.parse(component.script("sage", characteristic))
    text = component.script("oscar")
    assert "using Oscar" in text
    assert "matrix(R, 2, 2, [a2r1c1 + i*b2r1c1, a2r1c2 + i*b2r1c2" in text
    assert "Expected: dimension 9, degree 8." in text


def test_scripts_of_large_varieties_are_short():
    maps = ev.EquivariantMaps(ev.actions.image_shift((28, 28), axis=1))
    component = Component(maps, (13, 10, 9, 8, 7, 5, 3, 1, 0, 0, 0, 0, 0, 0, 0))
    assert len(component.script("macaulay2").splitlines()) < 70
    with pytest.raises(ev.InputError, match=r"generators, and at most 2000 are written out; `script`"):
        component.equations()
    with pytest.raises(ev.InputError, match="more than 10000 products"):
        maps.bounded(99).script("singular")


def test_errors():
    component = Component(cycles("(1 2 3)(4 5 6)"), (1, 1))
    with pytest.raises(ev.InputError, match="system must be one of macaulay2, singular, sage, oscar, not 'maple'"):
        component.script("maple")
    with pytest.raises(ev.InputError, match="prime that is 1 modulo 4, such as 32009, not 32003"):
        component.script("singular", 32003)
    with pytest.raises(ev.InputError, match="points must be 'real' or 'complex', not 'rational'"):
        family_ideal(component.maps.blocks, 2, "rational")
    assert "dense" in script(component_ideal(component.maps.blocks, component.ranks), "singular")
