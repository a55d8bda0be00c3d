"""The disk changes in every way.

Rows, tags and corrections follow, and nothing is encoded twice.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.disk import scan
from engine.library.library import Library
from engine.messages import message
from engine.records import (
    AlbumenError,
    FolderReport,
    FolderState,
    PhotosChanged,
    PhotoState,
    Progress,
    SyncReport,
)
from tests.support import raw_sql
from tests.support.small_library import LONG_AGO, finish, run, write_photo, write_photos

pytestmark = pytest.mark.usefixtures("tiny_starter")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "photos"


@pytest.fixture
def library(tmp_path: Path, folder: Path) -> Iterator[Library]:
    write_photos(folder, 6)
    with Library.open(tmp_path / "library") as opened:
        opened.add([str(folder)])
        finish(opened.sync())
        yield opened


def numbers(report: SyncReport) -> tuple[int, int, int, int, int]:
    return report.added, report.updated, report.moved, report.removed, report.failed


def rows(library: Library) -> dict[str, int]:
    """File name -> id of every photo that can be seen."""
    return {photo.name: photo.id for photo in library.photos(list(library.view().ids))}


def encoded(library: Library, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Sizes of the batches that the image tower sees from now on."""
    sizes: list[int] = []
    model = type(library._model.recognition().model)
    original = model.encode_images
    monkeypatch.setattr(
        model, "encode_images", lambda self, x: (sizes.append(len(x)), original(self, x))[1]
    )
    return sizes


