# make run        serve API and console with sample inspections on http://127.0.0.1:8000
# make test       build the test environment, then lint, types, layers and the default suite
# make check      ruff, mypy strict, import-linter
# make test-slow  the long, browser and PostgreSQL tests
# make clean      remove environments and caches; data in .state stays

PYTHON ?= python3.11
SERVE := .venv
TEST := .venv-test
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1
INSTALL := install --quiet --no-deps --require-hashes

.PHONY: run test check test-slow clean

run: $(SERVE)/.installed
	@$(SERVE)/bin/tallyman demo

test: check
	$(TEST)/bin/python -m pytest

check: $(TEST)/.installed
	$(TEST)/bin/ruff check .
	$(TEST)/bin/ruff format --check .
	$(TEST)/bin/mypy
	$(TEST)/bin/lint-imports

test-slow: $(TEST)/.installed
	$(TEST)/bin/python -m pytest -m "slow or browser or postgres"

$(SERVE)/.installed: serve.lock pyproject.toml
	@echo "Installing the serving dependencies into $(SERVE) ..."
	@$(PYTHON) -m venv $(SERVE)
	@$(PIP) $(SERVE)/bin/python -m pip $(INSTALL) --requirement serve.lock
	@$(PIP) $(SERVE)/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(TEST)/.installed: test.lock pyproject.toml
	@echo "Installing the test and training dependencies into $(TEST) (6 GB, some minutes) ..."
	@$(PYTHON) -m venv $(TEST)
	@$(PIP) $(TEST)/bin/python -m pip $(INSTALL) --requirement test.lock
	@$(PIP) $(TEST)/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

clean:
	rm -rf $(SERVE) $(TEST) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache *.egg-info
