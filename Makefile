# All commands that a person or the CI runs here. `make` alone lists them.

PYTHON ?= python3
# The virtual environment; each Python version needs its own.
VENV ?= .venv
PIP := $(VENV)/bin/python -m pip --quiet --disable-pip-version-check --no-input
PYTEST_ARGS ?=
# Most tests wait for a server or a clock, so run more tests than there are processors.
WORKERS := $(shell echo $$((2 * $$(nproc))))
RELEASE ?= trixie
FUZZ_SECONDS ?= 20
# What `make bench` measures; all if it is empty.
PARTS ?=
# The kernel reads 255 characters of a command's first line: "#!", this, and "/.venv/bin/python".
LONGEST_PATH := 230
SCRIPTS := src/scripts/dns-update src/scripts/dns-nsupdate
# Branches are measured only if every test runs: as root, because others have no network namespaces, and without PYTEST_ARGS.
COVERAGE = $(if $(PYTEST_ARGS),,$(if $(filter 0,$(shell id -u)),--cov --cov-report=))
# The oldest dependencies that pyproject.toml allows, as pip takes them: "idna==3.3".
OLDEST = $(shell sed -n 's/^dependencies = \[\(.*\)\]/\1/p' pyproject.toml | tr -d ,\" | sed 's/>=/==/g')

.DEFAULT_GOAL := help
.PHONY: help demo test test-oldest test-on bench fuzz format clean
.PHONY: packages-demo packages-test packages-test-on packages-bench

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

demo: packages-demo $(VENV)/.stamp ## update one name on a throwaway BIND, and see it change
	@$(VENV)/bin/python -m lab.demo

test: packages-test $(VENV)/.stamp-dev ## lint, type-check and test everything; PYTEST_ARGS="-k name" narrows the tests
	@echo "== ruff check"
	@$(VENV)/bin/ruff check .
	@echo "== ruff format"
	@$(VENV)/bin/ruff format --check .
	@echo "== mypy"
	@$(VENV)/bin/mypy
	@echo "== lint-imports"
	@$(VENV)/bin/lint-imports
	@echo "== pytest"
	@$(VENV)/bin/python -m pytest -n $(WORKERS) $(COVERAGE) $(PYTEST_ARGS)
	@[ -z "$(COVERAGE)" ] || scripts/coverage-gate $(VENV)/bin/coverage

test-oldest: packages-test ## the tests with the oldest versions of the libraries that are allowed
	@$(MAKE) --no-print-directory VENV=.venv-oldest .venv-oldest/.stamp-oldest
	@.venv-oldest/bin/python -m pytest -n $(WORKERS) $(PYTEST_ARGS)

test-on: packages-test-on ## the demo and the tests on a fresh Debian, RELEASE=trixie; needs root
	@scripts/test-on $(RELEASE) PYTEST_ARGS="$(PYTEST_ARGS)"

bench: packages-test packages-bench $(VENV)/.stamp-bench ## compare speed and memory with other programs; PARTS="one-shot bulk" measures parts
	@$(VENV)/bin/python -m lab.bench $(PARTS)

fuzz: $(VENV)/.stamp-fuzz ## feed random input to the parsers for FUZZ_SECONDS (20)
	@FUZZ_SECONDS=$(FUZZ_SECONDS) $(VENV)/bin/python fuzz/run.py

format: $(VENV)/.stamp-dev ## format the code and fix what ruff can fix
	@$(VENV)/bin/ruff format .
	@$(VENV)/bin/ruff check --fix .

clean: ## remove the virtual environments and all that was built
	@rm -rf .venv .venv-* .bench build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# These run first, because a Debian without python3-venv cannot make a virtual environment.
packages-demo:
	@scripts/packages demo

packages-test:
	@scripts/packages test

packages-test-on:
	@scripts/packages test-on

# A peer that cannot be installed is left out.
packages-bench:
	@scripts/packages bench || true

$(VENV)/bin/python:
	@[ "$(CURDIR)" = "$(firstword $(CURDIR))" ] && [ $$(printf %s "$(CURDIR)" | wc -c) -le $(LONGEST_PATH) ] || { echo "make: the path of this directory has a space, or more than $(LONGEST_PATH) characters: the first line of a command cannot hold that. Move the directory." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("dns-update needs Python 3.11 or newer; $(PYTHON) is " + sys.version.split()[0] + ". Try: make PYTHON=python3.11")'
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/.stamp: pyproject.toml $(SCRIPTS) | $(VENV)/bin/python
	@$(PIP) install --editable .
	@touch $@

$(VENV)/.stamp-dev: pyproject.toml $(SCRIPTS) | $(VENV)/bin/python
	@$(PIP) install --editable '.[dev]'
	@touch $@ $(VENV)/.stamp

$(VENV)/.stamp-bench: pyproject.toml $(SCRIPTS) | $(VENV)/bin/python
	@$(PIP) install --editable '.[dev,bench]'
	@touch $@ $(VENV)/.stamp $(VENV)/.stamp-dev

$(VENV)/.stamp-oldest: pyproject.toml $(SCRIPTS) | $(VENV)/bin/python
	@$(PIP) install --editable '.[dev]' $(OLDEST)
	@touch $@

$(VENV)/.stamp-fuzz: pyproject.toml $(SCRIPTS) | $(VENV)/bin/python
	@$(PIP) install --editable '.[fuzz]'
	@touch $@
