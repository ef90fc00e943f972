"""The command ``equivariety``."""

from equivariety.cli.app import main

__all__ = ["main"]
