"""What is said about photos.

Labels, the machine's tags, a person's corrections, and the versions of what was learned.

Knows: the SQL about these four. Does not know: how a score is made or learned, tensors (a vector is
bytes here). A person's word is written and deleted by a person's word only; the machine's tags may
be replaced at any time.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.records import AlbumenError, Correction, Label, Source, Tag, Version
from engine.store.database import UNSEEN, Store

LONGEST_NAME = 100
# Breaks, direction overrides.
_NO_TEXT = set("\x7f\x85\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
UNCERTAIN = 0.8
"""A machine tag this little above its line is worth a question, in units of z (log-odds)."""
_UNCERTAIN_PROBABILITY = 0.69  # the same for a calibrated tag: sigmoid(0.8)

_UNCERTAIN_TAG = f"score < CASE WHEN calibrated THEN {_UNCERTAIN_PROBABILITY} ELSE {UNCERTAIN} END"
_INSERT_TAG = "INSERT INTO tags (label_id, photo_id, score, calibrated) VALUES (?, ?, ?, ?)"
TagRow = tuple[int, int, float, bool]
"""A machine tag as stored: label id, photo id, score, calibrated."""


@dataclass(frozen=True, slots=True)
class StoredHead:
    """A version as stored.

    `vector`: float32 bytes (D,); the other values are those of `classifier.Head`.
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


