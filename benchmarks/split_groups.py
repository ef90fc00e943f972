"""Seconds to split large non-abelian groups: run ``python benchmarks/split_groups.py [--before SRC]``.

SRC is the ``src`` folder of another version of this library: then every case is measured with both, one after the
other, so that the ratio is one of the same machine at the same time. Each measurement runs in a fresh process; wall
clock and seconds of processor, the better of two runs.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import json, sys, time
import numpy as np
import equivariety as ev
from equivariety.isotypic import decompose

def regular(generators):
    elements, numbers, images, place = [tuple(range(len(generators[0])))], {}, [[] for _ in generators], 0
    numbers[elements[0]] = 0
    while place < len(elements):
        element = np.array(elements[place])
        for image, generator in zip(images, generators):
            product = tuple(np.asarray(generator)[element].tolist())
            if product not in numbers:
                numbers[product] = len(elements)
                elements.append(product)
            image.append(numbers[product])
        place += 1
    return ev.PermutationAction(images)

def projective(p):
    def moebius(a, b, c, d):
        pairs = [((a * x + b) % p, (c * x + d) % p) for x in range(p)] + [(a % p, c % p)]
        return [p if under == 0 else over * pow(under, -1, p) % p for over, under in pairs]
    return [moebius(1, 1, 0, 1), moebius(0, -1, 1, 0)]

def side_by_side(*groups):
    total, start, result = sum(len(group[0]) for group in groups), 0, []
    for group in groups:
        for generator in group:
            images = list(range(total))
            images[start : start + len(generator)] = [start + point for point in generator]
            result.append(images)
        start += len(group[0])
    return result

named = {"A": ev.actions.alternating, "S": ev.actions.symmetric}
even, every = ([list(map(int, image)) for image in build(4).images] for build in named.values())
seventh = [[1, 2, 3, 4, 5, 6, 0], [0, 2, 4, 6, 1, 3, 5]]
action = {
    "dihedral(1000)": lambda: ev.actions.dihedral(1000),
    "A6 on itself": lambda: regular([list(map(int, image)) for image in ev.actions.alternating(6).images]),
    "A7 on ordered quadruples": lambda: distinct(ev.actions.alternating(7), 4),
    "PSL(2,11) on itself": lambda: regular(projective(11)),
    "PSL(2,7) x A4 on itself, order 2016": lambda: regular(side_by_side(projective(7), even)),
    "S4 x F21 x C4 on itself, order 2016": lambda: regular(side_by_side(every, seventh, [[1, 2, 3, 0]])),
}

def distinct(action, size):
    power = action ** size
    place = np.stack(np.unravel_index(np.arange(power.degree), (action.degree,) * size), axis=1)
    return power.restrict(np.flatnonzero([len(set(row)) == size for row in place.tolist()]))

built = action[sys.argv[1]]()
wall, processor = time.perf_counter(), time.process_time()
found = decompose(built)
print(json.dumps([built.degree, len(found.irreducibles), time.perf_counter() - wall, time.process_time() - processor]))
"""
CASES = (
    "dihedral(1000)",
    "A6 on itself",
    "A7 on ordered quadruples",
    "PSL(2,11) on itself",
    "PSL(2,7) x A4 on itself, order 2016",
    "S4 x F21 x C4 on itself, order 2016",
)


def measure(case: str, source: Path) -> tuple[int, int, float, float]:
    """Points, irreducibles, seconds on the wall and of the processor: the better of two."""
    environment = {**os.environ, "PYTHONPATH": str(source)}
    runs = []
    for _ in range(2):
        command = [sys.executable, "-c", PROGRAM, case]
        finished = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
        runs.append(tuple(json.loads(finished.stdout.splitlines()[-1])))
    points, irreducibles = runs[0][:2]
    return points, irreducibles, min(run[2] for run in runs), min(run[3] for run in runs)


def main() -> None:
    """One row for each group, as a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--before", type=Path, help="the src folder of the version to compare with")
    arguments = parser.parse_args()
    own = Path(__file__).resolve().parents[1] / "src"
    print("| group | points | irreducibles | seconds (processor) | before | ratio (processor) |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for case in CASES:
        before = measure(case, arguments.before.resolve()) if arguments.before else None
        points, irreducibles, wall, processor = measure(case, own)
        compared = f"{before[2]:.2f} ({before[3]:.2f}) | {before[2] / wall:.1f} ({before[3] / processor:.1f})" if (
            before) else "|"  # fmt: skip
        print(f"| {case} | {points:,} | {irreducibles} | {wall:.2f} ({processor:.2f}) | {compared} |", flush=True)


if __name__ == "__main__":
    main()
