"""The sub-command ``equivariety lcn``: linear convolutional networks, and polynomial ones with ``--power``.

``equivariety lcn 3,2 2,1 [describe | contains FILTER | factor FILTER | critical --data FILE | theorem --trials N]``
``equivariety lcn 3,2 2,1 [describe | critical --data FILE] --power 2``
"""

from __future__ import annotations

import json
import math
import time
import zipfile
import zlib
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from equivariety.errors import InputError

if TYPE_CHECKING:
    from equivariety.array_types import FloatArray
    from equivariety.convolution import CriticalFilter, CriticalParameter, LinearConvNet, PolynomialConvNet

LCN_SETTINGS = {"ignore_unknown_options": True}
"""Context settings for registering `lcn`: a filter may start with a minus sign."""

_MOST_DIGITS = 4300
"""Of one count."""

_DAMAGED = (
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    EOFError,
    OverflowError,
    RecursionError,
    RuntimeError,
    MemoryError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What readers raise for files that do not hold what their name says (encrypted members: RuntimeError)."""


class Action(StrEnum):
    """The answers that ``convolution`` can give about an architecture."""

    DESCRIBE = "describe"
    CONTAINS = "contains"
    FACTOR = "factor"
    CRITICAL = "critical"
    THEOREM = "theorem"


def lcn(
    filters: Annotated[str, typer.Argument(help="Filter sizes, first layer first, such as 3,2.")],
    strides: Annotated[str, typer.Argument(help="Strides, such as 2,1.")],
    action: Annotated[Action, typer.Argument(help="What to do.")] = Action.DESCRIBE,
    filter_text: Annotated[
        str | None, typer.Argument(metavar="FILTER", help="Filter for contains and factor, such as 4,0,5,0,1 or 1/2,1.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="Data for critical: CSV (last column y), JSON or NPZ with X and y.")
    ] = None,
    trials: Annotated[int, typer.Option(help="Number of random data sets for theorem.")] = 200,
    seed: Annotated[int, typer.Option(help="Seed of the random data sets for theorem.")] = 0,
    power: Annotated[
        int, typer.Option(help="Power between the layers; above 1: a polynomial network (describe, critical).")
    ] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Convolutional networks, linear or with powers: function space, factorizations, critical points."""
    from equivariety.convolution import LinearConvNet, PolynomialConvNet

    sizes, steps = parse_sizes(filters, "FILTERS"), parse_sizes(strides, "STRIDES")
    net = LinearConvNet(sizes, steps)
    if power != 1:
        result = _polynomial_result(PolynomialConvNet(sizes, steps, power), action, data)
    elif action is Action.CONTAINS:
        result = contains_result(net, _needed_filter(filter_text, action))
    elif action is Action.FACTOR:
        result = factor_result(net, _needed_filter(filter_text, action))
    elif action is Action.CRITICAL:
        result = critical_result(net, *read_data(data))
    elif action is Action.THEOREM:
        result = theorem_result(net, trials, seed)
    else:
        result = describe_result(net)
    _refuse_endless(result)
    typer.echo(json.dumps(result) if as_json else readable(result))


def _refuse_endless(result: dict[str, Any]) -> None:
    """Raise an error if a count is too long to be of use to anybody, and slow to print."""
    longest = max((value.bit_length() for value in result.values() if isinstance(value, int)), default=0)
    if longest > _MOST_DIGITS * math.log2(10):
        raise InputError(f"the counts have more than {_MOST_DIGITS} digits: choose fewer layers or a smaller power")


def describe_result(net: LinearConvNet) -> dict[str, Any]:
    """Numbers of an architecture, as the command prints them."""
    reduced = net.reduced()
    return {
        "filter_sizes": list(net.filter_sizes),
        "strides": list(net.strides),
        "size": net.size,
        "stride": net.stride,
        "dimension": net.dimension,
        "ambient_dimension": net.size,
        "degree": net.degree,
        "reduced": {"filter_sizes": list(reduced.filter_sizes), "strides": list(reduced.strides)},
        "equals_reduced": net.equals_reduced,
        "filling": net.filling,
        "zariski_closed": net.zariski_closed,
        "generic_factorizations": net.generic_factorizations,
        "generic_ed_degree": net.generic_ed_degree,
    }


def _polynomial_result(net: PolynomialConvNet, action: Action, data: Path | None) -> dict[str, Any]:
    if action is Action.DESCRIBE:
        return describe_polynomial_result(net)
    if action is Action.CRITICAL:
        return critical_polynomial_result(net, *read_data(data))
    raise InputError(f"{action} is for linear networks: leave out --power")


def describe_polynomial_result(net: PolynomialConvNet) -> dict[str, Any]:
    """Numbers of a polynomial architecture."""
    return {
        "filter_sizes": list(net.filter_sizes),
        "strides": list(net.strides),
        "power": net.power,
        "size": net.size,
        "stride": net.stride,
        "dimension": net.dimension,
        "ambient_dimension": net.ambient_dimension,
        "polynomial_degree": net.polynomial_degree,
        "degree": net.degree,
        "generic_ed_degree": net.generic_ed_degree,
    }


def critical_polynomial_result(net: PolynomialConvNet, X: FloatArray, y: FloatArray) -> dict[str, Any]:
    """All critical points of the squared error of a polynomial network."""
    found = net.critical_points(X, y)
    return {
        "complex_count": found.complex_count,
        "expected_count": found.expected_count,
        "real": [_parameter(point) for point in found.real],
        "zero": None if found.zero is None else _parameter(found.zero),
        "note": found.note,
    }


def contains_result(net: LinearConvNet, values: Any) -> dict[str, Any]:
    """Whether and where a filter lies in the function space."""
    found = net.membership(values)
    return {
        "contains": found.contains,
        "region": found.region,
        "singular": found.singular,
        "certified": found.certified,
        "tolerance": found.tolerance,
        "note": found.note,
    }


def factor_result(net: LinearConvNet, values: Any) -> dict[str, Any]:
    """All real factorizations of a filter, up to scaling of the layers."""
    found = net.factorizations(values)
    return {"factorizations": [[w.tolist() for w in layers] for layers in found]}


def critical_result(net: LinearConvNet, X: FloatArray, y: FloatArray) -> dict[str, Any]:
    """All critical points of the squared error."""
    found = net.critical_points(X, y)
    return {
        "complex_count": found.complex_count,
        "expected_count": found.expected_count,
        "filter_count": found.filter_count,
        "real": [_point(point) for point in found.real],
        "zero": None if found.zero is None else _point(found.zero),
        "note": found.note,
    }


def theorem_result(net: LinearConvNet, trials: int, seed: int) -> dict[str, Any]:
    """Critical points of many random data sets, by kind."""
    from equivariety.convolution import theorem_experiment

    started = time.perf_counter()
    report = theorem_experiment(net, trials, seed)
    return {
        "filter_sizes": list(net.filter_sizes),
        "strides": list(net.strides),
        "theorem_applies": report.applies,
        "trials": report.trials,
        "seed": report.seed,
        **report.kinds,
        **report.regions,
        "indices": {str(index): count for index, count in report.indices.items()},
        "exceptions": report.exceptions,
        "data_sets_with_exceptions": report.data_sets_with_exceptions,
        "spurious_minima": report.spurious_minima,
        "incomplete": report.incomplete,
        "seconds": time.perf_counter() - started,
    }


def parse_sizes(text: str, name: str) -> list[int]:
    """Positive integers split by commas."""
    try:
        return [int(word) for word in text.split(",")]
    except ValueError as error:
        raise InputError(f"{name} must be integers split by commas, such as 3,2, not {text[:60]!r}") from error


def read_data(path: Path | None) -> tuple[FloatArray, FloatArray]:
    """Patches X and targets y from a CSV file (last column y), or a JSON or NPZ file with X and y."""
    import numpy as np

    if path is None:
        raise InputError("critical needs --data FILE: CSV with y in the last column, or JSON or NPZ with X and y")
    try:
        if path.suffix == ".json":
            content: Any = json.loads(path.read_text())
            return _real(content["X"]), _real(content["y"])
        if path.suffix == ".npz":
            with np.load(path) as arrays:
                return _real(arrays["X"]), _real(arrays["y"])
        table = np.loadtxt(path, delimiter=",", ndmin=2)
    except OSError as error:
        raise InputError(f"--data {path} cannot be read: {error.strerror or error}") from error
    except _DAMAGED as error:
        raise InputError(f"--data {path} must hold numbers, X and y: {error}") from error
    return table[:, :-1], table[:, -1]


def _real(values: Any) -> FloatArray:
    import numpy as np

    array = np.asarray(values)
    if array.dtype.kind == "c":
        raise ValueError("complex numbers are not supported")
    return array.astype(np.float64)


def readable(result: dict[str, Any]) -> str:
    """Plain lines for a result; lists of points or factorizations get one line each."""
    lines = []
    for key, value in result.items():
        name = key.replace("_", " ")
        if isinstance(value, list) and value and isinstance(value[0], (dict, list)):
            lines.append(f"{name}: {len(value)}")
            lines += [f"  {_short(entry)}" for entry in value]
        elif value not in ("", None):
            lines.append(f"{name}: {_short(value)}")
    return "\n".join(lines)


def _needed_filter(text: str | None, action: Action) -> Any:
    from equivariety.convolution.entries import parse_filter

    if text is None:
        raise InputError(f"{action} needs a FILTER: numbers split by commas")
    return parse_filter(text)


def _point(point: CriticalFilter) -> dict[str, Any]:
    return {"filter": point.filter.tolist(), **_parameter(point), "region": point.region}


def _parameter(point: CriticalFilter | CriticalParameter) -> dict[str, Any]:
    return {
        "filters": [w.tolist() for w in point.filters],
        "loss": point.loss,
        "kind": point.kind,
        "index": point.index,
        "degenerate": point.degenerate,
    }


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key.replace('_', ' ')} {_short(entry)}" for key, entry in value.items())
    if isinstance(value, list):
        inner = [_short(entry) for entry in value]
        return "[" + ", ".join(inner) + "]"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
