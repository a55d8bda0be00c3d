"""What tags photos with a label: its words (zero-shot), or what was learned from corrections.

Knows: that of each label one version at most is active for a model. Does not know: how a version is
made or judged, tensors (a vector is bytes here).
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

from engine.messages import Message, from_json
from engine.records import AlbumenError, Version
from engine.store.database import Database


@dataclass(frozen=True, slots=True)
class StoredHead:
    """A version as stored.

    `vector`: float32 bytes (D,); the other values are those of `zero_shot.Head`.
    """

    version: int
    label_id: int
    name: str
    group: str | None
    dial: float
    kind: str
    vector: bytes
    anchor: float
    threshold: float
    calibration: tuple[float, float] | None


class Versions:
    """The versions in one library."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def heads(self, model: int) -> list[StoredHead]:
        """The active version of each label for a model, by label id."""
        rows = self._database.rows(
            f"{_HEAD} AND versions.model = ? AND active ORDER BY l.id", (model,)
        )
        return [_head(row) for row in rows]

    def zero_shot(self, model: int) -> dict[int, StoredHead]:
        """Each label's zero-shot version for a model, active or not, by label id."""
        rows = self._database.rows(
            f"{_HEAD} AND versions.model = ? AND kind = 'zero-shot'", (model,)
        )
        return {row[1]: _head(row) for row in rows}

    def head(self, version_id: int) -> StoredHead:
        """One version; AlbumenError when there is none with this number."""
        rows = self._database.rows(f"{_HEAD} AND versions.id = ?", (version_id,))
        if not rows:
            raise AlbumenError(
                "There is no version {number}; it may have been removed.", number=version_id
            )
        return _head(rows[0])

    def add(
        self,
        label_id: int,
        model: int,
        kind: str,
        vector: bytes,
        numbers: tuple[float, float],
        calibration: tuple[float, float] | None = None,
        ctx: bytes | None = None,
        ctx_seed: int = 0,
        accepted: bool = True,
        active: bool = False,
        report: dict[str, object] | None = None,
    ) -> int:
        """Store a version and return its number.

        `numbers`: anchor and threshold of its head. `active`: it takes the place of the one that
        was.
        """
        a, b = calibration or (None, None)
        with self._database.transaction() as connection:
            if active:
                connection.execute(
                    "UPDATE versions SET active = 0 WHERE label_id = ? AND model = ?",
                    (label_id, model),
                )
            version = connection.execute(
                """INSERT INTO versions (label_id, model, kind, vector, anchor, threshold,
                    calibration_a, calibration_b, ctx, ctx_seed, made_at, accepted, active, report)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                (
                    *(label_id, model, kind, vector, *numbers, a, b, ctx, ctx_seed),
                    *(time.time(), accepted, active, json.dumps(report or {})),
                ),
            ).lastrowid
        assert version is not None
        return version

    def activate(self, version_id: int) -> int:
        """Make a version the one that tags (for its model); returns its label id."""
        label_id = self.head(version_id).label_id
        with self._database.transaction() as connection:
            connection.execute(
                """UPDATE versions SET active = 0 WHERE label_id = ?
                    AND model = (SELECT model FROM versions WHERE id = ?)""",
                (label_id, version_id),
            )
            connection.execute("UPDATE versions SET active = 1 WHERE id = ?", (version_id,))
        return label_id

    def learned_from(self, version_id: int) -> frozenset[int]:
        """Photos whose corrections a version was learned from; none for a zero-shot one."""
        ((report,),) = self._database.rows(
            "SELECT report FROM versions WHERE id = ?", (version_id,)
        )
        return frozenset(json.loads(report).get("learned_from", ()))

    def model_of(self, version_id: int) -> int:
        """The number of the model that a version belongs to."""
        return self._database.number("SELECT model FROM versions WHERE id = ?", (version_id,))

    def listed(self, label_id: int | None = None, model: int | None = None) -> list[Version]:
        """Versions of one label or all, for one model or all, newest first."""
        wanted = {"label_id": label_id, "model": model}
        only = " ".join(
            f"AND {column} = ?" for column, value in wanted.items() if value is not None
        )
        parameters = [value for value in wanted.values() if value is not None]
        return [
            Version(*(*row[:6], bool(row[6]), bool(row[7]), _sentence(json.loads(row[8]))))
            for row in self._database.rows(
                f"""SELECT versions.id, label_id, l.name, kind, model_id, made_at,
                        active, accepted, report
                    FROM versions JOIN labels l ON l.id = label_id JOIN models ON models.id = model
                    WHERE removed IS NULL {only} ORDER BY versions.id DESC""",
                parameters,
            )
        ]


_HEAD = """SELECT versions.id, l.id, l.name, group_name, l.threshold, kind, vector, anchor,
    versions.threshold, calibration_a, calibration_b
    FROM versions JOIN labels l ON l.id = label_id WHERE removed IS NULL"""


def _head(row: tuple[Any, ...]) -> StoredHead:
    *most, a, b = row
    return StoredHead(*(*most, None if a is None else (a, b)))


def _sentence(report: dict[str, object]) -> Message | None:
    """What a version's report says: older ones are plain English, one of a label's words alone may
    say nothing."""
    said = report.get("sentence")
    return from_json(str(said)) if said else None
