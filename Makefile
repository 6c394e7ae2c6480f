# make demo   a virtual environment with convcalc in it, and its first answer
# make test   set up and run the tests         make lint   ruff and mypy
# make bench  the benchmark tables             make docs   the documentation as pages in site/

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: demo test lint bench docs clean

demo: $(VENV)/installed
	$(BIN)/convcalc shape "conv 3x3 s2 p1" --input 1,28,28
	@echo "convcalc is installed in $(BIN); run $(BIN)/convcalc, or: source $(BIN)/activate"

test: $(VENV)/test
	$(BIN)/python -m pytest -n 2 $(PYTEST)

lint: $(VENV)/lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/bench
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/trace.py
	$(BIN)/python benchmarks/check.py
	$(BIN)/python benchmarks/verify.py
	$(BIN)/python benchmarks/quiz.py

docs: $(VENV)/docs
	$(BIN)/mkdocs build --strict --quiet

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) --editable .
	$(BIN)/python -m compileall -q convcalc
	touch $@

$(VENV)/test $(VENV)/lint $(VENV)/bench $(VENV)/docs: $(VENV)/installed
	$(PIP) --editable .[$(@F)]
	touch $@

clean:
	rm -rf $(VENV) site .pytest_cache .mypy_cache .ruff_cache .hypothesis
