# make app    serve the app            (ARGS="--server.port 8502" go to streamlit)
# make test   run the tests, in a real browser too (ARGS="-k sentence" go to pytest)
# make test-core   run the tests of formulas, losses and geometry: no torch, no browser, half a minute
# make test-heavy  run what make test leaves out or does at a shorter length
# make check  format, lint, types
# make docs   write the pages of docs/ that come from the code
# The first run makes .venv and installs what is needed; later runs start at once.

PYTHON ?= python3
PY := .venv/bin/python
# Node comes with requirements-dev.txt, for the checks of the scripts that run in the browser
NPM := PATH="$(CURDIR)/.venv/bin:$$PATH" .venv/bin/npm --silent --prefix tools/javascript

# Hundreds of processes of the tests import the package: each would compile all of it anew
unexport PYTHONDONTWRITEBYTECODE

.PHONY: app test test-core test-heavy servers check format docs clean
.DELETE_ON_ERROR:

app: .venv/.app
	$(PY) -m lossviz app $(ARGS)

# the files that use a mark: to collect all others takes half a minute
marked = $$(grep -rl "mark\.$(1)" tests --include="test_*.py")

test: servers
ifdef ARGS
	$(PY) -m pytest $(ARGS)
else
	OMP_NUM_THREADS=1 $(PY) -m pytest -m "not (alone or browser or heavy)" -n auto --dist loadfile
	OMP_NUM_THREADS=1 $(PY) -m pytest -m "browser and not (alone or heavy)" -n 2 --dist loadfile $(call marked,browser)
	$(PY) -m pytest -m "alone and not heavy" $(call marked,alone)
endif

test-heavy: servers
	$(PY) -m pytest -m heavy $(ARGS)

servers: .venv/.dev
	$(PY) tests/support/install_browser.py
	$(PY) tests/support/install_servers.py

test-core: .venv/.core
	OMP_NUM_THREADS=1 $(PY) -m pytest -m "not (alone or slow)" -n auto --dist loadfile @tests/core_tests.txt $(ARGS)

check: .venv/.dev .venv/.node
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(NPM) run check

format: .venv/.dev .venv/.node
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .
	$(NPM) run format

docs: .venv/.dev
	$(PY) -m lossviz catalogue > docs/catalogue.md
	$(PY) docs/generate_api.py > docs/api.md
	$(PY) -m lossviz.experiments.files.schema > docs/comparison.schema.json

clean:
	rm -rf .venv static tools/javascript/node_modules .pytest_cache .ruff_cache .mypy_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
		|| { echo "lossviz needs Python 3.11 to 3.13; say which: make PYTHON=python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.core: requirements-test-core.txt | .venv/bin/python
	$(PY) -m pip install --quiet -r requirements-test-core.txt
	touch $@

.venv/.app: requirements.txt | .venv/bin/python
	$(PY) -m pip install --quiet -r requirements.txt
	touch $@

.venv/.dev: requirements-dev.txt requirements-test-core.txt .venv/.app
	$(PY) -m pip install --quiet -r requirements-dev.txt
	touch $@

.venv/.node: tools/javascript/package-lock.json .venv/.dev
	$(NPM) ci
	touch $@
