# make run   - the portal at http://localhost:8000 (PORT=8001 make run for another port)
# make test  - the whole test suite          make check - everything that needs no database rows
# make accessibility - the browser's tests again, with axe at every width instead of one
# make gates - does a test notice when a gate is switched off? (ONLY=visitors: those with this word in their names)
# make bench - what the pages of cases cost, as a multiple of a bare Django page (BENCH_SIZES=1000,1000000 for other sizes)
.PHONY: run test accessibility gates bench check format clean
.DEFAULT_GOAL := run
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# Python keeps what it compiled, wherever that was switched off: each of the many programs of a run would do it again.
export PYTHONDONTWRITEBYTECODE :=

PYTHON ?= python3
# One more than there are cores: a test that waits for a browser or a worker leaves its core to another.
TEST_PROCESSES ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
PRODUCTION := PORTAL_BASE_URL=https://portal.example SECRET_KEY=only-for-the-deployment-check-0123456789-abcdefghij-KLMNOP
TEMPLATES := $(shell find templates -name '*.html' 2>/dev/null)

run: .venv/runtime
	@exec python manage.py serve

test: .venv/development
	@echo 'Ten seconds go by before the first test where the migrations are new to this server, a few seconds otherwise.'
	pytest -v -n $(TEST_PROCESSES) --dist worksteal

accessibility: .venv/development
	EVERY_WIDTH=1 pytest -v -n $(TEST_PROCESSES) --dist worksteal tests/browser

gates: .venv/development
	SECRET_KEY=only-for-tests python -m tests.mutation.gates -n $${TEST_PROCESSES:-2} "$(ONLY)"

bench: .venv/development
	python -m tests.load.bench

check: .venv/development
	ruff check .
	ruff format --check .
	djade --check --target-version 5.2 $(TEMPLATES)
	djlint --quiet --lint templates
	mypy $$(python -m tests.house)
	python -m tests.house layers
	python manage.py makemigrations --check --dry-run
	$(PRODUCTION) python manage.py check --deploy --fail-level WARNING

format: .venv/development
	ruff check --fix .
	ruff format .
	djade --target-version 5.2 $(TEMPLATES)

.venv/runtime: requirements.txt | .venv/bin/pip
	.venv/bin/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/development: requirements-dev.txt requirements.txt | .venv/bin/pip
	@echo 'Fetching what tests and checks need ...'
	.venv/bin/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch .venv/runtime $@

# Debian ships Python without the means to make a virtual environment; root can fetch them.
.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Python 3.11 or newer is needed.'; exit 1; }
	@$(PYTHON) -m venv .venv >/dev/null 2>&1 || { rm -rf .venv; \
	  { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null && $(PYTHON) -m venv .venv; } \
	  || { echo 'Python cannot make a virtual environment here. As root: apt-get install python3-venv'; exit 1; }; }

clean:
	rm -rf .venv staticfiles
