# `make` lists the targets. Everything goes into .venv/ and evidence/; neither is tracked.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory
.NOTPARALLEL:

VENV := .venv
BIN := $(VENV)/bin
OUT ?= evidence
ARGS ?=
PACKAGES := config collector checks assessment reporters styrk tests bench
# Files that the tests need from Debian: the servers that they start, and the tools that they compare with.
TEST_PACKAGES := tests/packages.txt
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input

# The first Python that runs and is new enough; PYTHON=... on the command line wins.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-17s %s\n", $$1, $$2}' Makefile

.PHONY: scan
scan: $(VENV)/.installed ## scan this host: a sealed bundle and a report in evidence/ (ARGS=... adds options)
	@status=0; $(BIN)/styrk scan --out "$(OUT)" $(ARGS) || status=$$?; \
	case $$status in 0|1|3) ;; *) exit $$status ;; esac # 1: exceptions found, 3: something undetermined; both are sealed

.PHONY: test
test: packages lint ## lint, types, contracts and all tests, real servers included
	$(BIN)/python -m pytest -n auto --ignore=tests/integration $(ARGS)
	@test "$$(id -u)" -eq 0 || { echo "The servers' tests make network namespaces. Run them as root: sudo make test-servers" >&2; exit 1; }
	$(BIN)/python -m pytest -n auto --dist loadfile tests/integration -m "not privacyidea" $(ARGS)

.PHONY: test-servers
test-servers: packages $(VENV)/.installed-dev ## the tests with real servers (as root)
	$(BIN)/python -m pytest -n auto --dist loadfile tests/integration -m "not privacyidea" $(ARGS)

# Apart from `make test`: pip installs the server (some 70 packages, 33 s when idle), outside the hashes of the lock.
# `make test` judges with answers recorded from this very server (tests/collector/recordings/privacyidea).
.PHONY: test-privacyidea
test-privacyidea: $(VENV)/.installed-dev ## the tests with a real privacyIDEA server, which pip installs once
	$(BIN)/python -m pytest tests/integration/test_privacyidea.py --timeout=600 $(ARGS)

.PHONY: test-fast
test-fast: $(VENV)/.installed-dev ## the tests that need no server
	$(BIN)/python -m pytest -n auto --ignore=tests/integration $(ARGS)

.PHONY: lint
lint: $(VENV)/.installed-dev ## style, format, types, architecture contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

.PHONY: format
format: $(VENV)/.installed-dev ## format, and fix what can be fixed safely
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

.PHONY: bench
bench: $(VENV)/.installed-dev ## measure against the machine's own tools (ARGS="--json", ARGS="--help")
	$(BIN)/python bench/run.py $(ARGS)

.PHONY: verifier
verifier: $(VENV)/.installed ## dist/styrk-verify.pyz: verifies and re-performs on any Python 3.11, nothing installed
	@$(BIN)/python -m styrk.archive dist/styrk-verify.pyz

.PHONY: packages
packages: ## install what the tests need from Debian (as root), or say what is missing
	@sh .ci/install-packages @$(TEST_PACKAGES)

# Hashes of all files of a release, for every Python that the project supports; no registry's address.
LOCK := env -u UV_INDEX_URL -u UV_EXTRA_INDEX_URL UV_CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/uv --quiet pip compile \
	--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-build

.PHONY: lock
lock: $(VENV)/.installed-dev ## resolve the dependencies anew and write both lock files
	$(LOCK) --upgrade pyproject.toml --group build -o requirements.lock
	$(LOCK) --upgrade pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock

.PHONY: clean
clean: ## remove the environment and caches; evidence/ is kept
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find $(PACKAGES) -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "Styrk needs Python 3.11 or later (Debian: apt-get install python3 python3-venv)" >&2; exit 1; }
	@rm -rf $(VENV)
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || sh .ci/install-packages python3-venv
	@echo "Making $(VENV) with $$("$(PYTHON)" --version)" && "$(PYTHON)" -m venv $(VENV)
	@touch $@

# --require-hashes: nothing is installed that the lock does not name. The project is installed in place, from this folder.
$(VENV)/.installed: requirements.lock pyproject.toml | $(VENV)/.made
	@echo "Installing Styrk's dependencies (once)"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	@echo "Installing the tools for development (once)"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@
