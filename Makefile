# What a person can type here. `make` alone says what there is.
#
# `setup`, `demo` and `test` need python3 (3.11 or newer) and nothing else; they make .venv and
# install into it what pyproject.toml names. A second time they notice that nothing changed.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help setup demo up test check fix docs bench wheel

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

setup: .venv/ready-to-develop ## a virtual environment with everything in it

demo: .venv/ready-to-run ## a generated portfolio, an inbox to decide in, a mailbox for the letters
	@$(BIN)/creditflow demo

up: .venv/ready-to-run ## run it for real use (settings: .env.example)
	@$(BIN)/creditflow up

test: setup ## set up and run all tests
	@$(BIN)/python -m pytest

check: setup ## style, types and layers
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

fix: setup ## repair style where a machine can
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

docs: setup ## write the generated pages anew (settings, commands, case states, .env.example)
	@$(BIN)/python -m tests.docs.generate

bench: setup ## cases per second, beside Prefect's stock worker
	@$(BIN)/python -m benchmarks.cases

wheel: setup ## build dist/*.whl by way of the source archive
	@$(BIN)/python -m build --installer pip

.venv/ready-to-develop: .venv/ready-to-run
	@echo "Installing what the tests need …"
	@$(PIP) install --editable . --group dev
	@touch $@

.venv/ready-to-run: .venv/pip pyproject.toml
	@echo "Installing creditflow; the first time this takes a few minutes …"
	@$(PIP) install --editable .
	@touch $@

# Debian ships Python without ensurepip; the package python3-venv brings it.
.venv/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "creditflow needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V)." >&2; \
	  echo "Install one and say: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing Debian's python3-venv …"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv; \
	  else \
	    echo "This Python cannot make a virtual environment. On Debian and Ubuntu say:" >&2; \
	    echo "  sudo apt-get install python3-venv" >&2; \
	    echo "and then make again." >&2; exit 1; \
	  fi; }
	@$(PYTHON) -m venv .venv
	@$(PIP) install --upgrade 'pip>=25.1'  # the first that knows --group
	@touch $@
