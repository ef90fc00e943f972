"""Fitted maps in files: safetensors, with a fingerprint of the action and of the basis that give the numbers meaning.

Encoder and decoder are stored as coordinates in the isotypic basis. In another basis the same numbers are another
map, so a file says which actions and which convention for the basis it belongs to, and it carries the images of a
fixed vector under encoder and decoder: loading recomputes them and refuses the file when they differ.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.actions import PermutationAction
from equivariety.errors import InputError
from equivariety.files import replacing
from equivariety.tolerances import membership_cutoff
from equivariety.varieties.block_map import BlockMap
from equivariety.varieties.component import Component
from equivariety.varieties.maps import EquivariantMaps, InvariantMaps
from equivariety.varieties.solution import FactoredMap, Solution, factors, rank_groups

FORMAT = "equivariety model 1"


@dataclass(frozen=True, eq=False)
class Model(FactoredMap):
    """A fitted map that was saved: it applies without the data or the fit."""

    loss: float
    """Mean squared error per entry on the data of the fit."""


def save_model(path: str | PathLike[str], solution: Solution | Model) -> None:
    """Write a fitted map to a safetensors file; the file appears whole or not at all.

    Parameters
    ----------
    path : str or path
    solution : Solution or Model

    Raises
    ------
    InputError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> import equivariety as ev
    >>> maps = ev.EquivariantMaps(ev.actions.image_shift((2, 3), axis=1))
    >>> solution = maps.bounded(2).fit(np.arange(24.0).reshape(4, 6) % 7)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ev.save_model(f"{folder}/model.safetensors", solution)
    ...     model = ev.load_model(f"{folder}/model.safetensors")
    >>> model.ranks == solution.ranks, bool(np.array_equal(model.matrix(), solution.matrix()))
    (True, True)
    """
    from safetensors.numpy import save

    maps = solution.component.maps
    tensors: dict[str, NDArray[Any]] = {"domain": maps.domain.images, "codomain": maps.codomain.images}
    tensors |= {f"encoder.{number}": block for number, block in enumerate(solution.encoder.blocks)}
    tensors |= {f"decoder.{number}": block for number, block in enumerate(solution.decoder.blocks)}
    tensors |= _probe(solution)
    description = {
        "format": FORMAT,
        "maps": _kind(maps),
        "ranks": solution.ranks,
        "loss": float(solution.loss),
        "fingerprint": basis_fingerprint(maps),
    }
    # One entry, since safetensors writes several in random order; so equal models give equal files.
    metadata = {"model": json.dumps(description)}
    with replacing(path) as temporary:
        temporary.write_bytes(save({name: np.ascontiguousarray(a) for name, a in tensors.items()}, metadata))


def load_model(path: str | PathLike[str]) -> Model:
    """Read a map that :func:`save_model` wrote.

    Raises
    ------
    InputError
        If the file cannot be read, is no such model, is truncated, or belongs to another basis.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(Path(path), framework="numpy") as file:
            description = _description(path, file.metadata() or {})
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # not a dictionary
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    except SafetensorError as error:
        raise InputError(f"{path} is not a model file, or it is truncated ({error})") from error
    try:
        model = _model(description, tensors)
    except (KeyError, ValueError, TypeError, IndexError) as error:
        raise InputError(f"{path} is a damaged model file: {error}") from error
    _check_basis(path, model, description, tensors)
    return model


def _description(path: str | PathLike[str], metadata: Mapping[str, str]) -> dict[str, Any]:
    """What the header says of the model, once it is one of this format."""
    try:
        description = json.loads(metadata["model"])
        found = description["format"]
    except (KeyError, TypeError, ValueError):
        found = "a safetensors file of another program"
    if found != FORMAT:
        raise InputError(f"{path} is not a model file of this version: expected {FORMAT!r}, found {found!r}")
    return description


def _model(description: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]]) -> Model:
    domain, codomain = PermutationAction(tensors["domain"]), PermutationAction(tensors["codomain"])
    invariant = description["maps"] == "invariant"
    maps = InvariantMaps(domain, codomain.degree) if invariant else EquivariantMaps(domain, codomain)
    component = Component(maps, tuple(description["ranks"]))
    encoder, decoder = _factors(component, tensors)
    return Model(component, encoder, decoder, float(description["loss"]))


def _factors(component: Component, tensors: Mapping[str, NDArray[Any]]) -> tuple[BlockMap, BlockMap]:
    maps, groups = component.maps, rank_groups(component.maps, component.ranks)
    encoders, decoders = [], []
    for number, group in enumerate(groups):
        size, beta = group.members.size, maps.bundles[group.bundle].field.beta
        cols, rows = maps.domain_basis.multiplicities[group.bundle], maps.codomain_basis.multiplicities[group.bundle]
        encoders.append(_block(tensors, f"encoder.{number}", (size, group.rank, cols, beta)))
        decoders.append(_block(tensors, f"decoder.{number}", (size, rows, group.rank, beta)))
    return factors(maps, groups, encoders, decoders)


def _block(tensors: Mapping[str, NDArray[Any]], name: str, shape: tuple[int, ...]) -> NDArray[np.float64]:
    block = tensors[name]
    if block.shape != shape:
        raise InputError(f"{name} must have shape {shape}, not {block.shape}")
    return block.astype(np.float64)


def _kind(maps: EquivariantMaps) -> str:
    return "invariant" if isinstance(maps, InvariantMaps) else "equivariant"


def basis_fingerprint(maps: EquivariantMaps) -> str:
    """A digest of everything that determines the basis."""
    return maps.fingerprint


def _probe(model: Solution | Model) -> dict[str, NDArray[np.float64]]:
    """Features and image of a fixed vector without symmetry."""
    golden_ratio = (1 + 5**0.5) / 2
    vector = np.arange(1, model.encoder.shape[1] + 1) * golden_ratio % 1.0
    features = model.encoder.apply(vector[None, :])
    return {"probe.features": features[0], "probe.image": model.decoder.apply(features)[0]}


def _check_basis(
    path: str | PathLike[str], model: Model, description: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]]
) -> None:
    """The actions are those of the file, and the basis they get today is the one they had when it was written."""
    if description.get("fingerprint") != basis_fingerprint(model.component.maps):
        raise InputError(f"{path} has a fingerprint that does not fit its action, or the convention for bases changed "
                         "since it was written: fit the model again with this version")  # fmt: skip
    for name, found in _probe(model).items():
        stored = tensors.get(name, np.empty(0))
        allowed = membership_cutoff(float(np.linalg.norm(found)), max(model.component.maps.shape))
        if stored.shape != found.shape or not np.linalg.norm(stored - found) <= allowed:
            raise InputError(f"{path} was written in another basis of the same action: its coefficients would mean "
                             "another map; fit the model again with this version")  # fmt: skip
