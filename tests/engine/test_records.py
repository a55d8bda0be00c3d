"""Changes as values: many become one, and the last word counts."""

from __future__ import annotations

from engine.records import PhotosChanged


def test_joined_changes_name_each_photo_once() -> None:
    first = PhotosChanged(ids=(1, 2), added=(3,))
    second = PhotosChanged(ids=(2, 4), removed=(3,), labels=True)
    assert first.joined(second) == PhotosChanged(ids=(1, 2, 4), removed=(3,), labels=True)
    assert PhotosChanged().joined(first) == first == first.joined(PhotosChanged())


def test_the_last_word_counts() -> None:
    trashed = PhotosChanged(removed=(5,))
    undone = PhotosChanged(ids=(5,), added=(5,))
    assert trashed.joined(undone) == undone
    assert undone.joined(trashed) == trashed
    assert trashed.joined(undone).joined(trashed) == trashed
    assert undone.joined(PhotosChanged(ids=(5, 6))) == PhotosChanged(ids=(5, 6), added=(5,))
