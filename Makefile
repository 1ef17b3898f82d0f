# Everything that a person or the CI runs here. `make` alone lists it.

PYTHON ?= python3
PIP := .venv/bin/python -m pip --quiet --disable-pip-version-check --no-input
PYTEST_ARGS ?=
FUZZ_SECONDS ?= 20
# The kernel reads 255 characters of a command's first line: "#!", this, and "/.venv/bin/python".
LONGEST_PATH := 230

.DEFAULT_GOAL := help
.PHONY: help demo test test-on bench fuzz format clean packages-demo packages-test packages-test-on packages-bench

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

demo: packages-demo .venv/.stamp ## update one name on a throwaway BIND, and see it change
	@.venv/bin/python -m lab.demo

test: packages-test .venv/.stamp-dev ## lint, type-check and test everything; PYTEST_ARGS="-k name" narrows the tests
	@echo "== ruff check"
	@.venv/bin/ruff check .
	@echo "== ruff format"
	@.venv/bin/ruff format --check .
	@echo "== mypy"
	@.venv/bin/mypy
	@echo "== lint-imports"
	@.venv/bin/lint-imports
	@echo "== pytest"
	@.venv/bin/python -m pytest -n auto $(PYTEST_ARGS)

test-on: packages-test-on ## the demo and the tests on a fresh Debian: RELEASE=trixie (needs root)
	@scripts/test-on "$(RELEASE)" $(if $(PYTEST_ARGS),PYTEST_ARGS="$(PYTEST_ARGS)")

bench: packages-test packages-bench .venv/.stamp-dev ## measure speed against the real servers, beside the peers
	@.venv/bin/python -m lab.bench

fuzz: .venv/.stamp-fuzz ## feed the parsers garbage for FUZZ_SECONDS (20)
	@FUZZ_SECONDS=$(FUZZ_SECONDS) .venv/bin/python fuzz/run.py

format: .venv/.stamp-dev ## format the code and fix what ruff can fix
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

clean: ## remove the virtual environment and all that was built
	@rm -rf .venv .bench build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# First, for a Debian without python3-venv cannot make .venv.
packages-demo:
	@scripts/packages demo

packages-test:
	@scripts/packages test

packages-test-on:
	@scripts/packages test-on

# A peer that cannot be had is left out.
packages-bench:
	@scripts/packages bench || true

.venv/bin/python:
	@[ "$(CURDIR)" = "$(firstword $(CURDIR))" ] && [ $$(printf %s "$(CURDIR)" | wc -c) -le $(LONGEST_PATH) ] || { echo "make: the path of this directory has a blank, or more than $(LONGEST_PATH) characters: the first line of a command cannot hold that. Move the directory." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("dns-update needs Python 3.11 or newer; $(PYTHON) is " + sys.version.split()[0] + ". Try: make PYTHON=python3.11")'
	@$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }

.venv/.stamp: pyproject.toml src/scripts/dns-update src/scripts/dns-nsupdate | .venv/bin/python
	@$(PIP) install --editable .
	@touch $@

.venv/.stamp-dev: pyproject.toml src/scripts/dns-update src/scripts/dns-nsupdate | .venv/bin/python
	@$(PIP) install --editable '.[dev]'
	@touch $@ .venv/.stamp

.venv/.stamp-fuzz: pyproject.toml src/scripts/dns-update src/scripts/dns-nsupdate | .venv/bin/python
	@$(PIP) install --editable '.[fuzz]'
	@touch $@ .venv/.stamp
