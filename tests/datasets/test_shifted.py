"""The shifted images against SciPy's interpolation and against what the talk measured."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import shift

from equivariety.datasets import digits, shift_images
from equivariety.errors import InputError


@pytest.mark.parametrize("axis", [0, 1])
def test_shifts_agree_with_linear_interpolation_in_scipy(axis):
    images = np.random.default_rng(1).random((300, 5, 8))
    found = shift_images(images, max_fraction=0.3, seed=7, axis=axis)
    limit = 0.3 * images.shape[1 + axis]
    amounts = np.random.default_rng(7).uniform(-limit, limit, size=300)
    for image, result, amount in zip(images, found, amounts, strict=True):
        offset = (amount, 0) if axis == 0 else (0, amount)
        np.testing.assert_allclose(result, shift(image, offset, order=1, mode="nearest"), atol=1e-6)


def test_chunks_do_not_change_the_result(monkeypatch):
    images = np.random.default_rng(0).integers(0, 256, (40, 6, 6)).astype(np.uint8)
    whole = shift_images(images)
    monkeypatch.setattr("equivariety.datasets.shifted._CHUNK_VALUES", 72)
    np.testing.assert_array_equal(shift_images(images), whole)
    assert whole.dtype == np.float32
    assert whole.max() <= 255


def test_the_seed_decides():
    images = np.random.default_rng(0).random((4, 6, 6))
    np.testing.assert_array_equal(shift_images(images, seed=3), shift_images(images, seed=3))
    assert not np.array_equal(shift_images(images, seed=3), shift_images(images, seed=4))


def test_no_images_give_no_images():
    assert shift_images(np.zeros((0, 4, 4))).shape == (0, 4, 4)


@pytest.mark.parametrize(
    ("images", "options", "message"),
    [
        (np.zeros((3, 4)), {}, r"images must be numbers of shape \(samples, height, width\), not float64 of shape"),
        (np.zeros((1, 4, 4), dtype=str), {}, "images must be numbers"),
        (np.zeros((1, 4, 4)), {"max_fraction": 1.5}, "max_fraction must be from 0 to 1, not 1.5"),
        (np.zeros((1, 4, 4)), {"axis": 2}, r"axis must be 0 \(vertical\) or 1 \(horizontal\), not 2"),
    ],
)
def test_bad_input(images, options, message):
    with pytest.raises(InputError, match=message):
        shift_images(images, **options)


def test_digits_are_those_of_scikit_learn():
    from sklearn.datasets import load_digits

    np.testing.assert_array_equal(digits().reshape(-1, 8, 8) * 16, load_digits().images)
