"""Candidates that the shell offers when a word is completed."""

from __future__ import annotations

from pathlib import Path

MODEL_SUFFIX = ".safetensors"


def complete_action(incomplete: str) -> list[str]:
    """ACTION strings of the catalogue, with sizes to change.

    Examples
    --------
    >>> complete_action("2*dih")
    ['2*dihedral:6', '2*dihedral:28x28']
    """
    from equivariety.actions.catalogue import CATALOGUE

    start = max(incomplete.rfind("*"), incomplete.rfind("+")) + 1
    lead, word = incomplete[:start], incomplete[start:]
    return [lead + text for entry in CATALOGUE.values() for text in entry.examples if text.startswith(word)]


def complete_model(incomplete: str) -> list[str]:
    """Model files, and folders on the way to them."""
    typed = Path(incomplete)
    folder = typed if incomplete.endswith("/") or not incomplete else typed.parent
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix == MODEL_SUFFIX or path.is_dir())
    except OSError:
        return []
    names = [f"{path}/" if path.is_dir() else str(path) for path in found]
    return [name for name in names if name.startswith(incomplete) and not Path(name).name.startswith(".")]
