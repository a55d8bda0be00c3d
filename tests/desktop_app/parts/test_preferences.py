"""Choices survive a restart, and a damaged settings file is no problem."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from desktop_app.parts.preferences import Preferences


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


def test_values_survive_and_changes_are_told(qtbot: QtBot, settings: QSettings) -> None:
    preferences = Preferences(settings)
    assert (preferences.theme, preferences.history) == ("system", [])
    with qtbot.waitSignal(preferences.changed) as changed:
        preferences.set("theme", "dark")
    assert changed.args == ["theme"]
    preferences.set("history", ["cat, dog", "夜"])
    preferences.set("starter_banner_dismissed", True)
    again = Preferences(settings)
    assert (again.theme, again.history, again.starter_banner_dismissed) == (
        "dark",
        ["cat, dog", "夜"],
        True,
    )


def test_the_same_value_is_no_change(qtbot: QtBot, settings: QSettings) -> None:
    preferences = Preferences(settings)
    with qtbot.assertNotEmitted(preferences.changed):
        preferences.set("theme", "system")


def test_what_was_written_by_hand_falls_back(settings: QSettings) -> None:
    settings.setValue("theme", "{broken")
    settings.setValue("history", '"no list"')
    assert (Preferences(settings).theme, Preferences(settings).history) == ("system", [])


def test_unknown_names_are_bugs(settings: QSettings) -> None:
    with pytest.raises(AttributeError):
        _ = Preferences(settings).colour
    with pytest.raises(KeyError):
        Preferences(settings).set("colour", "red")
