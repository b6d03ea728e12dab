# Each target makes its environment itself: a fresh clone needs Python 3.11 or newer and make, nothing else.
#
#   make demo    a course, a class of twelve, their grades: the whole thing in two minutes
#   make lab     the lessons, in JupyterLab
#   make test    what must pass before anything lands
#   make soak    the long runs: a thousand seeds
#   make lint    style, types, and which package may import which

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet -c constraints.txt

.PHONY: demo lab test soak lint build clean

demo: $(VENV)/.installed-grade
	$(BIN)/dlteach demo

lab: $(VENV)/.installed-base
	$(BIN)/dlteach lab

test: lint
	$(BIN)/dlteach build --check
	$(BIN)/python -m pytest -n auto --dist loadgroup

soak: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -m soak -n auto

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

build: $(VENV)/.installed-grade
	$(BIN)/dlteach build

clean:
	rm -rf $(VENV) build dist .grimp_cache .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

# The larger environments contain the smaller ones, so installing one marks those as installed too.
$(VENV)/.installed-base: $(BIN)/python pyproject.toml constraints.txt
	$(PIP) -e .
	@touch $@

$(VENV)/.installed-grade: $(BIN)/python pyproject.toml constraints.txt
	$(PIP) -e '.[grade]'
	@touch $(VENV)/.installed-base $@

$(VENV)/.installed-dev: $(BIN)/python pyproject.toml constraints.txt
	$(PIP) -e '.[dev,torch]'
	@touch $(VENV)/.installed-base $(VENV)/.installed-grade $@

# PYTHON=python3.12 chooses one; left out, the first that is new enough.
$(BIN)/python:
	@for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "dlteach needs Python 3.11 or newer, and there is none here: please install it from https://www.python.org and run make again." >&2; exit 1; \
	fi; \
	if ! $$found -c 'import ensurepip, venv' >/dev/null 2>&1; then \
		echo "$$found has no venv module: please install it (on Debian and Ubuntu: apt install python3-venv) and run make again." >&2; exit 1; \
	fi; \
	echo "making $(VENV) with $$($$found --version); the packages take a minute or two"; \
	$$found -m venv $(VENV)
