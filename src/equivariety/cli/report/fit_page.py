"""``report.html``: one fit on one page, to read, to send and to go on from."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from equivariety.cli.output import label_text, short_integer
from equivariety.cli.report import figures, page
from equivariety.cli.report.pictures import SAMPLES, ImageLayout, image_layout
from equivariety.cli.typed import Typed
from equivariety.isotypic.arrays import to_numpy
from equivariety.moments.chunks import as_floating
from equivariety.tolerances import WORSE_LOSS

if TYPE_CHECKING:
    from equivariety.varieties import Solution
    from equivariety.varieties.problem import DataProblem

# Rows of which residuals are shown, evenly from all of them.
_MOST_ROWS = 4096
_MOST_BLOCKS = 40
# Random rows on which the symmetry of the map is measured.
_PROBES = 32
_MOST_GENERATORS = 12
_SIGNALS = 4


@dataclass(frozen=True, eq=False)
class Fit:
    """A fit with all that a page says of it."""

    typed: Typed
    out: Path | None
    """Where the model was saved."""
    solution: Solution
    problem: DataProblem
    X: Any
    Y: Any | None
    loss_test: float | None
    components: int | None
    """How many components there were to choose from; None if counting would take too long."""


def write_fit_page(path: Path, fit: Fit) -> None:
    """Write the page; it appears whole or not at all."""
    from equivariety.files import replacing

    content = document(fit)
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def document(fit: Fit) -> bytes:
    """The page of a fit."""
    from equivariety import __version__

    title = f"{fit.typed.data.name}: the best equivariant map of rank {fit.solution.component.rank}"
    return page.document(
        title,
        page.element("header", page.element("h1", "The best equivariant map"), *_introduction(fit), _tiles(fit)),
        _spectrum(fit),
        _other_ranks(fit),
        _blocks(fit),
        _examples(fit),
        _residuals(fit),
        _equivariance(fit),
        _how_to_go_on(fit),
        page.element(
            "footer", f"Written by equivariety {__version__}. This file needs nothing else, no network either."
        ),
    )


def _introduction(fit: Fit) -> Iterator[page.Element]:
    outputs, inputs = fit.solution.component.maps.shape
    onto = f"onto {fit.typed.targets.name}" if fit.typed.targets is not None else "onto itself, through a bottleneck"
    symmetry = "are invariant under" if not fit.typed.on_targets else "commute with"
    yield page.element(
        "p", "Of all linear maps from R", page.element("sup", str(inputs)), " to R", page.element("sup", str(outputs)),
        f" of rank at most {fit.solution.component.rank} that {symmetry} ", page.element("code", fit.typed.action),
        ", the one that takes ", page.element("code", fit.typed.data.name), f" ({len(fit.X):,} samples) {onto} with "
        "the least squared error: a global optimum, in closed form.",
    )  # fmt: skip


def _tiles(fit: Fit) -> page.Element:
    solution = fit.solution
    component = solution.component
    nothing = fit.problem.error.value(fit.problem.error.cut([0] * len(component.ranks)))
    outputs, inputs = component.maps.shape
    dense = component.rank * (inputs + outputs)
    facts = {
        "loss": (f"{solution.loss:.4g}", "mean squared error per entry, all samples"),
        "held-out loss": (
            "-" if fit.loss_test is None else f"{fit.loss_test:.4g}", "same ranks, fitted without every fifth sample"
        ),
        "explained": (f"{1 - solution.loss / nothing:.1%}" if nothing else "-", "of the mean square of the targets"),
        "rank": (str(component.rank), f"in {_used(solution)} of {len(component.ranks)} blocks"),
        "weights": (f"{component.parameters:,}", f"{dense:,} without symmetry"),
        "components": (
            "-" if fit.components is None else short_integer(fit.components).split(" (")[0],
            "each a network of its own; all of them were searched",
        ),
    }  # fmt: skip
    return page.tiles(facts)


def _spectrum(fit: Fit) -> page.Element:
    from equivariety.plotting.spectra import spectrum

    says = ("For every block what each term explains per unit of rank: filled terms are kept, with their number above; "
            "hollow ones are left out.")  # fmt: skip
    return page.section(
        "What it keeps",
        "The symmetry splits the space into blocks that no equivariant map mixes. In each of them the best map keeps "
        "the strongest terms; the budget of rank is spent where it explains most.",
        page.chart(spectrum(fit.solution), says),
    )


def _used(solution: Solution) -> int:
    return sum(rank > 0 for rank in solution.ranks)


def _other_ranks(fit: Fit) -> page.Element:
    solution = fit.solution
    curve = replace(fit.problem, rows=None).curve()  # a second look would show what no eye can see
    best = float(curve.losses[min(solution.component.rank, len(curve) - 1)])
    forced = solution.loss > best * (1 + WORSE_LOSS)
    says = f"The point is this fit{', whose ranks were given; the line is the best of all ranks' if forced else ''}."
    return page.section(
        "Other ranks",
        "The least error that any equivariant map of at most this rank has: where the line is flat, more rank buys "
        "little.",
        page.chart(figures.loss_by_rank(curve, solution.component.rank, solution.loss), says),
    )


def _blocks(fit: Fit) -> page.Element:
    solution = fit.solution
    blocks = solution.component.maps.blocks
    kept = [float(gains[:rank].sum()) for gains, rank in zip(solution.spectrum, solution.ranks, strict=True)]
    total = sum(float(gains.sum()) for gains in solution.spectrum) or 1.0
    order = sorted(range(len(blocks)), key=lambda number: -kept[number])
    used = [number for number in order if solution.ranks[number]][:_MOST_BLOCKS]
    rows = [
        (label_text(blocks[i].label), blocks[i].field, blocks[i].irrep_dim, solution.ranks[i], blocks[i].largest_rank,
         solution.numerical_ranks[i], page.bar(kept[i] / total))
        for i in used
    ]  # fmt: skip
    hidden = _used(solution) - len(used)
    says = (f"{_used(solution)} of {len(blocks)} blocks are in use"
            f"{f', the strongest {len(used)} are shown' if hidden else ''}. A block of dimension d takes d units of "
            "rank for every term. Numerical rank: what the data determine.")  # fmt: skip
    columns = ("block", "field", "dimension", "rank", "largest", "numerical rank", "share of what can be explained")
    return page.section("Ranks", says, page.table(columns, rows))


def _examples(fit: Fit) -> page.Element:
    """Targets and what the map makes of the inputs: images, or lines."""
    count = min(SAMPLES, len(fit.X))
    X = np.asarray(as_floating(np.asarray(fit.X[:count])), dtype=np.float64)
    found = np.asarray(to_numpy(fit.solution.apply(X)), dtype=np.float64)
    Y = X if fit.Y is None else np.asarray(fit.Y[:count], dtype=np.float64)
    layout = image_layout(fit.typed.on_targets) if fit.typed.on_targets else None
    title = "Reconstructions" if fit.Y is None else "Predictions"
    if layout is None:
        says = f"The first {min(_SIGNALS, count)} samples."
        shown = page.chart(figures.signals(Y[:_SIGNALS], found[:_SIGNALS]), "What should come out, and what does.")
        return page.section(title, says, shown)
    rows = {
        "data" if fit.Y is None else "targets": Y,
        f"rank {fit.solution.component.rank}": found,
        "difference": found - Y,
    }
    return page.section(title, f"The first {count} samples; differences are signed, blue is too much.",
                        image_table(rows, layout))  # fmt: skip


def image_table(rows: dict[str, NDArray[np.float64]], layout: ImageLayout) -> page.Element:
    """One row of images for each label, on one scale; the row of differences is signed."""
    first = next(iter(rows.values()))
    scale = float(np.abs(first).max()) or 1.0
    negative = bool((first < -0.05 * scale).any())
    lines = []
    for label, samples in rows.items():
        signed = negative or label == "difference"
        shaped = [layout.shaped(sample / scale) for sample in samples]
        if signed:
            shaped = [np.asarray(sample.mean(axis=0)) if sample.ndim == 3 else sample for sample in shaped]
        cells = [page.element("td", page.image(sample, f"{label} {n}", signed)) for n, sample in enumerate(shaped)]
        lines.append(page.element("tr", page.element("th", label, scope="row"), *cells))
    return page.element("div", page.element("table", *lines, class_="images"), class_="wide", tabindex="0")


def _residuals(fit: Fit) -> page.Element:
    step = -(-len(fit.X) // _MOST_ROWS)
    chosen = slice(None, None, step)
    X = np.asarray(as_floating(np.asarray(fit.X[chosen])), dtype=np.float64)
    Y = X if fit.Y is None else np.asarray(fit.Y[chosen], dtype=np.float64)
    off = np.asarray(to_numpy(fit.solution.apply(X)), dtype=np.float64) - Y
    errors = (off**2).mean(axis=1)
    worst = np.argsort(-errors)[:5]
    layout = image_layout(fit.typed.on_targets) if fit.typed.on_targets else None
    by_coordinate = np.sqrt((off**2).mean(axis=0))
    which = "all samples" if len(off) == len(fit.X) else f"{len(off):,} samples, evenly from all"
    quantiles = np.quantile(errors, [0.05, 0.5, 0.95, 1.0])
    spread = page.table(
        ("5 % are below", "median", "95 % are below", "largest", "mean of all entries"),
        [(*map(float, quantiles), float(off.mean()))],
    )
    found = [
        spread,
        page.chart(figures.histogram(errors, "mean squared error of a sample"), "Mean squared errors of the samples."),
        page.element("h3", "Where it errs"),
    ]
    if layout is None or layout.channels > 1:
        says = "Root mean square of the residual of each coordinate."
        found.append(page.chart(figures.by_coordinate(by_coordinate, "residual"), says))
    else:
        top = float(by_coordinate.max()) or 1.0
        picture = page.image(layout.shaped(by_coordinate / top), "residual by pixel", signed=False)
        says = f"Root mean square of the residual of each pixel; full ink is {top:.3g}."
        found.append(
            page.element("figure", page.element("div", picture, class_="single"), page.element("figcaption", says))
        )
    found.append(page.element("h3", "Samples it fits worst"))
    found.append(page.table(("row", "mean squared error"), [(int(k * step), float(errors[k])) for k in worst]))
    return page.section("Residuals", f"What the map leaves unexplained, on {which}.", *found)


def _equivariance(fit: Fit) -> page.Element:
    errors = symmetry_errors(fit.solution)
    more = fit.solution.component.maps.domain.number_of_generators - len(errors)
    says = (f"The map is equivariant by its construction; on {_PROBES} random rows the two sides of f(g x) = g f(x) "
            f"differ by rounding errors only{f' (the first {len(errors)} generators)' if more else ''}.")  # fmt: skip
    rows = [(number, f"{error:.1e}") for number, error in enumerate(errors, start=1)]
    return page.section("Equivariance", says, page.table(("generator g", "relative difference"), rows))


def symmetry_errors(solution: Solution) -> list[float]:
    """For each of the first generators g the size of f(g x) - g f(x) relative to that of f(x), on random rows."""
    maps = solution.component.maps
    X = np.random.default_rng(0).standard_normal((_PROBES, maps.domain.degree))
    images = np.asarray(solution.apply(X))
    norm = float(np.linalg.norm(images)) or 1.0
    moved = (
        np.asarray(solution.apply(maps.domain.apply(X, number))) - maps.codomain.apply(images, number)
        for number in range(min(maps.domain.number_of_generators, _MOST_GENERATORS))
    )
    return [float(np.linalg.norm(difference)) / norm for difference in moved]


def _how_to_go_on(fit: Fit) -> page.Element:
    model = str(fit.out) if fit.out is not None else "model.safetensors"
    typed = ["equivariety", "fit", str(fit.typed.data), *fit.typed.options()]
    shell = shlex.join([*typed, *(() if fit.out is None else ("--out", model))])
    keep = "" if fit.out is not None else shlex.join([*typed, "--out", model]) + "\n"
    use = f"{keep}{shlex.join(['equivariety', 'apply', model, 'new.npy', '--out', 'predictions.npy'])}\n" + shlex.join(
        ["equivariety", "apply", model, "new.npy", "--encode", "--out", "features.npy"]
    )
    load = f"import equivariety as ev\n\nsolution = ev.load_model({model!r})\n" + (
        "predictions = solution.apply(X)  # rows of X are samples\n"
        "features = solution.encoder.apply(X)  # the bottleneck\n"
        "M = solution.matrix()  # dense: predictions are X @ M.T\n"
        "network = ev.nn.EquivariantAutoencoder.from_solution(solution)  # to train further; needs PyTorch"
    )
    return page.section(
        "Go on from here",
        "Click to select, then copy." if fit.out else "The map was not saved: the first line of the next box saves it.",
        page.element("h3", "Apply it to new data"),
        page.code(use, "shell"),
        page.element("h3", "Load it in Python"),
        page.code(load, "python"),
        page.element("h3", "Make this fit again"),
        page.code(shell, "shell"),
        page.code(fit.typed.code(), "python"),
    )
