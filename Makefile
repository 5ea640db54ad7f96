# Thin commands over `python -m cli` and `pulumi`; `make help` lists them.

PYTHON ?= python3
STACK ?= sandbox
INSTANCE ?= default

VENV_PYTHON := .venv/bin/python
SANDBOX := $(VENV_PYTHON) -m cli
TARGET := --stack $(STACK) --instance $(INSTANCE)

.DEFAULT_GOAL := help
.PHONY: help up demo preview verify destroy down env test test-all bench lint format generate clean venv venv-dev

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: venv ## Bring a stack's whole environment up (STACK=sandbox unless given)
	@$(SANDBOX) up $(TARGET)

demo: venv ## Bring up a mesh with real traffic and traces on this machine (Linux, root); make down STACK=demo removes it
	@$(SANDBOX) up --stack demo --instance $(INSTANCE)

preview: venv ## Show what `make up` would change
	@$(SANDBOX) preview $(TARGET)

verify: venv ## Prove that traces arrive, or name the broken link (ARGS="--help" lists options)
	@$(SANDBOX) verify $(TARGET) $(ARGS)

destroy: venv ## Remove what the stack has made; the sandbox's control plane stays
	@$(SANDBOX) destroy $(TARGET)

down: venv ## Remove the sandbox with everything in it; the toolchain stays
	@$(SANDBOX) down $(TARGET)

env: venv ## Print exports for using pulumi directly: eval "$(make -s env)"
	@$(SANDBOX) env $(TARGET)

test: venv-dev ## Run the tests of what is current (ARGS="tests/components -k gateway" chooses)
	@$(SANDBOX) test $(ARGS)

test-all: venv-dev ## Run all tests: past Istio releases and every broken environment too
	@$(SANDBOX) test-all $(ARGS)

bench: venv ## Measure what every run costs beside its peers, in 1 to 2 h, and write docs/performance.md
	@$(SANDBOX) bench $(ARGS)

lint: venv-dev ## Check style, format, types, layers, workflows, and that generated files are up to date
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/pyright
	@.venv/bin/lint-imports --no-logo --config pyproject.toml
	@.venv/bin/zizmor --offline --quiet --min-severity medium .github
	@$(VENV_PYTHON) -m reference --check

format: venv-dev ## Format the code
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

generate: venv-dev ## Write generated files anew: references, pages and the stacks' snapshots
	@$(VENV_PYTHON) -m reference

clean: ## Remove all sandboxes, the toolchain and .venv
	@if [ -x $(VENV_PYTHON) ]; then $(SANDBOX) clean; fi
	@rm -rf .sandbox .venv

venv:
	@$(PYTHON) cli/bootstrap.py

venv-dev:
	@$(PYTHON) cli/bootstrap.py --dev
