"""Counts go to the folders that they belong to, and back when a photo turns out to be known."""

from __future__ import annotations

from engine.library.tally import Tally
from engine.records import FolderReport


def test_counts_by_folder() -> None:
    tally = Tally(first_new=10)
    tally.look(1, "/a").skipped = 4
    tally.added([1, 1, 2, 1])
    tally.of(2).failed += 1
    report = tally.report(1.5)
    assert report.folders == (
        FolderReport(1, "/a", added=3, skipped=4),
        FolderReport(2, added=1, failed=1, looked_at=False),
    )
    assert (report.added, report.failed, report.skipped, report.seconds) == (4, 1, 4, 1.5)
    tally.look(1, "/a").skipped = 4  # once more: the same files
    assert tally.report(2.0).skipped == 4


def test_a_new_photo_that_is_an_old_one() -> None:
    tally = Tally(first_new=10)
    tally.look(1, "/a")
    tally.look(2, "/b")
    tally.added([2])
    tally.removed([(3, 1)])
    tally.found_again(new=10, folder_id=2, old=3)
    report = tally.report(0.0)
    assert (report.added, report.moved, report.removed) == (0, 1, 0)
    tally.found_again(new=9, folder_id=2, old=4)  # found by an earlier sync, lost by none
    assert (tally.report(0.0).added, tally.report(0.0).moved) == (0, 2)


def test_two_reports_of_a_folder() -> None:
    first = FolderReport(1, "/a", added=3, failed=1, skipped=2)
    second = FolderReport(1, "/a", added=1, removed=2, skipped=3)
    assert first.then(second) == FolderReport(1, "/a", added=4, removed=2, failed=1, skipped=3)
    read = FolderReport(1, failed=1, looked_at=False)
    assert first.then(read) == FolderReport(1, "/a", added=3, failed=2, skipped=2)
