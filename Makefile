# Everything runs in an environment of its own, made here: python3 with venv is all that is needed.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.made-from
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
.PHONY: help demo test check bench clean

help:  ## list the verbs
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 10

$(STAMP): pyproject.toml requirements/constraints.txt
	@echo "making the environment in $(VENV) (once)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --constraint requirements/constraints.txt --editable '.[dev]'
	@touch $(STAMP)

demo: $(STAMP)  ## put the reference app through the stock outages
	@$(BIN)/squall check

test: $(STAMP)  ## run every test that this machine can run
	@$(BIN)/pytest

check: $(STAMP)  ## lint, types, import rule
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(STAMP)  ## measure, side by side in one run
	@for program in benchmarks/*.py; do echo "== $$program"; $(BIN)/python $$program || exit 1; done

clean:  ## remove the environment and what runs left behind
	rm -rf $(VENV) .squall .mypy_cache .ruff_cache .pytest_cache .hypothesis
