"""How far a trained map is from equivariant: generator by generator, block by block, and the nearest one that is."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.actions import Action
from equivariety.errors import InputError
from equivariety.isotypic.irreducible import Label
from equivariety.tolerances import equivariance_cutoff, linearity_cutoff
from equivariety.varieties import EquivariantMaps
from equivariety.varieties.scale import unit_scale

Rows = Callable[[NDArray[np.float64]], NDArray[Any]]

# Rows at which a function is compared with a linear one, and at which a function that is not linear is judged.
SAMPLES = 32


@dataclass(frozen=True)
class BlockError:
    """How far a linear map is from equivariant on one isotypic part of its domain, and where it carries it.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> blocks = ev.equivariance_error(np.diag([1.0, 2.0, 3.0]), ev.actions.cyclic(3)).linear.blocks
    >>> [(block.label, round(block.norm, 3), round(block.error, 3)) for block in blocks]
    [((1, 1), 2.16, 0.816), ((3, 2), 3.055, 1.155)]
    """

    label: Label
    """The block, as in ``maps.blocks``."""
    norm: float
    """Frobenius norm of the map on this part."""
    error: float
    """Frobenius norm of what is not equivariant in it: leaks to other blocks, and breaks of the symmetry inside."""
    leak: float
    """The share of ``error`` that lands in other blocks."""


@dataclass(frozen=True)
class LinearAudit:
    """A linear map taken apart.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> audit = ev.equivariance_error(np.diag([1.0, 2.0, 3.0]), ev.actions.cyclic(3)).linear
    >>> np.allclose(audit.nearest, 2 * np.eye(3)), round(audit.distance, 6)
    (True, 1.414214)
    """

    nearest: NDArray[np.float64]
    """The nearest equivariant map in the Frobenius norm."""
    distance: float
    """Frobenius distance to it."""
    blocks: tuple[BlockError, ...]
    """One entry for each block that occurs in the domain, in the order of ``maps.blocks``."""


class EquivarianceError(float):
    """The worst relative error over the generators, a number, with the details as attributes.

    ``generators`` holds the relative error of every generator, ``linear`` the :class:`LinearAudit` if the audited map
    is linear (up to a bias) and None otherwise, ``layers`` the audit of every ``torch.nn.Linear`` inside a module that
    goes from the domain to the codomain, by name. ``steps`` holds the relative error of the first steps of a pipeline,
    as long as they keep the number of features, and ``broken_by`` the name of the first one that is not equivariant.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> error = ev.equivariance_error(np.diag([1.0, 2.0, 3.0]), ev.actions.cyclic(3))
    >>> round(float(error), 3), [round(one, 3) for one in error.generators], error.layers
    (0.655, [0.655], {})
    """

    generators: tuple[float, ...]
    linear: LinearAudit | None
    layers: dict[str, LinearAudit]
    steps: dict[str, float]
    broken_by: str | None

    def __new__(
        cls, generators: tuple[float, ...], linear: LinearAudit | None, layers: dict[str, LinearAudit]
    ) -> EquivarianceError:
        result = super().__new__(cls, max(generators))
        result.generators, result.linear, result.layers = generators, linear, layers
        result.steps, result.broken_by = {}, None
        return result


def equivariance_error(
    subject: Any,
    domain: Action,
    codomain: Action | None = None,
    seed: int = 0,
) -> EquivarianceError:
    """How far a matrix, a function, an estimator or a torch module f is from f(P_domain x) = P_codomain f(x).

    For a matrix the error of a generator is ||M P - P' M|| / ||M|| in the Frobenius norm. A function is judged at
    random rows; if it turns out to be affine, f(x) = M x + b, it is judged by the matrix (M, b). The actions permute by
    indexing in float64, so the check adds no error of its own.

    Parameters
    ----------
    subject : array_like of shape (codomain degree, domain degree), or callable
        A callable takes rows of shape (samples, domain degree); a torch module is called in its own precision, on its
        own device, without gradients. A fitted estimator of scikit-learn's kind stands for its predictions, one
        without predictions for its reconstructions ``inverse_transform(transform(rows))``; of a pipeline the steps
        are judged, too.
    domain, codomain : Action
        By default the codomain is the domain; a trivial action asks for invariance.
    seed : int
        Of the random rows.

    Returns
    -------
    EquivarianceError
        A float with the details as attributes.

    Raises
    ------
    InputError
        If shapes do not fit the actions.

    Examples
    --------
    >>> import equivariety as ev
    >>> action = ev.actions.cyclic(4)
    >>> error = ev.equivariance_error([[2, 1, 0, 0], [0, 2, 1, 0], [0, 0, 2, 1], [0.5, 0, 0, 2]], action)
    >>> round(error, 4), round(error.linear.distance, 4)
    (0.1612, 0.433)
    >>> [(block.label, round(block.error, 4)) for block in error.linear.blocks]
    [((1, 1), 0.2165), ((4, 3), 0.3062), ((2, 1), 0.2165)]

    Which step of a pipeline breaks the symmetry:

    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import MinMaxScaler
    >>> X = np.random.default_rng(0).standard_normal((20, 4)) * [1, 2, 3, 4]
    >>> model = make_pipeline(MinMaxScaler(), ev.EquivariantPCA(action, n_components=2)).fit(X)
    >>> ev.equivariance_error(model, action).broken_by
    'minmaxscaler'
    """
    result = _judged(subject, domain, codomain, seed)
    if hasattr(subject, "steps"):
        result.steps = _step_errors(subject, domain, seed)
        allowed = equivariance_cutoff(domain.degree, float(np.finfo(np.float32).eps))
        result.broken_by = next((name for name, error in result.steps.items() if error > allowed), None)
    return result


def _judged(subject: Any, domain: Action, codomain: Action | None, seed: int) -> EquivarianceError:
    maps = EquivariantMaps(domain, codomain or domain)
    subject = _function_of(subject)
    if not callable(subject):
        matrix = maps.as_matrix(subject)
        return EquivarianceError(_matrix_errors(matrix, maps), _audit(matrix, maps), {})
    apply = _on_rows(subject)
    rows = np.random.default_rng(seed).standard_normal((SAMPLES, domain.degree))
    images = _checked(apply(rows), (SAMPLES, maps.codomain.degree))
    affine = _affine_part(apply, rows, images)
    if affine is None:
        return EquivarianceError(_sampled_errors(apply, rows, images, maps), None, _layers(subject, maps))
    matrix, bias = affine
    return EquivarianceError(_matrix_errors(matrix, maps, bias), _audit(matrix, maps), _layers(subject, maps))


def _step_errors(pipeline: Any, domain: Action, seed: int) -> dict[str, float]:
    """Relative errors of the steps that carry features of the domain to as many, until the first that does not."""
    errors: dict[str, float] = {}
    for name, step in pipeline.steps:
        if step in (None, "passthrough"):
            continue
        if not hasattr(step, "transform") or np.shape(step.transform(np.eye(domain.degree)))[1] != domain.degree:
            break
        errors[name] = float(_judged(step.transform, domain, None, seed))
    return errors


def _relative(difference: NDArray[np.float64], whole: NDArray[np.float64]) -> float:
    scale = unit_scale(whole)
    norm = float(np.linalg.norm(whole / scale))
    return float(np.linalg.norm(difference / scale)) / norm if norm else 0.0


def _matrix_errors(
    matrix: NDArray[np.float64], maps: EquivariantMaps, bias: NDArray[np.float64] | None = None
) -> tuple[float, ...]:
    """Relative errors of x -> M x + b, the bias as one more column."""
    constant = np.zeros(len(matrix)) if bias is None else bias
    whole = np.column_stack([matrix, constant])
    # M is equivariant if T' M T^t = M, and b if T' b = b.
    return tuple(
        _relative(maps.codomain.apply(_with_moved_rows(matrix, maps, number, constant).T, number).T - whole, whole)
        for number in range(maps.domain.number_of_generators)
    )


def _with_moved_rows(
    matrix: NDArray[np.float64], maps: EquivariantMaps, generator: int, constant: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(M T^t, b)."""
    return np.column_stack([maps.domain.apply(matrix, generator), constant])


