PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check install
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --no-emit-index-url --python-version 3.11

BENCHMARKS := ack page forecast record status home start burst look ledger

.PHONY: bench demo test test-long lint types contracts unit lock screenshots clean

demo: $(VENV)/.runtime ## try the bot in a browser: no account, no tokens
	@$(BIN)/python -m bot demo

test: lint types contracts unit ## every check there is

$(VENV)/.runtime: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 2; }
	@echo "Making $(VENV) (once, a minute)"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) --no-deps --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.development: $(VENV)/.runtime requirements-dev.lock pyproject.toml
	@$(PIP) --no-deps --require-hashes -r requirements-dev.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

lint: $(VENV)/.development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.development
	$(BIN)/mypy

contracts: $(VENV)/.development
	$(BIN)/lint-imports

unit: $(VENV)/.development
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest --numprocesses auto --dist loadscope
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

test-long: $(VENV)/.development ## thousands of made-up histories and a thousand kills, against what must be told; two hours
	$(BIN)/python -m pytest -m long --hypothesis-show-statistics

bench: $(VENV)/.development ## how fast it is, beside the barest way to do the same; some minutes
	@failed=0; for name in $(BENCHMARKS); do $(BIN)/python benchmarks/$$name.py || failed=1; done; exit $$failed

lock: $(VENV)/.development ## renew the lock files after pyproject.toml changed
	$(LOCK) -o requirements.lock pyproject.toml
	$(LOCK) --group dev -c requirements.lock -o requirements-dev.lock pyproject.toml

screenshots: $(VENV)/.development ## take the pictures of the documentation from the real demo
	$(BIN)/python docs/screenshots.py

clean:
	rm -rf $(VENV) .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
