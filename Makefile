.PHONY: install demo serve test spark notebook check e2e bench docs lock
VENV := .venv
RUN := $(VENV)/bin
FRACTION ?= 0.1

$(VENV)/.installed: requirements-dev.txt pyproject.toml package-lock.json
	python3 -m venv $(VENV)
	$(RUN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(RUN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	npm ci --silent
	$(RUN)/python -m localcare.design.frontend
	touch $@

install: $(VENV)/.installed

demo: install ## build the synthetic area and serve it
	$(RUN)/localcare demo --fraction $(FRACTION)
	$(RUN)/localcare serve

serve: install
	$(RUN)/localcare serve

test: install ## the whole suite but the browser and Spark, on SQLite
	$(RUN)/pytest -n 2 --dist worksteal -m "not e2e and not spark" tests

spark: install ## a run on Apache Spark gives the tables of DuckDB; needs Java 17
	$(RUN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-spark.txt
	$(RUN)/pytest -m spark tests/population

notebook: install ## the notebook of the how-to runs from its first cell to its last on a small demonstration
	rm -rf var/notebook
	LOCALCARE_DATA=var/notebook $(RUN)/localcare demo --fraction 0.01
	LOCALCARE_DATA=$(CURDIR)/var/notebook $(RUN)/jupyter-execute docs/how-to/ask-from-python.ipynb

check: install ## lint, types, import contracts
	$(RUN)/ruff check src tests bench
	$(RUN)/ruff format --check src tests bench
	$(RUN)/mypy
	$(RUN)/lint-imports

e2e: install ## journeys in a real browser
	$(RUN)/pytest -m e2e tests/e2e

bench: install
	$(RUN)/python -m bench

docs: install
	NO_MKDOCS_2_WARNING=1 $(RUN)/mkdocs build --strict --quiet

lock: ## compile the locked dependencies again
	uv pip compile --quiet --generate-hashes --no-header --python-version 3.11 pyproject.toml -o requirements.txt
	uv pip compile --quiet --generate-hashes --no-header --python-version 3.11 --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt
	uv pip compile --quiet --generate-hashes --no-header --python-version 3.11 --extra spark -c requirements.txt pyproject.toml -o requirements-spark.txt
	npm install --package-lock-only
