"""Everything a person does can be undone.

Each act is done in the window over a real library, undone and done again.

The table is whole: a test reads the window's code and finds every verb of the library that it
calls; one that changes something must be among the acts below, or among the few that need no undo,
with the reason.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEventLoop, QSettings, QTimer
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

import desktop_app
from desktop_app.__main__ import open_library
from desktop_app.link.engine_link import EngineLink
from desktop_app.panels import label_editor
from desktop_app.panels.first_labels import FirstLabels
from desktop_app.panels.label_editor import LabelEditor
from desktop_app.parts.preferences import Preferences
from desktop_app.window.main_window import MainWindow
from engine.library import sidecar
from engine.library.library import Library
from engine.messages import message
from engine.records import TrainReport, Version
from engine.verbs import Verbs
from tests.support.small_library import finish, write_photos

LONG = 60_000
CAT, DOG, CUP, ZERO = 1, 2, 3, 4  # labels of the library; the last one is 'not cup'

#: Verbs that only look.
LOOKS = {
    "labels",
    "tags",
    "photos",
    "photo_id",
    "view",
    "similar",
    "similar_to_file",
    "counts",
    "folders",
    "exclusions",
    "versions",
    "review",
    "failures",
    "models",
    "model",
    "doctor",
    "place",
    "export",
    "starter_categories",
    "storage",
    "precisions",
    "thumbnail_format",
    "model_name",
    "keywords",
    "sidecars",
}
#: Verbs that need no undo, and why.
NO_UNDO = {
    "prefer": "only the order in which photos are read",
    "sync": "makes the library match the disk; asking again changes nothing",
    "sync_also": "hands folders to a sync",
    "train": "the window learns without putting anything in force; Accept does that, and is an act",
    "retry": "reads files once more, as a sync does",
    "download_model": "fetches a file that was asked for; nothing is in use before 'use_model'",
    "use_model": "one click in the same dialog goes back; vectors, corrections and versions of "
    "both models are kept",
    "clear_thumbnails": "a cache that is made anew by itself",
    "remove_vectors": "a cache of models that are not in use; it is made anew when one is chosen",
    "write_sidecars": "follows what was said: an undone word is taken out of the sidecar again",
    "set_thumbnail_format": "a choice of the settings, changed back where it was made",
}
#: Verbs that are done before it is known whether there is an act, and who makes it one.
FIRST_DONE = {"answer_suggestions": {os.path.join("acts", "label_acts.py")}}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory, tiny_model_file: Path) -> Path:
    """A library of eight photos and one broken file, copied for each act.

    With labels, corrections, a learned version.
    """
    home = tmp_path_factory.mktemp("prepared")
    for number, photo in enumerate(write_photos(home / "photos", 8)):
        if number < 2:  # as other programs leave keywords
            sidecar.write(os.fsencode(photo), ["dog", "holiday"], [])
    (home / "photos" / "broken.jpg").write_bytes(b"no picture")
    os.utime(home / "photos" / "broken.jpg", (1_600_000_000,) * 2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALBUMEN_STARTER", str(tiny_model_file))
        with Library.open(home / "library", device="cpu") as library:
            library.add([str(home / "photos")])
            finish(library.sync())
            ids = {one.name: one.id for one in library.add_labels(["cat", "dog", "cup", "not cup"])}
            assert ids == {"cat": CAT, "dog": DOG, "cup": CUP, "not cup": ZERO}
            library.update_label(DOG, pinned=2)
            library.correct(CAT, yes=[1, 2, 3], no=[4, 5, 6])
            library.correct(DOG, yes=[1], no=[2])
            finish(library.train([CAT], activate=False))
    return home


@pytest.fixture
def window(
    qtbot: QtBot,
    prepared: Path,
    tmp_path: Path,
    tiny_starter: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[MainWindow]:
    import shutil

    shutil.copytree(prepared / "library", tmp_path / "library")
    (tmp_path / "more").mkdir()
    write_photos(tmp_path / "more", 2, first_seed=50)
    link = EngineLink(partial(open_library, str(tmp_path / "library"), None, "cpu"))
    window = MainWindow(
        link, Preferences(), QSettings(str(tmp_path / "w.ini"), QSettings.Format.IniFormat)
    )
    qtbot.addWidget(window)
    window.shown_first.connect(link.start)
    window.show()
    qtbot.waitUntil(lambda: window.model.rowCount() == 9, timeout=LONG)
    monkeypatch.setattr(label_editor, "ask", lambda *_args: True)
    yield window
    window.close()
    assert link.close()


def answer(qtbot: QtBot, window: MainWindow, verb: Callable[..., Any], *args: object) -> Any:
    """What the library says."""
    heard: list[Any] = []
    loop = QEventLoop()  # many questions: polling for each answer would be most of the time
    window.link.ask(verb, *args).then(lambda found: (heard.append(found), loop.quit()))
    QTimer.singleShot(LONG, loop.quit)
    loop.exec()
    return heard[0]


def state(qtbot: QtBot, window: MainWindow) -> dict[str, object]:
    """Everything that a person can change, as plain values.

    Waits until nothing is on its way: no act, no sync, and no question whose answer begins one.
    """
    qtbot.waitUntil(
        lambda: (
            not window.link._waiting and not window.history._begun and not window.folders.running()
        ),
        timeout=LONG,
    )
    ids = sorted(answer(qtbot, window, Verbs.view).ids)
    tags = answer(qtbot, window, Verbs.tags, ids)
    return {
        "labels": answer(qtbot, window, Verbs.labels),
        "words": {(tag.photo_id, tag.label): tag.present for tag in tags if tag.source == "person"},
        "tags": {
            (tag.photo_id, tag.label): round(tag.score, 3)
            for tag in tags
            if tag.source == "machine"
        },
        "photos": [photo.path for photo in answer(qtbot, window, Verbs.photos, ids)],
        "folders": [(one.path, one.photos) for one in answer(qtbot, window, Verbs.folders)],
        "exclusions": answer(qtbot, window, Verbs.exclusions),
        "problems": answer(qtbot, window, Verbs.failures),
        "versions": [
            (one.label, one.kind, one.active)
            for one in answer(qtbot, window, Verbs.versions)
            if one.kind != "zero-shot"
        ],
        "saved searches": window.preferences.saved_searches,
        "files": [
            photo.path
            for photo in answer(qtbot, window, Verbs.photos, ids)
            if os.path.exists(photo.path)
        ],
    }


# -- the acts: each does one thing as a person does it ---------------------------------------------


def choose(window: MainWindow, row: int) -> None:
    window.grid.set_current_row(row)


def editor(qtbot: QtBot, window: MainWindow, label_id: int) -> LabelEditor:
    dialog = LabelEditor(window.link, window.history, window)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: dialog.list.count() > 0, timeout=LONG)
    dialog.edit(label_id)
    return dialog


def say_yes(qtbot: QtBot, window: MainWindow) -> None:
    window.inspector.correction_requested.emit(DOG, [3, 4], [], [])


def say_no(qtbot: QtBot, window: MainWindow) -> None:
    window.inspector.correction_requested.emit(CUP, [], [3], [])


def take_a_word_back(qtbot: QtBot, window: MainWindow) -> None:
    window.inspector.correction_requested.emit(CAT, [], [], [1])


def key_of_a_pinned_label(qtbot: QtBot, window: MainWindow) -> None:
    choose(window, 5)
    window.actions_.pinned[1].trigger()


def accept_by_key(qtbot: QtBot, window: MainWindow) -> None:
    choose(window, 2)
    window.actions_["accept"].trigger()


def reject_by_key(qtbot: QtBot, window: MainWindow) -> None:
    choose(window, 2)
    window.actions_["reject"].trigger()


def drop_photos_on_a_label(qtbot: QtBot, window: MainWindow) -> None:
    window.library_panel.correction_requested.emit(DOG, [5, 6], [], [])


def answer_a_review(qtbot: QtBot, window: MainWindow) -> None:
    window.actions_["review"].trigger()
    qtbot.waitUntil(lambda: window.review.item() is not None, timeout=LONG)
    window.review.accept()


def type_a_new_label(qtbot: QtBot, window: MainWindow) -> None:
    window.inspector.show_photos([1, 2])
    window.inspector.add.setText("our sofa")
    window.inspector.add.returnPressed.emit()


def type_the_opposite_of_a_label(qtbot: QtBot, window: MainWindow) -> None:
    """A new 'not dog' takes 'dog' into a group with it, and nobody said yes to dog."""
    window.inspector.show_photos([7])
    window.inspector.add.setText("not dog")
    window.inspector.add.returnPressed.emit()


def add_labels(qtbot: QtBot, window: MainWindow) -> None:
    dialog = editor(qtbot, window, CAT)
    dialog.new.setPlainText("snow\ncat\nsea")
    dialog.add.click()


def add_the_first_labels(qtbot: QtBot, window: MainWindow) -> None:
    card = FirstLabels(window.link, window.history)
    qtbot.addWidget(card)
    qtbot.waitUntil(lambda: bool(card.buttons), timeout=LONG)
    card.add.click()


def rename(qtbot: QtBot, window: MainWindow) -> None:
    dialog = editor(qtbot, window, CAT)
    dialog.name.setText("kitten")
    dialog.name.editingFinished.emit()


def colour(qtbot: QtBot, window: MainWindow) -> None:
    editor(qtbot, window, CAT).swatches.buttons()[4].click()


def take_the_key_of_another(qtbot: QtBot, window: MainWindow) -> None:
    dialog = editor(qtbot, window, CAT)
    dialog.pinned.setCurrentIndex(2)
    dialog.pinned.activated.emit(2)


def group(qtbot: QtBot, window: MainWindow) -> None:
    dialog = editor(qtbot, window, CAT)
    dialog.group.setCurrentText("pets")
    dialog.group.lineEdit().editingFinished.emit()


def leave_a_group(qtbot: QtBot, window: MainWindow) -> None:
    dialog = editor(qtbot, window, CUP)
    dialog.group.setCurrentText("")
    dialog.group.lineEdit().editingFinished.emit()


def turn_the_dial(qtbot: QtBot, window: MainWindow) -> None:
    editor(qtbot, window, CAT).dial.setValue(6)


def merge(qtbot: QtBot, window: MainWindow) -> None:
    editor(qtbot, window, CAT).merge_into(DOG)


def merge_within_a_group(qtbot: QtBot, window: MainWindow) -> None:
    editor(qtbot, window, ZERO).merge_into(CUP)


def remove_a_label(qtbot: QtBot, window: MainWindow) -> None:
    editor(qtbot, window, CAT).remove.click()


def add_a_folder(qtbot: QtBot, window: MainWindow) -> None:
    window.adding.add_paths([window.files_of_test])


def add_one_photo(qtbot: QtBot, window: MainWindow) -> None:
    window.adding.add_paths([os.path.join(window.files_of_test, "photo 001.jpg")])


def bring_back_saved_words(qtbot: QtBot, window: MainWindow) -> None:
    """A file of another day: 'horse' was a label then, and photo 8 had 'dog'."""
    saved = sorted(Path(answer(qtbot, window, Verbs.place), "backups").glob("words-*.json"))[-1]
    text = saved.read_text(encoding="utf-8")
    assert '"cat"' in text
    saved.write_text(text.replace('"cat"', '"horse"'), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QFileDialog, "getOpenFileName", lambda *_args: (str(saved), ""))
        window.actions_["restore_words"].trigger()
        state(qtbot, window)


def remove_a_folder(qtbot: QtBot, window: MainWindow) -> None:
    window.library_panel.remove_folder_requested.emit(1)


def leave_files_out(qtbot: QtBot, window: MainWindow) -> None:
    window.adding.set_exclusions(["*003.jpg"])


def ignore_a_problem(qtbot: QtBot, window: MainWindow) -> None:
    window.actions_["problems"].trigger()
    qtbot.waitUntil(lambda: window.problems.table.rowCount() == 1, timeout=LONG)
    window.problems.ignore.click()


def accept_a_version(qtbot: QtBot, window: MainWindow) -> None:
    version: Version = next(
        one for one in answer(qtbot, window, Verbs.versions, CAT) if one.kind != "zero-shot"
    )
    report: TrainReport = offered(version)
    window.training._learned([report])
    window.training.cards[0].accept.click()


def another_version(qtbot: QtBot, window: MainWindow) -> None:
    version: Version = next(
        one for one in answer(qtbot, window, Verbs.versions, CAT) if not one.active
    )
    window.training._use(version)


def save_a_search(qtbot: QtBot, window: MainWindow) -> None:
    window.search.set_query("sunset")
    window.search.save.click()


def make_labels_of_keywords(qtbot: QtBot, window: MainWindow) -> None:
    window.actions_["keywords"].trigger()
    qtbot.waitUntil(lambda: "From keywords" in window.strip.sentence(), timeout=LONG)


def move_to_the_trash(qtbot: QtBot, window: MainWindow) -> None:
    choose(window, 3)
    window.actions_["trash"].trigger()


ACTS: dict[str, Callable[[QtBot, MainWindow], None]] = {
    act.__name__.replace("_", " "): act
    for act in (
        say_yes,
        say_no,
        take_a_word_back,
        key_of_a_pinned_label,
        accept_by_key,
        reject_by_key,
        drop_photos_on_a_label,
        answer_a_review,
        type_a_new_label,
        type_the_opposite_of_a_label,
        add_labels,
        add_the_first_labels,
        rename,
        colour,
        take_the_key_of_another,
        group,
        leave_a_group,
        turn_the_dial,
        merge,
        merge_within_a_group,
        remove_a_label,
        add_a_folder,
        add_one_photo,
        remove_a_folder,
        leave_files_out,
        ignore_a_problem,
        bring_back_saved_words,
        accept_a_version,
        another_version,
        save_a_search,
        make_labels_of_keywords,
        move_to_the_trash,
    )
}


def offered(version: Version) -> TrainReport:
    from engine.records import Measured

    measured = Measured(5, 6, 0.4)
    said = message("")
    return TrainReport(
        *("cat", CAT, version.id, version.kind, True, False, measured, measured, 3, 3, said)
    )


@pytest.mark.parametrize("name", ACTS)
def test_done_undone_and_done_again(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, name: str
) -> None:
    window.files_of_test = str(tmp_path / "more")
    before = state(qtbot, window)
    stack = window.history.stack
    ACTS[name](qtbot, window)
    after = state(qtbot, window)
    assert after != before, "the act did nothing"
    assert stack.index() == 1, "one act is one Ctrl+Z"
    window.actions_["undo"].trigger()
    assert differences(state(qtbot, window), before) == {}
    window.actions_["redo"].trigger()
    assert differences(state(qtbot, window), after) == {}
    window.actions_["undo"].trigger()
    assert differences(state(qtbot, window), before) == {}


def differences(one: dict[str, object], other: dict[str, object]) -> dict[str, object]:
    return {name: (one[name], other[name]) for name in one if one[name] != other[name]}


def verbs() -> dict[str, set[tuple[str, bool]]]:
    """Every verb that the window's code names: verb -> (file, whether it stands in `call(...)`)."""
    home = Path(desktop_app.__file__).parent
    found: dict[str, set[tuple[str, bool]]] = {}
    for file in home.rglob("*.py"):
        if file.parent.name == "bench":
            continue
        nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
        called = [
            node.args[0]
            for node in nodes
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "call"
        ]
        for node in nodes:
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id == "Verbs"
            ):
                where = str(file.relative_to(home))
                found.setdefault(node.attr, set()).add((where, node in called))
    return found


