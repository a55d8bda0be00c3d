"""The labels that the window knows follow the library's."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from desktop_app.window.known_labels import KnownLabels
from engine.verbs import Verbs
from tests.support.fake_library import FakeLibrary, running


def test_labels_by_id_name_and_key(qtbot: QtBot) -> None:
    with running(FakeLibrary(3, labels=("cat", "Straße"))) as link:
        labels = KnownLabels(link, link)
        assert labels.by_id == {} and labels.name(1) == "?" and labels.named("cat") is None
        with qtbot.waitSignal(labels.changed):
            labels.ask()
        assert [label.name for label in labels.by_id.values()] == ["cat", "Straße"]
        assert labels.name(2) == "Straße" and labels.name(3) == "?"
        found = labels.named("STRASSE")
        assert found is not None and found.id == 2
        assert labels.named("") is None and labels.pinned(1) is None


def test_they_are_asked_for_again_when_labels_change(qtbot: QtBot) -> None:
    with running(FakeLibrary(3)) as link:
        labels = KnownLabels(link, link)
        with qtbot.waitSignal(labels.changed):
            link.ask(Verbs.update_label, 2, pinned=4)
        pinned = labels.pinned(4)
        assert pinned is not None and pinned.name == "dog"
        with qtbot.waitSignal(labels.changed):
            link.ask(Verbs.remove_labels, [2])
        assert labels.pinned(4) is None
