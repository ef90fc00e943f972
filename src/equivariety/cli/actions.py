"""``equivariety actions``: the catalogue of actions, each with strings to type and small pictures."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from equivariety.cli.arguments import AsJson
from equivariety.cli.output import print_json

if TYPE_CHECKING:
    from equivariety.actions.catalogue import Entry

FORMS = (
    ("(1 3 4)(2 5)", "cycles of your own, points from 1 on; several generators: '(1 2 3); (1 2)'"),
    ("(1 -2 3)(-4)", "cycles with signs: 1 goes to minus 2"),
    ("@file.json", "generators as lists of 0-based images"),
    ("3*shift:28x28", "three copies, such as the channels of images, one channel after the other"),
    ("cyclic:3 + cyclic:6", "side by side, generator by generator"),
    ("symmetric:5^2", "on pairs of points"),
    ("symmetric:5/2", "on subsets of two points"),
)
_POINT, _ORBIT, _OTHER = "●", "○", "·"


def actions(as_json: AsJson = False) -> None:
    """The catalogue of actions: what to type for an ACTION, with a small picture of each.

    A picture shows one point (●) and where the group can carry it (○).
    """
    from equivariety.actions.catalogue import CATALOGUE

    if as_json:
        print_json([entry_as_json(entry) for entry in CATALOGUE.values()])
        return
    for entry in CATALOGUE.values():
        print(f"{entry.name}: {entry.says}")
        print(f"  type {'  or  '.join(entry.examples)}")
        for text in entry.small:
            print(*_captioned(text), sep="\n")
        print()
    print("Other ways to write an ACTION:")
    width = max(len(form) for form, _ in FORMS)
    print(*(f"  {form:<{width}}  {says}" for form, says in FORMS), sep="\n")


def entry_as_json(entry: Entry) -> dict[str, Any]:
    """One entry of the catalogue as ``actions --json`` prints it."""
    return {
        "name": entry.name,
        "description": entry.says,
        "strings": list(entry.examples),
        "pictures": [{"action": text, **figures(text), "picture": picture(text)} for text in entry.small],
    }


def figures(text: str) -> dict[str, int]:
    """Numbers of a small action."""
    from equivariety.actions import parse_action

    action = parse_action(text)
    return {
        "degree": action.degree,
        "generators": action.number_of_generators,
        "orbits": int(action.orbit_labels.max()) + 1,
    }


def picture(text: str) -> list[str]:
    """A point of a small action in its grid, and its orbit; layers of a volume stand side by side.

    Examples
    --------
    >>> print(*picture("dihedral:5x5"), sep="\\n")
    · ● · ○ ·
    ○ · · · ○
    · · · · ·
    ○ · · · ○
    · ○ · ○ ·
    """
    from equivariety.actions import parse_action

    sides = tuple(map(int, text.split(":")[1].split("x")))
    labels = parse_action(text).orbit_labels.reshape(prod(sides), -1)  # several coordinates at a point of a field
    orbits = [(labels == own).any(axis=1) for own in labels[:, 0]]
    chosen = max(range(len(orbits)), key=lambda point: orbits[point].sum())
    reached = orbits[chosen]
    signs = [_ORBIT if is_reached else _OTHER for is_reached in reached.tolist()]
    signs[chosen] = _POINT
    *layers, height, width = (1, 1, *sides)[-3:]
    return [
        "    ".join(" ".join(signs[(layer * height + row) * width :][:width]) for layer in range(layers[0]))
        for row in range(height)
    ]


def _captioned(text: str) -> list[str]:
    """The picture of a small action beside its figures."""
    numbers = figures(text)
    counts = ", ".join(
        f"{count} {name if count > 1 else name[:-1]}"
        for name, count in (("coordinates", numbers["degree"]), *list(numbers.items())[1:])
    )
    return ["", f"    {text}: {counts}", *(f"      {line}" for line in picture(text))]
