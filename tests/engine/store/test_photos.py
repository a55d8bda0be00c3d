"""Photos as a person sees them, as rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.records import Photo, PhotoState
from engine.store.store import Store
from tests.support.raw_sql import insert_photo, update_photos


@pytest.fixture
def opened(tmp_path: Path) -> Store:
    return Store(tmp_path)


def test_photos_in_the_order_asked(opened: Store) -> None:
    opened.folders.add(b"/a")
    one, two = (
        insert_photo(opened, b"/a/1.jpg", content="ab" * 16),
        insert_photo(opened, b"/a/caf\xe9.jpg", "failed"),
    )
    assert opened.photos.records([two, 99, one]) == [
        Photo(
            two, "/a/caf\udce9.jpg", "caf\ufffd.jpg", 1, PhotoState.FAILED, 10, 30.5, 0, 0, "", None
        ),
        Photo(one, "/a/1.jpg", "1.jpg", 1, PhotoState.OK, 10, 30.5, 0, 0, "ab" * 16, None),
    ]
    update_photos(opened, "width = ?", [one], 4)
    assert opened.photos.records([one])[0].thumbnail == str(
        opened.thumbnails / "ab" / f"{'ab' * 16}.jpg"
    )
