"""No module of the tests imports a test module: what two of them need is known by `tests.support`.

A test module that lends things cannot be moved, and pytest does not rewrite its asserts when it is
imported before it is collected.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent


def imported(source: str, package: str) -> Iterator[str]:
    """Dotted names of all that a module in `package` imports, also inside functions."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: -node.level + 1 or None] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{base}.{one.name}" for one in node.names)


def lent_by_tests(source: str, package: str) -> list[str]:
    """Imports from `tests` that are neither of `tests.support` nor of `tests.torture`."""
    return [
        name
        for name in imported(source, package)
        if name.split(".")[0] == "tests"
        and (
            name.split(".")[1:2] not in (["support"], ["torture"])
            or any(part.startswith("test_") for part in name.split("."))
        )
    ]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from tests.engine.clip.test_model import tiny", ["tests.engine.clip.test_model.tiny"]),
        ("def f():\n    import tests.engine.store.test_lock", ["tests.engine.store.test_lock"]),
        ("from .test_a import b", ["tests.engine.test_a.b"]),
        ("from . import test_a", ["tests.engine.test_a"]),
        ("from ..desktop_app import test_start", ["tests.desktop_app.test_start"]),
        ("from tests.torture.test_torture import run", ["tests.torture.test_torture.run"]),
        ("from tests import conftest", ["tests.conftest"]),
        ("from tests.support import pictures\nfrom tests.torture.stage import Stage", []),
        ("from engine.clip import model\nimport testsuite", []),
    ],
)
def test_what_is_found(source: str, found: list[str]) -> None:
    assert lent_by_tests(source, "tests.engine") == found


def test_no_test_module_imports_another() -> None:
    modules = sorted(TESTS.rglob("*.py"))
    assert len(modules) > 100
    lent = {}
    for path in modules:
        package = ".".join(path.relative_to(TESTS.parent).parent.parts)
        if names := lent_by_tests(path.read_text("utf-8"), package):
            lent[path.relative_to(TESTS).as_posix()] = names
    assert lent == {}
