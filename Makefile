# Two commands matter: `make run` and `make test`. Everything else is a part of them or a tool of the trade.
PYTHON ?= python3
BIN := .venv/bin
UV_LOCK := $(BIN)/python -m uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --upgrade

.DEFAULT_GOAL := help
.PHONY: help install dev setup run test test-slow check bench soak lighthouse lint format lock vendor

help:  ## say what there is
	@grep -E '^[a-z-]+:.*  ## ' Makefile | sed 's/:.*  ## /\t/' | expand -t 12

install:
	@$(PYTHON) scripts/setup.py

dev:
	@$(PYTHON) scripts/setup.py --dev

setup: install  ## make .venv, install, migrate the database, load the demo if it is empty
	@$(BIN)/python scripts/i18n.py compile
	@$(BIN)/tangga setup

run: setup  ## the above, then serve web and worker together
	@exec $(BIN)/tangga run

test: dev  ## everything, on SQLite and PostgreSQL, with a browser
	@$(BIN)/python scripts/i18n.py compile
	@$(BIN)/python scripts/ensure_browser.py
	@$(BIN)/python -m pytest -n 3 $(TESTS)

test-slow: dev  ## every test with a browser once more, on a server whose answers come late and in parts
	@$(BIN)/python scripts/i18n.py compile
	@$(BIN)/python scripts/ensure_browser.py
	@TANGGA_TEST_SLOW=1 $(BIN)/python -m pytest -n 2 -m browser --ignore=tests/training/test_learn_slow.py $(TESTS)

check: dev  ## format, lint, types, layers, limits, drift, triggers, templates, translations
	@$(BIN)/python scripts/check.py

bench: dev  ## the ratios of the hot paths, on both databases
	@$(BIN)/python scripts/i18n.py compile
	@$(BIN)/python scripts/bench.py
	@$(BIN)/python scripts/bench_imports.py
	@$(BIN)/python scripts/bench_boards.py
	@$(BIN)/python scripts/bench_codes.py

soak: dev  ## the long numbers: 300 kill cycles, more rounds of every race
	@$(BIN)/python scripts/i18n.py compile
	@TANGGA_SOAK=1 $(BIN)/python -m pytest -m "soak or race or kill" $(TESTS)

lighthouse: dev  ## home, rewards, leaderboard and sign-in as a phone sees them (needs Node)
	@$(BIN)/python scripts/i18n.py compile
	@$(BIN)/python scripts/lighthouse.py

lint: dev  ## ruff only
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

format: dev  ## ruff, writing
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

lock: dev  ## renew the hashed requirement files from their .in files
	@$(UV_LOCK) requirements.in -o requirements.txt
	@$(UV_LOCK) requirements-dev.in -o requirements-dev.txt
	@$(UV_LOCK) requirements-uv.in -o requirements-uv.txt
