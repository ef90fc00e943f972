"""Saving and loading whatever predicts: solutions, nearest points, fitted estimators, modules."""

from __future__ import annotations

import sys
from os import PathLike
from typing import Any

from equivariety.errors import InputError
from equivariety.models import container, maps
from equivariety.models.values import Kind, Reader, Writer
from equivariety.varieties.solution import FactoredMap


def save_model(path: str | PathLike[str], model: Any) -> None:
    """Write a model to a safetensors file; the file appears whole or not at all.

    Parameters
    ----------
    path : str or path
        A new name, or that of a regular file, which is replaced.
    model : Solution, NearestPoint, fitted estimator, or module of ``equivariety.nn``
        Estimators are stored whole: parameters, mean and intercept, names of features, and the moments from which
        ``partial_fit`` goes on. Chains of modules (``torch.nn.Sequential``) may hold dense layers and activations of
        PyTorch, too.

    Raises
    ------
    InputError
        If the model is of another type, not fitted, or holds something that no model file can hold; if the file
        cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> import equivariety as ev
    >>> X = np.arange(24.0).reshape(4, 6) % 7
    >>> pca = ev.EquivariantPCA(ev.actions.image_shift((2, 3), axis=1), n_components=2).fit(X)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ev.save_model(f"{folder}/model.safetensors", pca)
    ...     model = ev.load_model(f"{folder}/model.safetensors")
    >>> type(model).__name__, bool(np.array_equal(model.transform(X), pca.transform(X)))
    ('EquivariantPCA', True)
    """
    if not _is_model(model):
        raise InputError("model must be a solution, a nearest point, a fitted estimator or a module of equivariety.nn, "
                         f"not {type(model).__name__}")  # fmt: skip
    writer = Writer(_kind_of)
    container.write(path, {"model": writer.encode(model, "")}, writer.tensors)


def load_model(path: str | PathLike[str]) -> Any:
    """Read a model that :func:`save_model` wrote: an object of the same kind that predicts the same numbers.

    Modules come back on the CPU.

    Returns
    -------
    Solution, NearestPoint, estimator or module

    Raises
    ------
    InputError
        If the file cannot be read, is no such model, was changed in any way since it was written, or belongs to
        another basis.
    ModuleNotFoundError
        If the model is a network and PyTorch is not installed.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import equivariety as ev
    >>> file = Path(tempfile.mkdtemp()) / "model.safetensors"
    >>> rows = [[1, 2, 3, 4], [2, 1, 4, 3], [0, 1, 0, 2]]
    >>> ev.save_model(file, ev.EquivariantPCA(ev.actions.cyclic(4), n_components=1).fit(rows))
    >>> ev.load_model(file).ranks_
    (1, 0, 0)
    """
    description, tensors = container.read(path)
    try:
        model = Reader(_kind_named, tensors).decode(description["model"])
    except ModuleNotFoundError:
        raise
    except InputError as error:
        raise InputError(f"{path} is a damaged model file, or one of another version: {error}") from error
    except Exception as error:  # whatever a file with a forged digest provokes
        raise InputError(f"{path} is a damaged model file: {type(error).__name__} {error}") from error
    if not _is_model(model):
        raise InputError(f"{path} is a damaged model file: it holds a {type(model).__name__}")
    return model


def _is_model(value: Any) -> bool:
    if isinstance(value, FactoredMap):
        return True
    sklearn, torch = sys.modules.get("sklearn.base"), sys.modules.get("torch")
    known = (*((sklearn.BaseEstimator,) if sklearn else ()), *((torch.nn.Module,) if torch else ()))
    return isinstance(value, known) and _kind_of(value) is not None


def _kind_of(value: Any) -> Kind | None:
    """Estimators and modules are asked for only if the caller has loaded scikit-learn or PyTorch."""
    if type(value) in maps.KINDS:
        return maps.KINDS[type(value)]
    if "equivariety.estimators" in sys.modules:
        from equivariety.models import estimators

        if (kind := estimators.kind_of(value)) is not None:
            return kind
    if "equivariety.nn" in sys.modules:
        from equivariety.models import modules

        return modules.kind_of(value)
    return None


def _kind_named(name: str) -> Kind | None:
    own = {kind.name: kind for kind in maps.KINDS.values()}
    if name in own:
        return own[name]
    from equivariety.models import estimators

    if (kind := estimators.kind_named(name)) is not None:
        return kind
    from equivariety.models import modules

    return modules.kind_named(name)
