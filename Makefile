# Every target sets up what it needs first; a stamp file says what is done already.
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
# spark-submit looks for its home through the first python3 in PATH.
export PATH := $(CURDIR)/$(BIN):$(PATH)
# The newest Python of the machine that the pins were made for.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && { echo $$p; break; }; done)

.PHONY: setup demo test test-all check bench requirements schema clean
.DEFAULT_GOAL := setup

setup: $(VENV)/.project jars/.verified $(VENV)/.spark-conf

demo: setup
	$(BIN)/segspark demo demo-workspace

test: setup
	$(BIN)/pytest

test-all: setup
	$(BIN)/pytest -m "slow or not slow"

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m segspark.config.schema --check

bench: setup
	@for file in $(wildcard benchmarks/bench_*.py); do echo "$$file"; $(BIN)/python "$$file" || exit 1; done

# The hashed export: exact versions for every supported Python and system, no address of any registry.
requirements: $(VENV)/.dependencies
	$(BIN)/uv pip compile pyproject.toml --extra local --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-header --no-emit-index-url --quiet -o requirements.txt

schema: setup
	$(BIN)/python -m segspark.config.schema

clean:
	rm -rf $(VENV) jars build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/.created:
	@test -n "$(PYTHON)" || { echo "Python 3.11 to 3.13 is needed; install it (e.g. python3.11 and python3.11-venv)" \
		"or name it: make PYTHON=/where/python3 $(MAKECMDGOALS)" >&2; exit 4; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

# uv is itself pinned in the export; its part is cut out and installed first, the rest by uv, which is faster.
$(VENV)/.dependencies: requirements.txt $(VENV)/.created
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.txt > $(VENV)/uv.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $(VENV)/uv.txt
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.txt
	@touch $@

$(VENV)/.project: pyproject.toml $(VENV)/.dependencies
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --offline -e .
	@touch $@

jars/.verified: conf/jars/pom.xml conf/jars/SHA256SUMS $(VENV)/.project
	$(BIN)/python -m segspark.jars fetch
	@touch $@

# What a bare `spark-submit jobs/….py` of this environment needs: the jars and quiet logs.
$(VENV)/.spark-conf: conf/spark-local.conf jars/.verified
	$(BIN)/python -m segspark.jars configure
	@touch $@
