# All of it works in ./.venv, made when first needed from python3 with pip and venv.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.lbvedit-ready

.PHONY: help demo test lint bench man clean

help:
	@echo "make demo    edit a clip that it renders itself, and show the result"
	@echo "make test    lint, types, layers and tests"
	@echo "make lint    the same without the tests"
	@echo "make bench   the figures, one line each, also in runs/bench.json"
	@echo "make man     write the man pages anew from the command line"
	@echo "make clean   remove what was built, keep .venv"

# pip learnt --group in 25.1.
$(READY): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet "pip>=25.1"
	$(BIN)/python -m pip install --quiet -c constraints.txt -e . --group dev
	touch $@

demo: $(READY)
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python tests/demo.py demo

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint
	$(BIN)/pytest

bench: $(READY)
	$(BIN)/python -m tests.bench

man: $(READY)
	$(BIN)/python -m lbvedit.cli.manpage

clean:
	rm -rf build dist demo runs .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
