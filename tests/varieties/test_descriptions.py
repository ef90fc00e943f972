"""What objects show of themselves: one short line, whatever they hold."""

from __future__ import annotations

import numpy as np
import pytest

import equivariety as ev
from equivariety.moments import data_moments

ACTION = ev.actions.image_dihedral(6)
MAPS = ev.EquivariantMaps(ACTION)
SYMMETRIC = ev.SymmetricMaps(ACTION)
ROWS = np.random.default_rng(0).standard_normal((50, 36))
U = ROWS[:36]
COMPONENT = next(MAPS.bounded(6).components())
SHIFTS = ev.actions.image_shift((28, 28))
OBJECTS = {
    "large action": lambda: SHIFTS,
    "signs": lambda: SHIFTS.with_signs(np.ones((2, 784), dtype=int) * [[-1], [1]]),
    "matrices": lambda: ev.OrthogonalAction([np.linalg.qr(U)[0]]),
    "maps": lambda: MAPS,
    "invariant maps": lambda: ev.InvariantMaps(ACTION, 3),
    "symmetric maps": lambda: SYMMETRIC,
    "family": lambda: MAPS.bounded(6),
    "symmetric family": lambda: SYMMETRIC.bounded(2),
    "component": lambda: COMPONENT,
    "symmetric component": lambda: next(SYMMETRIC.bounded(2).components()),
    "report": MAPS.report,
    "solution": lambda: MAPS.problem(ROWS).best(6),
    "restricted solution": lambda: MAPS.problem(ROWS).best(6).restrict([(1,)]),
    "nearest point": lambda: MAPS.problem_to(U).best(6),
    "problem of data": lambda: MAPS.problem(ROWS),
    "problem of a matrix": lambda: MAPS.problem_to(U),
    "curve": lambda: MAPS.problem(ROWS).curve(),
    "squared error": lambda: MAPS.problem(ROWS).error,
    "moments": lambda: data_moments(MAPS, ROWS, ROWS),
    "encoder": lambda: MAPS.problem(ROWS).best(6).encoder,
    "decomposition": lambda: MAPS.decomposition,
    "basis": lambda: MAPS.domain_basis,
    "singular locus": COMPONENT.singular_locus,
    "critical points": lambda: COMPONENT.critical_points(U),
    "critical point": lambda: next(iter(COMPONENT.critical_points(U))),
    "critical points of a family": lambda: MAPS.bounded(6).critical_points(U),
    "symmetric point": lambda: SYMMETRIC.bounded(2).nearest(U),
    "symmetric critical points": lambda: next(SYMMETRIC.bounded(2).components()).critical_points(U),
    "symmetric critical point": lambda: next(SYMMETRIC.bounded(2).critical_points(U)),
    "equations": lambda: ev.EquivariantMaps(ev.actions.dihedral(4) + ev.actions.dihedral(4)).bounded(1).equations(),
    "estimator": lambda: ev.EquivariantPCA(SHIFTS),
    "covariance": lambda: ev.EquivariantCovariance(SHIFTS),
}


@pytest.mark.parametrize("make", OBJECTS.values(), ids=OBJECTS)
def test_one_short_line(make):
    shown = repr(make())
    assert "\n" not in shown
    assert len(shown) <= 160


def test_what_they_say():
    assert repr(MAPS.problem(ROWS).best(6)).startswith("<Solution R^36 -> R^36 of rank 6 in ")
    assert repr(MAPS.report()) == "<MapsReport R^36 -> R^36: 5 blocks on both sides, 0 lost>"
    assert repr(MAPS.domain_basis) == "<ChangeOfBasis of R^36, 5 irreducibles>"
    point = next(iter(ev.EquivariantMaps(ev.actions.trivial(2)).bounded(1).critical_points(np.diag([2.0, 1.0]))))
    assert repr(point) == (
        "<CriticalPoint: value 1, Morse index 0, on <Component of ranks (1) in <EquivariantMaps R^2 -> R^2, "
        "generators: 1>>>"
    )
