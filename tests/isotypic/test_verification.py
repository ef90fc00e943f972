"""The checks inside the splitting do notice what they are there for."""

from __future__ import annotations

import numpy as np
import pytest

from equivariety.isotypic.eigenspaces import UnclearDrawError
from equivariety.isotypic.recognition import recognize_all
from equivariety.isotypic.verification import verify
from referees import regular


@pytest.fixture
def recognition():
    return recognize_all([regular([[1, 2, 0], [1, 0, 2]])], np.random.default_rng(0))


def check(recognition):
    verify(recognition, np.random.default_rng(1))


def test_good_bases_pass(recognition):
    check(recognition)


def test_a_missing_subspace_is_noticed(recognition):
    recognition.bases[0].popitem()
    with pytest.raises(UnclearDrawError, match="do not fill the space"):
        check(recognition)


def test_a_scaled_basis_is_noticed(recognition):
    recognition.bases[0][0] = recognition.bases[0][0] * (1 + 1e-9)
    with pytest.raises(UnclearDrawError, match="not orthogonal"):
        check(recognition)


def test_a_sign_between_copies_is_noticed(recognition):
    plane = next(key for key, basis in recognition.bases[0].items() if basis.shape[1] == 2)
    turned = recognition.bases[0][plane].copy()
    turned[:, 1, 0] *= -1
    recognition.bases[0][plane] = turned
    with pytest.raises(UnclearDrawError, match="block form does not hold"):
        check(recognition)


def test_two_irreducibles_taken_for_one_are_noticed(recognition):
    lines = [key for key, basis in recognition.bases[0].items() if basis.shape[1] == 1]
    merged = np.concatenate([recognition.bases[0].pop(key) for key in lines], axis=2)
    recognition.bases[0][lines[0]] = merged
    with pytest.raises(UnclearDrawError, match="blocks found have dimension 8, the commutant 6"):
        check(recognition)
