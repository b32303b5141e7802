# Everything runs in an environment of its own, made here: python3 with venv is all that is needed.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DEMO_STAMP := $(VENV)/.made-for-demo
STAMP := $(VENV)/.made-from
MADE_FROM := pyproject.toml requirements/constraints.txt
JOBS ?= $(shell $(PYTHON) -c 'import os; print(min(8, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1))')
COMPOSE ?= $(shell docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose) --project-name squall --env-file .squall/compose.env
export PIP_DISABLE_PIP_VERSION_CHECK = 1
# uv trusts what Debian's pip trusts: also the certificate of a company's proxy.
export UV_SYSTEM_CERTS = 1

# uv installs several times as fast as pip; pip brings it, and does the work where uv has no wheel.
# Without compiled bytecode every start of an app would compile its libraries again.
UV := $(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python
CONSTRAINTS := requirements/constraints.txt
install = $(BIN)/pip install --quiet --constraint $(CONSTRAINTS) uv 2>/dev/null \
    && $(UV) --constraint $(CONSTRAINTS) --editable '.[$(1)]' \
    || $(BIN)/pip install --quiet --constraint $(CONSTRAINTS) --editable '.[$(1)]'
compile = $(BIN)/python -m compileall -q -j 0 harness faults app_under_test proof

.DEFAULT_GOAL := help
.PHONY: help packages demo test older-packages older proof patterns check cover docs pages screenshots bench up down clean

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 13

$(DEMO_STAMP): $(MADE_FROM)
	@echo "creating the environment in $(VENV) (once)"
	@$(PYTHON) -m venv $(VENV)
	@$(call install,reference)
	@$(compile)
	@touch $@

$(STAMP): $(MADE_FROM)
	@echo "creating the development environment in $(VENV) (once)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(call install,dev)
	@$(compile)
	@touch $(DEMO_STAMP) $@

packages:
	@$(call install,dev)

demo: $(if $(wildcard $(STAMP)),$(STAMP),$(DEMO_STAMP))  ## put the reference app through the stock outages
	@$(BIN)/squall demo $(ARGS)

# Tests without a lab share the cores. So do labs whose verdicts a busy machine does not change: a
# gate that fails is excused while the app waits for a processor, so that tests which want it to fail
# have the machine for themselves, as Docker's have, which count containers.
SHARED := tests/unit tests/architecture tests/fuzz
ALONE := tests/scenarios tests/mutants tests/patterns tests/docker tests/cli/test_check.py \
	tests/plugin/test_plugin.py
# COVER=1 measures coverage on the way, so that CI runs these tests once.
COVERAGE := --cov --cov-report=term:skip-covered
test: $(STAMP)  ## run every test that this machine can run
	@failed=; $(BIN)/pytest -n $(JOBS) --dist worksteal $(if $(COVER),$(COVERAGE)) $(SHARED) || failed=1; \
	$(BIN)/pytest -n $(JOBS) --dist loadfile tests $(addprefix --ignore=,$(SHARED) $(ALONE)) || failed=1; \
	$(BIN)/pytest $(ALONE) || failed=1; test -z "$$failed"

OLDER := 2.0.58
$(VENV)-sqlalchemy-$(OLDER)/.made-from: $(MADE_FROM)
	@$(PYTHON) -m venv $(@D)
	@sed 's/^sqlalchemy==.*/sqlalchemy==$(OLDER)/I' requirements/constraints.txt >$(@D)/constraints.txt
	@$(MAKE) --no-print-directory VENV=$(@D) CONSTRAINTS=$(@D)/constraints.txt packages
	@touch $@

older-packages: $(VENV)-sqlalchemy-$(OLDER)/.made-from

older: $(VENV)-sqlalchemy-$(OLDER)/.made-from  ## the reference app's tests on SQLAlchemy 2.0, where errors and cancellation differ
	@$(<D)/bin/pytest tests/app tests/unit/squall_reference tests/wire/test_sqlalchemy.py

# Each broken app is caught, its sound twin and the reference are not. ALL=1 runs every proof: hours.
PROOF := tests/mutants/test_kill_matrix.py tests/races tests/scenarios/test_pairs.py tests/scenarios/test_stock_outages.py
proof: $(STAMP)  ## show that the outages catch broken apps (minutes)
	@$(BIN)/pytest -m proof --capture=no -o faulthandler_timeout=0 $(if $(ALL),tests,$(PROOF))
	@$(if $(ALL),$(MAKE) --no-print-directory patterns)

patterns: $(STAMP)  ## compare ways to hold database connections, and rewrite their page (minutes)
	@$(BIN)/python -m squall_proof patterns --docs docs/explanation/connection-patterns.md

check: $(STAMP)  ## lint, types, import rules
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

cover: $(STAMP)  ## run the unit tests and hold the coverage floor of pyproject.toml
	@$(BIN)/pytest -q -n $(JOBS) --dist worksteal $(COVERAGE) tests/unit

docs: $(STAMP)  ## build the documentation site into site/, strictly
	@$(BIN)/python -c 'import mkdocs' 2>/dev/null || ($(call install,dev$(COMMA)docs))
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "site/index.html"

COMMA := ,
pages: $(STAMP)  ## make the pages that come from code again
	@$(BIN)/python docs/outages_page.py

screenshots: $(STAMP)  ## take the documentation's pictures again (needs chromium)
	@$(BIN)/python docs/screenshots.py

bench: $(STAMP)  ## measure, side by side in one run; one table with the ratio of each figure to its aim
	@$(BIN)/python benchmarks/common/every.py $(ARGS)

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
	rm -rf $(VENV) $(VENV)-sqlalchemy-* .squall .mypy_cache .ruff_cache .pytest_cache .hypothesis site
