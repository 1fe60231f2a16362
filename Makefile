# Two commands matter: `make run` and `make test`. Each makes its own environment.
# On Windows, or without make, the pip lines of the README do the same.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RIVALS := .venv-rivals
RIVALS_PYTHON ?= $(RIVALS)/bin/python
SECONDS_EACH ?= 3600
RUNS_EACH ?= 1000000
FRAMES ?= 100000

.DEFAULT_GOAL := help
.PHONY: help run test coverage fuzz soak lint score bench rivals clean

help:
	@echo "make run     install into $(VENV) and read: the camera if there is one and a screen, else the shipped clip"
	@echo "make test    install everything for development and pass the tests"
	@echo "make coverage    the same, and which lines they ran: a table, and pages in htmlcov/"
	@echo "make fuzz    feed each reader of files a million damaged ones, or as many as an hour allows, until one fails;"
	@echo "             SECONDS_EACH=60 for a minute each instead of an hour, RUNS_EACH=1000 for fewer"
	@echo "make soak    100,000 frames through live, video and the server: memory, files and threads; FRAMES=20000 for fewer"
	@echo "make lint    ruff, and mypy as on Linux, macOS and Windows"
	@echo "make score   how well it reads, on the labelled pictures in CAMREC_SHARED (default ../shared) and on rendered ones;"
	@echo "             LIMIT=100 for the first 100 of each set, FONTS=folder for handwriting fonts in what is rendered,"
	@echo "             ALONE=1 without other readers, RIVALS_PYTHON=path for a Python that has them"
	@echo "make bench   how fast it is; ALONE and RIVALS_PYTHON as above"
	@echo "make rivals  install other readers into $(RIVALS); score and bench then print them beside camrec"
	@echo "make clean   remove $(VENV), $(RIVALS) and build files"

run: $(VENV)/.run
	@if [ "$$DISPLAY$$WAYLAND_DISPLAY$$(uname -s | grep Darwin)" ] && [ "$$($(BIN)/camrec cameras --json - 2>/dev/null)" ]; \
	then exec $(BIN)/camrec live; else exec $(BIN)/camrec demo; fi

test: $(VENV)/.test
	$(BIN)/python -m pytest

coverage: $(VENV)/.test
	$(BIN)/python -m pytest --cov --cov-report=term:skip-covered --cov-report=html

fuzz: $(VENV)/.test
	@for target in tests/fuzz/fuzz_*.py; do \
		name=$$(basename $$target .py | sed s/fuzz_//); \
		echo "$$name: $(RUNS_EACH) inputs, or $(SECONDS_EACH) s"; \
		mkdir -p build/fuzz; touch build/fuzz/.begun; \
		$(BIN)/python $$target -runs=$(RUNS_EACH) -max_total_time=$(SECONDS_EACH) && continue; \
		found=$$(find build/fuzz -newer build/fuzz/.begun \( -name "$$name-crash-*" -o -name "$$name-timeout-*" -o -name "$$name-oom-*" \) | head -n 1); \
		echo; \
		if [ -z "$$found" ]; then echo "$$name failed, and on no input: see what is said above (atheris runs on Linux)"; exit 1; fi; \
		echo "$$name failed on $$found; try it again with: $(BIN)/python $$target $$found"; \
		echo "Once it is mended, keep that file in tests/fuzz/findings/$$name/."; exit 1; \
	done

soak: $(VENV)/.test
	$(BIN)/python tests/bench/soak.py --frames $(FRAMES)

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@for system in linux darwin win32; do \
		echo "mypy as on $$system"; $(BIN)/mypy --platform $$system --cache-dir .mypy_cache/$$system || exit 1; \
	done

score: $(VENV)/.run
	$(if $(FONTS),$(BIN)/pip install --quiet "fonttools[woff]" pillow)
	$(BIN)/python tests/bench/score.py --rivals "$(RIVALS_PYTHON)" $(if $(ALONE),--alone) \
		$(if $(LIMIT),--limit $(LIMIT)) $(if $(FONTS),--fonts "$(FONTS)")

bench: $(VENV)/.run
	$(BIN)/python tests/bench/speed.py --rivals "$(RIVALS_PYTHON)" $(if $(ALONE),--alone)

# An environment of their own: they bring opencv-python-headless, which must not lie beside opencv-python.
rivals:
	$(PYTHON) -m venv $(RIVALS) || { echo "python3-venv is missing: apt-get install python3-venv"; exit 1; }
	$(RIVALS)/bin/pip install --quiet rapidocr onnxruntime faster-paddle
	@command -v tesseract >/dev/null || echo "Tesseract comes from the system: apt-get install tesseract-ocr"

clean:
	rm -rf $(VENV) $(RIVALS) build *.egg-info

$(VENV)/.python:
	$(PYTHON) -m venv $(VENV) || { echo "python3-venv is missing: apt-get install python3-venv"; exit 1; }
	touch $@

$(VENV)/.run: $(VENV)/.python setup.cfg pyproject.toml
	$(BIN)/pip install --quiet --editable .
	@$(BIN)/python -c "import cv2" || { echo "OpenCV lacks libraries: apt-get install libgl1 libglib2.0-0 libsm6"; exit 1; }
	touch $@

$(VENV)/.test: $(VENV)/.run
	$(BIN)/pip install --quiet --editable ".[train,video,web,batch,dev]"
	touch $@
