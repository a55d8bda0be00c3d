"""Values of the last session, also where its file was written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings

from desktop_app.window.session import flag, number, text


@pytest.fixture
def session(tmp_path: Path) -> QSettings:
    (tmp_path / "window.ini").write_text(
        "[General]\nleft=false\nright=true\nsize=240\nbad=large\nquery=label:cat 2023\n"
    )
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


def test_each_value_is_what_it_is(session: QSettings) -> None:
    assert flag(session, "left", True) is False and flag(session, "right", False) is True
    assert number(session, "size", 160) == 240
    assert text(session, "query") == "label:cat 2023"


def test_what_is_missing_is_the_default(session: QSettings) -> None:
    assert flag(session, "none", True) is True and flag(session, "none", False) is False
    assert number(session, "none", 160) == 160
    assert text(session, "none") == ""


def test_a_number_that_is_none(session: QSettings) -> None:
    assert number(session, "bad", 160) == 160
