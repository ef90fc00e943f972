"""Models applied to rows of data: predictions, reconstructions or features, for every kind of model."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.errors import InputError
from equivariety.moments.chunks import as_floating, first_not_finite
from equivariety.varieties.solution import FactoredMap

Rows = Callable[[Any], Any]


@dataclass(frozen=True)
class Application:
    """A model as a function of rows.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> from equivariety.models.applying import application
    >>> solution = ev.EquivariantMaps(ev.actions.cyclic(3)).bounded(1).fit(np.eye(3))
    >>> use = application(solution)
    >>> use.gives, use.inputs, use(np.ones((1, 3))).round(6).tolist()
    ('predictions', 3, [[1.0, 1.0, 1.0]])
    """

    gives: str
    """What comes out: predictions, reconstructions or features."""
    inputs: int | None
    """How many columns go in; None if any number of them from some size on may."""
    function: Rows

    def __call__(self, X: NDArray[Any], first_row: int = 0) -> NDArray[Any]:
        """The outcome for some rows, shape (samples, outputs); ``first_row`` is the number of the first, for messages.

        Raises
        ------
        InputError
            If the rows have another shape or hold what is not a finite number.
        """
        if X.ndim != 2 or self.inputs not in (None, X.shape[1]):
            raise InputError(f"X must have shape (samples, {self.inputs}), as the model was fitted, not {X.shape}")
        values = as_floating(X)
        wrong = first_not_finite(values)
        if wrong is not None:
            raise InputError(f"X must hold finite numbers: row {first_row + wrong} contains NaN or infinity")
        found = np.asarray(self.function(values))
        return found[:, None] if found.ndim == 1 else found


def application(model: Any, encode: bool = False) -> Application:
    """The function that a model computes of rows, and the number of columns it takes.

    Parameters
    ----------
    model : Solution, NearestPoint, fitted estimator or module
        As :func:`equivariety.load_model` gives it.
    encode : bool
        Features, the numbers in the bottleneck, instead of predictions.

    Raises
    ------
    InputError
        If the model has no features, or no predictions.

    Examples
    --------
    >>> import equivariety as ev
    >>> X = np.array([[1.0, 2.0, 3.0], [0.0, 1.0, 5.0]])
    >>> solution = ev.EquivariantMaps(ev.actions.cyclic(3)).bounded(1).fit(X)
    >>> application(solution)(X)
    array([[2., 2., 2.],
           [2., 2., 2.]])
    >>> application(solution, encode=True)(X).shape
    (2, 1)
    """
    if isinstance(model, FactoredMap):
        inputs = model.encoder.shape[1]
        return (
            Application("features", inputs, model.encoder.apply)
            if encode
            else Application("predictions", inputs, model.apply)
        )
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(model, torch.nn.Module):
        from equivariety.models.modules import function_of, inputs_of

        return Application("features" if encode else "predictions", inputs_of(model), function_of(model, encode))
    gives, function = _estimator_features(model) if encode else _estimator_predictions(model)
    return Application(gives, int(model.n_features_in_), function)


def _estimator_predictions(model: Any) -> tuple[str, Rows]:
    if hasattr(model, "predict"):
        return "predictions", model.predict
    if hasattr(model, "inverse_transform"):
        return "reconstructions", lambda X: model.inverse_transform(model.transform(X))
    remedy = ": ask for its features" if hasattr(model, "transform") else ""
    raise InputError(f"a model of type {type(model).__name__} makes no predictions{remedy}")


def _estimator_features(model: Any) -> tuple[str, Rows]:
    if hasattr(model, "transform"):
        return "features", model.transform
    if hasattr(model, "solution_"):
        return "features", model.solution_.encoder.apply
    raise InputError(f"a model of type {type(model).__name__} has no features")
