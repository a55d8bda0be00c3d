"""Walks the whole window and every dialog.

User text is literal everywhere, every control has a name to be read out.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import Qt as QtText
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QScrollBar,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop_app.panels.first_labels import FirstLabels
from desktop_app.panels.label_editor import LabelEditor
from desktop_app.panels.model_dialog import ModelDialog
from desktop_app.panels.settings_dialog import SettingsDialog
from desktop_app.panels.shortcuts import ShortcutSheet
from desktop_app.parts.preferences import Preferences
from desktop_app.window.main_window import MainWindow
from engine.messages import verbatim
from engine.records import Failure, Folder, FolderState, Label, PhotoState
from tests.support.fake_library import FakeLibrary, MoreVerbs, running

NASTY = '<img src="x">\n&\u202ecat<b>'
_CONTROLS = (
    QAbstractButton,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QAbstractSlider,
    QAbstractItemView,
    QAbstractSpinBox,
    QProgressBar,
)


@pytest.fixture
def library() -> FakeLibrary:
    """Every name that a person can choose is a nasty one."""
    library = FakeLibrary(12)
    library.label_list = [Label(1, NASTY, NASTY, pinned=1), Label(2, "dog")]
    library.folder_list = [Folder(1, "/photos/" + NASTY, FolderState.OFFLINE, 12)]
    library.photo_rows = {
        row: dataclasses.replace(
            photo, name=NASTY + ".jpg", path=f"/photos/{NASTY}.jpg", reason=verbatim(NASTY)
        )
        for row, photo in library.photo_rows.items()
    }
    library.photo_rows[2] = dataclasses.replace(library.photo_rows[2], state=PhotoState.FAILED)
    library.problems = [Failure(f"/photos/{NASTY}.jpg", verbatim(NASTY), 3, 2)]
    return library


@pytest.fixture
def window(qtbot: QtBot, library: FakeLibrary, tmp_path: Path) -> Iterator[MainWindow]:
    with running(library) as link:
        session = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
        window = MainWindow(link, Preferences(), session)
        qtbot.addWidget(window)
        window.show()
        window.start()
        qtbot.waitUntil(lambda: window.view._known and not window.folders.running())
        yield window
        window.close()


def pages(qtbot: QtBot, window: MainWindow, library: FakeLibrary) -> Iterator[QWidget]:
    """The window in each of its states, then each dialog."""
    window.grid.setFocus()
    window.grid.set_current_row(0)  # photo 12: both labels are suggested
    qtbot.waitUntil(
        lambda: window.inspector.suggested.count() + window.inspector.confirmed.count() > 0
    )
    window.strip.say(NASTY)
    yield window
    window.looking.open_lightbox(0)
    yield window
    window.pages.show_review()
    qtbot.waitUntil(lambda: window.review.item() is not None)
    window.review.accept()
    yield window
    window.pages.improve([1])
    qtbot.waitUntil(lambda: bool(window.training.cards))
    yield window
    window.pages.show_versions()
    yield window
    window.pages.show_problems()
    qtbot.waitUntil(lambda: window.problems.table.rowCount() == 1)
    yield window
    for dialog in (
        LabelEditor(window.link, window.history, window),
        ModelDialog(window.link, window.preferences, window),
        SettingsDialog(window.link, window.preferences, window),
        ShortcutSheet(window.actions_, window),
        FirstLabels(window.link, window.history, window),
    ):
        qtbot.addWidget(dialog)
        dialog.show()
        heard: list[int] = []
        window.link.ask(MoreVerbs.echo, 1).then(heard.append)
        qtbot.waitUntil(lambda heard=heard: bool(heard))
        yield dialog


def where(widget: QWidget) -> str:
    names: list[str] = []
    at: QWidget | None = widget
    while at is not None:
        names.append(f"{type(at).__name__}{'#' + at.objectName() if at.objectName() else ''}")
        at = at.parentWidget()
    return " < ".join(names)


def test_every_control_has_a_name_and_no_text_is_guessed_to_be_html(
    qtbot: QtBot, window: MainWindow, library: FakeLibrary
) -> None:
    seen = 0
    for page in pages(qtbot, window, library):
        for widget in [page, *page.findChildren(QWidget)]:
            if isinstance(widget, QLabel) and widget.textFormat() != Qt.TextFormat.PlainText:
                # The names of a form's rows are ours, and Qt makes those labels; anything of a
                # person's has one of these.
                assert not {"<", "&", "\u202e", "\n"} & set(widget.text()), where(widget)
            assert not isinstance(widget, QTextEdit), where(widget)
            if QtText.mightBeRichText(widget.toolTip()):
                assert "&lt;img" in widget.toolTip(), where(widget)
            if (
                not isinstance(widget, _CONTROLS)
                or isinstance(widget, QScrollBar)
                or not widget.isVisible()
            ):
                continue
            inside_of_qt = widget.objectName().startswith("qt_") or isinstance(
                widget.parentWidget(), (QComboBox, QAbstractItemView)
            )
            if inside_of_qt:
                continue
            text = widget.text() if isinstance(widget, QAbstractButton) else ""
            assert widget.accessibleName() or text, where(widget)
            seen += 1
    assert seen > 60


def test_every_control_can_be_reached_by_tab(
    qtbot: QtBot, window: MainWindow, library: FakeLibrary
) -> None:
    """Except the buttons over the photo in the lightbox: the arrows and Escape are theirs."""
    seen = 0
    for page in pages(qtbot, window, library):
        for widget in page.findChildren(QWidget):
            if not isinstance(widget, _CONTROLS) or isinstance(widget, (QScrollBar, QProgressBar)):
                continue
            inside_of_qt = widget.objectName().startswith("qt_") or isinstance(
                widget.parentWidget(), (QComboBox, QAbstractItemView)
            )
            if not widget.isVisible() or not widget.isEnabled() or inside_of_qt:
                continue
            if widget.property("look") == "over-photo":
                continue
            assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus, where(widget)
            seen += 1
    assert seen > 60
