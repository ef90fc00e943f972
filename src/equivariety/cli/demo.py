"""``equivariety demo``: the main job on real images that need no download."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from equivariety.cli.arguments import Report

if TYPE_CHECKING:
    from equivariety.cli.talk import Row

RANK = 15
TEST_SAMPLES = 360


def demo(
    report: Report = None,
) -> None:
    """Handwritten digits (8 x 8, from scikit-learn), randomly shifted: the best shift-equivariant autoencoder.

    Compares the optimum over all components with equal ranks, with the high frequencies, and with a dense network.
    """
    from equivariety.actions import image_shift
    from equivariety.cli.fit import check_outputs
    from equivariety.cli.output import print_table
    from equivariety.cli.talk import compare
    from equivariety.datasets import digits, shift_images
    from equivariety.varieties import EquivariantMaps

    check_outputs(None, report)
    started = time.perf_counter()
    images = digits().reshape(-1, 8, 8)
    shifted = shift_images(images, seed=0).reshape(-1, 64)
    train, test = shifted[:-TEST_SAMPLES], shifted[-TEST_SAMPLES:]
    maps = EquivariantMaps(image_shift((8, 8), axis=1))
    rows = compare(maps, RANK, train, test)
    components = maps.bounded(RANK).count_components()
    print_table(
        f"Shifted digits, 8 x 8, rank {RANK}: {components:,} components, one network for each",
        ("autoencoder", "ranks (1,1) (8,7) (4,3) (8,5) (2,1)", "parameters", "train loss", "test loss"),
        [(_NAMES[row.name], " ".join(map(str, row.solution.ranks)), row.solution.component.parameters,
          round(row.solution.loss, 5), round(row.loss_test, 5)) for row in rows],
    )  # fmt: skip
    print(f"Each row is the global optimum, in closed form; all of it took {time.perf_counter() - started:.1f} s.")
    if report is not None:
        write_demo_report(report, rows, test)
        print(f"Pictures: {report}")


_NAMES = {
    "equal_rank": "equal ranks",
    "high_pass": "high frequencies",
    "dense": "dense, no symmetry",
    "best": "best equivariant",
}


def write_demo_report(folder: Path, rows: list[Row], test: object) -> None:
    """The talk's figure for these digits, the spectrum with its cut, and the matrix in both bases."""
    from equivariety.cli.report import SAMPLES, write_image_rows
    from equivariety.plotting.matrices import before_and_after
    from equivariety.plotting.spectra import spectrum
    from equivariety.plotting.style import save_figure

    solutions = {row.name: row.solution for row in rows}
    sample = test[:SAMPLES]  # type: ignore[index]
    images = {"shifted digits": sample}
    for name in ("best", "equal_rank", "high_pass", "dense"):
        images[_NAMES[name]] = solutions[name].apply(sample)
    write_image_rows(folder, "digits", images, (8, 8))
    best = solutions["best"]
    save_figure(spectrum(best), folder, "spectrum")
    save_figure(before_and_after(best.component.maps, best.matrix()), folder, "matrix")
