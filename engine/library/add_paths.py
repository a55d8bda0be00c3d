"""What to do with dropped paths.

Which folders to watch, which files to take, what to refuse and why.

Knows: nesting of folders and what a photo's name looks like. Does not read any file: that is
`sync`.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence

from engine.disk.scan import is_within
from engine.images.decode import is_candidate
from engine.library.followups import TAGGED_BY
from engine.messages import Message, message
from engine.records import AddReport, Failure
from engine.store.files import FoundFile
from engine.store.store import Store


def add_paths(store: Store, paths: Sequence[str]) -> tuple[AddReport, list[int]]:
    """Watch folders and single files (see `Library.add`).

    Returns the report and the ids of photos that appeared.
    """
    folders: list[int] = []
    already: list[str] = []
    refused: list[Failure] = []
    photos: list[int] = []
    singles: list[int] = []
    to_sync: list[int] = []
    for text in dict.fromkeys(paths):
        path = os.path.realpath(os.fsencode(os.path.expanduser(text))) if text.strip() else b""
        try:
            status = os.stat(path)
        except (OSError, ValueError) as error:
            refused.append(Failure(text, _why_not(error)))
            continue
        if _covered(store, path):
            already.append(text)
        elif stat.S_ISDIR(status.st_mode):
            if reason := _why_no_folder(store, path):
                refused.append(Failure(text, reason))
                continue
            folders.append(_watch(store, path))
            if back := store.folders.bring_back(folders[-1]):
                photos += back
                # Labels may have changed meanwhile: the next sync tags all photos anew.
                store.set(TAGGED_BY, "")
        elif not stat.S_ISREG(status.st_mode) or not is_candidate(path):
            reason = message("This is neither a folder nor a photo in a format that Albumen reads.")
            refused.append(Failure(text, reason))
        elif store.photos.id_of(path) is not None:
            already.append(text)
        else:
            singles_in = store.folders.add(b"")
            file = FoundFile(path, singles_in, status.st_size, status.st_mtime_ns)
            singles.append(store.files.add_single(file))
            to_sync = [singles_in]
    watched = {folder.id: folder for folder in store.folders.watched()}
    report = AddReport(
        # One that was named before the folder above it belongs to that one now.
        tuple(watched[id_] for id_ in folders if id_ in watched),
        tuple(already),
        tuple(refused),
        tuple(singles),
        tuple(id_ for id_ in (*folders, *to_sync) if id_ in watched),
    )
    return report, [*photos, *singles]


def _why_not(error: Exception) -> Message:
    if isinstance(error, OSError) and error.strerror and not isinstance(error, FileNotFoundError):
        return message("It cannot be opened ({detail}).", detail=error.strerror)
    return message("There is no such folder or file.")


def _why_no_folder(store: Store, path: bytes) -> Message | None:
    """Why a folder that exists cannot be watched, or None."""
    if not os.access(path, os.R_OK | os.X_OK):
        return message("This folder may not be read; check its permissions.")
    if path == os.path.realpath(os.fsencode(store.directory)):
        return message("This is the library's own folder; choose the folder with your photos.")
    return None


def _covered(store: Store, path: bytes) -> bool:
    return any(root and is_within(path, root) for _, root in store.folders.roots())


def _watch(store: Store, path: bytes) -> int:
    """Watch a folder; folders that lie inside it are watched with it from now on."""
    inside = [id_ for id_, root in store.folders.roots() if root and is_within(root, path)]
    with store.transaction():
        folder_id = store.folders.add(path)
        for id_ in inside:
            if id_ != folder_id:
                store.folders.absorb(id_, folder_id)
    return folder_id
