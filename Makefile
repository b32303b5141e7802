# Everything runs in an environment of its own, made here: python3 with venv is all that is needed.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.made-from
COMPOSE ?= $(shell docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose) --project-name squall --env-file .squall/compose.env
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
.PHONY: help demo test older proof check bench up down clean

help:  ## list the verbs
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 10

$(STAMP): pyproject.toml requirements/constraints.txt
	@echo "making the environment in $(VENV) (once)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --constraint requirements/constraints.txt --editable '.[dev]'
	@touch $(STAMP)

demo: $(STAMP)  ## put the reference app through the stock outages
	@$(BIN)/squall check $(ARGS)

test: $(STAMP)  ## run every test that this machine can run
	@$(BIN)/pytest

OLDER := 2.0.58
$(VENV)-sqlalchemy-$(OLDER)/.made-from: pyproject.toml requirements/constraints.txt
	@$(PYTHON) -m venv $(@D)
	@sed 's/^sqlalchemy==.*/sqlalchemy==$(OLDER)/I' requirements/constraints.txt >$(@D)/constraints.txt
	@$(@D)/bin/pip install --quiet --constraint $(@D)/constraints.txt --editable '.[dev]'
	@touch $@

older: $(VENV)-sqlalchemy-$(OLDER)/.made-from  ## the reference app's tests on SQLAlchemy 2.0, where errors and cancellation differ
	@$(<D)/bin/pytest tests/app tests/unit/app_under_test tests/wire/test_sqlalchemy.py

proof: $(STAMP)  ## show that broken apps are caught, and compare ways to hold connections (minutes)
	@$(BIN)/pytest -m proof --capture=no tests/mutants
	@$(BIN)/squall patterns

check: $(STAMP)  ## lint, types, import rule
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(STAMP)  ## measure, side by side in one run
	@for program in benchmarks/*.py; do echo "== $$program"; $(BIN)/python $$program || exit 1; done

.squall/compose.env:  # the database's password: drawn once, never committed
	@mkdir -p .squall && umask 077 && echo "POSTGRES_PASSWORD=$$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')" > $@

up: .squall/compose.env  ## the lab as containers; PROFILE=dashboard adds Prometheus and Grafana
	@$(COMPOSE) $(if $(PROFILE),--profile $(PROFILE)) up --detach
	@for _ in $$(seq 120); do \
	    test "$$($(COMPOSE) ps -q app | xargs docker inspect --format '{{.State.Health.Status}}')" = healthy && break; \
	    sleep 0.5; \
	done
	@echo "app       http://127.0.0.1:$${SQUALL_APP_PORT:-18000}/items/1"
	@echo "toxiproxy http://127.0.0.1:$${SQUALL_TOXIPROXY_PORT:-8474}"

down: .squall/compose.env  ## remove the containers with their data
	@$(COMPOSE) --profile dashboard down --volumes --remove-orphans

clean:  ## remove the environment and what runs left behind
	rm -rf $(VENV) $(VENV)-sqlalchemy-* .squall .mypy_cache .ruff_cache .pytest_cache .hypothesis