class Labels:
    """Labels, tags, corrections and versions of one store."""

    def __init__(self, store: Store) -> None:
        self.store = store

    # labels
    # ----------------------------------------------------------------------------------------------

    def labels(self, ids: Sequence[int] | None = None) -> list[Label]:
        """Labels with counts, by name; `ids` None: all. Counts are of photos that can be seen."""
        rows = self.store.rows(
            "SELECT id, name, group_name, color, pinned, threshold FROM labels "
            "WHERE removed IS NULL ORDER BY folded"
        )
        if ids is not None:
            rows = [row for row in rows if row[0] in ids]
        photos = self._photo_counts(None if ids is None else [row[0] for row in rows])
        said = dict[tuple[int, int], int]()
        for label_id, present, n in self.store.rows(
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
        counts: dict[int, int] = dict(self.store.rows(machine))
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
            for label_id, n in self.store.rows(sql):
                counts[label_id] = counts.get(label_id, 0) + sign * n
        return counts

    def find(self, name: str) -> int | None:
        """The id of a label by its name, capitals aside."""
        found = self.store.rows(
            "SELECT id FROM labels WHERE folded = ? AND removed IS NULL", (fold(name),)
        )
        return int(found[0][0]) if found else None

    def names(self) -> dict[int, tuple[str, str | None]]:
        """Name and group of each label by id."""
        return {
            id_: (name, group)
            for id_, name, group in self.store.rows(
                "SELECT id, name, group_name FROM labels WHERE removed IS NULL"
            )
        }

    def require(self, label_ids: Iterable[int]) -> None:
        """AlbumenError unless all these labels exist."""
        known = self.names()
        for id_ in label_ids:
            if id_ not in known:
                raise AlbumenError(f"There is no label number {id_}; it may have been removed.")

    def add(self, names: Sequence[str], group: str | None) -> tuple[list[int], list[int]]:
        """Define labels.

        Returns (all ids in the order given, ids that are new or changed their group).
        """
        clean = [checked_name(name) for name in names]
        ids = []
        touched = []
        with self.store.transaction() as connection:
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
                raise AlbumenError(f"There is a label '{name}' already; merge the two instead.")
            values |= {"name": name, "folded": fold(name)}
        with self.store.transaction() as connection:
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
        with self.store.transaction() as connection:
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
        with self.store.transaction() as connection:
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
        ids = [
            row[0] for row in self.store.rows("SELECT id FROM labels WHERE removed = ?", (token,))
        ]
        try:
            with self.store.transaction() as connection:
                connection.execute("UPDATE labels SET removed = NULL WHERE removed = ?", (token,))
                for group in {self.names()[id_][1] for id_ in ids}:
                    self._void_words(group)
        except sqlite3.IntegrityError as error:
            raise AlbumenError(
                "A label of the same name exists again; rename it, then undo the removal."
            ) from error
        return ids

    def merge(self, into_id: int, from_id: int) -> tuple[str, tuple[int, ...]]:
        """Give what a person said about one label to another, and remove the first.

        The other wins where both spoke; the first's own words stay under the token. Returns (token,
        photo ids that `into_id` had no word about before).
        """
        self.require([into_id, from_id])
        if into_id == from_id:
            raise AlbumenError("A label cannot be merged with itself.")
        with self.store.transaction() as connection:
            moved = sorted(self.corrections(from_id).keys() - self.corrections(into_id).keys())
            connection.execute(
                """INSERT OR IGNORE INTO corrections (label_id, photo_id, present, made_at)
                    SELECT ?, photo_id, present, made_at FROM corrections WHERE label_id = ?""",
                (into_id, from_id),
            )
            return self.remove([from_id]), tuple(moved)

    def unmerge(self, into_id: int, token: str, moved: Iterable[int]) -> list[int]:
        """Undo `merge`: take the `moved` words from `into_id` and bring the removed label back.

        Returns its id in a list. AlbumenError where a label of the same name was made meanwhile:
        then nothing is changed.
        """
        self.require([into_id])
        with self.store.transaction() as connection:
            back = self.restore(token)
            connection.executemany(
                "DELETE FROM corrections WHERE label_id = ? AND photo_id = ?",
                [(into_id, id_) for id_ in moved],
            )
        return back

    # corrections
    # ----------------------------------------------------------------------------------------------

    def correct(self, corrections: Sequence[Correction]) -> list[Correction]:
        """Write a person's words in one durable transaction.

        Returns the words before, in an order that undoes it.
        """
        self.require({correction.label_id for correction in corrections})
        known = self.store.paths(sorted({correction.photo_id for correction in corrections}))
        for correction in corrections:
            if correction.photo_id not in known:
                raise AlbumenError(
                    f"There is no photo number {correction.photo_id} in this library."
                )
        previous = []
        now = time.time()
        with self.store.transaction() as connection:
            for correction in corrections:
                key = (correction.label_id, correction.photo_id)
                found = self.store.rows(
                    "SELECT present FROM corrections WHERE label_id = ? AND photo_id = ?", key
                )
                before = bool(found[0][0]) if found else None
                previous.append(Correction(correction.photo_id, correction.label_id, before))
                if correction.present is None:
                    connection.execute(
                        "DELETE FROM corrections WHERE label_id = ? AND photo_id = ?", key
                    )
                elif correction.present != before:
                    # Saying the same again is nothing new to learn from.
                    connection.execute(
                        "REPLACE INTO corrections (label_id, photo_id, present, made_at) "
                        "VALUES (?, ?, ?, ?)",
                        (*key, int(correction.present), now),
                    )
        return previous[::-1]

    def corrections(self, label_id: int) -> dict[int, bool]:
        """What a person said about a label: photo id -> yes or no."""
        return {photo_id: present for _, photo_id, present in self.words(label_id)}

    def words(self, label_id: int) -> list[tuple[int, int, bool]]:
        """(label id, photo id, yes or no) of everything a person said about a label."""
        rows = self.store.rows(
            "SELECT photo_id, present FROM corrections WHERE label_id = ?", (label_id,)
        )
        return [(label_id, photo_id, bool(present)) for photo_id, present in rows]

    def implied(self, label_id: int) -> dict[int, bool]:
        """What follows for a label.

        Its own corrections, and those of the others in its exclusive group: yes to one is no to the
        rest, and no to all the rest is yes.
        """
        names = self.names()
        group = names[label_id][1]
        own = self.corrections(label_id)
        if group is None:
            return own
        rivals = [
            self.corrections(id_)
            for id_, (_, of) in names.items()
            if of == group and id_ != label_id
        ]
        follows: dict[int, bool] = {}
        for photo_id in set().union(*rivals):
            words = [rival.get(photo_id) for rival in rivals]
            if True in words:
                follows[photo_id] = False
            elif None not in words:
                follows[photo_id] = True
        return follows | own

    def answered(self) -> set[tuple[int, int]]:
        """(photo id, label id) of everything a person has said."""
        return set(self.store.rows("SELECT photo_id, label_id FROM corrections"))

    def untrained(self, model: int | None) -> dict[int, int]:
        """Labels with corrections that came after their last training for a model -> how many."""
        return dict(
            self.store.rows(
                """SELECT label_id, count(*) FROM corrections c JOIN labels l ON l.id = label_id
                    WHERE removed IS NULL AND made_at > coalesce(
                        (SELECT trained_at FROM trainings t
                            WHERE t.label_id = c.label_id AND t.model = ?), 0)
                    GROUP BY label_id""",
                (model,),
            )
        )

    def mark_trained(self, model: int, label_ids: Sequence[int], moment: float) -> None:
        """Remember that training for a model looked at these labels' corrections up to a moment."""
        with self.store.transaction(durable=False) as connection:
            connection.executemany(
                "REPLACE INTO trainings (label_id, model, trained_at) VALUES (?, ?, ?)",
                [(id_, model, moment) for id_ in label_ids],
            )

    # tags
    # ----------------------------------------------------------------------------------------------

    def tags(self, photo_ids: Sequence[int]) -> list[Tag]:
        """Tags of these photos, corrections winning.

        Photos in the order given, a person's words first, then by score.
        """
        found: dict[int, list[Tag]] = {id_: [] for id_ in photo_ids}
        for start in range(0, len(photo_ids), 500):
            some = photo_ids[start : start + 500]
            for photo_id, label_id, name, score, calibrated, person, present in self.store.rows(
                f"""SELECT photo_id, label_id, name, score, calibrated, person, present
                    FROM effective_tags JOIN labels ON labels.id = label_id
                    WHERE photo_id IN ({",".join("?" * len(some))}) AND removed IS NULL
                    ORDER BY person DESC, score DESC, folded""",
                some,
            ):
                source = Source.PERSON if person else Source.MACHINE
                found[photo_id].append(
                    Tag(photo_id, label_id, name, score, source, bool(present), bool(calibrated))
                )
        return [tag for id_ in dict.fromkeys(photo_ids) for tag in found[id_]]

    def replace_tags(
        self, rows: Iterable[TagRow], label_ids: Sequence[int], between: tuple[int, int]
    ) -> None:
        """Write machine tags in the place of all those of these labels.

        On photos with ids `between` two (both included).
        """
        with self.store.transaction(durable=False) as connection:
            connection.executemany(
                "DELETE FROM tags WHERE label_id = ? AND photo_id BETWEEN ? AND ?",
                [(id_, *between) for id_ in label_ids],
            )
            connection.executemany(_INSERT_TAG, rows)

    def replace_photo_tags(self, photo_ids: Sequence[int], rows: Iterable[TagRow]) -> None:
        """Write machine tags in the place of all those of these photos."""
        with self.store.transaction(durable=False) as connection:
            connection.executemany(
                "DELETE FROM tags WHERE photo_id = ?", [(id_,) for id_ in photo_ids]
            )
            connection.executemany(_INSERT_TAG, rows)

    def tagged(self, label_id: int) -> set[int]:
        """Photos that the machine tags with a label now."""
        return {
            row[0]
            for row in self.store.rows("SELECT photo_id FROM tags WHERE label_id = ?", (label_id,))
        }

    # versions
    # ----------------------------------------------------------------------------------------------

    def heads(self, model: int) -> list[StoredHead]:
        """The active version of each label for a model, by label id."""
        rows = self.store.rows(f"{_HEAD} AND versions.model = ? AND active ORDER BY l.id", (model,))
        return [_head(row) for row in rows]

    def zero_shot(self, model: int) -> dict[int, StoredHead]:
        """Each label's zero-shot version for a model, active or not, by label id."""
        rows = self.store.rows(f"{_HEAD} AND versions.model = ? AND kind = 'zero-shot'", (model,))
        return {row[1]: _head(row) for row in rows}

    def head(self, version_id: int) -> StoredHead:
        """One version; AlbumenError when there is none with this number."""
        rows = self.store.rows(f"{_HEAD} AND versions.id = ?", (version_id,))
        if not rows:
            raise AlbumenError(f"There is no version {version_id}; `versions` lists them.")
        return _head(rows[0])

    def add_version(
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
        with self.store.transaction() as connection:
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
        with self.store.transaction() as connection:
            connection.execute(
                """UPDATE versions SET active = 0 WHERE label_id = ?
                    AND model = (SELECT model FROM versions WHERE id = ?)""",
                (label_id, version_id),
            )
            connection.execute("UPDATE versions SET active = 1 WHERE id = ?", (version_id,))
        return label_id

    def learned_from(self, version_id: int) -> frozenset[int]:
        """Photos whose corrections a version was learned from; none for a zero-shot one."""
        ((report,),) = self.store.rows("SELECT report FROM versions WHERE id = ?", (version_id,))
        return frozenset(json.loads(report).get("learned_from", ()))

    def model_of(self, version_id: int) -> int:
        """The number of the model that a version belongs to."""
        return self.store.number("SELECT model FROM versions WHERE id = ?", (version_id,))

    def versions(self, label_id: int | None = None, model: int | None = None) -> list[Version]:
        """Versions of one label or all, for one model or all, newest first."""
        wanted = {"label_id": label_id, "model": model}
        only = " ".join(
            f"AND {column} = ?" for column, value in wanted.items() if value is not None
        )
        parameters = [value for value in wanted.values() if value is not None]
        return [
            Version(*(*row[:6], bool(row[6]), bool(row[7]), json.loads(row[8]).get("sentence", "")))
            for row in self.store.rows(
                f"""SELECT versions.id, label_id, l.name, kind, model_id, made_at,
                        active, accepted, report
                    FROM versions JOIN labels l ON l.id = label_id JOIN models ON models.id = model
                    WHERE removed IS NULL {only} ORDER BY versions.id DESC""",
                parameters,
            )
        ]


_NOT_SPOKEN_OF = """NOT EXISTS
    (SELECT 1 FROM corrections c WHERE c.label_id = t.label_id AND c.photo_id = t.photo_id)"""
_CORRECTED = "SELECT photo_id FROM corrections"
UNCERTAIN_PHOTOS = f"SELECT photo_id FROM tags t WHERE {_UNCERTAIN_TAG}"
"""Photos with a machine tag close to its line; those with corrections only by
`UNCERTAIN_CORRECTED`."""
UNCERTAIN_CORRECTED = f"{UNCERTAIN_PHOTOS} AND photo_id IN ({_CORRECTED}) AND {_NOT_SPOKEN_OF}"
TAGGED_PHOTOS = "SELECT DISTINCT photo_id FROM tags"
"""Photos that carry a label by the machine; those with corrections only by `TAGGED_CORRECTED`."""
TAGGED_CORRECTED = f"""SELECT photo_id FROM tags t
    WHERE photo_id IN ({_CORRECTED}) AND {_NOT_SPOKEN_OF}
    UNION ALL SELECT photo_id FROM corrections
    WHERE present AND label_id IN (SELECT id FROM labels WHERE removed IS NULL)"""

_HEAD = """SELECT versions.id, l.id, l.name, group_name, l.threshold, kind, vector, anchor,
    versions.threshold, calibration_a, calibration_b
    FROM versions JOIN labels l ON l.id = label_id WHERE removed IS NULL"""


def _head(row: tuple[Any, ...]) -> StoredHead:
    *most, a, b = row
    return StoredHead(*(*most, None if a is None else (a, b)))


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
            f"A label's name may have {LONGEST_NAME} characters, this one has {len(name)} "
            f"('{name[:30]}...'); a few words describe a photo better than many."
        )
    return name
