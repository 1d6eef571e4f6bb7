# Firstwin: what one types. Each target prepares what it needs; a second call takes seconds.
SHELL := /bin/bash
PYTHON ?= python3
PREPARE := $(PYTHON) scripts/prepare.py
BIN := .venv/bin
export PYTHONPATH := src:.
# Where compiling is off (containers often say so), every process would compile all that it imports.
export PYTHONDONTWRITEBYTECODE :=
WORKERS ?= 2
JOURNEY_WORKERS ?= 2
.DEFAULT_GOAL := help
.PHONY: help run dev test check static frontend suite suite-sqlite suite-postgresql bench kills format docs locks clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Start Firstwin with a demo workspace: address and sign-in link appear in the terminal
	@$(PREPARE) run
	@exec $(BIN)/firstwin up --demo

dev: ## Start Firstwin for working on it: reloads on change, mailbox and component gallery on
	@$(PREPARE) dev
	@FIRSTWIN_DEVELOPMENT=yes exec $(BIN)/firstwin up --demo

test: check suite ## Everything, from nothing: checks, then the whole suite on SQLite and on PostgreSQL

check: ## Formatting, lint, types, the law of imports, migrations, architecture, papers, front end
	@$(PREPARE) dev
	@$(MAKE) --no-print-directory --jobs=2 static frontend

static:
	@$(PREPARE) dev
	@echo "== format and lint"
	@$(BIN)/ruff format --quiet --check . && $(BIN)/ruff check --quiet .
	@echo "== types"
	@$(BIN)/mypy
	@echo "== law of imports"
	@$(BIN)/lint-imports --no-cache > .venv/imports.log 2>&1 || { cat .venv/imports.log; exit 1; }
	@tail -n 3 .venv/imports.log
	@echo "== migrations"
	@FIRSTWIN_HOME=$$(mktemp -d) $(BIN)/firstwin makemigrations --check --dry-run
	@echo "== architecture and papers"
	@$(BIN)/pytest -q tests/architecture

frontend:
	@$(PREPARE) dev
	@if [ -f frontend/package.json ]; then echo "== front end" && $(PREPARE) npm run check; fi

# The journeys run apart: a browser leaves an event loop behind, in which Django refuses to reach the database. One that
# fails is walked once more, and the report says what it failed on (RERUN): on a busy machine a browser may lose its page.
# So one database goes after the other, and no more browsers at once than there are cores.
# The architecture is the same whatever the database: `make static` looks at it.
IN_PARALLEL := --dist loadfile --no-loadscope-reorder
TESTS := $(BIN)/pytest -n $(WORKERS) $(IN_PARALLEL) --ignore tests/architecture --ignore tests/journeys
JOURNEYS := $(BIN)/pytest -n $(JOURNEY_WORKERS) $(IN_PARALLEL) --reruns 1 --rerun-show-tracebacks tests/journeys
ON_POSTGRESQL := $(BIN)/python scripts/with_postgresql.py
suite: suite-sqlite suite-postgresql

suite-sqlite: ## The whole suite on SQLite
	@$(PREPARE) dev
	@echo "== the suite on SQLite"
	@$(TESTS)
	@$(JOURNEYS)

suite-postgresql: ## The whole suite on PostgreSQL (FIRSTWIN_TEST_POSTGRES_URL, or a throw-away server)
	@$(PREPARE) dev
	@echo "== the suite on PostgreSQL"
	@$(ON_POSTGRESQL) $(TESTS)
	@$(ON_POSTGRESQL) $(JOURNEYS) -m "not looks"

bench: ## Measure, about a quarter of an hour on two quiet cores; writes benchmarks/results and docs/guide/figures.md
	@$(PREPARE) dev
	@$(BIN)/python scripts/with_postgresql.py $(BIN)/python -m benchmarks --minutes 90
	@$(BIN)/python -m benchmarks --paper

kills: ## Kill web, worker and event store fifty times while events come, on both databases: 0 lost, 0 doubled
	@$(PREPARE) dev
	@KILLS=50 $(BIN)/pytest tests/conformance/test_product_event_kills.py -q
	@KILLS=50 $(BIN)/python scripts/with_postgresql.py $(BIN)/pytest tests/conformance/test_product_event_kills.py -q

format: ## Format and mend what can be mended by itself
	@$(PREPARE) dev
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format .

docs: ## Write the generated papers anew: docs/rules.md and docs/events.md
	@$(PREPARE) dev
	@FIRSTWIN_HOME=$$(mktemp -d) $(BIN)/python scripts/papers.py

locks: ## Compile requirements/*.txt anew from pyproject.toml
	@$(PREPARE) dev
	@for group in base dev; do \
	  [ $$group = dev ] && extra="--group dev" || extra=""; \
	  $(BIN)/uv pip compile pyproject.toml $$extra --quiet --generate-hashes --no-annotate --no-header --universal \
	    --python-version 3.11 -o requirements/$$group.txt; done
	@echo 'segment-analytics-python==2.3.4' | $(BIN)/uv pip compile - --quiet --generate-hashes --no-annotate --no-header \
	  --universal --python-version 3.11 -o requirements/older-client.txt

clean: ## Remove what was built; data stays
	rm -rf .venv frontend/node_modules src/firstwin/static
