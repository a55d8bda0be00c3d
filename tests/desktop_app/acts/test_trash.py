"""Files to the trash and back: what is not there, what is in the way.

(With the acts around it: `test_undo.py`.)
"""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.acts.trash import from_trash, to_trash


def test_a_file_that_is_gone_already(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="not there any more"):
        to_trash(str(tmp_path / "nowhere.jpg"))


def test_taking_a_file_back_never_overwrites(tmp_path: Path) -> None:
    place = tmp_path / "trashed.jpg"
    path = tmp_path / "a.jpg"
    place.write_bytes(b"old")
    path.write_bytes(b"new")
    with pytest.raises(OSError, match="stays in the trash"):
        from_trash(f"{place}\0{path}")
    assert (place.read_bytes(), path.read_bytes()) == (b"old", b"new")
