"""The label editor and the first labels, driven by keys and clicks.

Every change is undone by the undo stack.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop_app.acts.history import History
from desktop_app.panels import label_editor
from desktop_app.panels.first_labels import FirstLabels
from desktop_app.panels.label_editor import LabelEditor
from desktop_app.parts.rows import row_of
from engine.records import Label
from tests.support.fake_library import FakeLibrary, running

Key = Qt.Key


@pytest.fixture
def library() -> FakeLibrary:
    library = FakeLibrary(24)
    library.label_list += [Label(3, "cup", "cups"), Label(4, "not cup", "cups")]
    return library


@pytest.fixture
def history(library: FakeLibrary) -> Iterator[History]:
    with running(library) as link:
        history = History(link)
        yield history
        history.close()


@pytest.fixture
def editor(qtbot: QtBot, history: History) -> LabelEditor:
    editor = LabelEditor(history.link, history)
    qtbot.addWidget(editor)
    editor.show()
    qtbot.waitUntil(lambda: editor.list.count() == 4)
    editor.edit(1)
    assert editor.name.text() == "cat"
    return editor


def label(library: FakeLibrary, label_id: int) -> Label:
    return next(one for one in library.label_list if one.id == label_id)


def test_add_several_and_undo(
    qtbot: QtBot, editor: LabelEditor, history: History, library: FakeLibrary
) -> None:
    QTest.keyClicks(editor.new, "our sofa")
    QTest.keyClick(editor.new, Key.Key_Return)
    QTest.keyClicks(editor.new, " snow ")
    editor.add.click()
    qtbot.waitUntil(lambda: [one.name for one in library.label_list][-2:] == ["our sofa", "snow"])
    assert editor.new.toPlainText() == "" and not editor.add.isEnabled()
    history.stack.undo()
    qtbot.waitUntil(lambda: len(library.label_list) == 4)


def test_rename_keeps_the_label(
    qtbot: QtBot, editor: LabelEditor, history: History, library: FakeLibrary
) -> None:
    editor.name.selectAll()
    QTest.keyClicks(editor.name, "kitten")
    QTest.keyClick(editor.name, Key.Key_Return)
    qtbot.waitUntil(lambda: label(library, 1).name == "kitten")
    assert editor.isVisible()  # Return ends the field, not the dialog
    history.stack.undo()
    qtbot.waitUntil(lambda: label(library, 1).name == "cat")


def test_colour_key_dial_group(
    qtbot: QtBot, editor: LabelEditor, history: History, library: FakeLibrary
) -> None:
    editor.swatches.buttons()[4].click()
    qtbot.waitUntil(lambda: label(library, 1).color == label_editor.theme.LABEL_COLORS[4])
    editor.pinned.setCurrentIndex(3)
    editor.pinned.activated.emit(3)
    qtbot.waitUntil(lambda: label(library, 1).pinned == 3)
    qtbot.waitUntil(lambda: editor.label().pinned == 3)
    editor.dial.setValue(5)
    qtbot.waitUntil(lambda: label(library, 1).threshold == 0.5)
    qtbot.waitUntil(lambda: editor.label().threshold == 0.5)
    editor.group.lineEdit().setText("cups")
    QTest.keyClick(editor.group.lineEdit(), Key.Key_Return)
    qtbot.waitUntil(lambda: label(library, 1).group == "cups")
    for _ in range(4):
        history.stack.undo()
    qtbot.waitUntil(lambda: label(library, 1) == Label(1, "cat"))


def test_a_key_belongs_to_one_label(
    qtbot: QtBot, editor: LabelEditor, history: History, library: FakeLibrary
) -> None:
    library.update_label(2, pinned=7)
    editor._ask()
    qtbot.waitUntil(lambda: editor._labels[2].pinned == 7)
    editor.pinned.setCurrentIndex(7)
    editor.pinned.activated.emit(7)
    qtbot.waitUntil(lambda: (label(library, 1).pinned, label(library, 2).pinned) == (7, 0))
    history.stack.undo()  # one act
    qtbot.waitUntil(lambda: (label(library, 1).pinned, label(library, 2).pinned) == (0, 7))
    assert not history.stack.canUndo()


def test_merge_asks_first_and_can_be_undone(
    qtbot: QtBot,
    editor: LabelEditor,
    history: History,
    library: FakeLibrary,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    library.words = {(1, 1): True, (2, 1): False, (2, 2): True}
    answers = [False, True]
    monkeypatch.setattr(label_editor, "ask", lambda *_args: answers.pop(0))
    editor._fill_merge()
    actions = {action.text(): action for action in editor._merge_menu.actions()}
    assert set(actions) == {"cup", "dog", "not cup"}
    actions["dog"].trigger()
    assert len(library.label_list) == 4
    editor.merge_into(2)
    qtbot.waitUntil(lambda: [one.id for one in library.label_list] == [2, 3, 4])
    qtbot.waitUntil(lambda: editor.label() is not None and editor.label().name == "dog")
    assert library.words == {(1, 1): True, (2, 1): False, (2, 2): True, (1, 2): True}
    history.stack.undo()
    qtbot.waitUntil(lambda: [one.id for one in library.label_list] == [1, 2, 3, 4])
    assert library.words == {(1, 1): True, (2, 1): False, (2, 2): True}
    history.stack.redo()
    qtbot.waitUntil(lambda: [one.id for one in library.label_list] == [2, 3, 4])


def test_remove_and_undo(
    qtbot: QtBot, editor: LabelEditor, history: History, library: FakeLibrary
) -> None:
    with qtbot.waitSignal(editor.label_removed) as removed:
        editor.remove.click()
    assert removed.args == ["cat"]
    qtbot.waitUntil(lambda: [one.id for one in library.label_list] == [2, 3, 4])
    history.stack.undo()
    qtbot.waitUntil(lambda: [one.id for one in library.label_list] == [1, 2, 3, 4])


def test_a_problem_is_told(qtbot: QtBot, editor: LabelEditor, library: FakeLibrary) -> None:
    library.rename_label = lambda *_args: library.fail("There is a label 'dog' already.")  # type: ignore[method-assign]
    editor.name.setText("dog")
    QTest.keyClick(editor.name, Key.Key_Return)
    qtbot.waitUntil(lambda: editor.message.text() == "There is a label 'dog' already.")
    assert editor.message.isVisible()


def test_the_list_shows_groups_and_keys(editor: LabelEditor) -> None:
    found = [row_of(editor.list.item(place)) for place in range(4)]
    assert [(row.text, row.detail, row.right) for row in found if row] == [
        ("cat", "", "8"),
        ("cup", "cups", "4"),
        ("dog", "", "6"),
        ("not cup", "cups", "4"),
    ]


def test_first_labels(qtbot: QtBot, history: History, library: FakeLibrary) -> None:
    card = FirstLabels(history.link, history)
    qtbot.addWidget(card)
    card.show()
    qtbot.waitUntil(lambda: len(card.buttons) == 5)
    assert card.names() == ["cat", "dog", "beach", "mountain", "food"]
    assert [one.text() for one in card.categories] == ["Animals", "Nature", "Other"]
    card.categories[0].click()  # a whole category off
    assert card.names() == ["beach", "mountain", "food"] and not card.categories[0].isChecked()
    card.buttons[0].click()
    assert not card.categories[0].isChecked()
    card.buttons[1].click()  # all of it on again
    assert card.categories[0].isChecked()
    card.none.click()
    assert not card.add.isEnabled() and not any(one.isChecked() for one in card.categories)
    card.buttons[2].click()
    card.buttons[3].click()
    with qtbot.waitSignal(card.finished):
        card.add.click()
    qtbot.waitUntil(lambda: [one.name for one in library.label_list][-2:] == ["beach", "mountain"])
