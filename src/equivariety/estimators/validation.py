"""What every estimator checks of its data, and how it walks over them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_array
from sklearn.utils.validation import validate_data

from equivariety.actions import PermutationAction, trivial
from equivariety.blocks.chunks import row_chunks
from equivariety.errors import InputError
from equivariety.validation import refuse_masked


def validated_inputs(estimator: Any, X: Any, reset: bool, y: Any = "no_validation") -> Any:
    """X, or X and y, by the rules of scikit-learn; a value that is not finite is reported with its row."""
    refuse_masked(X, "X")
    if not isinstance(y, str):
        refuse_masked(y, "y")
        targets = np.asarray(y)
        if targets.dtype.kind == "f":
            require_finite(targets, "y")
    options = {} if isinstance(y, str) else {"multi_output": True, "y_numeric": True}
    checked = validate_data(estimator, X, y, reset=reset, ensure_all_finite=False, **options)
    require_finite(checked[0] if isinstance(checked, tuple) else checked, "X")
    return checked


def require_finite(array: NDArray[Any], name: str) -> None:
    """Raise an error that names the first row with NaN or infinity."""
    with np.errstate(all="ignore"):
        if np.isfinite(array.sum()):
            return  # one quick pass; a sum that is not finite may only be too large
    for rows in row_chunks(len(array), max(1, array[:1].size)):
        finite = np.isfinite(array[rows]).reshape(rows.stop - rows.start, -1).all(axis=1)
        if not finite.all():
            raise InputError(f"{name} must hold finite numbers: row {rows.start + int(np.argmin(finite))} "
                             "contains NaN or infinity")  # fmt: skip


def validated_weight(sample_weight: Any | None, samples: int) -> NDArray[np.float64] | None:
    """Weights as a vector of numbers >= 0 with a positive sum."""
    if sample_weight is None:
        return None
    weight = check_array(sample_weight, ensure_2d=False, dtype=np.float64, input_name="sample_weight")
    if weight.shape != (samples,):
        raise InputError(f"sample_weight must have shape ({samples},), one weight for each sample, not {weight.shape}")
    if (weight < 0).any() or not weight.any():
        raise InputError("sample_weight must not be negative, and not zero for all samples")
    return weight


def action_of(action: PermutationAction | None, name: str, features: int) -> PermutationAction:
    """The action on the features; None stands for no symmetry."""
    if action is None:
        return trivial(features)
    if not isinstance(action, PermutationAction):
        raise InputError(f"{name} must be a PermutationAction or None, not {type(action).__name__}")
    return action


def require_degree(action: PermutationAction, name: str, data: str, columns: int) -> None:
    """Raise an error if the data do not have one column for each point."""
    if action.degree != columns:
        raise InputError(f"{data} must have {action.degree} columns, the degree of {name}, not {columns}")
