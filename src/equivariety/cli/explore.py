"""``equivariety explore``: the explorer in the browser."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer


def explore(
    action: Annotated[str | None, typer.Argument(help="An ACTION to begin with.")] = None,
    port: Annotated[int | None, typer.Option(help="Port of the local server.", min=1, max=65535)] = None,
    browser: Annotated[bool, typer.Option(help="Open a browser; without it the address is printed.")] = True,
) -> None:
    """Pick an action and see its blocks, components, networks and slices, in the browser (extra explore).

    Everything is computed on this machine; nothing leaves it. Ctrl-C ends it.
    """
    from equivariety.extras import load_extra

    load_extra("marimo", "explore")
    raise typer.Exit(subprocess.run(command(action, port, browser), check=False).returncode)


def command(action: str | None, port: int | None, browser: bool) -> list[str]:
    """The program that serves the notebook."""
    import equivariety

    notebook = Path(equivariety.__file__).parent / "explorer" / "notebook.py"
    options = [] if port is None else ["--port", str(port)]
    options += [] if browser else ["--headless"]
    chosen = [] if action is None else ["--", "--action", action]
    return [sys.executable, "-m", "marimo", "run", str(notebook), *options, *chosen]
