# kefu: `make` lists what can be made.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := .demo

help: ## List the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.run: requirements/run.lock pyproject.toml
	@$(PYTHON) tools/setup.py --venv $(VENV) --lock requirements/run.lock
	@touch $@

$(VENV)/.dev: requirements/dev.lock pyproject.toml
	@$(PYTHON) tools/setup.py --venv $(VENV) --lock requirements/dev.lock --browser
	@touch $@ $(VENV)/.run

setup: $(VENV)/.dev ## Install everything that development needs

demo: $(VENV)/.run ## Run the online school with sample data and print its addresses
	@test -f $(DEMO)/kefu.toml || $(BIN)/kefu init $(DEMO) --starter education
	@$(BIN)/kefu run $(DEMO) --demo

# A CPU build. Where this index gives another one: pip install torch==2.13.0 --index-url https://download.pytorch.org/whl/cpu
$(VENV)/.deep: $(VENV)/.dev
	@$(BIN)/python -m pip install --quiet torch==2.13.0
	@touch $@

deep: $(VENV)/.deep ## Install PyTorch, with which deep.v1 is trained

$(VENV)/.server: $(VENV)/.deep
	@$(BIN)/python -m pip install --quiet "transformers[serving]==5.24.0"
	@touch $@

server: $(VENV)/.server ## Install a server of language models, against which the writer is tested

check: $(VENV)/.dev ## Format, lint, types, architecture, skills, documents
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python tools/bench_types.py
	$(BIN)/lint-imports
	$(BIN)/deptry kefu
	$(BIN)/codespell kefu docs/en README.md CONTRIBUTING.md bench tools tests
	$(BIN)/kefu skill check kefu/starter/education

test: $(VENV)/.dev $(VENV)/.deep $(VENV)/.server ## Run all tests: browser, training of deep models, a model server
	$(BIN)/pytest -n 2 -m "not e2e" -q
	$(BIN)/pytest -m e2e -q -p no:randomly

fast: $(VENV)/.dev ## Run the tests without a browser, PyTorch and a model server
	$(BIN)/pytest -n 2 -m "not e2e and not deep and not model" --ignore=tests/e2e -q

crash: $(VENV)/.dev ## Kill the server 200 times while customers write; nothing may be lost or doubled
	$(BIN)/python tools/crash.py --kills 200

bench-quick: $(VENV)/.dev ## The benches in two minutes
	$(BIN)/python bench/turn/run.py --quick
	$(BIN)/python bench/knowledge/run.py --quick

bench: $(VENV)/.dev ## The benches that need no data sets
	$(BIN)/python bench/turn/run.py

lock: $(VENV)/.dev ## Resolve the dependencies anew
	$(BIN)/python tools/lock.py

clean: ## Remove what was made here
	rm -rf $(VENV) $(DEMO) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache shots

.PHONY: help setup demo deep server check test fast crash bench-quick bench lock clean
