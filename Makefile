# make app    serve the app            (ARGS="--server.port 8502" go to streamlit)
# make test   run every test, in a real browser too (ARGS="-k sentence" go to pytest)
# make check  format, lint, types
# The first run makes .venv and installs what is needed; later runs start at once.

PYTHON ?= python3
PY := .venv/bin/python

.PHONY: app test check format clean
.DELETE_ON_ERROR:

app: .venv/.app
	$(PY) -m streamlit run app.py $(ARGS)

test: .venv/.dev
	$(PY) tests/support/install_browser.py
ifdef ARGS
	$(PY) -m pytest $(ARGS)
else
	OMP_NUM_THREADS=1 $(PY) -m pytest -m "not (alone or browser)" -n auto --dist loadfile
	$(PY) -m pytest -m "alone or browser"
endif

check: .venv/.dev
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy

format: .venv/.dev
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

clean:
	rm -rf .venv static .pytest_cache .ruff_cache .mypy_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
		|| { echo "lossviz needs Python 3.11 to 3.13; say which: make PYTHON=python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.app: requirements.txt | .venv/bin/python
	$(PY) -m pip install --quiet -r requirements.txt
	touch $@

.venv/.dev: requirements-dev.txt .venv/.app
	$(PY) -m pip install --quiet -r requirements-dev.txt
	touch $@
