"""SQL behind the store's back, for tests: rows as they lie in the file, and states that are hard to
reach by living. The program itself has no such door."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.store.store import Store


def rows(store: Store, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
    """All rows of a query."""
    return store._database.rows(sql, parameters)


def number(store: Store, sql: str, parameters: Sequence[object] = ()) -> int:
    """The first column of the first row."""
    return store._database.number(sql, parameters)


def execute(store: Store, sql: str, parameters: Sequence[object] = ()) -> int | None:
    """Run one statement in a transaction; returns the id of a row that it inserted."""
    with store._database.transaction() as connection:
        return connection.execute(sql, parameters).lastrowid


def update_photos(store: Store, assignment: str, ids: Sequence[int], *values: object) -> None:
    """`UPDATE photos SET assignment` on these ids."""
    with store._database.transaction() as connection:
        connection.executemany(
            f"UPDATE photos SET {assignment} WHERE id = ?", [(*values, id_) for id_ in ids]
        )


def insert_photo(
    store: Store, path: bytes, state: str = "ok", content: str = "", folder: int = 1
) -> int:
    """A row without a file; returns its id."""
    name = path.rsplit(b"/", 1)[-1].decode("utf-8", "replace")
    row = execute(
        store,
        """INSERT INTO photos
            (folder_id, path, name, size, mtime_ns, taken_at, day, state, content_hash)
            VALUES (?, ?, ?, 10, 20, 30.5, 0, ?, ?)""",
        (folder, path, name, state, content),
    )
    assert row is not None
    return row
