"""``equivariety polynomial 3,4,1 --power 2``: networks with power activations."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from equivariety.cli.costs import MOST_POINTS
from equivariety.cli.output import print_facts, print_json
from equivariety.errors import InputError


def polynomial(
    widths: Annotated[str, typer.Argument(help="Widths of the layers, first the inputs, such as 3,4,1.")],
    power: Annotated[str, typer.Option(help="Power of every hidden layer, or one for each, such as 2,3.")] = "2",
    action: Annotated[
        list[str] | None,
        typer.Option(
            help="ACTION on the coordinates. Given once: layers whose width is a multiple of its degree carry copies "
            "of it, the others are left alone. Given for every layer: one after the other, first the inputs."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Polynomial networks: dimension of the set of functions, expected and exact, and whether it fills its space."""
    from equivariety.polynomial import PolynomialNet

    sizes = _whole_numbers(widths, "WIDTHS")
    powers = _whole_numbers(power, "--power")
    net = PolynomialNet(_layers(sizes, action or []), powers[0] if len(powers) == 1 else powers)
    result = describe_network(net)
    if as_json:
        print_json(result)
    else:
        print_facts({name.replace("_", " "): _for_people(value) for name, value in result.items()})


def describe_network(net: Any) -> dict[str, Any]:
    """Figures of a network, as the command prints them."""
    certificate = net.certify()
    return {
        "widths": list(net.widths),
        "powers": list(net.powers),
        "polynomial_degree": net.polynomial_degree,
        "parameters": net.parameters,
        "scalings": net.scalings,
        "ambient_dimension": net.ambient_dimension,
        "expected_dimension": net.expected_dimension,
        "cut_bound": net.cut_bound,
        "dimension": certificate.value,
        "defect": net.defect,
        "is_filling": net.is_filling,
        "certificate": {**asdict(certificate), "primes": list(certificate.primes)},
    }


def _whole_numbers(text: str, name: str) -> list[int]:
    try:
        return [int(word) for word in text.split(",")]
    except ValueError as error:
        raise InputError(f"{name} must be whole numbers split by commas, such as 3,4,1, not {text!r}") from error


def _layers(widths: list[int], actions: list[str]) -> list[Any]:
    """One entry for each layer: a width, or an action of that degree."""
    from equivariety.actions import parse_action

    if not actions:
        return list(widths)
    if len(actions) == 1:
        only = parse_action(actions[0], most_points=MOST_POINTS)
        return [_copies(only, width) for width in widths]
    if len(actions) != len(widths):
        raise InputError(f"--action must be given once, or for each of the {len(widths)} layers, "
                         f"not {len(actions)} times")  # fmt: skip
    return [_of_degree(text, width) for text, width in zip(actions, widths, strict=True)]


def _copies(action: Any, width: int) -> Any:
    copies, rest = divmod(width, action.degree)
    return copies * action if copies > 0 and not rest else width


def _of_degree(text: str, width: int) -> Any:
    from equivariety.actions import parse_action

    action = parse_action(text, width if text.strip().startswith("(") else None, MOST_POINTS)
    if action.degree != width:
        raise InputError(f"--action {text!r} must have the width {width} of its layer, not degree {action.degree}")
    return action


def _for_people(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    how = "proven" if value["proven"] else "by two primes"
    return f"{how}; rank at {value['points']} random points modulo {' and '.join(map(str, value['primes']))}"
