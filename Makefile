# What the wheel check asks of an installed Hubport.
QUOTE := quote --from 瓯海 --to 汉堡 --weight-kg 800 --volume-m3 4.2 --json

# Options for one run, such as: make test PYTEST_ARGS="-n auto"   make run SERVE_ARGS="--port 9000"
PYTEST_ARGS ?= -n auto --dist worksteal
SERVE_ARGS ?=
BENCH_ARGS ?=

BIN := .venv/bin
BENCH := $(BIN)/python -m benchmarks
# Benchmarks that no test runs in small; the tests run the others.
UNTESTED := consolidation ctsndp schedule psplib contract

.DEFAULT_GOAL := help
.PHONY: help env system run test lint fix pytest audit wheel-check bench bench-smoke screenshots lock clean

help:
	@echo "make run          serve Hubport on this machine and print its address"
	@echo "make test         everything that is checked before a change lands"
	@echo "make lint         style, types, import rules, spelling"
	@echo "make audit        known vulnerabilities of dependencies, secrets in files"
	@echo "make fix          format, and mend what can be mended by a tool"
	@echo "make pytest       the tests alone"
	@echo "make wheel-check  build the wheel and use it in an empty environment"
	@echo "make bench        the benchmarks"
	@echo "make screenshots  pictures of all pages, into build/screenshots, and those of the README"
	@echo "make lock         resolve the dependencies again (needs uv)"
	@echo "make clean        remove everything that was made"

env:
	@.ci/env

system:
	@.ci/system

run: env
	@$(BIN)/hubport serve $(SERVE_ARGS)

# The tests come last, so that their closing line ends the output.
test: env system
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory audit
	@$(MAKE) --no-print-directory wheel-check
	@$(MAKE) --no-print-directory bench-smoke
	@$(MAKE) --no-print-directory pytest

lint: env
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache --no-logo
	$(BIN)/codespell

fix: env
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

pytest: env
	$(BIN)/python -m pytest $(PYTEST_ARGS)

audit: env
	$(BIN)/python .ci/audit.py

wheel-check: env
	$(BIN)/python .ci/wheel_check.py $(QUOTE)

bench: env
	$(BENCH) $(BENCH_ARGS)

bench-smoke: env
	set -e; for name in $(UNTESTED); do $(BENCH) $$name --smoke; done

screenshots: env system
	$(BIN)/python -m tests.browser.screenshots build/screenshots
	$(BIN)/python -m tests.browser.readme_pictures docs/images

lock:
	env -u PIP_FIND_LINKS uv pip compile pyproject.toml --universal --python-version 3.11 --extra dev \
		--generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet --output-file requirements.lock

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
