"""What is on disk against what the store knows.

New, changed, moved, gone for good, or only out of reach.

Knows: how to walk a folder in short steps whatever lies in it, and how to tell a drive that is away
from photos that are gone. Does not know: SQL, pixels, events (`watch`). Paths are bytes: a name
need not be UTF-8.
"""

from __future__ import annotations

import fnmatch
import json
import os
import re
import stat
import time
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from engine.images.decode import is_candidate
from engine.messages import message
from engine.records import Failure, PhotoState, Progress

STEP_SECONDS = 0.1
STEP_ENTRIES = 2000
SETTLE_NS = 1_000_000_000
SETTLE_COARSE_NS = 3_000_000_000  # FAT and some network drives keep times to two seconds
MAX_ATTEMPTS = 3
_COMPARED = 50_000  # files per step

# Folders of the system, of other programs' thumbnails, of bins. Anything hidden (a leading dot) is
# left out as well.
_NO_PHOTOS = frozenset(
    name.casefold()
    for name in (
        # Windows, Linux, macOS
        "$Recycle.Bin",
        "System Volume Information",
        "lost+found",
        "__macosx",
        # Synology
        "@eaDir",
        "#recycle",
        "#snapshot",
    )
)
_NO_PHOTOS_ENDINGS = (
    ".lrdata",
    ".lrcat-data",
    ".cocatalog",
    ".photoslibrary",
    ".aplibrary",
    ".migratedphotolibrary",
)


