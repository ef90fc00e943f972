"""Checks that every estimator makes of its data."""

from __future__ import annotations

from typing import Any

import numpy as np
from array_api_compat import device, is_torch_array, to_device
from numpy.typing import NDArray
from sklearn import get_config
from sklearn.utils import check_array, check_consistent_length
from sklearn.utils.validation import check_is_fitted, validate_data

from equivariety.actions import Action, trivial
from equivariety.errors import InputError
from equivariety.isotypic.arrays import namespace, to_numpy
from equivariety.moments import arrays
from equivariety.moments.chunks import as_floating, first_not_finite
from equivariety.validation import refuse_masked, refuse_sparse

# Values that are not finite are looked for here, to name their row.
_ANY_VALUES = {"ensure_all_finite": False}

# Numbers that are taken as they are.
_PLAIN_TYPES = (np.dtype(np.float32), np.dtype(np.float64))


def validated_inputs(estimator: Any, X: Any, reset: bool, summed: bool = False) -> Any:
    """X by the rules of scikit-learn; a value that is not finite is reported with its row.

    It is a NumPy array, or with array-API dispatch an array of the library and on the device that it came from. Data
    that will be summed are not looked through for such values here: the sums find them.
    """
    if not reset and _is_plain(X) and _is_known(estimator, X.shape[1]):
        checked = X
    else:
        checked = validate_data(estimator, _admitted(X, "X"), reset=reset, **_ANY_VALUES)
    return _kept(X, checked) if summed else _finite(X, checked, "X")


def validated_pair(estimator: Any, X: Any, y: Any, reset: bool) -> tuple[Any, Any]:
    """X likewise, and y, of one or two dimensions, in the library and on the device of X; X will be summed."""
    rules = (_ANY_VALUES, {**_ANY_VALUES, "ensure_2d": False})
    given = _admitted(X, "X"), _admitted(y, "y")
    inputs, targets = validate_data(estimator, *given, reset=reset, validate_separately=rules)
    check_consistent_length(inputs, targets)
    inputs = _kept(X, inputs)
    return inputs, moved_to(_finite(y, targets, "y"), inputs)


def validated_targets(y: Any, like: Any) -> Any:
    """Targets to compare with predictions, in their library and on their device."""
    checked = check_array(_admitted(y, "y"), ensure_2d=False, input_name="y", **_ANY_VALUES)
    require_finite(checked, "y")
    return moved_to(checked, like)


def validated_features(X: Any) -> Any:
    """Features that an encoder gave, like X; ranks that are all zero leave no feature at all."""
    plain = _is_plain(X)
    checked = X if plain else check_array(_admitted(X, "X"), ensure_min_features=0, input_name="X", **_ANY_VALUES)
    return _finite(X, checked, "X")


def _is_plain(data: Any) -> bool:
    """Whether scikit-learn's checks, which take longer than a small product, would give an array back as it is."""
    return type(data) is np.ndarray and data.ndim == 2 and data.shape[0] > 0 and data.dtype in _PLAIN_TYPES


def _is_known(estimator: Any, columns: int) -> bool:
    """Whether an estimator was fitted to so many columns without names."""
    seen = vars(estimator)
    return seen.get("n_features_in_") == columns and columns > 0 and "feature_names_in_" not in seen


def require_fitted(estimator: Any) -> None:
    """Raise scikit-learn's error if the estimator has not learned a solution."""
    if "solution_" not in vars(estimator):
        check_is_fitted(estimator)


def _admitted(data: Any, name: str) -> Any:
    """The data in the form that scikit-learn can check."""
    refuse_masked(data, name)
    refuse_sparse(data, name)
    refuse_images(data, name)
    return without_gradients(data)


def refuse_images(data: Any, name: str) -> None:
    """Raise an error for arrays that are not flat, which says how the channels of images are told."""
    shape = getattr(data, "shape", ())
    if len(shape) > 2:
        raise InputError(
            f"{name} must have two dimensions (Found array with dim {len(shape)}), not the shape {tuple(shape)}: "
            f"flatten every sample, {name}.reshape(len({name}), -1). Channels first, (N, C, H, W), are "
            "the action C * image; channels last, (N, H, W, C), are "
            "equivariety.actions.channels(image, C, layout='last'); vectors on points, (N, points, components), are "
            "actions made with order='points', and (N, components, points) with order='components'"
        )


def _finite(given: Any, checked: Any, name: str) -> Any:
    """The checked values if all are finite; a tensor as it was given, so that gradients pass through what follows."""
    require_finite(checked, name)
    return _kept(given, checked)


def _kept(given: Any, checked: Any) -> Any:
    """The checked values; a tensor as it was given."""
    return given if is_torch_array(checked) else checked


def without_gradients(data: Any) -> Any:
    """A tensor cut off its gradients, where scikit-learn dispatches on array libraries; all else as it is."""
    return data.detach() if get_config()["array_api_dispatch"] and is_torch_array(data) else data


def moved_to(array: Any, like: Any) -> Any:
    """The array in the library and on the device of another one; between libraries through the host."""
    if isinstance(array, np.ndarray) and isinstance(like, np.ndarray):
        return array
    if namespace(array) is namespace(like):
        return to_device(array, device(like))
    values = np.require(to_numpy(as_floating(array)), requirements=["C", "W"])  # torch warns of any other memory
    return namespace(like).asarray(values, device=device(like))


def require_finite(array: Any, name: str) -> None:
    """Raise an error that names the first row with NaN or infinity."""
    row = first_not_finite(array)
    if row is not None:
        raise InputError(f"{name} must hold finite numbers: row {row} contains NaN or infinity")


def validated_weight(sample_weight: Any | None, samples: int) -> NDArray[np.float64] | None:
    """Weights as a vector of numbers >= 0 with a positive sum, on the host."""
    weight = weight_of_batch(sample_weight, samples)
    if weight is not None and not weight.any():
        raise InputError("sample_weight must not be zero for all samples")
    return weight


def weight_of_batch(sample_weight: Any | None, samples: int) -> NDArray[np.float64] | None:
    """Weights likewise, which may all be zero: other batches may have samples that count."""
    return None if sample_weight is None else arrays.validated_weight(without_gradients(sample_weight), samples)


def action_of(action: Action | None, name: str, features: int) -> Action:
    """The action on the features; None stands for no symmetry."""
    if action is None:
        return trivial(features)
    if not isinstance(action, Action):
        raise InputError(f"{name} must be an Action or None, not {type(action).__name__}")
    return action


def require_degree(action: Action, name: str, data: str, columns: int) -> None:
    """Raise an error if the data do not have one column for each point."""
    if action.degree != columns:
        raise InputError(f"{data} must have {action.degree} columns, the degree of {name}, not {columns}")


def require_labels(estimator: Any, action: Action) -> None:
    """Raise an error if the action names its coordinates, the data their columns, and the names differ."""
    columns = getattr(estimator, "feature_names_in_", None)
    if columns is None or action.labels is None or tuple(columns) == action.labels:
        return
    place = next(number for number, pair in enumerate(zip(columns, action.labels, strict=True)) if pair[0] != pair[1])
    same = " (the same names in another order: X[list(action.labels)] sorts them)"
    raise InputError(
        f"columns of X must be the labels of the action: column {place} is {columns[place]!r}, the action has "
        f"{action.labels[place]!r}" + (same if set(columns) == set(action.labels) else "")
    )
