"""The gallery's pictures: matplotlib figures that an example binds to names, whether or not pyplot knows them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx_gallery.scrapers import figure_rst


def scraper(block: Any, block_variables: dict[str, Any], configuration: dict[str, Any]) -> str:
    """Save every new figure among the example's variables, and return the reST that shows them."""
    from matplotlib.figure import Figure

    variables = block_variables["example_globals"]
    shown = variables.setdefault("__figures_shown__", [])
    new = [
        value for value in variables.values() if isinstance(value, Figure) and not any(value is old for old in shown)
    ]
    paths = []
    for figure in new:
        path = next(block_variables["image_path_iterator"])
        figure.savefig(path, dpi=150, facecolor="white")
        paths.append(path)
        shown.append(figure)
    return figure_rst(paths, configuration["src_dir"])


class ByTitle:
    """Sort the examples by their file name."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def __call__(self, name: str) -> str:
        return Path(name).stem


def setup(app: Any) -> dict[str, bool]:
    """A place for the scraper; Sphinx asks for this function."""
    return {"parallel_read_safe": True, "parallel_write_safe": True}
