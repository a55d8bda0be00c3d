"""Keywords of other programs become labels, confirmed labels go into sidecars.

Offered once, undone whole, told if not.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop_app.panels.settings_dialog import SettingsDialog
from desktop_app.parts.preferences import Preferences
from desktop_app.window import keyword_exchange
from desktop_app.window.main_window import MainWindow
from engine.messages import message
from engine.records import Failure
from tests.support.fake_library import FakeLibrary, running


@pytest.fixture
def library() -> FakeLibrary:
    return FakeLibrary(12)


@pytest.fixture
def session(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


def opened(qtbot: QtBot, link: object, session: QSettings) -> MainWindow:
    window = MainWindow(link, Preferences(session), session)
    qtbot.addWidget(window)
    window.show()
    window.start()  # the library is open already
    qtbot.waitUntil(lambda: window.model.rowCount() == 12 and not window.folders.running())
    return window


@pytest.fixture
def window(
    qtbot: QtBot, library: FakeLibrary, session: QSettings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MainWindow]:
    monkeypatch.setattr(keyword_exchange, "_SETTLED", 0)
    with running(library) as link:
        window = opened(qtbot, link, session)
        yield window
        window.close()


def test_keywords_are_offered_once_and_become_labels(
    qtbot: QtBot, library: FakeLibrary, session: QSettings, window: MainWindow
) -> None:
    assert not window.preferences.keywords_offered  # there were none
    library.foreign_words = ["cat", "our <b>sofa</b>"]
    window.folders.look(None)
    qtbot.waitUntil(lambda: window.strip.sentence().startswith("Your photos carry 2 keyword"))
    assert window.strip.action.text() == "Make labels of them"
    QTest.mouseClick(window.strip.action, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: window.strip.sentence() == "From keywords: 1 new label(s), 2 confirmation(s)."
    )
    assert {label.name for label in library.label_list} == {"cat", "dog", "our <b>sofa</b>"}
    assert sorted(library.words.values()) == [True, True]
    QTest.mouseClick(window.strip.action, Qt.MouseButton.LeftButton)  # Undo
    qtbot.waitUntil(
        lambda: {label.name for label in library.label_list} == {"cat", "dog"} and not library.words
    )
    window.strip.dismiss()
    window.folders.look(None)
    qtbot.waitUntil(lambda: not window.folders.running())
    assert window.strip.sentence() == ""


def test_nothing_found_is_said_and_is_no_act(qtbot: QtBot, window: MainWindow) -> None:
    window.actions_["keywords"].trigger()
    qtbot.waitUntil(lambda: window.strip.sentence().startswith("No new keywords were found"))
    assert not window.history.stack.canUndo()


def test_sidecars_follow_corrections_and_trouble_is_told(
    qtbot: QtBot, library: FakeLibrary, window: MainWindow
) -> None:
    library.sidecars_wanted = True
    library.unwritable = [
        Failure(
            "/photos/photo-0001.jpg.xmp",
            message("The sidecar cannot be written ({detail}).", detail="Read-only file system"),
        )
    ]
    window.inspector.correction_requested.emit(1, [1], [], [])
    qtbot.waitUntil(lambda: any(verb == "write_sidecars" for verb, _, _ in library.calls))
    qtbot.waitUntil(lambda: "Read-only file system" in window.strip.sentence())
    assert "photo-0001.jpg.xmp" in window.strip.sentence()


def test_the_setting(qtbot: QtBot, library: FakeLibrary, window: MainWindow) -> None:
    dialog = SettingsDialog(window.link, window.preferences, window)
    qtbot.addWidget(dialog)
    dialog.sidecars_chosen.connect(window.keyword_exchange.write)
    dialog.show()
    qtbot.waitUntil(dialog.sidecars.isEnabled)
    assert not dialog.sidecars.isChecked()
    dialog.sidecars.click()
    qtbot.waitUntil(lambda: library.sidecars_wanted and library.calls[-1][0] == "write_sidecars")
