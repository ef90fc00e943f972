"""``equivariety select``: which symmetry the data have, by likelihood, parameters, AIC, BIC and posterior."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from equivariety.cli.arguments import AsJson, DataFile
from equivariety.cli.completion import complete_action
from equivariety.cli.costs import MOST_POINTS
from equivariety.cli.hints import complaints_as_input_errors, suggestion
from equivariety.cli.output import print_facts, print_json, print_table
from equivariety.errors import InputError

# Below this lead in log probability the runner-up is nearly as likely.
CLEAR_MARGIN = 3.0


def select(
    data: DataFile,
    action: Annotated[
        list[str],
        typer.Option(help="ACTION on the columns, a candidate; give it several times.", autocompletion=complete_action),
    ],
    criterion: Annotated[str, typer.Option(help="posterior, bic or aic: by which the candidates are ordered.")] = "bic",
    as_json: AsJson = False,
) -> None:
    """Compare candidate symmetries of the covariance of Gaussian data; no symmetry is always among them.

    Groups that allow the same covariances are one model. Each is tested by its score statistic, too, where there are
    samples enough.
    """
    import numpy as np

    from equivariety.actions import parse_action, trivial
    from equivariety.datasets.tables import read_table
    from equivariety.estimators import SymmetrySearch
    from equivariety.moments.chunks import as_floating, first_not_finite

    X = as_floating(np.asarray(read_table(data)))
    if (row := first_not_finite(X)) is not None:
        raise InputError(f"X must hold finite numbers: row {row} contains NaN or infinity")
    columns = int(X.shape[1])
    named = [("none", trivial(columns)), *((text, parse_action(text, None, MOST_POINTS)) for text in action)]
    for text, candidate in named:
        if candidate.degree != columns:
            raise InputError(f"--action {text} must have degree {columns}, the columns of X, not {candidate.degree}"
                             + suggestion(text, candidate.degree, columns))  # fmt: skip
    with complaints_as_input_errors():
        search = SymmetrySearch([candidate for _, candidate in named], criterion=criterion).fit(X)  # type: ignore[arg-type]
    rows = []
    for model, probability in zip(search.table_, search.probabilities_.tolist(), strict=True):
        text = next(text for text, candidate in named if candidate == model.action)
        rows.append(
            {
                "action": text,
                "log_likelihood": model.log_likelihood,
                "parameters": model.parameters,
                "aic": model.aic,
                "bic": model.bic,
                "log_posterior": model.log_posterior,
                "probability": probability,
                "p_value": None if text == "none" else _p_value(X, model.action),
            }
        )
    result = {"best": rows[0]["action"], "margin": search.margin_, "criterion": criterion, "models": rows}
    if as_json:
        print_json(result)
        return
    print_table(
        f"{len(rows)} models, best first by {criterion}",
        ("action", "log L", "parameters", "AIC", "BIC", "probability", "p"),
        [
            (row["action"], _short(row["log_likelihood"]), row["parameters"], _short(row["aic"]), _short(row["bic"]),
             f"{row['probability']:.3g}", "" if row["p_value"] is None else f"{row['p_value']:.3g}")
            for row in rows
        ],
    )  # fmt: skip
    clear = "" if search.margin_ >= CLEAR_MARGIN else " (close: the runner-up is nearly as likely)"
    print_facts({"best": rows[0]["action"], "margin in log probability": f"{search.margin_:.3g}{clear}"})


def _p_value(X: Any, action: Any) -> float | None:
    """Of the score test by simulation; None with too few samples for it."""
    from equivariety.statistics import symmetry_test

    try:
        return symmetry_test(X, action, simulations=199).p_value
    except InputError:
        return None


def _short(value: float) -> str:
    return f"{value:.6g}"
