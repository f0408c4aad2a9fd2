# setup does everything on a machine with python3 (with venv) and make; the others need it and call it.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.opsat
# Compiled modules are kept, whatever the environment says: every process that starts would compile them anew (1.7 s each).
export PYTHONDONTWRITEBYTECODE :=

.PHONY: setup konsol demo test egenskaber indlaesning mutants model regler oevelse chaos opgradering mutants-lanes bench bench-quick lint clean

setup: $(STAMP)

$(STAMP): pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "needs Python 3.11 or newer: name it, e.g. make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.8"
	UV_PROJECT_ENVIRONMENT=$(VENV) $(BIN)/uv sync --frozen --quiet --inexact --compile-bytecode --group dev
	@bash deploy/systempakker.sh
	@touch $(STAMP)

demo: setup
	$(BIN)/gateway demo $(DEMO)

# ARBEJDERE=2: in two processes. Without it in one, in order.
test: setup
	$(BIN)/python -m pytest -n $(or $(ARBEJDERE),2) --dist loadscope --no-loadscope-reorder $(PYTEST)

mutants: setup
	$(BIN)/python -m tests.mutanter.koersel $(MUTANTS)

# The properties on other examples each time, ANTAL rounds; a failure prints how to repeat it.
egenskaber: setup
	for nr in $$(seq $(or $(ANTAL),5)); do HYPOTHESIS_PROFILE=soeg $(BIN)/python -m pytest tests -m hypothesis -q \
	  --hypothesis-seed=$$RANDOM || exit 1; done

# docs/regler, from the rules' own declarations and what the tests say of them.
regler: setup
	$(BIN)/python -m tests.regelbog.skriv

# 10,000 running courses imported while live events flow.
indlaesning: setup
	$(BIN)/python -m pytest tests/ende_til_ende/test_indlaesning.py -m lang -s

# Every case of the lanes' model, explored exhaustively; MODEL='"A B ret"' names one.
model: setup
	$(BIN)/python -m tests.model.koersel $(MODEL)

# The console's pages as pictures (docs/konsol), on a stack with a few thousand citizens; then its tests on the same.
konsol: setup
	GATEWAY_KONSOL_BORGERE=$(or $(BORGERE),2000) GATEWAY_KONSOL_BILLEDER=docs/konsol $(BIN)/python -m pytest tests/konsol -m "lang or not lang" -q

# The drill: the database restored to an earlier time in the middle of a month.
oevelse: setup
	$(BIN)/python -m pytest tests/ende_til_ende/test_genopretning.py -q -s

# make chaos ARGS="--seed 7 --minutes 2 --replicas 3"; many: make chaos RUNS=200 ARGS="--minutes 1 --csv docs/reliability/chaos.csv"
chaos: setup
	$(BIN)/python -m tests.kaos $(if $(RUNS),--runs $(RUNS)) $(ARGS)

# Roles apart, a rolling restart of three replicas and a rolling upgrade from an older version, all under load.
opgradering: setup
	$(BIN)/python -m pytest tests/replikaer -m "lang or not lang" -q -s

# Broken variants of the lanes, each caught in at least 19 of 20 short runs.
mutants-lanes: setup
	$(BIN)/python -m tests.kaos.mutanter $(ARGS)

# Rates beside Parallel Consumer's, on the same topics and back end (needs go, java and mvn): benchmarks/METHOD.md.
bench-quick: setup
	$(BIN)/python -m benchmarks.hurtig

# Every cell with every arm, in ABBA order: hours. ARGS="--celler 0ms,50ms --runder 5"
bench: setup
	$(BIN)/python -m benchmarks.koer $(ARGS)
	$(BIN)/python -m benchmarks.plot

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

clean:
	rm -rf $(VENV) .gateway .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