def _sampled_errors(
    apply: Rows, rows: NDArray[np.float64], images: NDArray[np.float64], maps: EquivariantMaps
) -> tuple[float, ...]:
    return tuple(
        _relative(
            _checked(apply(maps.domain.apply(rows, number)), images.shape) - maps.codomain.apply(images, number), images
        )
        for number in range(maps.domain.number_of_generators)
    )


def _affine_part(
    apply: Rows, rows: NDArray[np.float64], images: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """M and b if the function is x -> M x + b at the given rows, up to the precision in which it computes."""
    degree, outputs = rows.shape[1], images.shape[1]
    values = apply(np.concatenate([np.zeros((1, degree)), np.eye(degree)]))
    precision = float(np.finfo(values.dtype).eps) if values.dtype.kind == "f" else float(np.finfo(np.float64).eps)
    values = _checked(values, (degree + 1, outputs))
    bias, matrix = values[0], (values[1:] - values[0]).T
    allowed = linearity_cutoff(degree, precision) * max(float(np.abs(values).max()), float(np.abs(images).max()))
    return (matrix, bias) if float(np.abs(rows @ matrix.T + bias - images).max()) <= allowed else None


def _audit(matrix: NDArray[np.float64], maps: EquivariantMaps) -> LinearAudit:
    scale = unit_scale(matrix)
    nearest = maps.project(matrix)
    rest, whole = (_block_energies(part / scale, maps) for part in (matrix - nearest, matrix))
    blocks = tuple(
        BlockError(
            block.label,
            scale * float(np.sqrt(whole[:, number].sum())),
            scale * float(np.sqrt(rest[:, number].sum())),
            scale * float(np.sqrt(rest[:, number].sum() - rest[number, number])),
        )
        for number, block in enumerate(maps.blocks)
        if block.cols
    )
    return LinearAudit(nearest, maps.distance(matrix), blocks)


def _block_energies(matrix: NDArray[np.float64], maps: EquivariantMaps) -> NDArray[np.float64]:
    """Squared Frobenius norm of the part of a matrix from each block of the domain to each block of the codomain."""
    codomain, domain = maps.decomposition.codomain, maps.decomposition.domain
    rows = np.repeat(np.arange(len(maps.blocks)), [block.irrep_dim * block.rows for block in maps.blocks])
    columns = np.repeat(np.arange(len(maps.blocks)), [block.irrep_dim * block.cols for block in maps.blocks])
    energies = np.zeros((len(maps.blocks),) * 2)
    np.add.at(energies, (rows[:, None], columns[None, :]), (codomain.matrix().T @ matrix @ domain.matrix()) ** 2)
    return energies


def _layers(subject: Any, maps: EquivariantMaps) -> dict[str, LinearAudit]:
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(subject, torch.nn.Module):
        return {}
    return {
        name: _audit(module.weight.detach().double().cpu().numpy(), maps)
        for name, module in subject.named_modules()
        if isinstance(module, torch.nn.Linear) and tuple(module.weight.shape) == maps.shape
    }


def _function_of(subject: Any) -> Any:
    """The function of rows that an estimator computes; everything else as it is."""
    if callable(subject) or hasattr(subject, "__array__"):
        return subject
    if hasattr(subject, "predict"):
        return lambda rows: _as_columns(np.asarray(subject.predict(rows)))
    if hasattr(subject, "inverse_transform"):
        return lambda rows: np.asarray(subject.inverse_transform(subject.transform(rows)))
    if hasattr(subject, "transform"):
        raise InputError(f"the {type(subject).__name__} neither predicts nor reconstructs: give a function of rows, "
                         "such as estimator.transform, with the action on its features as codomain")  # fmt: skip
    return subject


def _as_columns(images: NDArray[Any]) -> NDArray[Any]:
    """One target for each row as a column."""
    return images[:, None] if images.ndim == 1 else images


def _on_rows(subject: Callable[..., Any]) -> Rows:
    """The function from NumPy rows to NumPy rows. Torch is asked for only if the caller has already loaded it."""
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(subject, torch.nn.Module):
        return lambda rows: np.asarray(subject(rows))
    like = next((tensor for tensor in subject.parameters() if tensor.is_floating_point()), torch.empty(0))

    def apply(rows: NDArray[np.float64]) -> NDArray[Any]:
        with torch.no_grad():
            images = subject(torch.as_tensor(rows, device=like.device).to(like.dtype))
        images = images.float() if images.dtype in (torch.bfloat16, torch.float16) else images
        return np.asarray(images.cpu().numpy())

    return apply


def _checked(images: NDArray[Any], shape: tuple[int, ...]) -> NDArray[np.float64]:
    if images.shape != shape:
        raise InputError(f"the function must map rows to an array of shape {shape}, not {images.shape}")
    if not np.isfinite(images).all():
        raise InputError("the function must give finite numbers: it returned NaN or infinity")
    return images.astype(np.float64)
