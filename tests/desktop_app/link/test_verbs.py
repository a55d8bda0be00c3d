"""Window and library speak of the same: `Verbs`, `Library` and the tests' fake agree."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

from engine.library.library import Library
from engine.verbs import VERBS, Served, Verbs
from tests.support.fake_library import ALL_VERBS, FakeLibrary, MoreVerbs

#: What a library can do that no window asks for: it is opened and closed, and its thread has a way
#: of its own to learn what verbs left.
NO_VERBS = {"open", "close", "leave_work", "take_work", "take_changes"}


def said(kind: type, name: str) -> inspect.Signature:
    """The signature as it is written, without its first parameter's type."""
    signature = inspect.signature(getattr(kind, name))
    first, *others = signature.parameters.values()
    assert first.name == "self"
    return signature.replace(parameters=[first.replace(annotation=first.empty), *others])


def is_job(kind: type, name: str) -> bool:
    """Whether calling it makes a generator."""
    return inspect.isgeneratorfunction(getattr(kind, name))


def promised_job(kind: type, name: str) -> bool:
    """Whether the Protocol promises one."""
    return str(inspect.signature(getattr(kind, name)).return_annotation).startswith("Generator[")


def test_every_public_method_of_the_library_is_a_verb() -> None:
    public = {name for name in dir(Library) if not name.startswith("_")}
    assert public - NO_VERBS == VERBS


@pytest.mark.parametrize("name", sorted(VERBS))
def test_a_verb_is_the_same_everywhere(name: str) -> None:
    assert said(Library, name) == said(Verbs, name)
    assert said(FakeLibrary, name) == said(Verbs, name)
    assert is_job(Library, name) == promised_job(Verbs, name) == is_job(FakeLibrary, name)


@pytest.mark.parametrize("name", ["close", "take_changes", "take_work"])
def test_what_the_thread_needs_is_the_same_everywhere(name: str) -> None:
    assert said(Library, name) == said(Served, name) == said(FakeLibrary, name)


@pytest.mark.parametrize("name", sorted(ALL_VERBS - VERBS))
def test_the_verbs_of_tests(name: str) -> None:
    assert said(FakeLibrary, name) == said(MoreVerbs, name)
    assert is_job(FakeLibrary, name) == promised_job(MoreVerbs, name)


def test_a_verb_says_what_it_does() -> None:
    for name in VERBS:
        text = inspect.getdoc(getattr(Verbs, name)) or ""
        assert 10 < len(text) < 100 and text.endswith("."), name
        assert text.startswith("Job: ") == promised_job(Verbs, name), name


def test_the_promise_is_cheap_to_import() -> None:
    program = (
        "import sys, engine.verbs\n"
        "print(sorted(set(sys.modules) & {'torch', 'numpy', 'PIL', 'sqlite3', 'PySide6'}))"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert answer.stdout.strip() == "[]", answer.stderr
