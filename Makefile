# The commands of the project. Each target is one line a person can run by hand; `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PY := .venv/bin/python
RUN := .venv/bin/recourse
LOCK := .tools/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header

.PHONY: screenshots help setup packages oracles lint test test-fast test-db test-postgres test-e2e test-crash demo bench soak messages lock clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

.venv/.ready: requirements-dev.txt pyproject.toml scripts/setup
	scripts/setup
	touch $@

setup: .venv/.ready  ## make .venv with the `recourse` command
	@$(RUN) collectstatic --noinput --verbosity 0

packages:  ## install the Debian packages that tests need (asks for nothing when they are there)
	scripts/packages

oracles: setup packages  ## build the programs of others that ours is compared with
	scripts/oracles

demo: setup  ## live five reports to their ends; ONCE=1 ends by itself
	$(RUN) demo $(if $(ONCE),--once)

lint: setup  ## style, types, import order
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports --no-logo
	.venv/bin/mypy

test: setup packages oracles  ## everything, in the order of speed
	scripts/test all

test-fast: setup  ## tests without servers: seconds
	scripts/test fast

test-db: setup  ## database tests on SQLite
	scripts/test sqlite

test-postgres: setup packages  ## database tests on PostgreSQL
	scripts/test postgres

test-e2e: setup packages  ## browser tests
	scripts/test e2e

test-crash: setup packages  ## processes are killed, nothing is lost; both databases
	scripts/test crash

bench: setup packages oracles  ## the figures of the README
	$(PY) -m benchmarks

soak: setup packages  ## the crash tests, long (SECONDS each, default 600)
	RECOURSE_CRASH_SECONDS=$(or $(SECONDS_EACH),600) scripts/test crash

screenshots: setup packages  ## picture every page anew into docs/screenshots
	rm -f docs/screenshots/*.png
	RECOURSE_TEST_SCREENSHOTS=1 .venv/bin/pytest -q tests/e2e -k sound

messages: setup packages  ## collect the texts for translation, and compile the translations
	scripts/messages

lock:  ## pin every version by hash, with no address of any index
	$(LOCK) pyproject.toml --extra town --extra video --extra heic --extra s3 -o requirements.txt
	$(LOCK) pyproject.toml --extra town --extra video --extra heic --extra s3 --group dev -o requirements-dev.txt
	$(LOCK) --group oracles --constraints requirements-dev.txt -o requirements-oracles.txt
	sed -n 's/^requires = \["\(.*\)"\]/\1/p' pyproject.toml | $(LOCK) - -o requirements-build.txt

clean:  ## remove what set-up and demo made
	rm -rf .venv .tools .demo staticfiles
