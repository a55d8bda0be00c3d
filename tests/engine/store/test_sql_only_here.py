"""SQL stands in `engine/store` and nowhere else: neither statements, nor pieces of them, nor a way
to run them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

#: Other programs' ways, which the benchmarks measure beside ours: they read and write files of
#: their own kind, as most programs do it.
BASELINES = {"engine/bench/start.py", "engine/bench/index.py"}

#: Written large, as in the store: words of a query, or of a piece of one.
SQL = re.compile(
    r"\b(SELECT|INSERT (OR \w+ )?INTO|REPLACE INTO|UPDATE \S+ SET|DELETE FROM|PRAGMA|VACUUM|EXISTS"
    r"|CREATE (TABLE|INDEX|UNIQUE|VIEW|TRIGGER)|DROP TABLE|ALTER TABLE|ON CONFLICT|GROUP BY"
    r"|ORDER BY|WHERE|IS (NOT )?NULL|BETWEEN|COALESCE)(?=\W|$)|\w+ = \?|\w+ != '\w+'"
)
RUNS = {"execute", "executemany", "executescript"}
INSIDE = {"_database", "_connection"}
SUSPICIOUS = re.compile("execute|_database|_connection|sqlite|engine.store")
MODULES = re.compile(r"(sqlite3|sqlite_utils|engine\.store\.(database|migrations))($|\.)")


def findings(source: str) -> Iterator[str]:
    """What of a module's text belongs into the store, with its line."""
    if not (SQL.search(source) or SUSPICIOUS.search(source)):
        return  # most of them: quicker than taking them apart
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if found := SQL.search(node.value):
                yield f"{node.lineno}: {found[0]!r}"
        elif isinstance(node, ast.Attribute) and node.attr in RUNS | INSIDE:
            yield f"{node.lineno}: .{node.attr}"
        elif isinstance(node, ast.Import):
            yield from (
                f"{node.lineno}: {one.name}" for one in node.names if MODULES.match(one.name)
            )
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{one.name}" for one in node.names)]
            yield from (f"{node.lineno}: {name}" for name in names if MODULES.match(name))


def outside() -> list[Path]:
    modules = [*(ROOT / "engine").rglob("*.py"), *(ROOT / "desktop_app").rglob("*.py")]
    return [path for path in modules if path.parent != ROOT / "engine" / "store"]


def test_no_sql_outside_the_store() -> None:
    modules = outside()
    assert len(modules) > 100
    named = {str(path.relative_to(ROOT).as_posix()): path for path in modules}
    found = {name: list(findings(path.read_text("utf-8"))) for name, path in named.items()}
    assert {name: some for name, some in found.items() if some and name not in BASELINES} == {}
    assert all(found[name] for name in BASELINES)  # else it is no exception any more


@pytest.mark.parametrize(
    "source",
    [
        "rows('SELECT id FROM photos')",
        "f'UPDATE photos SET {column} = 1'",
        "SHOWN = \"hidden IS NULL AND state != 'missing'\"",
        "update_photos('hidden = ?', ids)",
        "store.connection.execute(text)",
        "store._database.rows(text)",
        "import sqlite3",
        "from engine.store import database",
        "from engine.store.database import Database",
    ],
)
def test_what_is_found(source: str) -> None:
    assert list(findings(source))


@pytest.mark.parametrize(
    "source",
    [
        "'Select all photos'",
        "'where it was'",
        "store.photos.hide(ids, token)",
        "from engine.store.store import Store",
    ],
)
def test_what_is_no_sql(source: str) -> None:
    assert not list(findings(source))
