"""The first-run page, the page without a match, the overlay of a drag, the messages."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.panels.empty_state import DropOverlay, EmptyPage, NoResultsPage
from desktop_app.parts import banner
from desktop_app.parts.banner import BannerStrip
from engine.messages import message


def click(button: object) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_first_run_has_one_action_and_one_promise(qtbot: QtBot) -> None:
    page = EmptyPage()
    qtbot.addWidget(page)
    page.resize(600, 400)
    page.show()
    with qtbot.waitSignal(page.add_requested):
        click(page.add)
    assert page.sentence.text() == "Photos stay where they are; nothing is uploaded."
    assert page.sentence.width() >= page.sentence.sizeHint().width()  # nothing is cut off


def test_why_no_photo_is_there(qtbot: QtBot) -> None:
    page = NoResultsPage()
    qtbot.addWidget(page)
    page.show()
    page.explain("<b>zebra</b>", ())
    assert page.sentence.text() == "Nothing here answers “<b>zebra</b>”."
    assert page.sentence.textFormat() == Qt.TextFormat.PlainText
    page.explain("label:nothing", (message("There is no label '{name}'.", name="nothing"),))
    assert page.sentence.text() == "There is no label 'nothing'."
    with qtbot.waitSignal(page.clear_requested):
        click(page.clear)


def test_the_overlay_covers_everything_and_takes_no_event(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(500, 300)
    window.show()
    plain = window.grab().toImage()
    overlay = DropOverlay(window)
    overlay.show_over()
    assert overlay.geometry() == window.rect()
    assert overlay.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    assert window.grab().toImage() != plain
    overlay.hide()
    assert window.grab().toImage() == plain


@pytest.fixture
def strip(qtbot: QtBot) -> BannerStrip:
    strip = BannerStrip()
    qtbot.addWidget(strip)
    strip.show()
    return strip


def test_a_sentence_with_one_action(strip: BannerStrip) -> None:
    done: list[int] = []
    strip.say("Moved <i>3</i> photos to the trash.", "Undo", lambda: done.append(1))
    assert strip.sentence() == "Moved <i>3</i> photos to the trash."
    assert strip.text.textFormat() == Qt.TextFormat.PlainText
    click(strip.action)
    assert done == [1]
    assert strip.sentence() == ""


def test_a_sentence_can_be_dismissed_and_leaves_by_itself(
    qtbot: QtBot, strip: BannerStrip, monkeypatch: pytest.MonkeyPatch
) -> None:
    strip.say("One.")
    assert not strip.action.isVisible()
    click(strip.close_button)
    assert strip.sentence() == ""
    strip._leave.setInterval(1)
    strip.say("Two.")
    qtbot.waitUntil(lambda: strip.sentence() == "")
    strip.say("Three, which matters.", stay=True)
    assert not strip._leave.isActive()
    assert banner._READING_TIME >= 5000


def test_banners_give_way_where_there_is_no_place_but_messages_stay(
    strip: BannerStrip, qtbot: QtBot
) -> None:
    banner_ = QWidget()
    strip.add(banner_)
    banner_.show()
    strip.say("Moved to the trash.")
    strip.show_banners(False)
    assert not banner_.isVisible() and strip.text.isVisible()
    strip.show_banners(True)
    assert banner_.isVisible()
