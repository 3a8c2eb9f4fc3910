# `make lab` opens JupyterLab on copies of the notebooks, `make test` runs every check. Both make .venv first where it is missing.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: lab test replays bench compatibility workshop docs lock models notebooks clean

lab: .venv/ready
	$(BIN)/edgekit lab

test: .venv/ready
	$(BIN)/python -m tests

# Every notebook on every project of the sandbox, and again out of a recording of it; a few of them are in make test.
replays: .venv/ready
	EDGEKIT_REPLAYS=all $(BIN)/python -m pytest tests/checks/test_notebooks_on_other_projects.py

bench: .venv/ready
	$(BIN)/python -m tests.bench

# An explorer in Jupyter Notebook 7, in marimo and in Firefox, each opened once; installs the first two into build/.
compatibility: .venv/ready
	$(BIN)/python -m tests.compatibility

# Build the workshop's papers and its pack for a USB stick, and run the course out of it with the network cut: minutes,
# and hundreds of megabytes from the package index. make workshop SYSTEMS="windows macos-arm64 macos-intel linux"
workshop: .venv/ready
	$(BIN)/python -m tests.workshop_pack $(SYSTEMS)

# Build the documentation into build/docs; any warning fails.
docs: .venv/ready
	$(BIN)/python -m sphinx -W --keep-going --quiet -c docs . build/docs

# Run every notebook against the sandbox and store it in its canonical form (see tests/checks/test_notebooks.py).
notebooks: .venv/ready
	env -u EI_API_KEY -u EDGEKIT_REPLAY $(BIN)/python -m edgekit.checks notebooks/*.ipynb notebooks/workshop/*.ipynb

# Train the sandbox's models anew, on kernels that nearly every processor has: on others they are others, if as good.
# Then the notebooks have to be run anew as well: make notebooks.
models: .venv/ready
	OPENBLAS_CORETYPE=Haswell $(BIN)/python -m edgekit.sandbox.train
	OPENBLAS_CORETYPE=Haswell $(BIN)/python -m tests.portability --write

# Pin the newest packages that install on every platform and every Python (see tests/lock.py); takes a few minutes.
lock: .venv/ready
	$(BIN)/python -m tests.lock

# uv takes seconds where pip takes minutes; pip is there for machines whose package index only pip knows of.
.venv/ready: requirements.lock pyproject.toml $(wildcard edgekit/labextension/*.json edgekit/labextension/static/*)
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("edgekit needs Python 3.11 or later; $(PYTHON) is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 $(MAKECMDGOALS)")'
	@echo "Installing into .venv: half a minute to a few minutes, the first time only."
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.5,<1'
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --no-deps -r requirements.lock -e . \
		|| $(BIN)/python -m pip install --quiet --no-deps -r requirements.lock -e .
	@touch $@

clean:
	rm -rf .venv
