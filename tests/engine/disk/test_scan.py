"""Disk against store: what is new, changed, moved, gone, or only out of reach.

Loops, odd names, unplugged drives.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace

import pytest

from engine.disk import scan
from engine.disk.scan import FileStat, Known
from engine.records import PhotoState

LONG_AGO = 1_600_000_000_123_456_789
posix = pytest.mark.skipif(os.name != "posix", reason="POSIX names and links")


def put(path: Path, data: bytes = b"x", mtime_ns: int = LONG_AGO) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, ns=(mtime_ns, mtime_ns))
    return os.fsencode(path)


def found(walk: scan.Walk) -> list[FileStat]:
    return [file for step in walk for file in step]


def names(root: Path, exclusions: Iterable[str] = (), walk: scan.Walk | None = None) -> list[str]:
    walk = walk or scan.walk(os.fsencode(root), tuple(exclusions))
    return sorted(
        os.fsdecode(os.path.relpath(file.path, os.fsencode(root))) for file in found(walk)
    )


def known(
    file: FileStat, photo_id: int = 1, state: PhotoState = PhotoState.OK, **more: object
) -> Known:
    more = {"content_hash": f"{photo_id:032x}", **more}
    return Known(file.path, file.size, file.mtime_ns, photo_id, state, **more)  # type: ignore[arg-type]


# ---------------------------------------------------------------- walking


def test_photos_are_found_with_size_and_time_and_the_rest_is_counted(tmp_path: Path) -> None:
    a, b = put(tmp_path / "a.JPG", b"abc"), put(tmp_path / "x" / "y" / "b.heic")
    put(tmp_path / "x" / "notes.txt")
    put(tmp_path / "._a.jpg")
    walk = scan.walk(os.fsencode(tmp_path))
    assert sorted(found(walk), key=lambda f: f.path) == [
        FileStat(a, 3, LONG_AGO),
        FileStat(b, 1, LONG_AGO),
    ]
    assert walk.skipped == 1 and walk.problems == [] and walk.out_of_reach == []


def test_hidden_and_system_folders_are_left_out(tmp_path: Path) -> None:
    for folder in (
        ".hidden",
        ".Trash-1000",
        "$RECYCLE.BIN",
        "@eaDir",
        "lost+found",
        "Catalog Previews.lrdata",
        "ok",
    ):
        put(tmp_path / folder / "a.jpg")
    assert names(tmp_path) == [os.path.join("ok", "a.jpg")]
    assert names(tmp_path / ".hidden") == ["a.jpg"]  # asked for by name


def test_folders_that_the_system_marks_as_hidden() -> None:
    for marks, hidden in [
        ({"st_file_attributes": 2}, True),
        ({"st_file_attributes": 4 | 16}, True),
        ({"st_file_attributes": 16}, False),
        ({"st_flags": 0x8000}, True),
        ({"st_flags": 1}, False),
        ({}, False),
    ]:
        assert scan._is_marked_hidden(SimpleNamespace(**marks)) is hidden, marks  # type: ignore[arg-type]


def test_exclusions(tmp_path: Path) -> None:
    for name in ("a.jpg", "b.png", "raw/c.jpg", "raw/deep/d.jpg", "old/raw/e.jpg", "cache/f.jpg"):
        put(tmp_path / name)
    slash = os.sep
    assert names(tmp_path, ["raw"]) == ["a.jpg", "b.png", f"cache{slash}f.jpg"]
    assert names(tmp_path, ["*.png", "cache/", " "]) == [
        "a.jpg",
        *(n for n in names(tmp_path) if "raw" in n),
    ]
    relative = names(tmp_path, ["raw/*"])
    assert f"old{slash}raw{slash}e.jpg" in relative and f"raw{slash}c.jpg" not in relative
    assert f"cache{slash}f.jpg" not in names(tmp_path, [str(tmp_path / "cache")])
    assert len(names(tmp_path, ["", "/", "no[such"])) == 6


def test_steps_are_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for i in range(25):
        put(tmp_path / str(i % 3) / f"{i}.jpg")
    monkeypatch.setattr(scan, "STEP_ENTRIES", 4)
    steps = list(scan.walk(os.fsencode(tmp_path)))
    assert len(steps) >= 6 and sum(map(len, steps)) == 25 and max(map(len, steps)) <= 4
    monkeypatch.setattr(scan, "STEP_ENTRIES", 10**9)
    monkeypatch.setattr(scan, "STEP_SECONDS", 0.0)
    assert len(list(scan.walk(os.fsencode(tmp_path)))) >= 25


@posix
def test_names_that_are_not_utf8_and_very_long_ones(tmp_path: Path) -> None:
    root = os.fsencode(tmp_path)
    odd = [
        b"\xff\xfe\x80.jpg",
        b"n" * 251 + b".jpg",
        b"new\nline.jpg",
        "日本 \u202e.png".encode(),
        b"-rf *.jpg",
    ]
    if sys.platform == "darwin":
        odd = odd[1:]
    for name in odd:
        with open(os.path.join(root, name), "wb") as file:
            file.write(b"x")
    assert sorted(
        os.path.basename(file.path) for file in found(scan.walk(root, ["no/match", "[x]*"]))
    ) == sorted(odd)


@posix
def test_links_are_followed_once_and_loops_end(tmp_path: Path) -> None:
    root = tmp_path / "root"
    outside = tmp_path / "outside"
    put(root / "z" / "a.jpg")
    put(outside / "b.jpg")
    (root / "a_link_to_z").symlink_to(root / "z")
    (root / "link1").symlink_to(outside)
    (root / "link2").symlink_to(outside)
    (root / "z" / "up").symlink_to(root)
    (root / "top").symlink_to("/")
    (outside / "back").symlink_to(root)
    (root / "photo.jpg").symlink_to(outside / "b.jpg")
    walk = scan.walk(os.fsencode(root))
    assert names(root, walk=walk) == ["link1/b.jpg", "photo.jpg", "z/a.jpg"]
    loops = sorted(os.path.relpath(problem.path, root) for problem in walk.problems)
    assert loops == ["link1/back", "top", "z/up"]
    assert (
        all("leads back" in str(problem.reason) for problem in walk.problems)
        and walk.out_of_reach == []
    )


@posix
def test_broken_links_and_pipes_are_passed_on_to_be_refused_with_a_reason(tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").symlink_to("nowhere")
    (tmp_path / "loop.jpg").symlink_to("loop.jpg")
    (tmp_path / "zero.png").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe.jpg")
    assert names(tmp_path) == ["broken.jpg", "loop.jpg", "pipe.jpg", "zero.png"]


def test_a_folder_deleted_during_the_walk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "a.jpg")
    put(tmp_path / "b" / "b.jpg")
    real = os.scandir

    def scandir(path: bytes) -> object:
        if path.endswith(b"b"):
            raise FileNotFoundError
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    walk = scan.walk(os.fsencode(tmp_path))
    assert names(tmp_path, walk=walk) == ["a.jpg"] and walk.problems == []


# ---------------------------------------------------------------- the difference


def test_added_changed_unchanged_vanished(tmp_path: Path) -> None:
    for name in ("same.jpg", "new.jpg", "size.jpg", "time.jpg"):
        put(tmp_path / name, b"1234")
    files = {os.path.basename(file.path): file for file in found(scan.walk(os.fsencode(tmp_path)))}
    same = files[b"same.jpg"]
    size = files[b"size.jpg"]
    time = files[b"time.jpg"]
    rows = [
        known(same, 1),
        known(FileStat(size.path, 3, LONG_AGO), 2),
        known(FileStat(time.path, 4, LONG_AGO - 1), 3),
        known(FileStat(os.fsencode(tmp_path / "gone.jpg"), 4, LONG_AGO), 4),
    ]
    diff = scan.diff(files.values(), rows)
    assert diff.unchanged == 1 and diff.added == [files[b"new.jpg"]] and diff.vanished == [rows[3]]
    assert diff.changed == [(rows[1], size), (rows[2], time)]
    assert not (diff.retry or diff.returned or diff.settling or diff.offline or diff.folder_offline)


def test_states_decide_what_an_untouched_file_needs() -> None:
    file = FileStat(b"/p/a.jpg", 1, LONG_AGO)

    def outcome(state: PhotoState, **more: object) -> scan.Diff:
        return scan.diff([file], [known(file, 1, state, **more)])

    assert outcome(PhotoState.OK).unchanged == 1
    assert outcome(PhotoState.PENDING).retry
    assert outcome(PhotoState.FAILED, attempts=2).retry
    assert outcome(PhotoState.FAILED, attempts=3).unchanged == 1
    for state in (PhotoState.OFFLINE, PhotoState.MISSING):
        assert outcome(state).returned
        assert outcome(state, content_hash="").retry  # it was never read to the end


@pytest.mark.parametrize(
    ("mtime_ns", "settling"),
    [
        (LONG_AGO, True),  # written in this very moment
        (LONG_AGO - 999_999_999, True),
        (LONG_AGO - 1_000_000_000, False),
        (LONG_AGO + 1, False),  # the clock of a network drive
        (1_599_999_998_000_000_000, True),  # a drive that keeps whole seconds
        (1_599_999_997_000_000_000, False),
    ],
)
def test_files_still_being_written_are_held_back(mtime_ns: int, settling: bool) -> None:
    file = FileStat(b"/p/a.jpg", 5, mtime_ns)
    for rows in ([], [known(FileStat(file.path, 4, 1))]):
        diff = scan.diff([file], rows, now_ns=LONG_AGO)
        assert (diff.settling == [file]) is settling
        assert bool(diff.added or diff.changed) is not settling
    unchanged = scan.diff([file], [known(file)], now_ns=LONG_AGO)
    assert unchanged.unchanged == 1


def test_settled_looks_again(tmp_path: Path) -> None:
    now = LONG_AGO + 10**9
    quiet = FileStat(put(tmp_path / "quiet.jpg"), 1, LONG_AGO)
    grows = FileStat(put(tmp_path / "grows.jpg", b"xx"), 1, LONG_AGO)
    fresh = FileStat(put(tmp_path / "fresh.jpg", mtime_ns=now - 5), 1, now - 5)
    gone = FileStat(os.fsencode(tmp_path / "gone.jpg"), 1, now)
    ready, waiting = scan.settled([quiet, grows, fresh, gone], now_ns=now)
    assert ready == [quiet] and waiting == [FileStat(grows.path, 2, LONG_AGO), fresh]
    assert scan.settled(waiting, now_ns=now + 10**9) == (waiting, [])


# ---------------------------------------------------------------- moves


def test_moves_are_found_by_content() -> None:
    gone = [
        Known(b"/old/a.jpg", 10, 1, 1, PhotoState.OK, "aa"),
        Known(b"/old/b.jpg", 10, 1, 2, PhotoState.OK, "bb"),
        Known(b"/old/twin1.jpg", 20, 1, 3, PhotoState.MISSING, "tt"),
        Known(b"/old/twin2.jpg", 20, 1, 4, PhotoState.MISSING, "tt"),
        Known(b"/old/never_read.jpg", 30, 1, 5, PhotoState.PENDING, ""),
    ]
    sizes = {b"a": 10, b"c": 11, b"x": 20, b"never_read": 30}
    added = [FileStat(b"/new/%s.jpg" % name, size, 2) for name, size in sizes.items()]
    assert [file.path for file in scan.move_candidates(added, gone)] == [
        b"/new/a.jpg",
        b"/new/x.jpg",
    ]
    hashed = {
        b"/new/x.jpg": "tt",
        b"/new/twin2.jpg": "tt",
        b"/new/y.jpg": "tt",
        b"/new/a.jpg": "aa",
        b"/new/z": "z",
    }
    moves = {path: row.photo_id for row, path in scan.match_moves(hashed, gone)}
    assert moves == {
        b"/new/a.jpg": 1,
        b"/new/twin2.jpg": 4,
        b"/new/x.jpg": 3,
    }  # y is a third copy: a new photo


# ---------------------------------------------------------------- drives that come and go


def snapshot(root: Path, token: str = "") -> tuple[list[FileStat], scan.Walk]:
    walk = scan.walk(os.fsencode(root), (), token)
    return found(walk), walk


def test_a_missing_folder_is_offline_not_vanished(tmp_path: Path) -> None:
    put(tmp_path / "drive" / "a.jpg")
    files, walk = snapshot(tmp_path / "drive")
    (tmp_path / "drive").rename(tmp_path / "away")
    nothing, away = snapshot(tmp_path / "drive", walk.token)
    diff = scan.diff(nothing, [known(files[0])], away)
    assert (
        diff.folder_offline
        and [row.path for row in diff.offline] == [files[0].path]
        and not diff.vanished
    )
    assert away.token == walk.token
    (tmp_path / "away").rename(tmp_path / "drive")
    back, home = snapshot(tmp_path / "drive", walk.token)
    diff = scan.diff(back, [known(files[0], state=PhotoState.OFFLINE)], home)
    assert len(diff.returned) == 1 and not (diff.added or diff.changed or diff.folder_offline)


def test_an_emptied_mount_point_is_offline_but_an_emptied_folder_is_believed(
    tmp_path: Path,
) -> None:
    drive = tmp_path / "drive"
    put(drive / "a.jpg")
    files, walk = snapshot(drive)
    (drive / "a.jpg").unlink()
    diff = scan.diff(*_with_rows(snapshot(drive, walk.token), files))
    assert len(diff.vanished) == 1 and not diff.offline and not diff.folder_offline
    drive.rename(tmp_path / "unplugged")
    drive.mkdir()  # what is left of a mount: another, empty directory
    for leftover in (False, True):
        if leftover:
            put(drive / "another_drive.jpg")
        diff = scan.diff(*_with_rows(snapshot(drive, walk.token), files))
        assert diff.folder_offline and len(diff.offline) == 1 and not diff.vanished


def _with_rows(
    result: tuple[list[FileStat], scan.Walk], files: list[FileStat]
) -> tuple[list[FileStat], list[Known], scan.Walk]:
    return result[0], [known(file, i + 1) for i, file in enumerate(files)], result[1]


def test_a_replaced_folder_with_known_photos_is_believed(tmp_path: Path) -> None:
    """A restored backup: another directory, but the photos are there."""
    put(tmp_path / "drive" / "a.jpg")
    put(tmp_path / "drive" / "b.jpg")
    files, walk = snapshot(tmp_path / "drive")
    (tmp_path / "drive").rename(tmp_path / "old")
    put(tmp_path / "drive" / "a.jpg")
    diff = scan.diff(*_with_rows(snapshot(tmp_path / "drive", walk.token), files))
    assert not diff.folder_offline and diff.unchanged == 1 and len(diff.vanished) == 1


def test_without_a_token_an_empty_folder_is_not_believed(tmp_path: Path) -> None:
    nothing, walk = snapshot(tmp_path)
    gone = known(FileStat(os.fsencode(tmp_path / "a.jpg"), 1, 1))
    for token in ("", "not json", "{}", "[1]", '{"root": 3, "mounts": 4}'):
        nothing, walk = snapshot(tmp_path, token)
        assert scan.diff(nothing, [gone], walk).folder_offline, token


def test_a_drive_mounted_below_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "a.jpg")
    put(tmp_path / "stick" / "b.jpg")
    real_stat = os.DirEntry.stat
    mounted = [True]

    class Entry:
        """A directory entry that claims to lie on another device while the stick is mounted."""

        def __init__(self, entry: os.DirEntry[bytes]) -> None:
            self._entry = entry
            self.name = entry.name
            self.path = entry.path
            self.is_symlink = entry.is_symlink
            self.is_dir = entry.is_dir

        def stat(self, follow_symlinks: bool = True) -> os.stat_result:
            status = real_stat(self._entry, follow_symlinks=follow_symlinks)
            if self.name == b"stick" and mounted[0]:
                status = os.stat_result((*status[:2], status.st_dev + 1, *status[3:10]))
            return status

    class Directory:
        def __init__(self, path: bytes) -> None:
            self._real = real_scandir(path)

        def __enter__(self) -> Iterable[Entry]:
            return (Entry(entry) for entry in self._real.__enter__())

        def __exit__(self, *why: object) -> None:
            self._real.close()

    real_scandir = os.scandir
    with monkeypatch.context() as patch:
        patch.setattr(scan.os, "scandir", Directory)
        files, walk = snapshot(tmp_path)
    rows = [known(file, i) for i, file in enumerate(sorted(files, key=lambda f: f.path))]
    assert len(rows) == 2 and "stick" in walk.token
    (
        tmp_path / "stick" / "b.jpg"
    ).unlink()  # unplugged: the mount point is an empty directory of the disk
    for _ in range(2):  # it stays away, and stays remembered
        left, walk = snapshot(tmp_path, walk.token)
        diff = scan.diff(left, rows, walk)
        assert (
            diff.offline == [rows[1]]
            and diff.unchanged == 1
            and not diff.vanished
            and not diff.folder_offline
        )
    put(tmp_path / "stick" / "c.jpg")  # a plain folder now, with photos of its own
    left, walk = snapshot(tmp_path, walk.token)
    diff = scan.diff(left, rows, walk)
    assert diff.vanished == [rows[1]] and "stick" not in walk.token


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="POSIX permissions")
def test_photos_of_an_unreadable_subfolder_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "a.jpg")
    put(tmp_path / "locked" / "b.jpg")
    put(tmp_path / "locked2.jpg")
    files, walk = snapshot(tmp_path)
    real = os.scandir

    def scandir(path: bytes) -> object:
        if path.endswith(b"locked"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    left, locked = snapshot(tmp_path, walk.token)
    diff = scan.diff(left, [known(file, i) for i, file in enumerate(files)], locked)
    assert [os.path.basename(row.path) for row in diff.offline] == [b"b.jpg"]
    assert diff.unchanged == 2 and not diff.vanished and not diff.folder_offline
    assert "no permission" in str(locked.problems[0].reason) and locked.problems[0].path.endswith(
        "locked"
    )


def test_a_link_that_leads_nowhere_settles(tmp_path: Path) -> None:
    link = tmp_path / "nowhere.jpg"
    link.symlink_to(tmp_path / "missing")
    status = os.lstat(link)
    listed = FileStat(os.fsencode(link), status.st_size, status.st_mtime_ns)
    assert scan.settled([listed], now_ns=status.st_mtime_ns + 60 * 10**9) == ([listed], [])
