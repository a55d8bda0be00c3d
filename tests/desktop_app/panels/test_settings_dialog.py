"""The settings dialog: what is chosen takes effect at once, and what is left alone stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, QSettings, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox
from pytestqt.qtbot import QtBot

from desktop_app.panels.settings_dialog import SettingsDialog
from desktop_app.parts.preferences import Preferences
from desktop_app.parts.rows import row_of
from engine.records import Folder, FolderState, PhotosChanged
from tests.support.fake_library import FakeLibrary, running


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def library() -> FakeLibrary:
    library = FakeLibrary(30)
    library.folder_list.append(Folder(2, "/away", FolderState.OFFLINE, 7))
    return library


@pytest.fixture
def dialog(qtbot: QtBot, settings: QSettings, library: FakeLibrary) -> Iterator[SettingsDialog]:
    with running(library) as link:
        dialog = SettingsDialog(link, Preferences(settings))
        qtbot.addWidget(dialog)
        dialog.show()
        qtbot.waitUntil(lambda: dialog.precision.count() == 3)
        yield dialog


def choose(box: QComboBox, value: object) -> None:
    """As a person does: open the list, take an entry."""
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())


def test_how_the_window_looks(dialog: SettingsDialog) -> None:
    preferences = dialog._preferences
    choose(dialog.theme, "dark")
    assert preferences.theme == "dark" and dialog.restart.isHidden()
    choose(dialog.language, "zh_CN")
    assert preferences.language == "zh_CN" and not dialog.restart.isHidden()
    choose(dialog.memory, 256)
    assert preferences.thumbnail_memory == 256


def test_the_first_key_chooses(dialog: SettingsDialog) -> None:
    assert dialog.focusWidget() is dialog.theme
    QTest.keyClick(dialog.theme, Qt.Key.Key_Down)
    assert dialog._preferences.theme == "light"


def test_the_wheel_scrolls_the_page_and_chooses_nothing(dialog: SettingsDialog) -> None:
    before = dialog.theme.currentIndex()
    for delta in (-120, 120):
        event = QWheelEvent(
            *(QPointF(5, 5), QPointF(5, 5), QPoint(), QPoint(0, delta), Qt.MouseButton.NoButton),
            *(Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False),
        )
        QApplication.sendEvent(dialog.theme, event)
        assert not event.isAccepted()
    assert dialog.theme.currentIndex() == before


def test_what_it_computes_with(qtbot: QtBot, dialog: SettingsDialog) -> None:
    assert dialog.model.text() == "Starter model"
    offered = [dialog.precision.itemData(place) for place in range(dialog.precision.count())]
    assert offered == ["auto", "fp32", "bf16"]  # only what pays on this device
    with qtbot.waitSignal(dialog.compute_requested) as asked:
        choose(dialog.precision, "bf16")
    assert asked.args == ["auto", "bf16"] and not dialog.again.isHidden()
    with qtbot.waitSignal(dialog.compute_requested) as asked:
        choose(dialog.device, "mps")
    assert asked.args == ["mps", "auto"]
    dialog.refuse("'mps' cannot be used.")
    assert (dialog.device.currentData(), dialog.refusal.text()) == ("auto", "'mps' cannot be used.")
    assert dialog.again.isHidden()
    with qtbot.waitSignal(dialog.model_dialog_requested):
        dialog.change_model.click()


def test_folders_and_what_is_left_out(
    qtbot: QtBot, dialog: SettingsDialog, library: FakeLibrary
) -> None:
    rows = [row_of(dialog.folders.item(place)) for place in range(dialog.folders.count())]
    assert [(row.text, row.right, row.dim) for row in rows if row] == [
        ("/photos", "30", False),
        ("/away", "7", True),
    ]
    assert not dialog.remove_folder.isEnabled()
    dialog.folders.setCurrentRow(1)
    with qtbot.waitSignal(dialog.remove_folder_requested) as removed:
        dialog.remove_folder.click()
    assert removed.args == [2]
    with qtbot.waitSignal(dialog.add_folder_requested):
        dialog.add_folder.click()
    library.folder_list.pop()
    dialog._link.photos_changed.emit(PhotosChanged(removed=(1,)))
    qtbot.waitUntil(lambda: dialog.folders.count() == 1)
    dialog.exclusions.setPlainText(" *.tmp \n\nTrash/*\n")
    with qtbot.waitSignal(dialog.exclusions_chosen) as chosen:
        dialog.reject()
    assert chosen.args == [["*.tmp", "Trash/*"]]


def test_exclusions_that_nobody_changed_are_left_alone(
    qtbot: QtBot, dialog: SettingsDialog
) -> None:
    with qtbot.assertNotEmitted(dialog.exclusions_chosen):
        dialog.reject()


def test_thumbnails(qtbot: QtBot, dialog: SettingsDialog, library: FakeLibrary) -> None:
    assert (dialog.thumbnail_size.currentData(), dialog.thumbnail_quality.currentData()) == (
        256,
        82,
    )
    choose(dialog.thumbnail_size, 512)
    choose(dialog.thumbnail_quality, 92)
    qtbot.waitUntil(lambda: library.format == (512, 92))


def test_what_lies_on_the_disk_and_can_be_cleared(qtbot: QtBot, dialog: SettingsDialog) -> None:
    qtbot.waitUntil(lambda: dialog.thumbnails.text() == "2.0 MB in 30 files")
    assert (dialog.database.text(), dialog.vectors.text()) == ("8.0 MB", "5.0 MB")
    assert dialog.place.text() == "/home/someone/albumen"
    with qtbot.waitSignal(dialog.thumbnails_cleared):
        dialog.clear_thumbnails.click()
    qtbot.waitUntil(lambda: dialog.thumbnails.text() == "0 bytes in 0 files")
    dialog.remove_vectors.click()
    qtbot.waitUntil(lambda: dialog.vectors.text() == "0 bytes")
    assert not dialog.clear_thumbnails.isEnabled() and not dialog.remove_vectors.isEnabled()
