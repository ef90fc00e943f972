"""The symmetries of the square on p x p images: what this library and two other ways need for the same maps.

Run ``python benchmarks/compare_groups.py [--emlp PYTHON]``, PYTHON an interpreter with the package emlp (1.0.3 needs
jax < 0.4.30, numpy < 2, scipy < 1.13 and six). Each measurement runs in a fresh process; importing is not counted.

- *blocks*: the change of basis of this library; its memory beyond the import.
- *gather table*: the number of the orbit of every pair of pixels, from which layers that share weights by position
  gather their weight matrix; 4 bytes for each of n^2 pairs.
- *EMLP*: a dense orthonormal basis of the equivariant matrices, n^2 x dimension numbers of 4 bytes.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys

SIDES = (4, 6, 8, 28, 64, 512)
# Beyond these sides the table is not attempted here: 2 x 64^4 edges take some gigabytes.
LARGEST_TABLE = 28
SECONDS_ALLOWED = 120

BLOCKS = """
import json, resource, sys, time
from equivariety.actions import image_dihedral
from equivariety.isotypic import decompose
action = image_dihedral(int(sys.argv[1]))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start = time.perf_counter()
found = decompose(action)
seconds = time.perf_counter() - start
dimension = sum(b.field.beta * b.size * m * m for b, m in zip(found.bundles, found.domain.multiplicities))
print(json.dumps([seconds, 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before), dimension]))
"""

TABLE = """
import json, sys, time
from equivariety.actions import image_dihedral
from equivariety.isotypic.orbitals import orbitals
images = image_dihedral(int(sys.argv[1])).images
start = time.perf_counter()
labels = orbitals(images, images)
print(json.dumps([time.perf_counter() - start, 4 * labels.size, int(labels.max()) + 1]))
"""

EMLP = """
import json, sys, time
import numpy as np
from emlp.groups import Group
from emlp.reps import V
side = int(sys.argv[1])
grid = np.arange(side * side).reshape(side, side)
class Dihedral(Group):
    def __init__(self):
        self.discrete_generators = np.stack([np.eye(grid.size)[g.ravel()] for g in (np.rot90(grid), grid[:, ::-1])])
        super().__init__(grid.size)
group = Dihedral()
start = time.perf_counter()
basis = (V(group) >> V(group)).equivariant_basis()
print(json.dumps([time.perf_counter() - start, basis.size * 4, basis.shape[1]]))
"""


def measure(python: str, program: str, side: int) -> tuple[float, int, int] | None:
    """Seconds, bytes and dimension; None if it takes longer than allowed."""
    try:
        finished = subprocess.run(
            [python, "-c", program, str(side)], check=True, capture_output=True, text=True, timeout=SECONDS_ALLOWED
        )
    except subprocess.TimeoutExpired:
        return None
    seconds, size, dimension = json.loads(finished.stdout.splitlines()[-1])
    return float(seconds), int(size), int(dimension)


def in_words(size: int) -> str:
    """Bytes in the unit that fits."""
    for unit in ("B", "kB", "MB", "GB", "TB", "PB", "EB"):
        if size < 1000:
            return f"{size} {unit}"
        size //= 1000
    return f"{size} ZB"


def cell(result: tuple[float, int, int] | None, predicted: int) -> str:
    """Time and memory measured, or the memory it would take."""
    if result is None:
        return f"not in {SECONDS_ALLOWED} s ({in_words(predicted)})"
    return f"{result[0]:.3f} s, {in_words(result[1])}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--emlp", help="a Python interpreter that can import emlp")
    arguments = parser.parse_args()
    print("| image | dimension | blocks | gather table | EMLP |")
    print("| --- | ---: | ---: | ---: | ---: |")
    still_running = arguments.emlp is not None
    for side in SIDES:
        own = measure(sys.executable, BLOCKS, side)
        dimension = own[2] if own else 0
        table = measure(sys.executable, TABLE, side) if side <= LARGEST_TABLE else None
        table_cell = cell(table, 0) if table else f"not tried ({in_words(4 * side**4)})"
        emlp = measure(arguments.emlp, EMLP, side) if still_running else None
        emlp_cell = cell(emlp, 4 * side**4 * dimension) if still_running else (
            f"not tried ({in_words(4 * side**4 * dimension)})")  # fmt: skip
        # A case that is too slow ends the attempts: the next one is larger.
        still_running = emlp is not None
        for result in (table, emlp):
            if result is not None and result[2] != dimension:
                raise SystemExit(f"dimensions disagree at side {side}: {dimension} and {result[2]}")
        print(f"| {side} x {side} | {dimension:,} | {cell(own, 0)} | {table_cell} | {emlp_cell} |", flush=True)


if __name__ == "__main__":
    main()
