# Every command a newcomer needs. A machine with Python 3.11 or newer, make and a shell is enough.
PYTHON ?= python3
BIN = .venv/bin
.DEFAULT_GOAL := help
.PHONY: help venv demo run test bench soak lock format docs clean

help:  ## list the commands
	@echo "make demo         start a hub with simulated platforms and play a roaming session"
	@echo "make demo ONCE=1  the same, and stop after the session: exit 0 if every step went as expected"
	@echo "make run          start the hub alone, in the foreground (settings: docs/settings.md)"
	@echo "make test         lint, types, import contracts, migrations, tests"
	@echo "make bench        measure the hub beside a plain proxy"
	@echo "make soak         ten minutes with platforms that come and go: nothing lost, nothing grows (MINUTES=N)"
	@echo "make format       format the code and mend what the linter can mend"
	@echo "make docs         write the generated parts of docs/ anew"
	@echo "make lock         write requirements.lock anew from pyproject.toml"
	@echo "make clean        remove .venv and caches; data directories stay"

venv:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) was not found: the hub needs Python 3.11 or newer"; exit 1; }
	@$(PYTHON) config/venv.py

demo: venv  ## a hub, simulated platforms, a session
	@$(BIN)/python -m config.run --demo $(if $(ONCE),--once)

run: venv  ## the hub alone
	@$(BIN)/python -m config.run

test: venv  ## everything CI checks
	@$(BIN)/python tests/verify

bench: venv  ## benchmarks
	@$(BIN)/python -m bench

soak: venv  ## platforms that come and go
	@$(BIN)/python -m bench.soak $(if $(MINUTES),--minutes $(MINUTES))

format: venv
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

docs: venv
	@$(BIN)/python -m config.docs
	@$(BIN)/python -m tests.statement

# uv resolves for every supported Python and platform at once; it comes from a throw-away environment.
lock:
	@rm -rf .venv-lock && $(PYTHON) -m venv .venv-lock && .venv-lock/bin/pip install --quiet uv
	@.venv-lock/bin/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
		--generate-hashes --only-binary :all: --no-annotate --no-header --no-config --quiet \
		$(if $(UPGRADE),--upgrade) --output-file requirements.lock
	@rm -rf .venv-lock
	@echo "requirements.lock is written; make test will install it (make lock UPGRADE=1 takes newer versions)"

clean:
	rm -rf .venv .venv-lock .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
