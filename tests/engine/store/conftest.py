"""A store of its own for each test, empty or with a little in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.store.store import Store
from tests.support.raw_sql import insert_photo


@pytest.fixture
def opened(tmp_path: Path) -> Store:
    return Store(tmp_path)


@pytest.fixture
def said(opened: Store) -> Store:
    """Four photos (ids 1-4) and two labels: 1 cat, 2 dog."""
    opened.folders.add(b"/a")
    for i in range(4):
        insert_photo(opened, b"/a/%d.jpg" % i)
    opened.labels.add(["cat", "dog"], None)
    return opened
