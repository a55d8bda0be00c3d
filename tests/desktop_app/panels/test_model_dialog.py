"""The model dialog: download, cancel, switch, a file of one's own, the starter's banner."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from desktop_app.panels.model_dialog import ModelDialog, StarterBanner
from desktop_app.parts.preferences import Preferences
from tests.support.fake_library import FakeLibrary, running


@pytest.fixture
def library() -> FakeLibrary:
    return FakeLibrary(3)


@pytest.fixture
def dialog(qtbot: QtBot, library: FakeLibrary) -> Iterator[ModelDialog]:
    with running(library) as link:
        dialog = ModelDialog(link, Preferences())
        qtbot.addWidget(dialog)
        dialog.show()
        qtbot.waitUntil(lambda: bool(dialog.cards))
        yield dialog


def record(library: FakeLibrary, verb: str) -> list[str]:
    """Names that `verb` is called with from now on."""
    names: list[str] = []
    original = getattr(library, verb)

    def recorded(name: str, **options: str) -> object:
        names.append(name)
        return original(name, **options)

    setattr(library, verb, recorded)
    return names


def test_each_model_says_what_it_is(dialog: ModelDialog) -> None:
    starter, clip = dialog.cards["starter"], dialog.cards["ViT-B/16"]
    assert starter.state.isVisible() and not starter.act.isVisible()
    assert clip.act.isVisible() and clip.act.text() == "Download"
    assert clip.act.accessibleName().startswith("Download")


def test_what_was_downloaded_is_used(
    qtbot: QtBot, dialog: ModelDialog, library: FakeLibrary
) -> None:
    downloads, used = record(library, "download_model"), record(library, "use_model")
    dialog.cards["ViT-B/16"].act.click()
    qtbot.waitUntil(lambda: used == ["ViT-B/16"])
    assert downloads == ["ViT-B/16"]
    qtbot.waitUntil(lambda: not dialog._jobs)


def test_a_mirror(qtbot: QtBot, dialog: ModelDialog, library: FakeLibrary) -> None:
    QTest.keyClicks(dialog.mirror, "nonsense")
    QTest.keyClick(dialog.mirror, Qt.Key.Key_Return)
    assert (
        dialog.isVisible()
        and "an address like" in dialog.message.text()
        and dialog._preferences.mirror == ""
    )
    dialog.mirror.setText(" https://mirror.example/hub/ ")
    QTest.keyClick(dialog.mirror, Qt.Key.Key_Return)
    assert not dialog.message.isVisible() and Preferences().mirror == "https://mirror.example/hub"
    dialog.cards["ViT-B/16"].act.click()
    download = ("download_model", ("ViT-B/16", "https://mirror.example/hub"), {})
    qtbot.waitUntil(lambda: download in library.calls and not dialog._jobs)


def test_a_download_can_be_cancelled(
    qtbot: QtBot, dialog: ModelDialog, library: FakeLibrary
) -> None:
    library.download_model = lambda _name, mirror="": library.forever()  # type: ignore[method-assign]
    card = dialog.cards["ViT-B/16"]
    card.act.click()
    assert card.cancel.isVisible() and not card.act.isVisible()
    qtbot.waitUntil(lambda: card.bar.maximum() == 1000)
    card.cancel.click()
    assert card.act.isVisible() and not card.bar.isVisible()


def test_a_card_with_a_job_outlives_an_answer_that_comes_late(
    qtbot: QtBot, dialog: ModelDialog, library: FakeLibrary
) -> None:
    library.download_model = lambda _name, mirror="": library.forever()  # type: ignore[method-assign]
    card = dialog.cards["ViT-B/16"]
    dialog.refresh()  # its answer is on the way when the job begins
    card.act.click()
    qtbot.waitUntil(lambda: card.bar.maximum() == 1000)
    assert dialog.cards["ViT-B/16"] is card and card.cancel.isVisible()
    card.cancel.click()  # nothing is under way any more: what there is, is asked again
    qtbot.waitUntil(lambda: dialog.cards["ViT-B/16"] is not card)


def test_a_file_that_is_no_model(
    qtbot: QtBot, dialog: ModelDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_args: ("/notes.txt", ""))
    dialog.use_file.click()
    qtbot.waitUntil(lambda: dialog.message.text() == "'/notes.txt' is not a CLIP model.")
    assert dialog.message.isVisible()


def test_the_banner_shows_only_for_the_starter(qtbot: QtBot, library: FakeLibrary) -> None:
    with running(library) as link:
        banner = StarterBanner(link)
        qtbot.addWidget(banner)
        assert not banner.isVisible()
        banner.check()
        qtbot.waitUntil(banner.isVisible)
        library.model = lambda: library.models()[1]  # type: ignore[method-assign]
        banner.check()
        qtbot.waitUntil(lambda: not banner.isVisible())
        with qtbot.waitSignal(banner.models_requested):
            banner.better.click()
