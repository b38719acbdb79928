# Everything happens in .venv. Needs Python 3.11 or later, git, gpg and ssh-keygen.

PYTHON ?= python3
PYTEST_ARGS ?=
BENCH_ARGS ?=
PEERS_ARGS ?=
FUZZ_SECONDS ?= 3600
BIN := .venv/bin
STAMP := .venv/.installed

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help venv test lint format demo bench attacks fuzz mutants peers servers clean

help:
	@echo 'make venv     the virtual environment, with $(BIN)/gitsig'
	@echo 'make test     all tests (PYTEST_ARGS=...)'
	@echo 'make lint     ruff and mypy'
	@echo 'make format   ruff format'
	@echo 'make demo     build a small repository full of forgeries and let gitsig judge it, and pushes too'
	@echo 'make bench    measure, and write docs/performance.md (BENCH_ARGS=..., PEERS_ROOT=..., BENCH_REPOS=...)'
	@echo 'make attacks  put every vector before gitsig and before git, and write docs/attacks.md'
	@echo 'make fuzz     fuzz every parser, FUZZ_SECONDS each (an hour), two at a time'
	@echo 'make mutants  take every check of grammar and judge away, and see a test fail (MUTANTS=modules)'
	@echo 'make peers    compare verdicts with Guix, sequoia-git and verify-commits, and write docs/compatibility.md (PEERS_ROOT=..., PEERS_ARGS=--record)'
	@echo 'make servers install gitolite3 for the tests that need it (Debian, as root)'
	@echo 'make clean    remove everything that these make'

venv: $(STAMP)
	@:

# A new venv's pip may be older than 25.1, which brought --group.
$(STAMP): pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -qq --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install -qq --editable . --group test --group oracles --group lint
	@touch $@

test: venv
	@$(BIN)/python -m pytest -n auto $(PYTEST_ARGS)

lint: venv
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: venv
	@$(BIN)/ruff format .

demo: venv
	@$(BIN)/python -m examples.demo.build

bench: venv
	@$(BIN)/python -m benchmarks $(BENCH_ARGS)

attacks: venv
	@$(BIN)/python -m tests.vectors.attacks

fuzz: venv
	@$(BIN)/python -m pip install -qq --group fuzz
	@$(BIN)/python -m fuzz --all --seconds $(FUZZ_SECONDS) --jobs 2

mutants: venv
	@nice -n 19 $(BIN)/python -m tests.mutation $(MUTANTS)

peers: venv
	@$(BIN)/python -m tests.peers $(PEERS_ARGS)

servers:
	@.ci/install-servers

clean:
	@rm -rf .venv .demo .bench .fuzz build dist .coverage htmlcov .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
