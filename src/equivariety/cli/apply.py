"""``equivariety apply``: what a model in a file makes of data in a file."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from equivariety.cli.arguments import AsJson, DataFile, ModelFile
from equivariety.cli.hints import complaints_as_input_errors
from equivariety.cli.output import print_facts, print_json
from equivariety.errors import InputError

# Fewer rows at a time would spend more on the way than on the work.
LEAST_ROWS = 256


def apply(
    model: ModelFile,
    data: DataFile,
    out: Annotated[
        Path, typer.Option(help="Write the outcome to this file: .npy, or .csv with one line for each sample.")
    ],
    encode: Annotated[
        bool, typer.Option("--encode", help="Features, the numbers in the bottleneck, instead of predictions.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Predictions of a model for new data; reconstructions of principal components; features with --encode.

    The model is a file that fit --out or save_model wrote: a map, an estimator with its mean or intercept, a network.
    Data larger than memory (.npy, zarr, HDF5) are read and written piece by piece.
    """
    from equivariety.cli.fit import check_outputs
    from equivariety.cli.progress import tracked
    from equivariety.datasets.tables import read_table
    from equivariety.datasets.writing import row_writer
    from equivariety.models import application, load_model
    from equivariety.moments.chunks import row_chunks

    started = time.perf_counter()
    check_outputs(out, None)
    loaded = load_model(model)
    function = application(loaded, encode)
    X = read_table(data)
    if len(X) == 0:
        raise InputError("X must have at least one sample, not 0")
    width = 0
    with row_writer(out, len(X)) as write:
        for rows in tracked(list(row_chunks(len(X), max(X.shape[1], 1), LEAST_ROWS))):
            with complaints_as_input_errors():
                found = function(X[rows], rows.start)
            write(found)
            width = found.shape[1]
    result = {
        "model": type(loaded).__name__,
        "gives": function.gives,
        "samples": len(X),
        "inputs": int(X.shape[1]),
        "outputs": width,
        "out": str(out),
        "seconds": round(time.perf_counter() - started, 3),
    }
    print_json(result) if as_json else print_facts(result)
