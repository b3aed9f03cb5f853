# Two commands do everything: `make grade` shows the toolkit at work, `make test` checks it.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help grade test lint format typing stubs figures benchmark clean

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## */  make \1|/' | column -t -s '|'

grade: $(VENV)/.installed  ## set up .venv, then grade the sample submissions of assignment 3
	@mkdir -p .grade
	@$(BIN)/grade batch assignment3 tests/submissions/assignment3_convolution --allow-weak-isolation \
		--gradebook .grade/samples.sqlite

test: $(VENV)/.installed-dev lint typing  ## set up .venv, then run every check and test
	$(BIN)/python -m pytest -n auto --dist worksteal

lint: $(VENV)/.installed-dev  ## style and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

format: $(VENV)/.installed-dev  ## mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

typing: $(VENV)/.installed-dev  ## types of the toolkit
	$(BIN)/mypy

stubs: $(VENV)/.installed-dev  ## make every stub and notebook anew from its solution
	$(BIN)/grade stub --all

figures: $(VENV)/.installed-dev  ## draw the handouts' figures anew
	for script in assignments/*/figures/draw.py; do $(BIN)/python $$script; done

benchmark: $(VENV)/.installed  ## where the time goes, as ratios measured in one run
	$(BIN)/python benchmarks/grade_command.py
	$(BIN)/python benchmarks/batch.py
	$(BIN)/python benchmarks/breakdown.py

$(VENV)/bin/python:
	@$(PYTHON) tools/check_python.py
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt tools/install_bubblewrap.sh | $(VENV)/bin/python
	sh tools/install_bubblewrap.sh
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[class]'
	@$(BIN)/python -m compileall -q grader reference tests/hidden  # a student's first run need not do it
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt tools/install_postgresql.sh | $(VENV)/.installed
	sh tools/install_postgresql.sh
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[class,cluster,dev,torch]'
	@touch $@

clean:  ## remove what the other targets made
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
