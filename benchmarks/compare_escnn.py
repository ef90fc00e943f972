"""Vector fields under the symmetries of the square, split by this library and by escnn.

Run ``python benchmarks/compare_escnn.py --escnn PYTHON``, PYTHON an interpreter with escnn (1.0.11 needs numpy < 2,
since its dependency lie_learn is compiled against NumPy 1). Each measurement runs in a fresh process; importing is not
counted.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

SIDES = (4, 8, 12, 16, 24)
SECONDS_ALLOWED = 120

OWN = """
import sys, time
from equivariety.actions import image_field
from equivariety.isotypic import decompose
action = image_field(int(sys.argv[1]))
start = time.perf_counter()
found = decompose(action)
print(f"{time.perf_counter() - start:.4f} s")
"""

ESCNN = """
import sys, time
import numpy as np
from escnn.group import dihedral_group
from escnn.group.representation import build_from_discrete_group_representation
side = int(sys.argv[1])
grid = np.arange(side**2).reshape(side, side)
def on_vectors(images, turn):
    return np.kron(np.eye(side**2)[images.ravel()], turn)
quarter, flip = on_vectors(np.rot90(grid), [[0, -1], [1, 0]]), on_vectors(grid[:, ::-1], np.diag([1, -1]))
group = dihedral_group(4)
matrices = {}
for element in group.elements:
    flips, turns = element.value
    matrices[element] = np.linalg.matrix_power(quarter, turns) @ (flip if flips else np.eye(len(flip)))
start = time.perf_counter()
try:
    build_from_discrete_group_representation(matrices, "fields", group, set())
    print(f"{time.perf_counter() - start:.4f} s")
except (MemoryError, TypeError) as error:
    print(f"{type(error).__name__}: {str(error)[:80]}")
"""


def measure(python: str, program: str, side: int) -> str:
    """Seconds, or what went wrong."""
    command = [python, "-c", program, str(side)]
    try:
        finished = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS_ALLOWED, check=False)
    except subprocess.TimeoutExpired:
        return f"not in {SECONDS_ALLOWED} s"
    return (finished.stdout or finished.stderr).strip().splitlines()[-1]


def main() -> None:
    """One row for each size, as a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--escnn", help="a Python interpreter that can import escnn")
    arguments = parser.parse_args()
    print("| field | coordinates | this library | escnn |")
    print("| --- | ---: | ---: | --- |")
    for side in SIDES:
        other = measure(arguments.escnn, ESCNN, side) if arguments.escnn else ""
        print(f"| {side} x {side} | {2 * side**2} | {measure(sys.executable, OWN, side)} | {other} |", flush=True)


if __name__ == "__main__":
    main()
