"""What a library takes on the disk, and giving some of it back.

Thumbnails and vectors, which can all be made again.

Knows: where thumbnails lie, how large vectors are. Does not know: how either is made (`indexing`).
Jobs: each step is short, but for the last one of `remove_vectors`, in which SQLite writes the file
anew.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator

from engine.records import Progress, Storage
from engine.store.store import Store

_ROWS = 2000  # vectors deleted per step
_LOST = "thumbnails lost"  # setting: '1' while thumbnails may be missing that a sync has to make


def measure(store: Store, model: int) -> Generator[Progress, None, Storage]:
    """How many bytes everything takes; `model` is the one in use."""
    files = size = 0
    folders = _folders(store)
    for done, folder in enumerate(folders):
        with os.scandir(folder) as entries:
            sizes = [entry.stat().st_size for entry in entries]
        files += len(sizes)
        size += sum(sizes)
        yield Progress("storage", done + 1, len(folders))
    ours = 0
    others = 0
    for number, count, length in store.embeddings.sizes():
        if number == model:
            ours += count * length
        else:
            others += count * length
    return Storage(size, files, ours, others, _database_bytes(store))


def clear_thumbnails(store: Store) -> Generator[Progress, None, int]:
    """Delete every thumbnail; the next sync makes them again.

    Returns how many bytes that gave back.
    """
    store.set(_LOST, "1")  # before the first is gone: a kill must not leave grey cells for ever
    freed = 0
    folders = _folders(store)
    for done, folder in enumerate(folders):
        with os.scandir(folder) as entries:
            freed += sum(entry.stat().st_size for entry in entries)
        shutil.rmtree(folder, ignore_errors=True)
        yield Progress("storage", done + 1, len(folders))
    return freed


def remove_vectors(store: Store, model: int) -> Generator[Progress, None, int]:
    """Delete the vectors of all models but `model`; labels, corrections and versions stay.

    Returns how many bytes that gave back.
    """
    before = _database_bytes(store)
    total = store.embeddings.count_others(model)
    for done in range(0, total, _ROWS):
        store.embeddings.remove_others(model, _ROWS)
        yield Progress("storage", min(done + _ROWS, total), total)
    if total:
        store.compact()
    return max(0, before - _database_bytes(store))


def without_thumbnail(store: Store) -> list[int]:
    """Ids of photos whose thumbnail was deleted, newest first.

    Looks only where there is reason to.
    """
    if store.get(_LOST) != "1":
        if _folders(store) or not store.embeddings.any():
            return []
        store.set(_LOST, "1")  # the folder was emptied by somebody else
    there = {name for folder in _folders(store) for name in os.listdir(folder)}
    return [id_ for id_, content in store.photos.contents() if f"{content}.jpg" not in there]


def thumbnails_complete(store: Store) -> None:
    """A sync has made what was missing."""
    if store.get(_LOST) == "1":
        store.set(_LOST, "")


def _folders(store: Store) -> list[str]:
    with os.scandir(store.thumbnails) as entries:
        return sorted(entry.path for entry in entries if entry.is_dir())


def _database_bytes(store: Store) -> int:
    files = (f"{store.path}{ending}" for ending in ("", "-wal", "-shm"))
    return sum(os.path.getsize(file) for file in files if os.path.exists(file))
