"""Arguments and options that several sub-commands share, and what the shell offers to complete them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from equivariety.cli.completion import complete_action, complete_model
from equivariety.errors import InputError

DATA_FORMATS = (
    ".npy, zarr, .h5 (read piece by piece), .npz, .csv, .parquet, a folder of images, or IDX (as MNIST is kept)"
)

ActionText = Annotated[
    str,
    typer.Argument(
        metavar="ACTION",
        help="Cycles such as '(1 3 4)(2 5)', generators split by ';'; a catalogue entry such as shift:28x28:axis=1 "
        "(the command actions lists all); or @file.json.",
        autocompletion=complete_action,
    ),
]
ActionOption = Annotated[
    str, typer.Option(metavar="ACTION", help="ACTION on the columns.", autocompletion=complete_action)
]
DataFile = Annotated[Path, typer.Argument(help=f"Samples as rows: {DATA_FORMATS}.")]
ModelFile = Annotated[
    Path, typer.Argument(help="A model written by fit --out or save_model.", autocompletion=complete_model)
]
Degree = Annotated[int | None, typer.Option(help="Number of points, when cycles leave trailing points fixed.")]
CodomainDegree = Annotated[int | None, typer.Option(help="The same as --degree, for the cycles of --codomain.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def folder_path(text: str) -> Path:
    """The folder of that name; an empty name is not the current folder."""
    if not text:
        raise InputError("the name of the folder must not be empty; write . for the current folder")
    return Path(text)


Report = Annotated[
    Path | None,
    typer.Option(parser=folder_path, metavar="FOLDER", help="Write pictures to this folder."),
]
