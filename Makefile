# fathom: one command per task; `make help` lists them.
# Needs GNU make, bash and Python 3.11 or newer with venv (Debian: apt-get install make python3-venv).

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed
CODE := src tests benchmarks examples docs
PIP := $(BIN)/python -m pip install --disable-pip-version-check --constraint constraints.txt
# One short line a package, where pip prints four.
BRIEFLY := { grep --line-buffered -oE '^(Collecting [A-Za-z0-9._-]+|Installing collected packages|Building editable)' || true; }
# Threads are part of the numbers, and two of them on one core take many times as long as one.
ONE_THREAD := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 POLARS_MAX_THREADS=2
PYTEST := $(ONE_THREAD) $(BIN)/python -m pytest

.PHONY: help install demo test check checks situations format slow timing bench docs week pictures clean distclean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | sed -E 's/:.*## /\t/' | while IFS=$$'\t' read -r name what; do printf '  make %-10s %s\n' "$$name" "$$what"; done

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "fathom needs Python 3.11 or newer, '$(PYTHON)' is not: make PYTHON=python3.12" >&2; exit 1; }
	@echo "Making $(VENV): some minutes, most of them for torch"
	@test -x $(BIN)/python && $(BIN)/python -m pip --version > /dev/null 2>&1 || $(PYTHON) -m venv $(VENV) \
	  || { echo "$(PYTHON) cannot make a virtual environment (Debian: apt-get install python3-venv)" >&2; exit 1; }
	@$(PIP) hatchling editables | $(BRIEFLY)
	@$(PIP) --no-build-isolation --editable '.[dev]' | $(BRIEFLY)
	@touch $@

install: $(STAMP) ## make .venv with the pinned versions, unless it is there

demo: $(STAMP) ## fit the breast-cancer set and print its ladder
	@$(BIN)/fathom fit sample:breast-cancer --out runs/demo-$$(date +%Y%m%d-%H%M%S)

check: $(STAMP) ## formatting, lint and types
	@$(BIN)/ruff format --check $(wildcard $(CODE))
	@$(BIN)/ruff check $(wildcard $(CODE))
	@$(BIN)/mypy

test: check ## check, then all quick tests and examples in docstrings
	@$(PYTEST) -m "not slow and not timing"

slow: $(STAMP) ## statistics and simulations that take minutes
	@$(PYTEST) -m slow --timeout 1800

timing: $(STAMP) ## wall-clock limits; on an otherwise idle machine
	@$(PYTEST) -m timing

bench: $(STAMP) ## measure against peers, into benchmarks/; about an hour, on an otherwise idle machine
	@$(BIN)/python -c 'import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, ("jax", "keras", "lightning", "skorch"))))' \
	  || $(PIP) --no-build-isolation --editable '.[bench]' | $(BRIEFLY)
	@$(BIN)/python benchmarks/bundled.py
	@$(BIN)/python -m benchmarks.engine

checks: $(STAMP) ## what the checks catch, into docs/checks_table.md; some minutes (with `transformers` installed, its models too)
	@$(ONE_THREAD) $(BIN)/python -m benchmarks.checks

situations: $(STAMP) ## planted situations and what is said of them, into docs/situations.md; about 20 minutes, goes on where it was
	@$(ONE_THREAD) $(BIN)/python -m benchmarks.situations.fetch
	@$(ONE_THREAD) $(BIN)/python -m benchmarks.situations

docs: $(STAMP) ## build the site of docs/ into site/
	@test -x $(BIN)/zensical || $(PIP) --no-build-isolation --editable '.[docs]' | $(BRIEFLY)
	@PYTHONPATH=docs/site $(BIN)/zensical build --clean --strict
	@rm -rf site/site site/pictures/*.py
	@echo "open site/index.html"

week: $(STAMP) ## run the scripts of the course's week onto one page, runs/week.html
	@$(BIN)/python examples/week/make_page.py

pictures: $(STAMP) ## draw the README's pictures from the commands they show
	@$(BIN)/python docs/pictures/draw.py

format: $(STAMP) ## format the code and mend what lint can mend
	@$(BIN)/ruff format $(wildcard $(CODE))
	@$(BIN)/ruff check --fix $(wildcard $(CODE))

clean: ## remove caches and builds
	@rm -rf build dist site .pytest_cache .ruff_cache .mypy_cache .hypothesis
	@find $(wildcard $(CODE)) -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## clean, and remove .venv too
	@rm -rf $(VENV)
