# Two commands do all the set-up on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: demo test lint docs clean

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("communique needs Python 3.11 or later; try: make PYTHON=python3.12 demo")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	touch $@

demo: $(INSTALLED) ## label the documents in demo/documents and show the result
	$(BIN)/communique score demo/documents -o demo/run --overwrite --show --format csv
	@echo
	@echo "The same as files: demo/run/units.jsonl (a line a sentence), demo/run/units.csv (for a spreadsheet),"
	@echo "demo/run/statements.jsonl, demo/run/summary.json and demo/run/manifest.json."

test: $(INSTALLED) ## run the test suite
	$(BIN)/python -m pytest -q -n 2 -m "not slow and not gpu"

lint: $(INSTALLED) ## style, types and the import law
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

clean:
	rm -rf $(VENV) demo/run build dist *.egg-info
