# deskplan: what a newcomer types. `make` alone prints what each target does.
# Needs only Python 3.11 or newer, make and git. Use another interpreter with `make PYTHON=python3.12 ...`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
WORKERS ?= 2
SCENARIOS := scenarios/baseline.yaml scenarios/expand_team.yaml scenarios/self_service.yaml \
	scenarios/chatbot.yaml scenarios/blend.yaml

.DEFAULT_GOAL := help
.PHONY: help demo test fast-test lint format bench install install-dev clean

help: ## Print what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: $(STAMP) ## Install what is missing, then compare five scenarios and write a report
	@echo "Simulating five scenarios over 24 months, 4 replications each: a few minutes on two cores (more: --reps 20)."
	$(BIN)/deskplan compare $(SCENARIOS) --reps 4

test: $(DEV_STAMP) ## Run every test, the slow statistical ones included
	$(BIN)/python -m pytest -n $(WORKERS)

fast-test: $(DEV_STAMP) ## Run the tests that are not marked slow
	$(BIN)/python -m pytest -n $(WORKERS) -m "not slow"

lint: $(DEV_STAMP) ## Check style, formatting, types and the layering of the packages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(DEV_STAMP) ## Rewrite the code in the project's format and mend what ruff can mend
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench: $(DEV_STAMP) ## Measure speed beside other models, and which goals of speed are met (ten minutes)
	$(BIN)/python -m benchmarks

install: $(STAMP) ## Create .venv and install deskplan in it

install-dev: $(DEV_STAMP) ## The same, with the tools of a developer

clean: ## Remove the environment, caches and build leftovers (results/ is kept)
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
		echo "deskplan needs Python 3.11 or newer, and '$(PYTHON)' was not found."; \
		echo "Install Python, or name an interpreter: make PYTHON=/path/to/python3.11 ..."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "deskplan needs Python 3.11 or newer, and '$(PYTHON)' is `$(PYTHON) -V 2>&1`."; \
		echo "Name a newer interpreter: make PYTHON=python3.11 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "Python's venv module is missing for '$(PYTHON)'."; \
		echo "On Debian or Ubuntu: sudo apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# The stamps are older than pyproject.toml when a dependency may have changed; pip then installs the difference.
$(STAMP): pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(DEV_STAMP): pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	@touch $(STAMP) $@
