"""The schema of a library's database, as steps that are only ever appended.

Knows: every table, and how an older file becomes a current one (sqlite-utils' migrations; Simon
Willison's llm keeps its schema the same way). Does not know: what the rows mean to anybody else, or
when a migration runs (`database`).

A step that was released is never edited: add the next one, keep a frozen file of the version before
it in tests/fixtures, and test that it opens. `PRAGMA user_version` counts the steps, so that a
program can tell an unknown, newer file by its first hundred bytes.
"""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

# "ALBM", at byte 68 of the file: tells a library from any other SQLite file.
APPLICATION_ID = 0x414C424D

migrations = Migrations("albumen")


def _run(db: Database, *statements: str) -> None:
    for statement in statements:
        db.conn.execute(statement)


@migrations()
def version_1(db: Database) -> None:
    """The first released schema."""
    _run(
        db,
        # What is true of the whole library: the model in use, exclusions, what the last sync saw.
        """CREATE TABLE settings (
            key TEXT PRIMARY KEY,
            value TEXT NOT NULL
        ) WITHOUT ROWID""",
        # kind 'files': the one row that holds photos which were added one by one; its path is
        # empty. scan_token: by which `scan.walk` tells an emptied mount from an emptied folder.
        """CREATE TABLE folders (
            id INTEGER PRIMARY KEY,
            path BLOB NOT NULL UNIQUE,
            kind TEXT NOT NULL DEFAULT 'folder' CHECK (kind IN ('folder', 'files')),
            state TEXT NOT NULL DEFAULT 'online' CHECK (state IN ('online', 'offline')),
            scan_token TEXT NOT NULL DEFAULT '',
            removed TEXT
        )""",
        # path: os.fsencode, because names need not be text. name: the last part, for people and for
        # search. hidden: token of the 'forget' or 'remove folder' that took it from sight; rows are
        # never deleted. day: local days since the epoch when it was taken, as the camera's clock
        # said.
        """CREATE TABLE photos (
            id INTEGER PRIMARY KEY,
            folder_id INTEGER NOT NULL REFERENCES folders (id),
            path BLOB NOT NULL UNIQUE,
            name TEXT NOT NULL,
            size INTEGER NOT NULL,
            mtime_ns INTEGER NOT NULL,
            content_hash TEXT NOT NULL DEFAULT '',
            taken_at REAL NOT NULL,
            day INTEGER NOT NULL,
            width INTEGER NOT NULL DEFAULT 0,
            height INTEGER NOT NULL DEFAULT 0,
            state TEXT NOT NULL DEFAULT 'pending'
                CHECK (state IN ('pending', 'ok', 'failed', 'offline', 'missing')),
            reason TEXT NOT NULL DEFAULT '', attempts INTEGER NOT NULL DEFAULT 0,
            tried_at REAL NOT NULL DEFAULT 0,
            ignored INTEGER NOT NULL DEFAULT 0, hidden TEXT
        )""",
        "CREATE INDEX photos_by_content ON photos (content_hash) WHERE content_hash != ''",
        "CREATE INDEX photos_by_folder ON photos (folder_id, hidden, state)",
        # Holds every column that a start reads of all photos (in order of id), so that it never
        # touches the wide rows.
        "CREATE INDEX photos_shown ON photos (id, taken_at, day, state, hidden)",
        "CREATE INDEX photos_out_of_sight ON photos (id) "
        "WHERE hidden IS NOT NULL OR state = 'missing'",
        "CREATE INDEX photos_not_ok ON photos (state, id) WHERE state != 'ok'",
        # vocabulary: digest of the words that the centres of its embeddings were made with.
        """CREATE TABLE models (
            id INTEGER PRIMARY KEY,
            model_id TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            vocabulary TEXT NOT NULL DEFAULT ''
        )""",
        # vector: float16, little-endian, unit length. Vectors of two models live side by side and
        # are never mixed. centre: what its scores are counted from
        # (`zero_shot.Vocabulary.centre`), dear to compute again.
        """CREATE TABLE embeddings (
            model INTEGER NOT NULL REFERENCES models (id),
            photo_id INTEGER NOT NULL REFERENCES photos (id),
            vector BLOB NOT NULL,
            centre REAL NOT NULL,
            PRIMARY KEY (model, photo_id)
        )""",
        # Text features are dear and small: zero-shot vectors of labels and the wide vocabulary,
        # float32.
        """CREATE TABLE text_features (
            model INTEGER NOT NULL REFERENCES models (id),
            key TEXT NOT NULL,
            features BLOB NOT NULL,
            PRIMARY KEY (model, key)
        )""",
        # group_name: of the labels of one group exactly one is on a photo. threshold: the person's
        # dial, -1 .. +1. removed: token of the 'remove labels' that hid it.
        """CREATE TABLE labels (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            folded TEXT NOT NULL,
            group_name TEXT,
            color TEXT NOT NULL DEFAULT '',
            pinned INTEGER NOT NULL DEFAULT 0,
            threshold REAL NOT NULL DEFAULT 0,
            removed TEXT
        )""",
        "CREATE UNIQUE INDEX labels_by_name ON labels (folded) WHERE removed IS NULL",
        # What tags: version.kind 'zero-shot' is the label's own words; at most one version per
        # label and model is active. vector, anchor, threshold, calibration: a `zero_shot.Head`;
        # ctx: the learned prompt, float32.
        """CREATE TABLE versions (
            id INTEGER PRIMARY KEY,
            label_id INTEGER NOT NULL REFERENCES labels (id),
            model INTEGER NOT NULL REFERENCES models (id),
            kind TEXT NOT NULL,
            vector BLOB NOT NULL,
            anchor REAL NOT NULL,
            threshold REAL NOT NULL,
            calibration_a REAL,
            calibration_b REAL,
            ctx BLOB,
            ctx_seed INTEGER NOT NULL DEFAULT 0,
            made_at REAL NOT NULL,
            accepted INTEGER NOT NULL,
            active INTEGER NOT NULL,
            report TEXT NOT NULL DEFAULT '{}'
        )""",
        "CREATE UNIQUE INDEX versions_active ON versions (model, label_id) WHERE active",
        "CREATE INDEX versions_by_label ON versions (label_id)",
        # The machine's output: replaceable at any time by one matrix product. score = z -
        # threshold, or p if calibrated.
        """CREATE TABLE tags (
            label_id INTEGER NOT NULL REFERENCES labels (id),
            photo_id INTEGER NOT NULL REFERENCES photos (id),
            score REAL NOT NULL,
            calibrated INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (label_id, photo_id)
        ) WITHOUT ROWID""",
        "CREATE INDEX tags_by_photo ON tags (photo_id)",
        # What a person said. Nothing but a person's own word writes or deletes a row here.
        """CREATE TABLE corrections (
            label_id INTEGER NOT NULL REFERENCES labels (id),
            photo_id INTEGER NOT NULL REFERENCES photos (id),
            present INTEGER NOT NULL CHECK (present IN (0, 1)),
            made_at REAL NOT NULL,
            PRIMARY KEY (label_id, photo_id)
        ) WITHOUT ROWID""",
        "CREATE INDEX corrections_by_photo ON corrections (photo_id)",
        # When 'Improve labels' last looked at a label's corrections, per model, whatever came of
        # it.
        """CREATE TABLE trainings (
            label_id INTEGER NOT NULL REFERENCES labels (id),
            model INTEGER NOT NULL REFERENCES models (id),
            trained_at REAL NOT NULL,
            PRIMARY KEY (label_id, model)
        ) WITHOUT ROWID""",
        # Corrections win over the machine.
        """CREATE VIEW effective_tags AS
            SELECT label_id, photo_id, score, calibrated, 0 AS person, 1 AS present FROM tags
            WHERE NOT EXISTS (
                SELECT 1 FROM corrections c
                WHERE c.label_id = tags.label_id AND c.photo_id = tags.photo_id)
            UNION ALL
            SELECT label_id, photo_id, present, 0, 1, present FROM corrections""",
        f"PRAGMA application_id = {APPLICATION_ID}",
    )


@migrations()
def version_2(db: Database) -> None:
    """Keywords of other programs, in the photos.

    Sidecars: which keywords were written beside which photo, so that only those are ever taken out
    again.
    """
    _run(
        db,
        """CREATE TABLE keywords (
            photo_id INTEGER NOT NULL REFERENCES photos (id) ON DELETE CASCADE,
            word TEXT NOT NULL,
            PRIMARY KEY (photo_id, word)
        ) WITHOUT ROWID""",
        """CREATE TABLE sidecars (
            photo_id INTEGER PRIMARY KEY REFERENCES photos (id) ON DELETE CASCADE,
            path BLOB NOT NULL,
            keywords TEXT NOT NULL
        )""",
    )


STEPS = (version_1, version_2)
SCHEMA_VERSION = len(STEPS)
