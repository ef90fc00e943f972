"""The options typed for a fit, to write them down again: for the shell, and in Python."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Typed:
    """Data and options of a fit.

    Examples
    --------
    >>> typed = Typed(Path("x.npy"), None, "(1 2)", 3, None, None, False, "2", (1, 1))
    >>> typed.options()
    ['--action', '(1 2)', '--degree', '3', '--rank', '2', '--ranks', '1,1']
    >>> print(typed.code())
    import equivariety as ev
    <BLANKLINE>
    X = ev.datasets.read_table('x.npy')
    action = ev.actions.parse_action('(1 2)', 3)
    solution = ev.EquivariantMaps(action).problem(X).at((1, 1))
    """

    data: Path
    targets: Path | None
    action: str
    degree: int | None
    codomain: str | None
    codomain_degree: int | None
    invariant: bool
    rank: str
    ranks: tuple[int, ...] | None

    def options(self) -> list[str]:
        """The options as words of a command line."""
        named = {
            "--action": self.action,
            "--degree": self.degree,
            "--targets": self.targets,
            "--codomain": self.codomain,
            "--codomain-degree": self.codomain_degree,
            "--rank": self.rank,
            "--ranks": None if self.ranks is None or self.rank == "auto" else ",".join(map(str, self.ranks)),
        }
        words = [word for name, value in named.items() if value is not None for word in (name, str(value))]
        return [*words, *(["--invariant"] if self.invariant else [])]

    def code(self) -> str:
        """Lines of Python that repeat the fit."""
        lines = ["import equivariety as ev", "", f"X = ev.datasets.read_table({str(self.data)!r})"]
        if self.targets is not None:
            lines.append(f"Y = ev.datasets.read_table({str(self.targets)!r})")
        lines.append(f"action = {_parsed(self.action, self.degree)}")
        maps = "ev.EquivariantMaps(action)"
        if self.invariant:
            maps = "ev.InvariantMaps(action, Y.shape[1])"
        elif self.codomain is not None:
            lines.append(f"codomain = {_parsed(self.codomain, self.codomain_degree)}")
            maps = "ev.EquivariantMaps(action, codomain)"
        data = "X" if self.targets is None else "X, Y"
        best = f"best({self.rank})" if self.ranks is None else f"at({self.ranks!r})"
        return "\n".join([*lines, f"solution = {maps}.problem({data}).{best}"])

    @property
    def on_targets(self) -> str:
        """The ACTION on the targets; empty if they are left alone."""
        return "" if self.invariant else self.codomain or self.action


def _parsed(action: str, degree: int | None) -> str:
    return f"ev.actions.parse_action({action!r}{'' if degree is None else f', {degree}'})"