def test_no_verb_is_forgotten() -> None:
    """What changes something goes through the undo history.

    A new verb has to be put into one of the tables.
    """
    changing = {
        "correct_many",
        "add_labels",
        "remove_labels",
        "restore_labels",
        "rename_label",
        "update_label",
        "merge_labels",
        "unmerge_labels",
        "add",
        "remove_folder",
        "restore_folder",
        "set_exclusions",
        "activate",
        "forget",
        "recall",
        "ignore",
        "take_keywords",
        "restore_words",
        "answer_suggestions",
    }
    used = verbs()
    assert used.keys() - LOOKS - NO_UNDO.keys() == changing
    for verb in changing:
        past = {file for file, called in used[verb] if not called}
        assert past <= FIRST_DONE.get(verb, set()), f"{verb} past the undo history"


def test_no_verb_is_hidden_from_the_table() -> None:
    """It is whole because the link is asked for `Verbs.x`, written out, and only the history hands
    verbs on."""
    home = Path(desktop_app.__file__).parent
    asked: list[tuple[str, str]] = []
    for file in home.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("ask", "act")
                and ast.unparse(node.func.value).endswith("link")
            ):
                asked.append((str(file.relative_to(home)), ast.unparse(node.args[0])))
    assert len(asked) > 40
    others = sorted(one for one in asked if not one[1].startswith("Verbs."))
    history = os.path.join("acts", "history.py")
    assert others == [(history, "verb"), (history, "wanted.verb")]
