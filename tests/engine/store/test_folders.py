"""Watched folders as rows: removed and back with their photos."""

from __future__ import annotations

from engine.records import Folder, FolderState
from engine.store.store import Store
from tests.support.raw_sql import insert_photo


def test_folders(opened: Store) -> None:
    first, second = opened.folders.add(b"/b"), opened.folders.add(b"/a\xff")
    insert_photo(opened, b"/b/1.jpg", folder=first)
    insert_photo(opened, b"/b/2.jpg", "missing", folder=first)
    assert opened.folders.watched() == [
        Folder(second, "/a\udcff", FolderState.ONLINE, 0),
        Folder(first, "/b", FolderState.ONLINE, 1),
    ]
    assert opened.folders.add(b"/b") == first
    assert opened.folders.set_state(first, FolderState.OFFLINE) is True
    assert opened.folders.set_state(first, FolderState.OFFLINE) is False


def test_a_removed_folder_comes_back_with_its_photos(opened: Store) -> None:
    folder = opened.folders.add(b"/a")
    photo = insert_photo(opened, b"/a/1.jpg", folder=folder)
    assert opened.folders.remove(folder) == [photo]
    assert opened.folders.watched() == [] and opened.photos.id_of(b"/a/1.jpg") is None
    assert opened.folders.add(b"/a") == folder
    assert opened.folders.bring_back(folder) == [photo]
    assert opened.photos.id_of(b"/a/1.jpg") == photo


def test_a_folder_inside_another_is_taken_over(opened: Store) -> None:
    inner, outer = opened.folders.add(b"/a/b"), opened.folders.add(b"/a")
    photo = insert_photo(opened, b"/a/b/1.jpg", folder=inner)
    opened.folders.set_scan_token(inner, "inner")
    opened.folders.set_scan_token(outer, "outer")
    opened.folders.absorb(inner, outer)
    assert opened.folders.watched() == [Folder(outer, "/a", FolderState.ONLINE, 1)]
    assert opened.photos.records([photo])[0].folder_id == outer
    assert opened.folders.scan_token(outer) == "outer"