def test_looking_for_work_is_done_in_short_steps(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many rows there are, none is read in one go; the outcome is the same."""
    write_photo(folder / "0.jpg", 70)
    for module, name in (
        ("library.sync", "_KNOWN"),
        ("library.indexing", "_LOOKED_AT"),
        ("disk.scan", "_COMPARED"),
    ):
        monkeypatch.setattr(f"engine.{module}.{name}", 2)
    steps, report = run(library.sync())
    assert len([step for step in steps if isinstance(step, Progress) and step.phase == "scan"]) >= 9
    assert len(rows(library)) == len(list(folder.iterdir())) and report.added == 1


def test_a_folder_that_comes_while_another_is_read_is_seen_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first folder of a person may take hours.

    The second appears as soon as the photos in hand are read.
    """
    monkeypatch.setattr("engine.library.indexing._BATCH", 4)
    monkeypatch.setattr("engine.library.indexing._AHEAD", 4)
    first, second = tmp_path / "first", tmp_path / "second"
    write_photos(first, 180)
    write_photos(second, 5, first_seed=200)
    with Library.open(tmp_path / "library") as library:
        assert library.sync_also([1]) is False  # nothing runs
        library.add([str(first)])
        job = library.sync()
        next(job)
        assert library.sync_also([1]) is False  # what it was called for comes first
        seen: list[PhotosChanged] = []
        while not any(change.labels for change in seen):  # until the first photos have tags
            seen += [step] if isinstance(step := next(job), PhotosChanged) else []
        (folder,) = library.add([str(second)]).folders
        assert library.sync_also([folder.id]) is True
        steps, report = run(job)
        assert report.added == 185
        assert [(one.path, one.added) for one in report.folders] == [
            (str(first), 180),
            (str(second), 5),
        ]
        assert library.sync_also([folder.id]) is False
        changes = [step for step in steps if isinstance(step, PhotosChanged)]
        came = next(place for place, change in enumerate(changes) if change.added)
        assert len(changes[came].added) == 5
        tagged_later = {id_ for change in changes[came:] if change.labels for id_ in change.ids}
        assert len(tagged_later) > 50  # a good part of the first folder
        assert all(
            photo.state == PhotoState.OK for photo in library.photos(list(library.view().ids))
        )
        assert numbers(finish(library.sync())) == (0, 0, 0, 0, 0)


def test_a_sync_that_is_cancelled_takes_no_more_folders(library: Library, folder: Path) -> None:
    write_photo(folder / "new.jpg", 70)
    job = library.sync()
    next(job)
    job.close()
    assert library.sync_also([1]) is False


def test_a_report_tells_of_each_folder(tmp_path: Path) -> None:
    first, second, third = (tmp_path / name for name in ("first", "second", "third"))
    write_photos(first, 3)
    write_photos(second, 2, first_seed=10)
    write_photos(third, 1, first_seed=20)
    (second / "broken.jpg").write_bytes(b"no picture")
    os.utime(second / "broken.jpg", (LONG_AGO, LONG_AGO))
    (second / "notes.txt").write_text("no photo")
    with Library.open(tmp_path / "library") as library:
        a, b, c = (
            folder.id for folder in library.add(list(map(str, (first, second, third)))).folders
        )
        report = finish(library.sync([a, b]))
        assert report.folders == (
            FolderReport(a, str(first), added=3),
            FolderReport(b, str(second), added=3, failed=1, skipped=1),
        )
        assert numbers(report) == (6, 0, 0, 0, 1) and report.skipped == 1
        (first / "photo 000.jpg").rename(second / "moved.jpg")
        write_photo(first / "photo 001.jpg", 77)
        (first / "photo 002.jpg").unlink()
        report = finish(library.sync())
        assert report.folders == (
            FolderReport(a, str(first), updated=1, removed=1),
            FolderReport(b, str(second), moved=1, skipped=1),
            FolderReport(c, str(third), added=1),
        )
        assert SyncReport.of(report.folders, report.seconds) == report


def test_photos_of_a_folder_that_was_not_looked_at_count_there(
    tmp_path: Path, folder: Path
) -> None:
    """A sync reads whatever is left to read; who asks for one folder sees what belongs to it."""
    write_photos(folder, 2)
    (folder / "broken.jpg").write_bytes(b"no picture")
    os.utime(folder / "broken.jpg", (LONG_AGO, LONG_AGO))
    (tmp_path / "other").mkdir()
    with Library.open(tmp_path / "library") as library:
        first, other = library.add([str(folder), str(tmp_path / "other")]).folders
        job = library.sync([first.id])
        while not isinstance(next(job), PhotosChanged):
            pass
        job.close()  # found, not read
        report = finish(library.sync([other.id]))
        assert report.folders == (
            FolderReport(other.id, other.path),
            FolderReport(first.id, failed=1, looked_at=False),
        )


def test_a_photo_that_a_cancelled_sync_took_for_a_new_one_is_the_old_one(
    library: Library, folder: Path, tmp_path: Path
) -> None:
    """Its row was lost when the folder it came from was looked at: it comes back with all that was
    said, and neither came new nor left."""
    before = rows(library)
    (label,) = library.add_labels(["cat"])
    library.correct(label.id, yes=[before["photo 004.jpg"]])
    other = tmp_path / "other"
    other.mkdir()
    (second,) = library.add([str(other)]).folders
    (folder / "photo 004.jpg").rename(other / "photo 004.jpg")
    job = library.sync([second.id])
    while not isinstance(step := next(job), PhotosChanged):
        pass
    assert len(step.added) == 1
    job.close()
    library.add_labels(["day", "night"], group="time")  # one of the two is on every photo
    steps, report = run(library.sync())
    assert numbers(report) == (0, 0, 1, 0, 0)
    assert {one.folder_id: one.moved for one in report.folders}[second.id] == 1
    old = before["photo 004.jpg"]
    told = PhotosChanged()
    for change in (one for one in steps if isinstance(one, PhotosChanged)):
        told = told.joined(change)
    assert old in told.added and set(told.removed) == set(step.added)
    assert rows(library) == before and old in library.view("cat").ids
    tags = library.tags([old])
    assert {"cat"} | ({"day", "night"} & {tag.label for tag in tags}) == {t.label for t in tags}
    assert len(tags) == 2


def test_first_sync_shows_photos_before_it_encodes_them(tmp_path: Path, folder: Path) -> None:
    write_photos(folder, 3)
    with Library.open(tmp_path / "library") as library:
        library.add([str(folder)])
        steps, report = run(library.sync())
        assert numbers(report) == (3, 0, 0, 0, 0)
        changes = [step for step in steps if isinstance(step, PhotosChanged)]
        assert [(len(c.added), len(c.ids), c.labels) for c in changes] == [
            (3, 0, False),
            (0, 3, False),  # thumbnails
            (0, 3, True),  # tags
            (0, 0, True),  # the numbers are exact
        ]
        assert {step.phase for step in steps if isinstance(step, Progress)} >= {"scan", "encode"}
        (photo, *_) = library.photos(list(library.view().ids))
        assert (photo.state, photo.width, photo.height, photo.folder_id) == (
            PhotoState.OK,
            96,
            64,
            1,
        )
        assert photo.thumbnail is not None and Path(photo.thumbnail).read_bytes().startswith(
            b"\xff\xd8"
        )


def test_nothing_changed_nothing_done(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = encoded(library, monkeypatch)
    steps, report = run(library.sync())
    assert numbers(report) == (0, 0, 0, 0, 0)
    assert sizes == [] and not any(isinstance(step, PhotosChanged) for step in steps)


def test_renamed_and_moved_photos_keep_their_rows(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows(library)
    sizes = encoded(library, monkeypatch)
    (label,) = library.add_labels(["cat"])
    library.correct(label.id, yes=[before["photo 001.jpg"]])
    (folder / "deep").mkdir()
    (folder / "photo 001.jpg").rename(folder / "deep" / "new name.jpg")
    assert numbers(finish(library.sync())) == (0, 0, 1, 0, 0)
    after = rows(library)
    assert after["new name.jpg"] == before["photo 001.jpg"] and len(after) == 6
    assert [
        tag.label for tag in library.tags([after["new name.jpg"]]) if tag.source == "person"
    ] == ["cat"]
    assert sizes == []


def test_photos_that_exchange_names_keep_their_own_tags(library: Library, folder: Path) -> None:
    before = rows(library)
    names = [f"photo {i:03}.jpg" for i in range(3)]
    for name in names:
        (folder / name).rename(folder / f"{name}.tmp")
    for name, taken in zip(names, [names[1], names[2], names[0]], strict=True):
        (folder / f"{name}.tmp").rename(folder / taken)
    assert numbers(finish(library.sync())) == (0, 0, 3, 0, 0)
    after = rows(library)
    assert [after[name] for name in names] == [before[names[2]], before[names[0]], before[names[1]]]


@pytest.mark.parametrize("stop_after", [1, 2, 99])
def test_many_renames_are_written_down_in_steps(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch, stop_after: int
) -> None:
    """A ring, a chain and a single rename, each a transaction of its own.

    Stopped in between, the next sync ends it.
    """
    monkeypatch.setattr("engine.library.sync._ROWS", 1)
    before = {
        photo.content_hash: photo.id for photo in library.photos(list(rows(library).values()))
    }
    zero, one, two, three, four, five = sorted(folder.iterdir())
    zero.rename(folder / "tmp.jpg")
    one.rename(zero)
    (folder / "tmp.jpg").rename(one)  # a ring of two
    two.rename(folder / "z.jpg")
    three.rename(two)
    four.rename(three)  # a chain of three
    five.rename(folder / "a.jpg")
    job = library.sync()
    moved = []
    while len(moved) < stop_after:
        step = next(job, None)
        if step is None:
            break
        if isinstance(step, PhotosChanged):
            moved.append(len(step.ids))
    job.close()
    assert sum(moved) == 6 if stop_after == 99 else len(moved) == stop_after
    finish(library.sync())
    photos = library.photos(list(library.view().ids))
    assert {photo.content_hash: photo.id for photo in photos} == before
    on_disk = {str(path) for path in folder.iterdir()}
    assert {photo.path for photo in photos} == on_disk and library.counts().pending == 0


def test_edited_photo_is_encoded_again_and_keeps_its_row(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows(library)
    sizes = encoded(library, monkeypatch)
    write_photo(folder / "photo 002.jpg", seed=99, size=(64, 96), when=LONG_AGO + 5)
    steps, report = run(library.sync())
    assert numbers(report) == (0, 1, 0, 0, 0)
    assert not any(step.added for step in steps if isinstance(step, PhotosChanged))
    assert rows(library) == before and sizes == [1]
    (photo,) = library.photos([before["photo 002.jpg"]])
    assert (photo.width, photo.height, photo.state) == (64, 96, PhotoState.OK)


def test_touched_photo_is_only_hashed(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = encoded(library, monkeypatch)
    os.utime(folder / "photo 002.jpg", (LONG_AGO, LONG_AGO + 7))
    assert numbers(finish(library.sync())) == (0, 0, 0, 0, 0)
    assert sizes == []
    assert numbers(finish(library.sync())) == (0, 0, 0, 0, 0)


def test_equal_files_are_two_photos_encoded_once(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = encoded(library, monkeypatch)
    shutil.copy2(folder / "photo 000.jpg", folder / "copy of 0.jpg")
    write_photo(folder / "a.jpg", seed=50)
    write_photo(folder / "b.jpg", seed=50)
    assert numbers(finish(library.sync())) == (3, 0, 0, 0, 0)
    assert sizes == [1]
    assert len(rows(library)) == 9
    found = library.similar(rows(library)["copy of 0.jpg"], n=1)
    assert found.ids[0] == rows(library)["photo 000.jpg"] and found.scores[0] == pytest.approx(
        1, abs=2e-3
    )


def test_deleted_photo_goes_and_comes_back_with_everything(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows(library)
    sizes = encoded(library, monkeypatch)
    (label,) = library.add_labels(["cat"])
    library.correct(label.id, yes=list(before.values()))
    (folder / "photo 003.jpg").rename(folder.parent / "away.jpg")
    steps, report = run(library.sync())
    assert numbers(report) == (0, 0, 0, 1, 0)
    assert PhotosChanged(removed=(before["photo 003.jpg"],), labels=True) in steps
    assert (
        len(rows(library)) == 5 and library.counts().photos == 5 and library.labels()[0].photos == 5
    )
    assert before["photo 003.jpg"] not in library.view("cat").ids
    library.add_labels(["day", "night"], group="time")  # one of the two is on every photo
    (folder.parent / "away.jpg").rename(folder / "photo 003.jpg")
    steps, report = run(library.sync())
    assert numbers(report) == (0, 0, 0, 0, 0)
    back = (before["photo 003.jpg"],)
    assert PhotosChanged(ids=back, added=back, labels=True) in steps
    assert rows(library) == before and library.labels()[0].photos == 6
    assert before["photo 003.jpg"] in library.view("cat").ids
    assert {"day", "night"} & {tag.label for tag in library.tags(back)}
    assert sizes == []


def test_moved_between_two_folders_that_are_synced_apart(
    library: Library, folder: Path, tmp_path: Path
) -> None:
    before = rows(library)
    other = tmp_path / "other"
    other.mkdir()
    (second,) = library.add([str(other)]).folders
    (folder / "photo 004.jpg").rename(other / "photo 004.jpg")
    # The first folder was not scanned: it does not know yet.
    report = finish(library.sync([second.id]))
    assert numbers(report) == (0, 0, 1, 0, 0)
    assert rows(library) == before
    assert numbers(finish(library.sync())) == (0, 0, 0, 0, 0)


def test_a_drive_that_goes_away_loses_nothing(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows(library)
    sizes = encoded(library, monkeypatch)
    (label,) = library.add_labels(["cat"])
    library.correct(label.id, no=[before["photo 000.jpg"]])
    tags = library.tags(list(before.values()))
    folder.rename(folder.parent / "unplugged")
    assert numbers(finish(library.sync())) == (0, 0, 0, 0, 0)
    assert [f.state for f in library.folders()] == [FolderState.OFFLINE]
    assert rows(library) == before
    assert {photo.state for photo in library.photos(list(before.values()))} == {PhotoState.OFFLINE}
    folder.mkdir()  # an empty mount point
    assert numbers(finish(library.sync())) == (0, 0, 0, 0, 0)
    assert [f.state for f in library.folders()] == [FolderState.OFFLINE]
    folder.rmdir()
    (folder.parent / "unplugged").rename(folder)
    assert numbers(finish(library.sync())) == (0, 0, 0, 0, 0)
    assert {photo.state for photo in library.photos(list(before.values()))} == {PhotoState.OK}
    assert library.tags(list(before.values())) == tags
    assert sizes == []


def test_unreadable_files_are_listed_and_not_tried_again_at_once(
    library: Library, folder: Path
) -> None:
    (folder / "text.jpg").write_text("this is no photo")
    os.utime(folder / "text.jpg", (LONG_AGO, LONG_AGO))
    assert numbers(finish(library.sync())) == (1, 0, 0, 0, 1)
    (failure,) = library.failures()
    assert failure.path == str(folder / "text.jpg") and failure.attempts == 1 and failure.reason
    assert numbers(finish(library.sync())) == (0, 0, 0, 0, 0)
    assert list(library.view("is:problem").ids) == [failure.photo_id]


def test_what_an_older_version_said_is_shown_as_it_is_and_said_anew(
    library: Library, folder: Path
) -> None:
    (folder / "text.jpg").write_text("this is no photo")
    os.utime(folder / "text.jpg", (LONG_AGO, LONG_AGO))
    finish(library.sync())
    (failure,) = library.failures()
    before = 'The picture is damaged or incomplete ("it ends" at {7}).'
    raw_sql.update_photos(library._store, "reason = ?", [failure.photo_id], before)
    assert library.failures()[0].reason == message(before)
    assert library.photos([failure.photo_id])[0].reason == message(before)
    library.retry([failure.photo_id])
    assert library.photos([failure.photo_id])[0].reason is None
    finish(library.sync())
    assert library.failures()[0].reason == failure.reason
    assert str(failure.reason).startswith("It is damaged or not a picture")


def test_a_failure_is_tried_three_times_in_all(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "text.jpg").write_text("this is no photo")
    os.utime(folder / "text.jpg", (LONG_AGO, LONG_AGO))
    attempts = []
    now = time.time()
    for day in (0, 2, 4, 6, 8):
        monkeypatch.setattr(time, "time", lambda day=day: now + day * 86400)
        finish(library.sync())
        attempts.append(library.failures()[0].attempts)
    assert attempts == [1, 2, 3, 3, 3]
    (failure,) = library.failures()
    library.retry([failure.photo_id])
    assert numbers(finish(library.sync())) == (0, 0, 0, 0, 1)
    assert library.failures()[0].attempts == 1
    write_photo(folder / "text.jpg", seed=77)
    assert finish(library.sync()).failed == 0
    assert library.failures() == []


def test_a_library_of_failures_only(tmp_path: Path, folder: Path) -> None:
    folder.mkdir()
    (folder / "text.jpg").write_text("this is no photo")
    os.utime(folder / "text.jpg", (LONG_AGO, LONG_AGO))
    with Library.open(tmp_path / "library") as library:
        library.add([str(folder)])
        assert numbers(finish(library.sync())) == (1, 0, 0, 0, 1)
        library.ignore([failure.photo_id for failure in library.failures()])
        assert library.failures() == [] and library.counts().problems == 0


def test_exclusions_and_the_library_itself(tmp_path: Path, folder: Path) -> None:
    write_photos(folder / "keep", 1)
    write_photos(folder / "cache", 1, first_seed=10)
    with Library.open(folder / "my library") as library:
        library.set_exclusions(["cache", " "])
        assert library.exclusions() == ["cache"]
        library.add([str(folder)])
        assert finish(library.sync()).added == 1
        assert finish(library.sync()).added == 0  # its own thumbnails are no photos
        library.set_exclusions([])
        assert finish(library.sync()).added == 1


def test_cancelled_job_goes_on_later(tmp_path: Path, folder: Path) -> None:
    write_photos(folder, 40)
    with Library.open(tmp_path / "library") as library:
        library.add([str(folder)])
        job = library.sync()
        for step in job:
            if isinstance(step, PhotosChanged) and step.labels:
                break
        job.close()
        assert library.counts().pending == 8
        report = finish(library.sync())
        assert (report.added, library.counts().pending, len(rows(library))) == (0, 0, 40)


def test_nothing_that_is_asked_for_each_photo_reads_all_of_them(
    library: Library, folder: Path
) -> None:
    """One photo more must not cost more in a larger library.

    What scans a table is asked once per sync, not per photo.
    """
    library.add_labels(["cat", "dog"])
    finish(library.sync())
    for number in range(5):
        write_photo(folder / f"new {number}.jpg", 100 + number)
    (folder / "photo 001.jpg").rename(folder / "renamed.jpg")
    asked: list[str] = []
    connection = library._store._database._connection
    connection.set_trace_callback(asked.append)
    assert numbers(finish(library.sync())) == (5, 0, 1, 0, 0)
    connection.set_trace_callback(None)
    scans: Counter[str] = Counter()
    for sql in filter(lambda sql: sql.lstrip().startswith(("SELECT", "UPDATE", "DELETE")), asked):
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
        if any(
            re.match(r"SCAN (photos|embeddings|tags|t|corrections|c)\b(?! USING INDEX)", step)
            for step in plan
        ):
            scans[re.sub(r"'[^']*'|[0-9.e+]+", "?", sql)] += 1
    assert len(asked) > 50 and scans and max(scans.values()) <= 2, scans.most_common(3)


def test_names_that_are_not_text(tmp_path: Path, folder: Path) -> None:
    folder.mkdir()
    source = write_photo(tmp_path / "source.jpg", seed=1)
    for name in (
        b"caf\xe9.jpg",
        b"<img src=x>.jpg",
        "bidi\u202egpj.jpg".encode(),
        b"new\nline.jpg",
    ):
        shutil.copy2(os.fsencode(source), os.path.join(os.fsencode(folder), name))
    with Library.open(tmp_path / "library") as library:
        library.add([str(folder)])
        assert numbers(finish(library.sync())) == (4, 0, 0, 0, 0)
        for photo in library.photos(list(library.view().ids)):
            assert (
                os.path.exists(os.fsencode(photo.path)) and library.photo_id(photo.path) == photo.id
            )
            photo.name.encode()  # text for people, always encodable


KILLED = """
import os, signal, sys
from engine.disk import scan
from engine.library.library import Library
from engine.records import PhotosChanged
library = Library.open(sys.argv[1])
library.add([sys.argv[2]])
label, = library.add_labels(["cat"])
steps = int(sys.argv[3])
for number, step in enumerate(library.sync()):
    if isinstance(step, PhotosChanged) and step.added:
        library.correct(label.id, yes=step.added[:1])
        print("said", step.added[0], flush=True)
    if number == steps:
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("steps", [1, 4, 7])
def test_kill_during_sync(tmp_path: Path, folder: Path, steps: int) -> None:
    write_photos(folder, 40)
    child = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path / "library"), str(folder), str(steps)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == -signal.SIGKILL, child.stderr
    said = [int(line.split()[1]) for line in child.stdout.splitlines()]
    with Library.open(tmp_path / "library") as library:
        finish(library.sync())
        assert len(rows(library)) == 40 and library.counts().pending == 0
        assert library.doctor()["library"]["integrity"] == "ok"  # type: ignore[index]
        assert [tag.photo_id for tag in library.tags(said) if tag.source == "person"] == said
        assert finish(library.sync()).added == 0


def test_thumbnails_that_cannot_be_written(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    write_photo(folder / "new.jpg", seed=200)
    with pytest.raises(AlbumenError, match="No space left on device"):
        finish(library.sync())
    monkeypatch.undo()
    monkeypatch.setenv("ALBUMEN_STARTER", str(library._model.recognition().model.name))
    assert finish(library.sync()).failed == 0 and library.counts().pending == 0


def test_files_that_are_being_written_are_taken_up_when_they_rest(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_photo(folder / "old.jpg", seed=1)
    write_photo(folder / "fresh.jpg", seed=2, when=time.time())
    looks = []

    def settled(files: list[scan.FileStat]) -> tuple[list[scan.FileStat], list[scan.FileStat]]:
        looks.append([os.path.basename(file.path) for file in files])
        return ([], files) if len(looks) < 3 else (list(files), [])

    monkeypatch.setattr(scan, "settled", settled)
    with Library.open(tmp_path / "library") as library:
        library.add([str(folder)])
        assert finish(library.sync()).added == 2
        assert looks == [[b"fresh.jpg"]] * 3 and len(rows(library)) == 2


def test_a_neighbour_with_a_longer_name_is_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan, "settled", lambda files: (list(files), []))
    write_photo(tmp_path / "a" / "1.jpg", seed=1, when=time.time())
    write_photo(tmp_path / "ab" / "2.jpg", seed=2, when=time.time())
    with Library.open(tmp_path / "library") as library:
        library.add([str(tmp_path / "a"), str(tmp_path / "ab")])
        finish(library.sync())
        assert [(os.path.basename(folder.path), folder.photos) for folder in library.folders()] == [
            ("a", 1),
            ("ab", 1),
        ]