@dataclass(frozen=True, slots=True)
class FileStat:
    """A file that may be a photo.

    Size in bytes and mtime in nanoseconds; of a broken link those of the link itself.
    """

    path: bytes
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows about a file.

    Size and mtime when it was last read, and how that ended.
    """

    path: bytes
    size: int
    mtime_ns: int
    photo_id: int
    state: PhotoState
    content_hash: str = ""
    attempts: int = 0


@dataclass(slots=True)
class Diff:
    """What a scan found, as what there is to do.

    `added`: files without a row. `changed`: rows whose file has another size or mtime: read again.
    `retry`: rows whose file is as before but was never read to the end (pending, or failed fewer
    than 3 times). `returned`: rows that were offline or missing and whose file is back unchanged:
    nothing to read. `unchanged`: how many rows need nothing. `vanished`: rows whose file is gone
    from a folder that could be read. `offline`: rows that are merely out of reach. `settling`:
    files that were written within the last second; look again with `settled`. `folder_offline`: the
    folder as a whole is out of reach: keep its old token.
    """

    added: list[FileStat] = field(default_factory=list)
    changed: list[tuple[Known, FileStat]] = field(default_factory=list)
    retry: list[tuple[Known, FileStat]] = field(default_factory=list)
    returned: list[Known] = field(default_factory=list)
    unchanged: int = 0
    vanished: list[Known] = field(default_factory=list)
    offline: list[Known] = field(default_factory=list)
    settling: list[FileStat] = field(default_factory=list)
    folder_offline: bool = False

    def compare(self, row: Known, file: FileStat) -> None:
        """Sort in a row whose file has the size and time of the last reading."""
        away = row.state in (PhotoState.OFFLINE, PhotoState.MISSING)
        if away and row.content_hash:
            self.returned.append(row)
        elif row.state == PhotoState.OK or (
            row.state == PhotoState.FAILED and row.attempts >= MAX_ATTEMPTS
        ):
            self.unchanged += 1
        else:
            self.retry.append((row, file))


class Walk:
    """An iterator over the files below `root` that may be photos, as lists.

    Each step takes at most about a tenth of a second.

    A list may be empty. Links to folders are followed once everything else was seen, each real
    folder once, so that loops end. After the last step: `token` (remember it with the folder: it
    identifies the drives that were there), `skipped` (files that are no photos), `problems`
    (subfolders that could not be read, links that run in a circle), `out_of_reach` (folders of
    which nothing can be said), `same_place` (False when `root` is not the same directory as in the
    token given).
    """

    def __init__(self, root: bytes, exclusions: Sequence[str] = (), token: str = "") -> None:
        self.root = root
        self.token = token
        self.skipped = 0
        self.problems: list[Failure] = []
        self.out_of_reach: list[bytes] = []
        self.same_place = True
        self._excluded = _Exclusions(root, exclusions)
        self._before = _parse_token(token)
        self._steps = self._walk()

    def __iter__(self) -> Iterator[list[FileStat]]:
        return self._steps

    def __next__(self) -> list[FileStat]:
        return next(self._steps)

    def _walk(self) -> Iterator[list[FileStat]]:
        try:
            top = os.stat(self.root)
            if not stat.S_ISDIR(top.st_mode):
                raise NotADirectoryError
        except OSError:
            self.out_of_reach.append(self.root)
            self.same_place = False
            return
        place = [top.st_dev, top.st_ino]
        self.same_place = self._before.get("root") == place
        mounts: list[str] = []
        seen = {(top.st_dev, top.st_ino)}
        waiting: list[tuple[bytes, int]] = [(self.root, top.st_dev)]
        links: list[bytes] = []
        found: list[FileStat] = []
        entries = 0
        step_ends = time.monotonic() + STEP_SECONDS
        while waiting or links:
            if not waiting:
                target = self._follow(links, seen)
                if target is not None:
                    waiting.append(target)
                continue
            folder, device = waiting.pop()
            below: list[tuple[bytes, int]] = []
            for entry in self._entries(folder):
                entries += 1
                self._look_at(entry, device, found, below, links, mounts, seen)
                if entries >= STEP_ENTRIES or time.monotonic() >= step_ends:
                    yield found
                    found = []
                    entries = 0
                    step_ends = time.monotonic() + STEP_SECONDS
            waiting += sorted(below, reverse=True)
        away = self._mounts_away(mounts)
        self.out_of_reach += [os.fsencode(mount) for mount in away]
        self.token = json.dumps({"root": place, "mounts": sorted(mounts + away)})
        yield found

    def _entries(self, folder: bytes) -> Iterator[os.DirEntry[bytes]]:
        """What is in a folder; as far as it can be read."""
        try:
            with os.scandir(folder) as directory:
                yield from directory
        except OSError as error:
            self._unreadable(folder, error)

    def _look_at(
        self,
        entry: os.DirEntry[bytes],
        device: int,
        found: list[FileStat],
        below: list[tuple[bytes, int]],
        links: list[bytes],
        mounts: list[str],
        seen: set[tuple[int, int]],
    ) -> None:
        path = entry.path
        name = entry.name
        if name.startswith(b".") or self._excluded.match(path, name):
            return
        try:
            if entry.is_dir(follow_symlinks=False):
                if _is_no_photo_folder(name):
                    return
                status = entry.stat(follow_symlinks=False) if os.name == "posix" else os.stat(path)
                # Mounted onto its own inside.
                if _is_marked_hidden(status) or (status.st_dev, status.st_ino) in seen:
                    return
                seen.add((status.st_dev, status.st_ino))
                if status.st_dev != device:
                    mounts.append(os.fsdecode(path))
                below.append((path, status.st_dev))
            elif entry.is_symlink() and os.path.isdir(path):
                links.append(path)
            elif is_candidate(path):
                try:
                    status = os.stat(path) if entry.is_symlink() else entry.stat()
                except OSError:
                    # A link that leads nowhere or in a circle: reading it gives the reason.
                    status = entry.stat(follow_symlinks=False)
                found.append(FileStat(path, status.st_size, status.st_mtime_ns))
            else:
                self.skipped += 1
        except FileNotFoundError:
            pass  # deleted while we looked
        except OSError as error:
            self._unreadable(path, error)

    def _follow(self, links: list[bytes], seen: set[tuple[int, int]]) -> tuple[bytes, int] | None:
        """The next linked folder that was not seen yet.

        Links are taken in the order of their names, so that a folder reached by two links keeps the
        same paths from scan to scan.
        """
        links.sort(reverse=True)
        path = links.pop()
        inside = os.path.realpath(self.root)
        target = os.path.realpath(path)
        here = os.path.realpath(os.path.dirname(path))
        if is_within(here, target) or is_within(inside, target):
            reason = message("This link leads back into its own folder; it was left out.")
            self.problems.append(Failure(os.fsdecode(path), reason))
            return None
        try:
            status = os.stat(path)
        except OSError as error:
            self._unreadable(path, error)
            return None
        if (status.st_dev, status.st_ino) in seen:
            return None
        seen.add((status.st_dev, status.st_ino))
        return path, status.st_dev

    def _unreadable(self, path: bytes, error: OSError) -> None:
        if isinstance(error, FileNotFoundError) and path != self.root:
            return
        self.out_of_reach.append(path)
        if isinstance(error, PermissionError):
            reason = message(
                "It could not be opened (no permission); its photos are kept as they were."
            )
        else:
            reason = message(
                "It could not be opened ({detail}); its photos are kept as they were.",
                detail=(error.strerror or str(error)).lower(),
            )
        self.problems.append(Failure(os.fsdecode(path), reason))

    def _mounts_away(self, mounts: list[str]) -> list[str]:
        """Drives below the root at the last scan that are away, unless files took their place."""
        return [
            mount
            for mount in self._before.get("mounts", ())
            if mount not in mounts and not _has_entries(mount)
        ]


def walk(root: bytes, exclusions: Sequence[str] = (), token: str = "") -> Walk:
    """Walk `root`. `exclusions`: globs.

    Without `/` they match any file's or folder's name, with `/` the path relative to the root,
    absolute ones the whole path. `token`: what the last complete walk of this folder left, or ''.
    Never raises: a root that cannot be read ends at once with `out_of_reach == [root]`.
    """
    return Walk(root, exclusions, token)


def diff(
    found: Iterable[FileStat],
    known: Iterable[Known],
    walk: Walk | None = None,
    now_ns: int | None = None,
) -> Diff:
    """The same as `comparing`, in one step."""
    steps = comparing(found, known, walk, now_ns)
    try:
        while True:
            next(steps)
    except StopIteration as end:
        return cast(Diff, end.value)


def comparing(
    found: Iterable[FileStat],
    known: Iterable[Known],
    walk: Walk | None = None,
    now_ns: int | None = None,
) -> Generator[Progress, None, Diff]:
    """Compare the files found with the rows known of the same folder (all states), in short steps.

    An emptied folder is believed only when it is the very directory of the last scan (device and
    inode): when a drive is unplugged, its mount point is another directory, or none. Without any
    known file in a directory that is not the same one, everything is offline, not vanished.
    """
    now_ns = time.time_ns() if now_ns is None else now_ns
    rows = {row.path: row for row in known}
    total = len(rows)
    result = Diff()
    for number, file in enumerate(found):
        if number % _COMPARED == _COMPARED - 1:
            yield Progress("scan", number, 0)
        row = rows.pop(file.path, None)
        if row is not None and (row.size, row.mtime_ns) == (file.size, file.mtime_ns):
            result.compare(row, file)
        elif _is_settling(file, now_ns):
            result.settling.append(file)
        elif row is None:
            result.added.append(file)
        else:
            result.changed.append((row, file))
    if walk is None:
        result.vanished.extend(rows.values())
        return result
    nothing_met = total > 0 and len(rows) == total
    result.folder_offline = walk.root in walk.out_of_reach or (nothing_met and not walk.same_place)
    away = [walk.root] if result.folder_offline else walk.out_of_reach
    for row in rows.values():
        (
            result.offline
            if any(is_within(row.path, folder) for folder in away)
            else result.vanished
        ).append(row)
    return result


def settled(
    files: Iterable[FileStat], now_ns: int | None = None
) -> tuple[list[FileStat], list[FileStat]]:
    """Look at settling files again.

    Returns (those that are quiet, as they are now; those to look at later). Gone ones are dropped.
    """
    now_ns = time.time_ns() if now_ns is None else now_ns
    ready: list[FileStat] = []
    waiting: list[FileStat] = []
    for file in files:
        try:
            status = os.stat(file.path)
        except OSError:
            try:
                # A link that leads nowhere or in a circle is there all the same: `walk` listed the
                # link itself.
                status = os.lstat(file.path)
            except OSError:
                continue
        now = FileStat(file.path, status.st_size, status.st_mtime_ns)
        (ready if now == file and not _is_settling(now, now_ns) else waiting).append(now)
    return ready, waiting


def move_candidates(added: Iterable[FileStat], gone: Iterable[Known]) -> list[FileStat]:
    """The new files that may be moved photos, worth hashing.

    Those with the size of a photo that is gone.
    """
    sizes = {row.size for row in gone if row.content_hash}
    return [file for file in added if file.size in sizes]


def match_moves(hashed: Mapping[bytes, str], gone: Iterable[Known]) -> list[tuple[Known, bytes]]:
    """(row, its new path) for new files whose content hash is that of a photo that is gone.

    Each row and each file is used once; among copies with equal content the one that kept its name
    is preferred, then the order of the paths decides.
    """
    by_hash: dict[str, list[Known]] = {}
    for row in sorted(gone, key=lambda row: row.path):
        if row.content_hash:
            by_hash.setdefault(row.content_hash, []).append(row)
    moves: list[tuple[Known, bytes]] = []
    left: list[tuple[bytes, str]] = []
    for path, digest in sorted(hashed.items()):
        name = os.path.basename(path)
        same = next(
            (row for row in by_hash.get(digest, ()) if os.path.basename(row.path) == name), None
        )
        if same is None:
            left.append((path, digest))
        else:
            by_hash[digest].remove(same)
            moves.append((same, path))
    for path, digest in left:
        if rows := by_hash.get(digest):
            moves.append((rows.pop(0), path))
    return moves


def _is_settling(file: FileStat, now_ns: int) -> bool:
    """Written so lately that another write could still carry the same time.

    A time in the future says nothing.
    """
    coarse = file.mtime_ns % 1_000_000_000 == 0
    return 0 <= now_ns - file.mtime_ns < (SETTLE_COARSE_NS if coarse else SETTLE_NS)


def is_within(path: bytes, folder: bytes) -> bool:
    """Whether `path` is `folder` or lies below it (`/a/b2` does not lie below `/a/b`)."""
    return path == folder or path.startswith(
        folder.rstrip(os.fsencode(os.sep)) + os.fsencode(os.sep)
    )


def _has_entries(folder: str) -> bool:
    try:
        with os.scandir(folder) as directory:
            return next(directory, None) is not None
    except OSError:
        return False


def _is_no_photo_folder(name: bytes) -> bool:
    text = os.fsdecode(name).casefold()
    return text in _NO_PHOTOS or text.endswith(_NO_PHOTOS_ENDINGS)


def _is_marked_hidden(status: os.stat_result) -> bool:
    """Hidden or system by Windows' attributes, hidden by macOS's flags."""
    attributes = getattr(status, "st_file_attributes", 0)
    flags = getattr(status, "st_flags", 0)
    return bool(
        attributes & (stat.FILE_ATTRIBUTE_HIDDEN | stat.FILE_ATTRIBUTE_SYSTEM)
        or flags & stat.UF_HIDDEN
    )


def _parse_token(token: str) -> dict[str, list[Any]]:
    try:
        parsed = json.loads(token)
        return {"root": list(parsed["root"]), "mounts": [str(mount) for mount in parsed["mounts"]]}
    except (ValueError, KeyError, TypeError):
        return {}


class _Exclusions:
    """The user's globs, compiled into one expression per thing they are matched against."""

    def __init__(self, root: bytes, patterns: Sequence[str]) -> None:
        self._skip = len(root.rstrip(os.fsencode(os.sep))) + 1
        cleaned = [
            os.path.normcase(pattern.strip().rstrip("/"))
            for pattern in patterns
            if pattern.strip("/ ")
        ]
        self._names = _any_of(p for p in cleaned if "/" not in p and os.sep not in p)
        self._whole = _any_of(p for p in cleaned if os.path.isabs(p))
        self._relative = _any_of(
            p for p in cleaned if ("/" in p or os.sep in p) and not os.path.isabs(p)
        )

    def match(self, path: bytes, name: bytes) -> bool:
        if self._names and self._names.match(os.path.normcase(os.fsdecode(name))):
            return True
        if not self._whole and not self._relative:
            return False
        text = os.path.normcase(os.fsdecode(path))
        relative = os.path.normcase(os.fsdecode(path[self._skip :]))
        return bool(
            (self._whole and self._whole.match(text))
            or (self._relative and self._relative.match(relative))
        )


def _any_of(patterns: Iterable[str]) -> re.Pattern[str] | None:
    translated = [fnmatch.translate(pattern) for pattern in patterns]
    return re.compile("|".join(translated)) if translated else None
