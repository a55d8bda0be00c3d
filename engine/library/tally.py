"""What a sync does, counted folder by folder while it goes on.

Knows: what becomes of the counts when a new photo turns out to be an old one that moved. Does not
know: folders, files, why anything is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from engine.records import FolderReport, SyncReport


@dataclass(slots=True)
class FolderCounts:
    """The counts of one folder while they grow; see `FolderReport`."""

    added: int = 0
    updated: int = 0
    moved: int = 0
    removed: int = 0
    failed: int = 0
    skipped: int = 0


class Tally:
    """The counts of one run. `first_new`: ids of rows that it makes are not smaller."""

    def __init__(self, first_new: int = 0) -> None:
        self._first_new = first_new
        self._folders: dict[int, FolderCounts] = {}
        self._paths: dict[int, str] = {}  # of the folders that were looked at
        self._gone: dict[int, int] = {}  # photo that lost its file -> its folder

    def look(self, folder_id: int, path: str) -> FolderCounts:
        """A folder is compared with the disk, perhaps once more; its counts."""
        self._paths[folder_id] = path
        return self.of(folder_id)

    def of(self, folder_id: int) -> FolderCounts:
        """The counts of a folder, to be raised."""
        return self._folders.setdefault(folder_id, FolderCounts())

    def added(self, folder_ids: Iterable[int]) -> None:
        """New photos, by the folders that they are in."""
        for folder_id, photos in Counter(folder_ids).items():
            self.of(folder_id).added += photos

    def removed(self, photos: Iterable[tuple[int, int]]) -> None:
        """Photos, (id, folder id), whose files are gone."""
        for photo_id, folder_id in photos:
            self._gone[photo_id] = folder_id
            self.of(folder_id).removed += 1

    def found_again(self, new: int, folder_id: int, old: int) -> None:
        """A new photo in a folder is an old one that moved there."""
        here = self.of(folder_id)
        here.moved += 1
        if new >= self._first_new and here.added:
            here.added -= 1
        if (lost_by := self._gone.pop(old, None)) is not None:
            self.of(lost_by).removed -= 1

    def report(self, seconds: float) -> SyncReport:
        """What was done so far, and how long it took."""
        folders = [
            FolderReport(
                id_, self._paths.get(id_, ""), looked_at=id_ in self._paths, **asdict(counts)
            )
            for id_, counts in self._folders.items()
        ]
        return SyncReport.of(folders, seconds)
