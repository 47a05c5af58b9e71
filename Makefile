# What a person types. Every verb first makes .venv and installs what is missing; a warm one goes straight on.
.DEFAULT_GOAL := ready
MAKEFLAGS += --no-print-directory
PYTHON := .venv/bin/python
RUN := $(PYTHON) -m
READY := .venv/.installed
SHARED := --dist worksteal -n
ENGINE := out/engine/.built
BROWSER := .venv/.browser
HUNTER := .venv/.hunter
MEASURES := .venv/.measures
MEASURED := $(subst $() $(), or ,$(filter-out or,$(BENCH)))

.PHONY: help ready run demo check lint types imports quick test soak bench wheel images fmt lock clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10

ready: $(ENGINE) ## install what is missing (also: plain `make`)

$(READY): requirements-dev.lock deploy/machine/install
	@deploy/machine/install

$(ENGINE): $(READY) $(wildcard services/media/engine/*.py services/media/engine/*.pxd) deploy/machine/compile.py
	@$(PYTHON) deploy/machine/compile.py && mkdir -p $(@D) && touch $@

$(BROWSER): $(READY)
	@deploy/machine/install chromium ezstream && touch $@

$(HUNTER): $(READY) requirements-soak.lock
	@$(RUN) pip install --quiet --require-hashes -r requirements-soak.lock && touch $@

$(MEASURES): $(READY) requirements-bench.lock
	-@deploy/machine/install janus
	-@$(RUN) pip install --quiet --no-deps --require-hashes -r requirements-bench.lock
	@touch $@

run: $(ENGINE) ## Parlor on this machine: http://localhost:8080 and https://localhost:8443; Ctrl-C drains
	@exec $(RUN) parlor up

demo: $(ENGINE) ## a speaker by RTP, one in a browser, a muted one, a simulated Echo; writes out/demo/, exit 0 only if every check holds
	@deploy/machine/browser; $(RUN) parlor demo

check: $(ENGINE) ## lint, types, import rules, and the unit, house and replay tests that take no sound in real time (at most 90 s)
	@$(MAKE) -j2 --output-sync=target lint types imports quick

lint: $(READY)
	@$(RUN) ruff format --quiet --check . && $(RUN) ruff check --quiet .

types: $(READY)
	@$(RUN) mypy --no-error-summary

imports: $(READY)
	@$(PYTHON) -c "from importlinter.cli import lint_imports_command as lint; lint(['--no-logo'])"

quick: $(ENGINE)
	@$(RUN) pytest -q $(SHARED) 2 -m "not slow" tests/unit tests/house tests/replay

test: $(ENGINE) $(BROWSER) ## every rule on real NATS and PostgreSQL (at most 10 min); INFRA=containers for the log's contract in containers
	@$(RUN) pytest -q $(SHARED) 3 $(if $(filter containers,$(INFRA)),tests/integration/log --infra=containers,tests --ignore=tests/bench) $(TESTS)

soak: $(ENGINE) $(HUNTER) ## long forms: 500 examples of every property, a hunt through every parser, faults, half an hour on the air
	@HYPOTHESIS_PROFILE=soak $(RUN) pytest -q -m hypothesis --timeout=1800 tests
	@HYPOTHESIS_PROFILE=soak $(RUN) pytest -q --timeout=1800 tests/fuzz
	@deploy/machine/sanitize
	@$(RUN) tests.fuzz.hunt $(or $(HUNT),60)
	@PARLOR_SEEDS=$(or $(SEEDS),10) PARLOR_FAULT_SECONDS=30 $(RUN) pytest -q -p no:xdist tests/integration/faults/test_faults.py
	@$(RUN) tests.bench.long_run $(or $(MINUTES),30)

bench: $(ENGINE) $(MEASURES) ## measurements into out/bench/; BENCH="name other" for some (docs/measuring.md)
	@$(RUN) pytest -q -p no:xdist --timeout=900 tests/bench $(if $(MEASURED),-k "$(MEASURED)")

wheel: $(READY) ## parlor-events, for tests in other repositories (docs/replaying.md), into out/wheel/
	@cd deploy/wheel && ../../$(RUN) hatchling build -t wheel -d ../../out/wheel

images: ## the container image, with docker, podman or buildah, and how a cluster gets it
	@mkdir -p out && deploy/images/build

fmt: $(READY) ## put the code in order
	@$(RUN) ruff format . && $(RUN) ruff check --fix .

lock: $(READY) ## renew requirements*.lock after a change of pyproject.toml (hashes, no addresses)
	@deploy/machine/lock

clean: ## forget the environment and all that was built; keeps .parlor
	@rm -rf .venv out services/media/engine/*.so .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
