"""Seconds and memory to split large actions: run ``python benchmarks/scale_groups.py [--json FILE]``.

Each case runs in a fresh process, so that the peak memory is its own; importing the library is not counted in the
seconds but its memory is (about 60 MB, the first row). A round trip of one vector through the change of basis shows
that the result is of use, and its error that it is right.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

# (name, action as a string, seconds allowed, GB allowed); None: no target set.
CASES: tuple[tuple[str, str, float | None, float | None], ...] = (
    ("nothing to split (baseline)", "cyclic:1", None, None),
    ("symmetries of 28 x 28 images", "dihedral:28x28", 0.2, None),
    ("symmetries of 64 x 64 images", "dihedral:64x64", None, None),
    ("symmetries of 512 x 512 images", "dihedral:512x512", 5.0, 1.0),
    ("shifts over both axes of 256 x 256", "shift:256x256", None, None),
    ("S_8 on pairs", "symmetric:8^2", None, None),
    ("S_8 on triples", "symmetric:8^3", None, None),
    ("rotations of a 32^3 volume", "rotate:32x32x32", None, None),
    ("all symmetries of a 32^3 volume", "symmetries:32x32x32", None, None),
    ("permutations inside the rows, 28 x 28", "rows:28x28", None, None),
    ("one cycle of 10^6 points", "cyclic:1000000", 2.0, None),
    ("one cycle of 10^6 points, sign -1", "signed cycle:1000000", None, None),
    ("polygon of 1000 corners", "dihedral:1000", 0.1, None),
    ("shifts and symmetries of 1000 x 1000", "torus:1000x1000", None, None),
    ("shifts and symmetries of 1024 x 1024", "torus:1024x1024", None, None),
    ("vector fields, symmetries of 512 x 512", "vectors:512x512", None, None),
    ("vector fields, all symmetries of 32^3", "vectors:32x32x32", None, None),
    ("displacements of C60", "C60", None, None),
)


@dataclass(frozen=True)
class Measurement:
    """What one case took."""

    name: str
    action: str
    points: int
    irreducibles: int
    seconds: float
    gigabytes: float
    round_trip_seconds: float
    round_trip_error: float


def build(text: str) -> Any:
    """The action of a string, and two that no string stands for."""
    import numpy as np

    from equivariety.actions import cyclic, molecule, parse_action

    if text.startswith("signed cycle:"):
        ring = cyclic(int(text.split(":")[1]))
        return ring.with_signs(np.append(np.ones(ring.degree - 1, dtype=int), -1))
    if text == "C60":
        return molecule(truncated_icosahedron(), ["C"] * 60)[1]
    return parse_action(text)


def truncated_icosahedron() -> Any:
    """The corners of a football: all even permutations and signs of three triples of coordinates."""
    import numpy as np

    golden = (1 + 5**0.5) / 2
    corners = set()
    for triple in ((0, 1, 3 * golden), (1, 2 + golden, 2 * golden), (golden, 2, 2 * golden + 1)):
        for signs in np.ndindex(2, 2, 2):
            point = [float((-1) ** sign * entry) + 0.0 for sign, entry in zip(signs, triple, strict=True)]
            corners |= {tuple(point[turn:] + point[:turn]) for turn in range(3)}
    return np.array(sorted(corners))


def measure(name: str, text: str) -> Measurement:
    """Split one action, and send one vector there and back."""
    import numpy as np

    from equivariety.isotypic import decompose

    action = build(text)
    start = time.perf_counter()
    basis = decompose(action).domain
    seconds = time.perf_counter() - start
    vector = np.random.default_rng(0).standard_normal((1, action.degree))
    start = time.perf_counter()
    back = basis.synthesize(basis.analyze(vector))
    round_trip = time.perf_counter() - start
    return Measurement(
        name=name,
        action=text,
        points=action.degree,
        irreducibles=sum(bundle.size for bundle in basis.bundles),
        seconds=round(seconds, 4),
        gigabytes=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 3),
        round_trip_seconds=round(round_trip, 4),
        round_trip_error=float(f"{np.abs(back - vector).max():.1e}"),
    )


def measure_apart(number: int) -> Measurement:
    """The same in a fresh process."""
    command = [sys.executable, __file__, "--case", str(number)]
    finished = subprocess.run(command, check=True, capture_output=True, text=True)
    return Measurement(**json.loads(finished.stdout))


def table(measurements: list[Measurement]) -> str:
    """The measurements as a table in Markdown, targets beside them."""
    lines = [
        "| action | points | irreducibles | seconds | target | peak GB | target | round trip s | error |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for result, (_, _, seconds, gigabytes) in zip(measurements, CASES, strict=True):
        lines.append(
            f"| {result.name} | {result.points:,} | {result.irreducibles:,} | {result.seconds:.3f} | {seconds or ''} "
            f"| {result.gigabytes:.2f} | {gigabytes or ''} | {result.round_trip_seconds:.3f} "
            f"| {result.round_trip_error:.0e} |"
        )
    return "\n".join(lines)


def missed_targets(measurements: list[Measurement]) -> list[str]:
    """The cases that took more than they may."""
    return [
        result.name
        for result, (_, _, seconds, gigabytes) in zip(measurements, CASES, strict=True)
        if (seconds is not None and result.seconds > seconds)
        or (gigabytes is not None and result.gigabytes > gigabytes)
    ]


def main() -> int:
    """Run every case; the exit code is 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="also write the measurements to this file")
    parser.add_argument("--case", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.case is not None:
        print(json.dumps(asdict(measure(*CASES[arguments.case][:2]))))
        return 0
    measurements = [measure_apart(number) for number in range(len(CASES))]
    print(table(measurements))
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(result) for result in measurements], indent=1) + "\n")
    missed = missed_targets(measurements)
    print("all targets met" if not missed else f"targets missed: {', '.join(missed)}")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
