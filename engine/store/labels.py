"""The labels that a person defined.

Knows: what can be a name, and which labels exclude each other (those of one group). Does not know:
which photos have a label (`tags`, `corrections`), how it is recognised (`versions`).
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Sequence

from engine.records import AlbumenError, Label
from engine.store.database import Database
from engine.store.photos import UNSEEN

LONGEST_NAME = 100
# Breaks, direction overrides.
_NO_TEXT = set("\x7f\x85\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Labels:
    """The labels of one library."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def counted(self, ids: Sequence[int] | None = None) -> list[Label]:
        """Labels with counts, by name; `ids` None: all. Counts are of photos that can be seen."""
        rows = self._database.rows(
            "SELECT id, name, group_name, color, pinned, threshold FROM labels "
            "WHERE removed IS NULL ORDER BY folded"
        )
        if ids is not None:
            rows = [row for row in rows if row[0] in ids]
        photos = self._photo_counts(None if ids is None else [row[0] for row in rows])
        said = dict[tuple[int, int], int]()
        for label_id, present, n in self._database.rows(
            "SELECT label_id, present, count(*) FROM corrections GROUP BY label_id, present"
        ):
            said[label_id, present] = n
        return [
            Label(
                id_,
                name,
                group,
                color,
                key,
                dial,
                photos.get(id_, 0),
                said.get((id_, 1), 0),
                said.get((id_, 0), 0),
            )
            for id_, name, group, color, key, dial in rows
        ]

    def _photo_counts(self, ids: Sequence[int] | None) -> dict[int, int]:
        """Photos per label that can be seen and carry it.

        Three short counts instead of a join over all photos.
        """
        only = "" if ids is None else f"AND label_id IN ({','.join(map(str, ids))})"
        machine = f"SELECT label_id, count(*) FROM tags WHERE 1 {only} GROUP BY label_id"
        counts: dict[int, int] = dict(self._database.rows(machine))
        unseen = f"(SELECT id FROM photos WHERE {UNSEEN})"
        for sign, sql in (
            (
                -1,
                "SELECT label_id, count(*) FROM tags "
                f"WHERE photo_id IN {unseen} {only} GROUP BY label_id",
            ),
            (
                -1,
                f"""SELECT label_id, count(*) FROM corrections c WHERE NOT present
                    AND photo_id NOT IN {unseen} {only}
                    AND EXISTS (SELECT 1 FROM tags t
                        WHERE t.label_id = c.label_id AND t.photo_id = c.photo_id)
                    GROUP BY label_id""",
            ),
            (
                1,
                f"""SELECT label_id, count(*) FROM corrections c WHERE present
                    AND photo_id NOT IN {unseen} {only}
                    AND NOT EXISTS (SELECT 1 FROM tags t
                        WHERE t.label_id = c.label_id AND t.photo_id = c.photo_id)
                    GROUP BY label_id""",
            ),
        ):
            for label_id, n in self._database.rows(sql):
                counts[label_id] = counts.get(label_id, 0) + sign * n
        return counts

    def find(self, name: str) -> int | None:
        """The id of a label by its name, capitals aside."""
        found = self._database.rows(
            "SELECT id FROM labels WHERE folded = ? AND removed IS NULL", (fold(name),)
        )
        return int(found[0][0]) if found else None

    def names(self) -> dict[int, tuple[str, str | None]]:
        """Name and group of each label by id."""
        return {
            id_: (name, group)
            for id_, name, group in self._database.rows(
                "SELECT id, name, group_name FROM labels WHERE removed IS NULL"
            )
        }

    def require(self, label_ids: Iterable[int]) -> None:
        """AlbumenError unless all these labels exist."""
        known = self.names()
        for id_ in label_ids:
            if id_ not in known:
                raise AlbumenError(
                    "There is no label number {number}; it may have been removed.", number=id_
                )

    def add(self, names: Sequence[str], group: str | None) -> tuple[list[int], list[int]]:
        """Define labels.

        Returns (all ids in the order given, ids that are new or changed their group).
        """
        clean = [checked_name(name) for name in names]
        ids = []
        touched = []
        with self._database.transaction() as connection:
            for name in clean:
                id_ = self.find(name)
                if id_ is None:
                    id_ = connection.execute(
                        "INSERT INTO labels (name, folded, group_name) VALUES (?, ?, ?)",
                        (name, fold(name), group),
                    ).lastrowid
                    assert id_ is not None
                    touched.append(id_)
                    self._void_words(group)
                elif group is not None and self.names()[id_][1] != group:
                    self.update(id_, group_name=group)
                    touched.append(id_)
                if id_ not in ids:
                    ids.append(id_)
        return ids, touched

    def with_rivals(self, names: Sequence[str], group: str | None) -> list[tuple[str, str | None]]:
        """The names with their groups.

        'not X' beside 'X' excludes it, unless the person says otherwise.
        """
        known = {fold(name): of for name, of in self.names().values()}
        asked = {fold(name) for name in names}
        grouped: list[tuple[str, str | None]] = []
        for name in names:
            folded = fold(name)
            pair = group
            other = folded.removeprefix("not ") if folded.startswith("not ") else f"not {folded}"
            if group is None and folded not in known and (other in asked or other in known):
                pair = known.get(other) or folded.removeprefix("not ")
                if known.get(other, pair) is None:
                    grouped.append((other, pair))
            grouped.append((checked_name(name), pair))
        return grouped

    def rivals(self, label_ids: Sequence[int]) -> list[int]:
        """Other labels in the exclusive groups of these."""
        names = self.names()
        groups = {names[id_][1] for id_ in label_ids if id_ in names} - {None}
        return [
            id_ for id_, (_, group) in names.items() if group in groups and id_ not in label_ids
        ]

    def update(self, label_id: int, **values: str | int | float | None) -> None:
        """Set columns of a label: name, group_name, color, pinned, threshold.

        A new name or group makes its zero-shot versions void: they are made again when they are
        needed.
        """
        self.require([label_id])
        if "name" in values:
            name = checked_name(str(values["name"]))
            if self.find(name) not in (None, label_id):
                raise AlbumenError(
                    "There is a label '{name}' already; merge the two instead.", name=name
                )
            values |= {"name": name, "folded": fold(name)}
        with self._database.transaction() as connection:
            if values.get("pinned"):  # a key stands for one label
                connection.execute(
                    "UPDATE labels SET pinned = 0 WHERE pinned = ?", (values["pinned"],)
                )
            if "group_name" in values:
                self._void_words(self.names()[label_id][1])
            columns = ", ".join(f"{column} = ?" for column in values)
            connection.execute(
                f"UPDATE labels SET {columns} WHERE id = ?", (*values.values(), label_id)
            )
            if "group_name" in values:
                self._void_words(self.names()[label_id][1])
            if "name" in values or "group_name" in values:
                connection.execute(
                    "DELETE FROM versions WHERE label_id = ? AND kind = 'zero-shot'", (label_id,)
                )

    def _void_words(self, group: str | None) -> None:
        """Who is in a group with whom decides about the lines of the zero-shot versions.

        They are made again when they are needed.
        """
        with self._database.transaction() as connection:
            connection.execute(
                """DELETE FROM versions WHERE kind = 'zero-shot'
                    AND label_id IN (SELECT id FROM labels WHERE group_name = ?)""",
                (group,),
            )

    def remove(self, label_ids: Sequence[int]) -> str:
        """Take labels out of sight; everything said about them stays under the returned token."""
        self.require(label_ids)
        token = f"labels {time.time_ns()}"
        groups = {self.names()[id_][1] for id_ in label_ids}
        with self._database.transaction() as connection:
            for group in groups:
                self._void_words(group)
            for id_ in label_ids:
                connection.execute("UPDATE labels SET removed = ? WHERE id = ?", (token, id_))
                connection.execute("DELETE FROM tags WHERE label_id = ?", (id_,))
        return token

    def restore(self, token: str) -> list[int]:
        """Undo `remove`; returns the ids.

        AlbumenError where a label of the same name was made meanwhile.
        """
        ids = list(self._database.ids("SELECT id FROM labels WHERE removed = ?", (token,)))
        try:
            with self._database.transaction() as connection:
                connection.execute("UPDATE labels SET removed = NULL WHERE removed = ?", (token,))
                for group in {self.names()[id_][1] for id_ in ids}:
                    self._void_words(group)
        except sqlite3.IntegrityError as error:
            raise AlbumenError(
                "A label of the same name exists again; rename it, then undo the removal."
            ) from error
        return ids

    def settings(self) -> list[tuple[int, str, str | None, str, int, float]]:
        """(id, name, group, colour, key, dial) of each label, in the order they were defined."""
        return self._database.rows(
            """SELECT id, name, group_name, color, pinned, threshold FROM labels
                WHERE removed IS NULL ORDER BY id"""
        )


def fold(name: str) -> str:
    """The form in which names are compared: capitals and runs of blanks aside."""
    return " ".join(name.split()).casefold()


def checked_name(name: str) -> str:
    """The name as stored; AlbumenError, in one sentence, for one that cannot be a label."""
    if any(ord(character) < 32 or character in _NO_TEXT for character in name):
        raise AlbumenError(
            "A label's name is one line of text; please take out line breaks and "
            "control characters."
        )
    name = " ".join(name.split())
    if not name:
        raise AlbumenError("A label needs a name; this one is empty.")
    if len(name) > LONGEST_NAME:
        raise AlbumenError(
            "A label's name may have {limit} characters, this one has {length} ('{start}...'); a "
            "few words describe a photo better than many.",
            limit=LONGEST_NAME,
            length=len(name),
            start=name[:30],
        )
    return name
