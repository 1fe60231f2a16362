# Two commands matter: `make run` and `make test`. Each makes its own environment.
# On Windows, or without make, the pip lines of the README do the same.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help run test lint score bench clean

help:
	@echo "make run     install into $(VENV) and read: the camera if there is one and a screen, else the shipped clip"
	@echo "make test    install everything for development and pass the tests"
	@echo "make lint    ruff and mypy"
	@echo "make score   how well it reads, on the labelled pictures in CAMREC_SHARED (default ../shared)"
	@echo "make bench   how fast it is"
	@echo "make clean   remove $(VENV) and build files"

run: $(VENV)/.run
	@if [ "$$DISPLAY$$WAYLAND_DISPLAY$$(uname -s | grep Darwin)" ] && [ "$$($(BIN)/camrec cameras --json - 2>/dev/null)" ]; \
	then exec $(BIN)/camrec live; else exec $(BIN)/camrec demo; fi

test: $(VENV)/.test
	$(BIN)/python -m pytest

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

score: $(VENV)/.run
	$(BIN)/python tests/bench/score.py

bench: $(VENV)/.run
	$(BIN)/python tests/bench/speed.py

clean:
	rm -rf $(VENV) build *.egg-info

$(VENV)/.python:
	$(PYTHON) -m venv $(VENV) || { echo "python3-venv is missing: apt-get install python3-venv"; exit 1; }
	touch $@

$(VENV)/.run: $(VENV)/.python setup.cfg pyproject.toml
	$(BIN)/pip install --quiet --editable .
	@$(BIN)/python -c "import cv2" || { echo "OpenCV lacks libraries: apt-get install libgl1 libglib2.0-0 libsm6"; exit 1; }
	touch $@

$(VENV)/.test: $(VENV)/.run
	$(BIN)/pip install --quiet --editable ".[train,dev]"
	touch $@
