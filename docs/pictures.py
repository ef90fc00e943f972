"""All pictures of the documentation: ``make pictures`` draws them, ``python docs/pictures.py --check`` looks for drift.

A picture has drifted if the program draws it with another size, or with pixels that differ by more than rounding errors
and fonts can explain. Not drawn here are timings (``benchmark-...``, by ``python -m benchmarks``) and
what MNIST shows, which is not in the repository: ``mnist`` and ``training_gap``, by ``equivariety reproduce mnist``.
``explorer`` is what a browser shows of ``equivariety explore``.
"""

from __future__ import annotations

import runpy
import sys
import tempfile
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import numpy as np

import equivariety as ev
from equivariety.plotting.weights import weight_diagram

DOCS = Path(__file__).parent
IMAGES = DOCS / "images"
RESOLUTION = 110
LARGEST_DIFFERENCE = 4.0
"""Root mean square over all pixels and colors, of 255."""

MEASURED = ("benchmark-scaling", "explorer", "mnist", "training_gap", "benchmark-envelope")
FROM_EXAMPLES = {
    "critical_values_of_a_polynomial_network": {"figure": "polynomial-convolution"},
    "enforcing_a_symmetry": {"figure": "variety-path"},
    "gallery_of_varieties": {
        "curve": "variety-triangle",
        "cone": "variety-cone",
        "rank_one": "variety-rank-1",
        "rank_two": "variety-rank-2",
        "singular": "variety-singular-locus",
    },
    "quadratic_network": {"two": "polynomial-signatures"},
    "small_layers_for_a_filter": {"swallowtail": "lcn-swallowtail", "surface": "lcn-surface"},
    "training_a_strided_network": {"figure": "lcn-training"},
    "what_the_data_say": {"figure": "error_against_samples"},
    "widths_that_fill": {"squares": "polynomial-widths"},
}
"""For each example its figures by the name of the variable, and the name of the picture."""


def drawn_by_the_demonstration(folder: Path) -> None:
    """Shifted digits and five autoencoders of rank 15, the spectrum of the best one, and its matrix."""
    from equivariety.cli.demo import demo

    demo(folder)


def drawn_by_examples(folder: Path) -> None:
    """The figures that examples bind to names."""
    for example, figures in FROM_EXAMPLES.items():
        found = runpy.run_path(str(DOCS.parent / "examples" / f"{example}.py"), run_name="__main__")
        for variable, name in figures.items():
            found[variable].savefig(folder / f"{name}.png", dpi=RESOLUTION)


def drawn_here(folder: Path) -> None:
    """Weight sharing of an invariant and of an equivariant network; the four normals of an ellipse."""
    from equivariety.plotting.distances import distance_picture

    invariant = ev.InvariantMaps(ev.PermutationAction.from_cycles("(1 3 4)(2 5)"), outputs=5)
    equivariant = ev.EquivariantMaps(ev.actions.image_rotation(3)).bounded(3).component((1, 1, 0))
    figures = {
        "weights_invariant": weight_diagram(ev.varieties.orbit_pattern(invariant.bounded(2).component((2,)))),
        "weights_equivariant": weight_diagram(ev.varieties.block_pattern(equivariant)),
        "ed_degree": distance_picture("x**2 + 4*y**2 - 4", (0.4, 0.2), ((-2.6, 2.6), (-3.4, 3.4))),
    }
    for name, figure in figures.items():
        figure.savefig(folder / f"{name}.png", dpi=RESOLUTION)


def draw(folder: Path) -> list[Path]:
    """Draw every picture into a folder; the PNG files."""
    sys.argv[1:] = []  # examples take a folder from the command line
    with redirect_stdout(StringIO()):
        for drawn in (drawn_by_the_demonstration, drawn_by_examples, drawn_here):
            drawn(folder)
    return sorted(folder.glob("*.png"))


def difference(first: Path, second: Path) -> float:
    """Root mean square of the differences of two pictures, of 255; infinite if their sizes differ.

    The sizes may differ by two pixels, as the widths of letters may.
    """
    from matplotlib.image import imread

    one, other = (imread(path)[..., :3] * 255.0 for path in (first, second))
    if max(abs(a - b) for a, b in zip(one.shape, other.shape, strict=True)) > 2:
        return float("inf")
    height, width = (min(a, b) for a, b in zip(one.shape[:2], other.shape[:2], strict=True))
    return float(np.sqrt(np.mean((one[:height, :width] - other[:height, :width]) ** 2)))


def drifted() -> list[str]:
    """What is wrong with the pictures in the repository, a line for each."""
    with tempfile.TemporaryDirectory() as folder:
        drawn = {path.name: path for path in draw(Path(folder))}
        kept = {path.name: path for path in IMAGES.glob("*.png") if path.stem not in MEASURED}
        found = [f"{name}: nothing draws it" for name in sorted(kept.keys() - drawn.keys())]
        found += [f"{name}: not in docs/images" for name in sorted(drawn.keys() - kept.keys())]
        for name in sorted(kept.keys() & drawn.keys()):
            amount = difference(kept[name], drawn[name])
            if amount > LARGEST_DIFFERENCE:
                found.append(f"{name}: differs by {amount:.1f} of 255, more than {LARGEST_DIFFERENCE}")
    return found


def main(arguments: list[str]) -> int:
    """Draw all pictures, or look for drift."""
    if arguments == ["--check"]:
        problems = drifted()
        print("\n".join(problems) or "every picture is what the program draws")
        return 1 if problems else 0
    for path in draw(IMAGES):
        print(path.relative_to(DOCS.parent))
    for vector in IMAGES.glob("*.svg"):
        if vector.stem not in MEASURED:
            vector.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
