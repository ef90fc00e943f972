"""Running the command in this process, as a shell would."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from equivariety.cli import main


class Outcome(NamedTuple):
    code: int
    output: str
    error: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    def run_command(*arguments: str) -> Outcome:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        captured = capsys.readouterr()
        return Outcome(int(ended.value.code or 0), captured.out, captured.err)

    return run_command
