# Everything a contributor does, in one line each. `make` alone lists it.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
OUTPUT := output
PORT   ?= 8000

# Tools of the environment come first, so that its Node stands in where the machine has none.
export PATH := $(CURDIR)/$(BIN):$(PATH)

RESEARCH := PYTHONPATH=plugins $(BIN)/python -m research
SKELETON := plugins/research/start/skeleton
COMPILE := $(BIN)/pip-compile --quiet --strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links

.DEFAULT_GOAL := help
.PHONY: $(shell sed -n 's/^\([a-z-]*\):.*  \#\# .*/\1/p' Makefile)

help:  ## list the targets
	@awk -F ':.*  ## ' '/^[a-z-]+:.*  ## / {printf "  make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

environment: $(VENV)/.site node_modules/.site  ## install what a build needs

html: environment  ## train what is stale, build the blog, say where it lies
	@$(RESEARCH) html

draft: environment  ## the same, but train for seconds only, and mark what is shown as drafts
	@$(RESEARCH) draft

serve: html  ## build the blog and show it on localhost
	@$(RESEARCH) serve --port $(PORT)

devserver: environment  ## show the blog on localhost, build it on each save, and reload pages
	@$(RESEARCH) devserver --port $(PORT)

regenerate: environment  ## build the blog on each save
	@$(RESEARCH) regenerate

publish: environment  ## build the blog with the settings of publishconf.py
	@$(RESEARCH) publish

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
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml $(SKELETON)/dot_github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.gitlab-ci .gitlab-ci.yml $(SKELETON)/dot_gitlab-ci.yml
	$(BIN)/zizmor --quiet --offline --config .github/zizmor.yml .github $(SKELETON)/dot_github/workflows/*.yml

check: $(VENV)/.site  ## say what is unknown, uncited or incomplete in the bibliography
	@$(RESEARCH) check

add: $(VENV)/.site  ## fetch a work into the bibliography: make add WORK=arXiv:1312.6114
	@$(RESEARCH) add $(WORK)

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

bench-preview: html $(VENV)/.dev node_modules/.dev  ## measure from the save of a word to the reloaded page
	$(BIN)/python bench/preview.py
	$(BIN)/python bench/preview.py --posts 1000

bench-articles: $(VENV)/.dev node_modules/.site  ## measure what numbers and references cost
	$(BIN)/python bench/articles.py

bench-train: $(VENV)/.dev node_modules/.site  ## compare training with the VAE example of PyTorch
	$(BIN)/python bench/train.py

bench-models: $(VENV)/.dev node_modules/.site  ## measure the models of the blog over three seeds
	$(BIN)/python bench/seeds.py

bench-formulas: $(VENV)/.dev node_modules/.dev  ## weigh a page with sixty formulas in each format
	$(BIN)/python bench/formulas.py

bench-page: html $(VENV)/.dev node_modules/.dev  ## weigh the article as a reader loads it
	$(BIN)/python bench/page.py $(OUTPUT)/variational-autoencoders.html

bench-compile: $(VENV)/.dev  ## measure CPU seconds and memory to compile and check decoders
	$(BIN)/python bench/compile.py

bench-step: $(VENV)/.dev  ## compare steps of training in the page with TensorFlow.js
	$(BIN)/python bench/step.py

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

campaign-edits: $(VENV)/.dev node_modules/.site  ## edit a blog at random, and compare each build with one from nothing
	$(BIN)/python campaigns/edits.py

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
	$(PYTHON) bootstrap.py environment

$(VENV)/.site: requirements.txt | $(BIN)/python
	$(PYTHON) bootstrap.py python
	@touch $@

$(VENV)/.dev: requirements-dev.txt | $(BIN)/python
	$(PYTHON) bootstrap.py python --dev
	@touch $@ $(VENV)/.site

node_modules/.site: package-lock.json | $(BIN)/python
	$(PYTHON) bootstrap.py npm
	@touch $@

node_modules/.dev: package-lock.json | $(BIN)/python
	$(PYTHON) bootstrap.py npm --dev
	@touch $@ node_modules/.site
