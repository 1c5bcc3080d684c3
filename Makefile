# Everything starts here: `make run` for the product, `make test` for the tests. `make help` lists the rest.
# Variables: PORT=8001, HOST=0.0.0.0, OFICIO_DATA_DIR=…, DATABASE_URL=…, REDIS_URL=…, ARGS="…" (tests, benchmarks), PYTHON=python3.12.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help run reset servers test check format lock messages css bench-tenancy bench-booking install-base install-dev
.DEFAULT_GOAL := help

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1|/' | column -t -s '|'

run: install-base ## Start everything on http://localhost:8000 (PORT=8001 for a second one); Ctrl-C stops it
	@$(BIN)/python -m config.runtime run --stop-with-parent

reset: install-base ## Delete the data of `make run` after asking
	@$(BIN)/python -m config.runtime reset

servers: install-base ## Run a throw-away PostgreSQL and Valkey and print their addresses
	@$(BIN)/python -m config.runtime servers

test: install-dev ## Run all tests, the browser's too (ARGS="-k slots" for some of them)
	@$(BIN)/python -m pytest -n 2 $(ARGS)

check: install-dev ## Run every linter, type check and contract
	@$(BIN)/python -m config.runtime servers deploy/scripts/check.sh

format: install-dev ## Format Python
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

bench-tenancy: install-dev ## Measure tenancy beside stock django-tenants (ARGS=--json)
	@$(BIN)/python -m tests.benchmarks.tenancy $(ARGS)

bench-booking: install-dev ## Measure slots and bookings (ARGS=--json)
	@$(BIN)/python -m tests.benchmarks.booking $(ARGS)

lock: install-dev ## Pin requirements/*.in into hash-locked *.txt
	@ARGS="$(ARGS)" deploy/scripts/lock.sh

messages: install-dev ## Collect the texts into config/locale and compile them (needs gettext)
	@deploy/scripts/messages.sh

css: ## Build the style sheet from static/src
	@deploy/scripts/css.sh

install-base:
	@PYTHON="$(PYTHON)" deploy/scripts/install.sh base

install-dev:
	@PYTHON="$(PYTHON)" deploy/scripts/install.sh dev
