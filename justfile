# Recipes for people who work on Albumen: `just` lists them, docs/how-to/what-to-run-when.md explains.
# Without just (https://just.systems), the commands below do the same.

bin := env("ALBUMEN_BIN", ".venv-test/bin") # the environment that `just setup` makes
python := bin / "python"
export QT_QPA_PLATFORM := env("QT_QPA_PLATFORM", "offscreen")

# these recipes
default:
    @just --list --unsorted

# an environment with everything that the tests need
setup:
    python3 -m venv .venv-test && .venv-test/bin/pip install -c constraints.txt -e '.[test]'

# the window, on your screen
run *ARGS:
    env -u QT_QPA_PLATFORM {{python}} -m desktop_app {{ARGS}}

# every test
test *ARGS:
    {{python}} -m pytest {{ARGS}}

# the tests that take under a minute
fast *ARGS:
    {{python}} -m pytest -m "not slow" {{ARGS}}

# the README's commands, in an environment of their own
scratch:
    {{python}} -m pytest -m scratch tests/test_readme.py

# do the tests notice small changes of a ROOM (learning, search, store)?
mutants ROOM *ARGS:
    {{python}} -m tests.support.mutants {{ROOM}} {{ARGS}}

# ruff, mypy, import-linter
lint:
    {{bin}}/ruff check .
    {{bin}}/ruff format --check .
    {{bin}}/mypy
    {{bin}}/lint-imports

# what CI does, from nothing
ci:
    .ci/run

# every state of the window as a picture in OUT
shots OUT *ARGS:
    {{python}} -m tests.screenshots {{OUT}} {{ARGS}}

# the picture of the rooms, from the code
picture:
    {{python}} -m tests.support.architecture docs/architecture.svg

# sentences from the code into the .ts files, .ts files into .qm
translate:
    {{python}} -m desktop_app.translations

# a command of the command line under cProfile: `just profile sync`
profile *COMMAND:
    {{python}} -m engine --profile profile.out {{COMMAND}}

# checks, wheel, sdist and bundle in dist/, and the tag (docs/releasing.md)
release:
    .ci/release {{bin}}
