# Everything here starts from nothing but make and Python 3.11 or newer: the first target that needs it makes .venv.

PYTHON ?= python3
BIN := .venv/bin
EXACT := models text delivery policy errors
EMPTY :=
SPACE := $(EMPTY) $(EMPTY)
COMMA := ,
EXACT_FILES := $(subst $(SPACE),$(COMMA),$(foreach name,$(EXACT),*/syndicator/$(name).py */syndicator/$(name)/*.py))

.PHONY: help demo test test-all lint bench browser clean
.DEFAULT_GOAL := help

help: ## say what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1	\2/p' $(MAKEFILE_LIST) | expand -t 18

.venv/stamp: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "syndicator needs Python 3.11 or newer, and $(PYTHON) is not: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo "==> making .venv with syndicator and what its tests need (a minute or two, once)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: .venv/stamp ## the whole job on this machine: a newsroom, four networks, no credentials
	@echo "==> a newsroom and its networks on this machine, for a minute"
	@$(BIN)/syndicator demo

lint: .venv/stamp ## style, complexity and types
	@echo "==> lint: ruff check, ruff format --check, mypy --strict"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy --strict src

browser: ## the browser that the desk's tests drive, installed where it is missing and this may be done
	@command -v chromium-headless-shell chromium chromium-browser google-chrome >/dev/null 2>&1 || \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "==> installing a browser for the desk's tests"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
	      chromium-headless-shell fonts-dejavu-core >/dev/null; \
	  else echo "no Chromium here: the desk's tests in a browser are left out" >&2; fi

test: lint browser ## lint, then every quick test, with its share of the code measured
	@echo "==> tests, two at a time, all but the slow ones"
	@$(BIN)/pytest -n 2 -m "not slow" --cov=syndicator --cov-report=
	@echo "==> coverage: 90 % of all, 100 % of $(EXACT)"
	@$(BIN)/coverage report --fail-under=90
	@$(BIN)/coverage report --fail-under=100 --include='$(EXACT_FILES)'

test-all: .venv/stamp ## the slow tests, which make test leaves out: real services, long campaigns
	@echo "==> the slow tests (minutes)"
	@$(BIN)/pytest -n 2 -m slow

bench: .venv/stamp ## measure
	@echo "==> measurements on loopback"
	@$(BIN)/python -m bench

clean: ## remove what the targets above have made
	@echo "==> removing .venv, caches and reports"
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage .coverage.* htmlcov dist build
	@find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} +
