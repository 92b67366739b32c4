# Everything here starts from a machine with git, make and python3; see deploy/bootstrap.sh.
.DEFAULT_GOAL := help
.PHONY: help up down demo test bench chaos lint types docs screenshots clean

BIN := .venv/bin
READY := @deploy/bootstrap.sh
SYSTEM := $(READY) up
TESTS := $(READY) test

help: ## show what there is
	@sed -n 's/^\([a-z]*\): .*## /\1\t/p' $(MAKEFILE_LIST) | awk -F'\t' '{printf "  make %-12s %s\n", $$1, $$2}'

up: ## install what is missing, start everything, print the addresses (Ctrl-C stops it)
	$(SYSTEM)
	@exec $(BIN)/motcua up

down: ## stop what `make up` runs in another terminal
	@! [ -x $(BIN)/motcua ] || exec $(BIN)/motcua down

demo: ## play a dossier's life through the running system and tell it (SCENARIO=life)
	$(SYSTEM)
	@exec $(BIN)/motcua demo $(SCENARIO)

test: ## install what the tests need, then run every check and test
	$(TESTS)
	@$(MAKE) --no-print-directory lint types
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder \
		tests/unit tests/integration tests/e2e tests/chaos

bench: ## measure, and print the table of figures (QUICK=1: in minutes)
	$(if $(filter-out 1,$(QUICK)),$(error QUICK is 1 or nothing, not '$(QUICK)'))
	$(READY) bench
	$(BIN)/pytest tests/bench -s -q --timeout=0 $(if $(QUICK),--quick) $(if $(ROWS),-k '$(ROWS)')

chaos: ## the fault test, long: kills under load (SEED=, DOSSIERS=2000, MINUTES=120)
	$(TESTS)
	STORM_SEED=$(SEED) STORM_DOSSIERS=$(or $(DOSSIERS),2000) STORM_MINUTES=$(or $(MINUTES),120) \
	MAIL_LIMIT=1000000 $(BIN)/pytest tests/chaos/test_storm.py -s --timeout=0

lint: ## style and import contracts
	$(TESTS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: ## strict types
	$(TESTS)
	$(BIN)/mypy

docs: ## write the documents that are made from the code
	$(TESTS)
	$(BIN)/motcua docs

screenshots: ## walk through the pages with a real browser, pictures into tests/artefacts
	$(TESTS)
	$(BIN)/pytest tests/e2e/portal

clean: down ## forget the data of `make up` (accounts, dossiers, mail)
	@find .motcua -mindepth 1 -maxdepth 1 ! -name uv ! -name stamps -exec rm -rf {} + 2>/dev/null || true
