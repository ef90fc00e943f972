# `make setup` and `make test` need Python 3.11 and nothing else.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin

.PHONY: setup test test-all threads floors lint check docs pictures benchmark clean

setup: $(VENV)/ready

$(VENV)/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $@

test: setup  ## quick tests and doctests, about a minute
	$(BIN)/python -m pytest -n 2

test-all: setup  ## every test, the slow ones included
	$(BIN)/python -m pytest -n 2 -m "slow or not slow"

threads: setup  ## several threads against one, in a process of its own
	.ci/threads

floors:  ## quick tests with the oldest versions that are promised
	.ci/floors

lint: setup  ## format, lint and strict types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

check: lint test

docs: setup  ## the site, into docs/_build/html; runs every example, needs no network, warnings are errors
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[dev,docs]"
	$(BIN)/python -m sphinx -b html -W --keep-going docs docs/_build/html

pictures: setup  ## all pictures of the documentation, into docs/images
	$(BIN)/python docs/pictures.py

benchmark: setup  ## writes benchmarks/results.json and the tables in docs/benchmarks.md
	$(BIN)/python -m benchmarks

clean:
	rm -rf docs/_build docs/gallery docs/api/names $(VENV) .mypy_cache .ruff_cache .pytest_cache
