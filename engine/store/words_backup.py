"""A person's words beside the database: labels and corrections in small files that outlive it.

Knows: when there is something new to save, how many files are kept, and how words find their photos
again: by content, so in a new library too, wherever the photos are by then. Does not know: tags,
versions and vectors, which a machine can make again.

A file is JSON: `labels`, each with its group, colour, key and dial, and `words`: (number of the
label in that list, content hash of the photo, its path, yes or no). There is one for each day on
which something changed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.records import AlbumenError, Correction, Restored
from engine.store.store import Store

_KEPT = 10  # files: one for each day on which something was said
_FORMAT = 1
_PORTION = 500
# Settings: what the newest file of this database holds, in short, and its name.
_SAVED = "words saved"
_FILE = "words file"


def save(store: Store) -> Path | None:
    """Write today's file if anything was said since the last one.

    Its path, or None where there is nothing to do.

    OSError when it cannot be written: nothing is lost then but this copy.
    """
    labels = store.labels.settings()
    state = repr((store.corrections.fingerprint(), labels))
    if not labels or store.get(_SAVED) == state:
        return None
    numbers = {row[0]: number for number, row in enumerate(labels)}
    words = [
        (numbers[label_id], content_hash, os.fsdecode(path), present)
        for label_id, content_hash, path, present in store.corrections.with_contents()
    ]
    columns = ("name", "group", "color", "pinned", "dial")
    content = {
        "albumen words": _FORMAT,
        "saved": datetime.now().isoformat(timespec="seconds"),
        "labels": [dict(zip(columns, row[1:], strict=True)) for row in labels],
        "words": words,
    }
    folder = store.directory / "backups"
    folder.mkdir(exist_ok=True)
    target = folder / f"words-{datetime.now():%Y%m%d-%H%M%S}.json"
    partial = target.with_suffix(".partial")
    with open(partial, "w", encoding="ascii") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, target)
    before = store.get(_FILE)
    store.set(_SAVED, state)
    store.set(_FILE, target.name)
    if (
        before[: len("words-YYYYMMDD")] == target.name[: len("words-YYYYMMDD")]
        and before != target.name
    ):
        # This database's own of today; one of a lost database stays.
        (folder / before).unlink(missing_ok=True)
    for old in files(store)[_KEPT:]:
        old.unlink()
    return target


def files(store: Store) -> list[Path]:
    """The files there are, newest first."""
    return sorted((store.directory / "backups").glob("words-*.json"), reverse=True)


def restore(store: Store, file: Path) -> Restored:
    """Say again what a file holds.

    Labels that are missing are made, and photos about which nothing is said get their words. What
    is said now is never changed, so doing it twice does no harm; words whose photos are not here
    (yet) wait in the file. AlbumenError for a file that is no such file.
    """
    labels, words = _read(file)
    ids: list[int] = []
    made: list[int] = []
    said: dict[tuple[int, int], Correction] = {}
    unknown = 0
    with store.transaction():
        for label in labels:
            known = store.labels.find(label["name"])
            if known is None:
                ((known,), _) = store.labels.add([label["name"]], label["group"])
                store.labels.update(
                    known, color=label["color"], pinned=label["pinned"], threshold=label["dial"]
                )
                made.append(known)
            ids.append(known)
        answered = store.corrections.answered()
        for number, photo_ids, present in _found(store, words):
            unknown += not photo_ids
            for photo_id in photo_ids:
                if (photo_id, ids[number]) not in answered:
                    said[photo_id, ids[number]] = Correction(photo_id, ids[number], present)
        previous = store.corrections.correct(list(said.values()))
    return Restored(tuple(made), tuple(previous), unknown)


def _read(file: Path) -> tuple[list[dict[str, Any]], list[tuple[int, str, str, bool]]]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        if content["albumen words"] != _FORMAT:
            raise AlbumenError(
                "{path} was written by a newer Albumen; install that to restore it.", path=str(file)
            )
        labels = [
            {
                "name": str(label["name"]),
                "group": None if label["group"] is None else str(label["group"]),
                "color": str(label["color"]),
                "pinned": int(label["pinned"]),
                "dial": float(label["dial"]),
            }
            for label in content["labels"]
        ]
        words = [
            (int(n), str(digest), str(path), bool(yes)) for n, digest, path, yes in content["words"]
        ]
        if any(not 0 <= word[0] < len(labels) for word in words):
            raise ValueError
    except OSError as error:
        raise AlbumenError(
            "{path} cannot be read ({detail}).", path=str(file), detail=error.strerror or str(error)
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise AlbumenError(
            "{path} is damaged or holds no words saved by Albumen.", path=str(file)
        ) from error
    return labels, words


def _found(
    store: Store, words: list[tuple[int, str, str, bool]]
) -> Iterator[tuple[int, list[int], bool]]:
    """(number of the label, photos meant, yes or no) of each word.

    Of photos with equal contents that one is meant which is where it was; if none is, all are.
    """
    for start in range(0, len(words), _PORTION):
        some = words[start : start + _PORTION]
        digests = list({digest for _, digest, _, _ in some if digest})
        paths = list({os.fsencode(path) for _, _, path, _ in some})
        by_content: dict[str, dict[bytes, int]] = {}
        for id_, path, content in store.photos.with_content(digests):
            by_content.setdefault(content, {})[path] = id_
        unread = store.photos.never_read_at(paths)
        for number, digest, where, present in some:
            equal = by_content.get(digest, {}) if digest else unread
            here = equal.get(os.fsencode(where))
            yield (
                number,
                [here] if here is not None else list(equal.values()) if digest else [],
                present,
            )
