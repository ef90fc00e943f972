"""The entry point: which sub-commands there are, and how errors end."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from equivariety.cli.actions import actions
from equivariety.cli.apply import apply
from equivariety.cli.convolution import LCN_SETTINGS, lcn
from equivariety.cli.demo import demo
from equivariety.cli.describe import components, describe
from equivariety.cli.explore import explore
from equivariety.cli.fit import fit
from equivariety.cli.nearest import nearest
from equivariety.cli.polynomial import polynomial
from equivariety.cli.reproduce import reproduce
from equivariety.cli.select import select
from equivariety.errors import InputError

# Typer brings a copy of click in some versions and uses the package in others; either way this is the base class of
# its complaints about options and arguments.
UsageProblem: type[Exception] = next(base for base in typer.BadParameter.__mro__ if base.__name__ == "ClickException")

INPUT_ERROR = 2
INTERRUPTED = 130

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="The geometry of linear networks with symmetry, and the provably best such network for your data.",
)
app.command()(actions)
app.command()(describe)
app.command()(components)
app.command()(fit)
app.command()(apply)
app.command()(nearest)
app.command()(select)
# Filters may start with characters that look like options.
app.command(context_settings=LCN_SETTINGS)(lcn)
app.command()(polynomial)
app.command()(explore)
app.command()(demo)
app.command()(reproduce)


def _version(wanted: bool) -> None:
    if wanted:
        from equivariety import __version__

        print(f"equivariety {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Read the options that stand before every subcommand."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command; bad input ends with exit code 2 and one line on standard error."""
    # Component counts can have more digits than Python prints by default.
    sys.set_int_max_str_digits(0)
    try:
        status = app(args=arguments, standalone_mode=False)
        if status == INTERRUPTED:  # some versions of Typer turn Ctrl-C into a status of their own
            raise KeyboardInterrupt
    except (InputError, UsageProblem, OSError, ModuleNotFoundError) as error:
        message = _one_line(error)
        if message:  # without any argument the help has been shown, and nothing is left to say
            print(f"equivariety: {message}", file=sys.stderr)
        raise SystemExit(INPUT_ERROR) from None
    except MemoryError as error:
        print(": ".join(["equivariety: not enough memory", *filter(None, [str(error)])]), file=sys.stderr)
        raise SystemExit(INPUT_ERROR) from None
    except (KeyboardInterrupt, typer.Abort):
        print("equivariety: interrupted; no file was left half-written", file=sys.stderr)
        raise SystemExit(INTERRUPTED) from None
    raise SystemExit(status if isinstance(status, int) else 0)


def _one_line(error: Exception) -> str:
    if isinstance(error, UsageProblem):
        text = error.format_message()  # type: ignore[attr-defined]  # see UsageProblem
    elif isinstance(error, OSError):
        text = f"{error.filename}: {error.strerror}" if error.filename else str(error)
    else:
        text = str(error)
    return " ".join(text.split())
