# Each target does its own set-up: a virtual environment in .venv, the front end, and (for the tests) Chromium.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
READY := .venv/.ready
TOOLS := .venv/.tools
LINK := .venv/share/jupyter/labextensions/primehub-deploy-ext
FRONT := primehub_deploy_ext/labextension/package.json
SOURCES := $(shell find labextension/src labextension/style labextension/schema -type f 2>/dev/null) labextension/package.json

.PHONY: help lab quickstart test test-fast check unit engines ui-unit ui packaging notebooks hub bench screenshots clean browser prometheus monitoring dashboards cluster

help: ## Show this
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

# What builds the front end; the package itself is installed once that is there.
$(TOOLS): Makefile
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet 'jupyter-builder>=1.2,<2' 'hatch-jupyter-builder>=0.10' 'hatchling>=1.27' editables
	touch $@

labextension/node_modules/.ready: labextension/package.json labextension/yarn.lock $(TOOLS)
	cd labextension && jlpm install --immutable
	touch $@

$(FRONT): $(SOURCES) labextension/node_modules/.ready
	cd labextension && jlpm build:prod
	touch $@

# Linked, so that a new build of the front end is there after a reload of the page. The link goes before pip comes, or pip
# would put its install.json through it into the front end, which no wheel could be made of any more.
$(READY): pyproject.toml | $(FRONT)
	rm -rf $(LINK) primehub_deploy_ext/labextension/install.json
	SKIP_JUPYTER_BUILDER=1 $(BIN)/python -m pip install --quiet --no-build-isolation --editable . --group dev
	rm -rf $(LINK)
	ln -s $(CURDIR)/primehub_deploy_ext/labextension $(LINK)
	touch $@

tests/ui/node_modules/.ready: tests/ui/package.json tests/ui/yarn.lock $(TOOLS)
	cd tests/ui && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 jlpm install --immutable
	touch $@

tests/hub/node_modules/.ready: tests/hub/package.json tests/hub/yarn.lock pyproject.toml $(READY)
	$(BIN)/python -m pip install --quiet --group hub
	cd tests/hub && jlpm install --immutable
	touch $@

browser:
	@test -n "$$CHROMIUM_PATH" || test -x /usr/bin/chromium || (apt-get update -qq && apt-get install -y -qq chromium)

# Unpacked, not installed: Debian's package would start a service.
prometheus:
	@test -n "$$PROMETHEUS_BIN" || command -v prometheus >/dev/null || test -x .venv/prometheus/usr/bin/prometheus || \
		(apt-get update -qq && mkdir -p .venv/prometheus && cd .venv/prometheus && apt-get download -qq prometheus && \
		dpkg -x prometheus_*.deb . && rm prometheus_*.deb)

lab: $(READY) $(FRONT) ## Start JupyterLab on the quickstart notebook
	jupyter lab notebooks/quickstart.ipynb $(if $(filter 0,$(shell id -u)),--allow-root) $(LAB_OPTIONS)

quickstart: $(READY) ## Run the quickstart notebook without a browser and print what it shows
	python scripts/demo_server.py python scripts/run_notebook.py notebooks/quickstart.ipynb

# Real processes on a busy machine may be late for once; what fails twice more is broken. Which were, and why, is told at the end.
unit engines notebooks monitoring cluster hub: export PYTEST_ADDOPTS := $(if $(CI),--reruns 2 --rerun-show-tracebacks -raR)

test: check unit engines ui-unit packaging notebooks monitoring cluster ui hub ## Run every test

test-fast: check unit ui-unit ## Run what needs neither engine nor browser

check: $(READY) ## Lint, types, layering
	ruff format --check .
	ruff check .
	mypy
	lint-imports
	cd labextension && jlpm lint:check && jlpm types:check

unit: $(READY)
	python -m pytest -q -n 2 tests/unit tests/server

engines: $(READY)
	python -m pytest -q tests/engines tests/faults tests/acceptance

ui-unit: labextension/node_modules/.ready
	cd labextension && jlpm test

packaging: $(READY) $(FRONT)
	python -m pytest -q tests/packaging

notebooks: $(READY)
	python -m pytest -q tests/notebooks

monitoring: $(READY) prometheus
	python -m pytest -q --timeout 300 tests/monitoring

cluster: $(READY) $(FRONT) tests/ui/node_modules/.ready prometheus browser ## Run what needs a real Kubernetes: built the first time (16 min), then cached
	tests/cluster/run.sh

dashboards: $(READY) ## Make Grafana's dashboards and the alert rules anew
	python -m primehub_deploy_ext.monitoring.grafana

ui: $(READY) $(FRONT) tests/ui/node_modules/.ready browser
	tests/ui/run.sh

hub: $(READY) $(FRONT) tests/hub/node_modules/.ready browser
	python -m pytest -q --timeout 300 tests/hub

screenshots: $(READY) $(FRONT) tests/ui/node_modules/.ready browser ## Renew docs/screenshots
	tests/ui/run.sh adminLooks refusals
	tests/ui/run.sh --config playwright.screens.config.js
	python -m pip install --quiet --group screenshots
	python scripts/keep_screenshots.py tests/ui/test-results/looks docs/screenshots

bench: $(READY) $(FRONT) tests/ui/node_modules/.ready browser ## Measure, side by side, what the README claims
	python benchmarks/deploy.py
	python benchmarks/access.py
	python benchmarks/monitoring.py
	tests/ui/run.sh --config playwright.figures.config.js

clean: ## Remove what was built
	rm -rf .venv build dist labextension/lib labextension/node_modules primehub_deploy_ext/labextension tests/ui/node_modules tests/hub/node_modules
