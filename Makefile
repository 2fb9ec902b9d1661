# Two commands on a fresh machine: `make run` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTEST := POLARS_MAX_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadgroup  # one thread for each of two workers
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.DEFAULT_GOAL := help
.PHONY: help run test check test-slow bench payloads catalog format clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

run: $(VENV)/.run  ## the main job on the example deliveries of profile nc_district, in the workspace .demo
	@$(BIN)/harness run --workspace .demo --profile nc_district

test: $(VENV)/.dev  ## tests of the tool and the suites, under 10 minutes on 2 cores
	$(PYTEST) -m "not slow" tests test_suites

test-slow: $(VENV)/.spark  ## the slow parts: suites of all contracts, at effort ci those of the example deliveries; PostgreSQL, Spark, a wheel
	$(PYTEST) -m slow tests test_suites
	$(PYTEST) -m "not slow" test_suites/property --harness-effort ci

check: $(VENV)/.dev  ## format, lint, types, import directions, contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/harness lint --profile oracle
	$(BIN)/harness lint --profile nc_district

bench: $(VENV)/.dev  ## the figures of benchmarks/RESULTS.md, measured here
	$(BIN)/python -m benchmarks

payloads: $(VENV)/.dev  ## write the example deliveries and the cases anew
	$(BIN)/python -m test_suites.payloads

catalog: $(VENV)/.dev  ## write contracts/CATALOG.md anew
	$(BIN)/harness report catalogue --markdown contracts/CATALOG.md --profile nc_district --quiet

format: $(VENV)/.dev  ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:  ## remove environment, workspace and caches
	rm -rf $(VENV) .demo .harness-failures .pytest_cache .mypy_cache .ruff_cache .import_linter_cache dist

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) -e .
	@touch $@

$(VENV)/.dev: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) -e '.[dev]'
	@touch $@ $(VENV)/.run

$(VENV)/.spark: $(VENV)/.dev
	$(PIP) -e '.[dev,spark]'
	@touch $@
