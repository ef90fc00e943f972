"""The command that starts the explorer, as far as no browser is needed."""

from __future__ import annotations

import sys

import pytest

from equivariety.cli import explore


def test_help_needs_no_marimo(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "marimo", None)
    outcome = run("explore", "--help")
    assert outcome.code == 0
    assert "--port" in outcome.output


def test_without_marimo_the_extra_is_named(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "marimo", None)
    outcome = run("explore")
    assert outcome.code == 2
    assert "pip install 'equivariety[explore]'" in outcome.error
    assert outcome.error.count("\n") == 1


def test_it_serves_the_notebook(run, monkeypatch):
    pytest.importorskip("marimo", reason="extra explore is not installed")
    called = []

    def served(arguments, check):
        called.append(arguments)
        return type("Done", (), {"returncode": 0})

    monkeypatch.setattr(explore.subprocess, "run", served)
    assert run("explore", "(1 2 3)", "--port", "2800", "--no-browser").code == 0
    assert called[0][0] == sys.executable
    assert called[0][-6:] == ["--port", "2800", "--headless", "--", "--action", "(1 2 3)"]
