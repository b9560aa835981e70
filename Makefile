# Everything is set up on first use, in .venv and nowhere else. `make help` lists the verbs.

PORT ?=
RUN_ARGS := $(if $(PORT),--port $(PORT))

.DEFAULT_GOAL := help
.PHONY: help run test check bench eval lock clean

help: ## List the verbs
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: ## Start Carelog with the sample conversations on http://127.0.0.1:8080 (PORT=9000 for another port)
	@scripts/setup run
	@exec .venv/bin/carelog up --demo $(RUN_ARGS)

test: ## Run the checks and every test
	@scripts/setup dev
	@scripts/check
	@scripts/test $(ARGS)

check: ## Format and lint (ruff), types (mypy --strict), floors (import-linter)
	@scripts/setup dev
	@scripts/check

bench: ## Measure intake, chains and extraction; each beside a bare loop doing the same writes
	@scripts/setup dev
	@.venv/bin/python -m bench $(ARGS)

eval: ## Measure how well conversations are read (ARGS=--download fetches real visits, ARGS=--save keeps the figures)
	@scripts/setup dev
	@.venv/bin/python -m evaluation $(ARGS)

lock: ## Resolve the dependencies anew into requirements/
	@scripts/setup dev
	@scripts/lock

clean: ## Remove what the other verbs made
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
