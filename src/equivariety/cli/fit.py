"""``equivariety fit``: the exact best equivariant map for data in a file."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from equivariety.cli.arguments import ActionOption, AsJson, CodomainDegree, DataFile, Degree, Report
from equivariety.cli.completion import complete_action
from equivariety.cli.costs import LONGEST_FIT, counting_cost
from equivariety.cli.describe import build_maps, refuse_costly_splitting
from equivariety.cli.hints import complaints_as_input_errors, require_columns
from equivariety.cli.output import label_text, print_facts, print_json, print_table
from equivariety.cli.progress import moments_with_progress
from equivariety.cli.typed import Typed
from equivariety.errors import InputError

if TYPE_CHECKING:
    from equivariety.varieties import EquivariantMaps, Solution
    from equivariety.varieties.problem import DataProblem

# Every fifth sample is held out for the test loss.
HELD_OUT = 5
# Seconds that a report may spend on counting components.
LONGEST_COUNT = 1.0


def fit(
    data: DataFile,
    action: ActionOption,
    rank: Annotated[
        str, typer.Option(help="Bound on the rank: width of the bottleneck; or auto: the best ranks by BIC.")
    ],
    ranks: Annotated[
        str | None, typer.Option(help="Ranks of the blocks, such as 13,10,9; by default the best.")
    ] = None,
    targets: Annotated[Path | None, typer.Option(help="Targets; by default the data themselves.")] = None,
    codomain: Annotated[
        str | None,
        typer.Option(
            help="ACTION of the same generators on the columns of the targets; by default as on the data.",
            autocompletion=complete_action,
        ),
    ] = None,
    invariant: Annotated[
        bool, typer.Option("--invariant", help="Invariant maps: the action leaves the targets alone.")
    ] = False,
    degree: Degree = None,
    codomain_degree: CodomainDegree = None,
    out: Annotated[Path | None, typer.Option(help="Write the fitted map to this file (safetensors).")] = None,
    report: Report = None,
    as_json: AsJson = False,
) -> None:
    """The equivariant map of bounded rank that is best for the data: a global optimum, in closed form.

    The map is fitted on all samples. The test loss is that of the optimum with the same ranks fitted on four fifths of
    them, measured on every fifth sample.
    """
    from equivariety.datasets.tables import read_table

    started = time.perf_counter()
    chosen = None if ranks is None else parse_ranks(ranks)
    check_outputs(out, report)
    if invariant and (targets is None or codomain is not None):
        raise InputError("--invariant needs --targets, and no --codomain")
    X = read_table(data)
    Y = None if targets is None else read_table(targets)
    maps = build_maps(action, degree, codomain, Y.shape[1] if invariant and Y is not None else None, codomain_degree)
    require_columns(X, "X", maps.domain, action)
    if Y is not None or codomain is not None:
        Y = X if Y is None else Y
        require_columns(Y, "Y", maps.codomain, codomain or action, "--codomain" if codomain else "--action")
    refuse_costly_splitting(maps, action, LONGEST_FIT)
    bound = parse_rank(rank)
    if bound is None:
        if chosen is not None or Y is not None:
            raise InputError("--rank auto chooses ranks of principal components: give neither --ranks nor --targets")
        bound, chosen = _ranks_by_bic(maps, X)
    problem = prepared_problem(maps, X, Y)
    solution = problem.best(bound) if chosen is None else problem.at(maps.bounded(bound).component(chosen).ranks)
    loss_test = held_out_loss(solution, X, Y)
    if out is not None:
        from equivariety.models import save_model

        save_model(out, solution)
    result = {
        "ranks": list(solution.ranks),
        "rank": solution.component.rank,
        "loss_train": solution.loss,
        "loss_test": loss_test,
        "parameters": solution.component.parameters,
    }
    if report is not None:
        typed = Typed(data, targets, action, degree, codomain, codomain_degree, invariant, rank, chosen)
        result["report"] = str(write_report(report, typed, out, problem, solution, X, Y, loss_test))
    result["seconds"] = round(time.perf_counter() - started, 3)
    if as_json:
        print_json(result)
    else:
        print_solution(solution, result)


def prepared_problem(maps: EquivariantMaps, X: Any, Y: Any | None, quiet: bool = False) -> DataProblem:
    """The squared error on all samples, which can be read again where one pass is not enough."""
    from equivariety.varieties.problem import Problem
    from equivariety.varieties.second_look import readable_again

    return Problem.of_data(maps, moments_with_progress(maps, X, Y, quiet), readable_again(X, Y, None))


def held_out_loss(solution: Solution, X: Any, Y: Any | None) -> float | None:
    """The loss on every fifth sample of the optimum with the same ranks on the others; None for fewer than five."""
    import numpy as np

    from equivariety.datasets.stored_rows import StoredRows

    if len(X) < HELD_OUT:
        return None
    held_out = np.arange(len(X)) % HELD_OUT == HELD_OUT - 1

    def part(data: Any | None, rows: Any) -> StoredRows | None:
        return None if data is None else StoredRows(data, np.flatnonzero(rows))

    training = prepared_problem(solution.component.maps, part(X, ~held_out), part(Y, ~held_out), quiet=True)
    return training.at(solution.ranks).error(part(X, held_out), part(Y, held_out))


def parse_rank(text: str) -> int | None:
    """A whole number, or None for auto."""
    if text == "auto":
        return None
    if not text.strip().isdecimal():
        raise InputError(f"--rank must be a whole number or auto, not {text!r}")
    return int(text)


def _ranks_by_bic(maps: EquivariantMaps, X: Any) -> tuple[int, tuple[int, ...]]:
    """The ranks of the best probabilistic principal components, and their total."""
    from equivariety.estimators import EquivariantPCA

    with complaints_as_input_errors():
        pca = EquivariantPCA(maps.domain, "bic", center=False).fit(X)
    return max(pca.n_components_, 1), pca.ranks_


def parse_ranks(text: str) -> tuple[int, ...]:
    """Ranks written as whole numbers with commas."""
    words = text.replace(",", " ").split()
    wrong = next((word for word in words if not word.isdecimal()), None)
    if wrong is not None or not words:
        raise InputError(f"--ranks must be whole numbers with commas, such as 13,10,9, not {text!r}")
    return tuple(map(int, words))


def check_outputs(out: Path | None, report: Path | None) -> None:
    """Refuse folders that cannot be written to before the long work starts; a missing one is made when written to."""
    import os

    if out is not None and not (out.parent.is_dir() and os.access(out.parent, os.W_OK)):
        raise InputError(f"--out {str(out)!r} cannot be written: its folder does not exist or is not writable")
    if report is not None:
        existing = next(folder for folder in (report, *report.absolute().parents) if folder.exists())
        if not existing.is_dir():
            raise InputError(f"--report {str(report)!r} cannot be written: {str(existing)!r} is not a folder")
        if not os.access(existing, os.W_OK):
            raise InputError(f"--report {str(report)!r} cannot be written: {str(existing)!r} is not writable")


def write_report(
    folder: Path, typed: Typed, out: Path | None, problem: DataProblem, solution: Solution, X: Any, Y: Any | None,
    loss_test: float | None,
) -> Path:  # fmt: skip
    """Pictures and the page; the path of the page."""
    from equivariety.cli.report import Fit, write_fit_page, write_fit_pictures

    write_fit_pictures(folder, typed.action, solution, X, Y)
    path = folder / "report.html"
    write_fit_page(path, Fit(typed, out, solution, problem, X, Y, loss_test, _affordable_count(solution)))
    return path


def _affordable_count(solution: Solution) -> int | None:
    """The number of components of the family, unless counting them takes long."""
    maps, rank = solution.component.maps, solution.component.rank
    return maps.bounded(rank).count_components() if counting_cost(maps, rank).seconds < LONGEST_COUNT else None


def print_solution(solution: Solution, result: dict[str, Any]) -> None:
    """Blocks with their ranks, then the figures."""
    blocks = solution.component.maps.blocks
    rows = [
        (label_text(block.label), block.field, block.irrep_dim, rank, block.largest_rank, numerical)
        for block, rank, numerical in zip(blocks, solution.ranks, solution.numerical_ranks, strict=True)
        if rank
    ]
    print_table(
        f"{len(rows)} of {len(blocks)} blocks in use",
        ("label", "field", "dimension", "rank", "largest", "numerical rank"),
        rows,
    )
    print_facts({key: value for key, value in result.items() if key != "ranks"})
