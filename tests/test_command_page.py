"""docs/command.md: every command on it is run, prints what it says, and no sub-command or option is left out."""

from __future__ import annotations

import doctest
import re
import shlex
from pathlib import Path

import pytest
import typer.main

from equivariety.cli import main
from equivariety.cli.app import app

PAGE = (Path(__file__).parent.parent / "docs" / "command.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(console|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def sessions(text):
    """Commands of a console block, each with what it prints."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield shlex.split(command)[1:], output


def printed(arguments, capsys):
    with pytest.raises(SystemExit):
        main(arguments)
    said = capsys.readouterr()
    return said.out + said.err


def test_every_command_prints_what_the_page_says(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    checker, count = doctest.OutputChecker(), 0
    for kind, text in BLOCK.findall(PAGE):
        if kind == "python":
            exec(text, names)
            continue
        for arguments, expected in sessions(text):
            found = printed(arguments, capsys)
            assert checker.check_output(expected, found, FLAGS), f"{arguments} prints\n{found}"
            count += 1
    assert count > 12


def commands():
    group = typer.main.get_command(app)
    return group.commands.items()


@pytest.mark.parametrize(("name", "command"), commands(), ids=[name for name, _ in commands()])
def test_no_sub_command_and_no_option_is_left_out(name, command):
    found = re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"docs/command.md has no section {name}"
    everywhere = {"--json", "--help", "--degree", "--action", "--rank"}
    for parameter in command.params:
        for option in parameter.opts:
            if option.startswith("--") and option not in everywhere:
                assert option in found.group(1), f"{option} of {name}"
