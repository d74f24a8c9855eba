# Everything happens inside .venv, which the first target that needs it prepares from the exact, hashed versions in
# requirements-dev.lock. What a machine must have: git, make, and Python 3.11, 3.12 or 3.13 with venv.

PYTHON ?=
ARGS ?=

BIN := .venv/bin
READY := .venv/.ready
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check --no-input
# Many tests wait for something, so there are twice as many workers as a small machine has cores.
PYTEST := $(BIN)/python -m pytest -n 4 --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help setup chat test check bench lock clean

help:
	@echo "make setup   prepare .venv, and nothing else"
	@echo "make chat    ask about the sample articles, in the terminal"
	@echo "make test    run the tests"
	@echo "make check   format, lint, types, import contracts and tests: what CI runs"
	@echo "make bench   run the benchmarks"
	@echo "make lock    resolve both lock files anew (for maintainers; UPGRADE=1 takes the newest versions)"
	@echo "make clean   remove .venv and every cache"
	@echo
	@echo "ARGS=\"...\" is handed on to chat, test and bench."
	@echo "make clean setup PYTHON=python3.12 chooses the interpreter."

setup: $(READY)
	@echo "Ready: $(BIN)/kildebot"

chat: $(READY)
	@$(BIN)/kildebot chat $(ARGS)

test: $(READY)
	@$(PYTEST) $(ARGS)

check: $(READY)
	@echo "== format"
	@$(BIN)/ruff format --check .
	@echo "== lint"
	@$(BIN)/ruff check .
	@echo "== types"
	@$(BIN)/mypy
	@echo "== import contracts"
	@$(BIN)/lint-imports
	@echo "== tests"
	@$(PYTEST) -q

bench: $(READY)
	@$(BIN)/python -m benchmarks $(ARGS)

# The stamp is written last, so that what was interrupted is done again.
$(READY): requirements-dev.lock pyproject.toml | $(BIN)/pip
	@echo "Preparing .venv (a minute or two) ..."
	@$(PIP) install --require-hashes --requirement requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# The first of the usual names that is a Python the lock was tried out on. pip is the last thing that venv installs.
$(BIN)/pip:
	@for python in $(or $(PYTHON),python3 python3.13 python3.12 python3.11); do \
	    "$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && break; \
	    python=; \
	done; \
	test -n "$$python" || { echo "kildebot needs Python 3.11, 3.12 or 3.13; $(or $(PYTHON),python3) is not. Name one that is: make setup PYTHON=..." >&2; exit 1; }; \
	"$$python" -c 'import ensurepip, venv' 2>/dev/null || { echo "$$python has no venv; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }; \
	"$$python" -m venv --clear .venv

# For maintainers only: needs the network, and uv on the path.
LOCK = UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile pyproject.toml --quiet --universal \
    --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links $(if $(UPGRADE),--upgrade)

lock:
	@command -v uv >/dev/null || { echo "make lock needs uv; install it with: pipx install uv" >&2; exit 1; }
	@$(LOCK) --output-file requirements.lock
	@$(LOCK) --group dev --constraint requirements.lock --output-file requirements-dev.lock

clean:
	@rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .grimp_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
