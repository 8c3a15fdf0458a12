# 惠策 huice: what a developer runs. `make help` lists the targets. Only .venv and caches are written.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
PYTEST_ARGS ?=
BENCH ?=
BIN := .venv/bin
export UV_PYTHON_DOWNLOADS := never
export UV_LINK_MODE ?= copy
export HYPOTHESIS_STORAGE_DIRECTORY ?= .cache/hypothesis
# Compiled when installed: the first command then starts in a third of a second instead of half of one.
UV_INSTALL := $(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python

.PHONY: help screenshots install install-dev demo test test-long lint format bench bench-population bench-plans lock clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- installing: a stamp in .venv for each lock, so that a second run does nothing -------------------

install: .venv/run.stamp ## make .venv with huice in it
	@echo "huice is installed: $(BIN)/huice"

install-dev: .venv/dev.stamp ## the same, with the tools that test it

.venv/bootstrap.stamp: locks/bootstrap.txt
	@command -v $(PYTHON) >/dev/null || { \
	  echo "make: no $(PYTHON) here. Install Python 3.11 or newer (Debian: apt-get install python3 python3-venv)." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "make: $(PYTHON) is $$($(PYTHON) --version); huice needs 3.11 or newer. Name one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@if ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    export DEBIAN_FRONTEND=noninteractive; \
	    apt-get -qq update </dev/null && apt-get -qq install --yes --no-install-recommends python3-venv </dev/null; fi; \
	  $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo "make: $(PYTHON) cannot make virtual environments. Debian: apt-get install python3-venv; then run make again." >&2; exit 1; }; \
	fi
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.venv/run.stamp: .venv/bootstrap.stamp locks/run.txt pyproject.toml
	$(UV_INSTALL) --require-hashes -r locks/run.txt
	$(UV_INSTALL) --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q src
	@touch $@

.venv/dev.stamp: .venv/run.stamp locks/dev.txt
	$(UV_INSTALL) --require-hashes -r locks/dev.txt
	@touch $@

# Chromium, Chinese fonts and LibreOffice: pages, PDF files and workbooks are tested in what people use.
.venv/system.stamp: scripts/system-packages
	scripts/system-packages
	@mkdir -p .venv && touch $@

.venv/bench.stamp: .venv/run.stamp locks/bench.txt
	$(UV_INSTALL) --require-hashes -r locks/bench.txt
	@touch $@

# --- using -------------------------------------------------------------------------------------------

demo: .venv/run.stamp ## one company, five cities compared
	$(BIN)/huice demo

# Two workers cost about 4 s of processor time to start and collect: they pay on the long tests only.
test: lint .venv/system.stamp ## lint, then every test but the long ones (PYTEST_ARGS="-k rent" chooses)
	$(BIN)/pytest $(PYTEST_ARGS)

test-long: lint .venv/system.stamp ## lint, then every test, the long ones too, on all cores
	$(BIN)/pytest -m "long or not long" -n logical --dist worksteal $(PYTEST_ARGS)

lint: .venv/dev.stamp ## format, style, types, import contract, policies
	$(BIN)/ruff format --check
	$(BIN)/ruff check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --cache-dir .cache/import-linter
	$(BIN)/huice lint

format: .venv/dev.stamp ## format the code and mend what ruff can
	$(BIN)/ruff check --fix-only --quiet
	$(BIN)/ruff format

screenshots: .venv/dev.stamp ## pictures of every page in .cache/screenshots (ONLY="home calc")
	PYTHONPATH=. $(BIN)/python -m tests.web.screenshots .cache/screenshots $(ONLY)

bench: .venv/bench.stamp ## measure huice beside its peers, in about 2 minutes (BENCH=full: 20)
	BENCH=$(BENCH) $(BIN)/python -m benchmarks

bench-population: .venv/bench.stamp ## millions of firms beside the peers (ARGS="--orgs 1000000")
	$(BIN)/python -m benchmarks.population $(ARGS)

bench-plans: .venv/bench.stamp ## plans of five firms, and how they grow
	$(BIN)/python -m benchmarks.plans

# --- locks: exact versions with hashes, naming no registry -------------------------------------------

LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
  --annotation-style line $(if $(UPGRADE),--upgrade)

lock: .venv/bootstrap.stamp ## write locks/ anew from pyproject.toml (UPGRADE=1: newest versions)
	$(LOCK) pyproject.toml -o locks/run.txt
	$(LOCK) pyproject.toml --group dev -c locks/run.txt -o locks/dev.txt
	$(LOCK) pyproject.toml --group bench -c locks/dev.txt -o locks/bench.txt
	$(LOCK) --group bootstrap -c locks/dev.txt -c locks/bench.txt -o locks/bootstrap.txt
	@! grep -n '://' locks/*.txt

clean: ## remove .venv and caches
	rm -rf .venv .cache dist
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
