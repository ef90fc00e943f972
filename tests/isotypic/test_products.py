"""No data path multiplies in the form that is wrong in threads on some machines, on whichever machine this runs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from equivariety.isotypic.products import is_unsafe, product
from equivariety.moments import compiled_sums
from equivariety.varieties import compiled_map
from threads.paths import CASES, PATHS, TYPES


def forms(dtype: str) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Operands in and out of order: N in rows, T transposed."""
    rng = np.random.default_rng(0)
    lefts = {"N": rng.standard_normal((3, 5, 4)), "T": rng.standard_normal((3, 4, 5)).swapaxes(1, 2)}
    rights = {"N": rng.standard_normal((3, 4, 7)), "T": rng.standard_normal((3, 7, 4)).swapaxes(1, 2)}
    return {
        a + b: (left.astype(dtype), right.astype(dtype)) for a, left in lefts.items() for b, right in rights.items()
    }


@pytest.mark.parametrize("dtype", ["float32", ">f4", "float64"])
@pytest.mark.parametrize("form", ["NN", "NT", "TN", "TT"])
def test_products_are_products(form: str, dtype: str) -> None:
    left, right = forms(dtype)[form]
    assert is_unsafe(left, right) == (form == "TT" and dtype != "float64")
    expected = np.einsum("bij,bjk->bik", left.astype(np.float64), right.astype(np.float64))
    np.testing.assert_allclose(product(left, right), expected, rtol=1e-5, atol=1e-5)


@pytest.fixture
def multiplied(monkeypatch: pytest.MonkeyPatch) -> list[tuple[np.ndarray, np.ndarray]]:
    """Operands of all products, by the library's ways alone."""
    for module in (compiled_sums, compiled_map):
        monkeypatch.setattr(module, "available", lambda: False)
    seen: list[tuple[np.ndarray, np.ndarray]] = []
    matmul = np.matmul

    def noted(left: Any, right: Any, **options: Any) -> Any:
        seen.append((left, right))
        return matmul(left, right, **options)

    monkeypatch.setattr(np, "matmul", noted)
    return seen


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case.compiled])
def test_every_path_is_safe(name: str, path: str, dtype: str, multiplied: list[tuple[np.ndarray, np.ndarray]]) -> None:
    case = CASES[name]
    PATHS[path](case, case.rows(dtype))
    assert multiplied or case.action.degree == 400, "Fourier transforms may leave nothing to multiply"
    assert not [(a.strides, b.strides) for a, b in multiplied if is_unsafe(a, b)]
