"""The entry point: which sub-commands there are, and how errors end."""

from __future__ import annotations

import sys

import click
import typer

from equivariety.cli.convolution import LCN_SETTINGS, lcn
from equivariety.cli.demo import demo
from equivariety.cli.describe import components, describe
from equivariety.cli.fit import fit
from equivariety.cli.nearest import nearest
from equivariety.cli.reproduce import reproduce
from equivariety.errors import InputError

INPUT_ERROR = 2
INTERRUPTED = 130

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="The geometry of linear networks with symmetry, and the provably best such network for your data.",
)
# Cycles and filters may start with characters that look like options.
app.command()(describe)
app.command()(components)
app.command()(fit)
app.command()(nearest)
app.command(context_settings=LCN_SETTINGS)(lcn)
app.command()(demo)
app.command()(reproduce)


def main(arguments: list[str] | None = None) -> None:
    """Run the command; bad input ends with exit code 2 and one line on standard error."""
    # Component counts can have more digits than Python prints by default.
    sys.set_int_max_str_digits(0)
    try:
        status = app(args=arguments, standalone_mode=False)
    except (InputError, click.ClickException, OSError) as error:
        print(f"equivariety: {_one_line(error)}", file=sys.stderr)
        raise SystemExit(INPUT_ERROR) from None
    except (KeyboardInterrupt, click.Abort):
        print("equivariety: interrupted; no file was left half-written", file=sys.stderr)
        raise SystemExit(INTERRUPTED) from None
    raise SystemExit(status if isinstance(status, int) else 0)


def _one_line(error: Exception) -> str:
    if isinstance(error, click.ClickException):
        text = error.format_message()
    elif isinstance(error, OSError):
        text = f"{error.filename}: {error.strerror}" if error.filename else str(error)
    else:
        text = str(error)
    return " ".join(text.split())
