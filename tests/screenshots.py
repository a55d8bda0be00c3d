"""States of the window as pictures, to be looked at.

`python -m tests.screenshots OUT [VARIANT ...] [--states grid lightbox ...]`: all of them in all
variants, unless some are named.

The library holds pictures drawn by code (`tests.support.pictures`), is read by the real engine with
the starter model, and lives in a temporary directory (or in `--home DIR`, where the next call finds
it again); nothing of the user's is read or written.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.pictures import KINDS, write_album

if TYPE_CHECKING:
    from PySide6.QtWidgets import QDialog, QWidget

    from desktop_app.window.main_window import MainWindow

VARIANTS = {
    "light": {"theme": "light"},
    "dark": {"theme": "dark"},
    "zh_CN": {"theme": "light", "language": "zh_CN"},
    "2x": {"theme": "dark", "scale": "2"},
    "narrow": {"theme": "light", "width": "760"},
}


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.screenshots",
        description="States of the window as pictures, to be looked at: "
        "all of them in all variants, unless named.",
    )
    parser.add_argument("out", type=Path)
    parser.add_argument(
        "variants", nargs="*", choices=[*VARIANTS, []], metavar="VARIANT", help=", ".join(VARIANTS)
    )
    parser.add_argument(
        "--states",
        nargs="+",
        choices=STATES,
        default=list(STATES),
        metavar="STATE",
        help=", ".join(STATES),
    )
    parser.add_argument(
        "--home", type=Path, help="keep the library here, and use it if it is here already"
    )
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    if options.inside:
        Camera(options.variants[0], options.home, options.out).shoot(options.states)
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        home = (options.home or Path(temporary)).absolute()
        if not (home / "library").exists():
            _make_library(home)
        for variant in options.variants or VARIANTS:
            # Each begins with what nobody has answered yet.
            shutil.rmtree(home / variant, ignore_errors=True)
            shutil.copytree(home / "library", home / variant)
            command = [
                sys.executable,
                "-m",
                "tests.screenshots",
                str(options.out),
                variant,
                "--home",
                str(home),
            ]
            subprocess.run(
                [*command, "--inside", "--states", *options.states],
                check=True,
                env=_environment(home, VARIANTS[variant]),
            )
    return 0


def _environment(home: Path, variant: dict[str, str]) -> dict[str, str]:
    private = {
        f"XDG_{name}_HOME": str(home / name.lower())
        for name in ("CONFIG", "DATA", "CACHE", "STATE")
    }
    return (
        os.environ
        | private
        | {
            "QT_QPA_PLATFORM": "offscreen",
            "QT_SCALE_FACTOR": variant.get("scale", "1"),
            "OMP_WAIT_POLICY": "PASSIVE",
        }
    )


def _make_library(home: Path) -> None:
    """Forty-eight landscapes, labels for their kinds, a dozen corrections, one broken file."""
    from engine.library.library import Library

    paths = write_album(home / "Pictures" / "Journeys")
    broken = home / "Pictures" / "Journeys" / "half-copied.jpg"
    broken.write_bytes(paths[0].read_bytes()[:900])
    os.utime(broken, (1_600_000_000,) * 2)  # the oldest: last in the grid
    with Library.open(home / "library") as library:
        library.add([str(home / "Pictures" / "Journeys")])
        for _step in library.sync():
            pass
        labels = {
            label.name: label for label in library.add_labels([*KINDS, "our cabin", "fish & chips"])
        }
        library.update_label(labels["sunset"].id, pinned=1)
        library.update_label(labels["sea"].id, pinned=2)
        for kind in ("sunset", "sea", "forest"):
            own = [library.photo_id(str(path)) for path in paths if path.name.startswith(kind)]
            others = [
                library.photo_id(str(path)) for path in paths if not path.name.startswith(kind)
            ]
            library.correct(labels[kind].id, yes=own[:5], no=others[:6])


class Camera:
    """Opens windows of one variant and takes their pictures.

    Each method below `shoot` brings one state about.
    """

    def __init__(self, variant: str, home: Path, out: Path) -> None:
        from desktop_app.__main__ import make_application
        from desktop_app.parts.preferences import Preferences

        self.variant = variant
        self.home = home
        self.out = out
        choices = VARIANTS[variant]
        preferences = Preferences()
        preferences.set("theme", choices["theme"])
        preferences.set("language", choices.get("language", "en"))
        self.application = make_application()
        self.size = (int(choices.get("width", "1280")), 800)
        self.window: MainWindow | None = None

    def shoot(self, states: list[str]) -> None:
        """Take the pictures of `states`, in the order of `STATES`."""
        for number, (name, bring_about) in enumerate(STATES.items(), 1):
            if name in states:
                self.number = f"{number:02}"
                bring_about(self)
        self.close()
        self.application.quit()

    # -- tools -------------------------------------------------------------------------------------

    def take(self, name: str, widget: QWidget | None = None) -> None:
        self.wait(most=900)  # what is drawn afterwards
        shown = widget or self.window
        assert shown is not None
        shown.grab().save(str(self.out / f"{self.variant}-{self.number}-{name}.png"))

    def wait(self, until: Callable[[], bool] = lambda: False, most: int = 60_000) -> None:
        """Until something is so, at most some milliseconds."""
        from PySide6.QtCore import QEventLoop, QTimer

        loop = QEventLoop()
        clock = QTimer()
        spent = 0

        def tick() -> None:
            nonlocal spent
            spent += 50
            if until() or spent >= most:
                loop.quit()

        clock.timeout.connect(tick)
        clock.start(50)
        loop.exec()
        clock.stop()

    def start(self, library: Path) -> MainWindow:
        from PySide6.QtGui import QCursor

        from desktop_app.__main__ import make_window

        QCursor.setPos(5000, 5000)  # nothing is hovered over
        window = make_window(str(library))
        window.shown_first.connect(window.link.start)
        window.resize(*self.size)
        window.show()
        self.wait(lambda: window.view._known)
        self.window = window
        return window

    def close(self) -> None:
        if self.window is not None:
            self.window.close()
            self.window.link.close()
            self.window = None

    def browse(self) -> MainWindow:
        """The window over the library, with a photo chosen in the grid."""
        window = self.window
        if window is None or window.model.rowCount() == 0:
            self.close()
            window = self.start(self.home / self.variant)
            self.wait(lambda: window.model.rowCount() > 40 and not window.folders.running())
        if window.search.query():
            window.browsing.open_query("")
            self.wait(lambda: window.model.result.query == "" and window.model.rowCount() > 40)
        window.browsing.show_grid()
        window.grid.setFocus()
        window.grid.set_current_row(8)  # a meadow
        self.wait(lambda: window.inspector.preview._photo is not None)
        return window

    def search(self, query: str) -> MainWindow:
        window = self.browse()
        window.browsing.open_query(query)
        self.wait(lambda: window.model.result.query == query)
        window.pages.currentWidget().setFocus()
        return window

    def press(self, widget: QWidget, *keys: str) -> None:
        from PySide6.QtGui import QKeySequence
        from PySide6.QtTest import QTest

        for key in keys:
            QTest.keySequence(widget, QKeySequence(key))

    def dialog(self, name: str, dialog: QDialog) -> None:
        dialog.show()
        self.take(name, dialog)
        dialog.close()

    # -- states ------------------------------------------------------------------------------------

    def first_run(self) -> None:
        self.start(self.home / f"empty-{self.variant}-{os.getpid()}")
        self.take("first-run")

    def drop(self) -> None:
        from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
        from PySide6.QtGui import QDragEnterEvent
        from PySide6.QtWidgets import QApplication

        window = self.window or self.start(self.home / f"empty-{self.variant}-{os.getpid()}")
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(self.home / "Pictures"))])
        act = Qt.DropAction.CopyAction
        left = Qt.MouseButton.LeftButton
        none = Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(window, QDragEnterEvent(QPoint(300, 300), act, mime, left, none))
        self.take("drop")
        window.overlay.hide()

    def first_minutes(self) -> None:
        """Photos are coming, labels are offered."""
        window = self.window or self.start(self.home / f"empty-{self.variant}-{os.getpid()}")
        window.adding.add_paths([str(self.home / "Pictures")])
        self.wait(window.offers.offering_labels)
        self.wait(lambda: window.model.rowCount() > 40)
        self.wait(lambda: window.status.progress.isVisible(), 5000)
        self.take("first-minutes")
        self.wait(lambda: not window.folders.running())
        self.close()

    def grid(self) -> None:
        self.browse()
        self.take("grid")

    def confirmed(self) -> None:
        """A photo with a label of each kind: suggested, confirmed, rejected."""
        window = self.search("is:corrected sunset")
        window.grid.set_current_row(0)
        self.wait(lambda: window.inspector.confirmed.count() > 0, 5000)
        self.take("confirmed")

    def several(self) -> None:
        window = self.browse()
        self.press(window.grid, "Shift+Right", "Shift+Down")
        self.take("several")

    def large(self) -> None:
        window = self.browse()
        window.grid.set_thumbnail_size(320)
        self.wait(lambda: bool(window.pictures._kept), 8000)
        self.take("large")
        window.grid.set_thumbnail_size(160)

    def menu(self) -> None:
        from PySide6.QtWidgets import QMenu

        window = self.browse()
        window.grid.set_current_row(3)
        menu = window.make_photo_menu()
        for name, one in (
            ("menu", menu),
            ("labels", menu.findChild(QMenu, "labels")),
            ("sort", window.search.sort.menu()),
        ):
            one.popup(window.mapToGlobal(window.rect().center()))
            self.take(f"menu-{name}", one)
            one.close()

    def offers(self) -> None:
        """What is offered while a query is typed."""
        from PySide6.QtTest import QTest

        window = self.browse()
        window.search.focus_words()
        self.wait(most=300)
        QTest.keyClicks(window.search.words, "s")
        self.wait(lambda: window.search.offers.isVisible(), 3000)
        self.take("offers")
        self.press(window.search.words, "Esc", "Esc")

    def matches(self) -> None:
        self.search("sunset over the mountains")
        self.take("search")

    def no_good_match(self) -> None:
        self.search("accordion")
        self.take("no-good-match")

    def other_language(self) -> None:
        """A Chinese query: the model knows English only, and says so."""
        self.search("日落")
        self.take("other-language")

    def lightbox(self) -> None:
        window = self.browse()
        window.looking.open_lightbox(3)
        self.wait(lambda: bool(window.pictures._kept), 20_000)
        self.take("lightbox")

    def facts(self) -> None:
        window = self.browse()
        window.looking.open_lightbox(3)
        window.lightbox.toggle_facts()
        self.wait(lambda: bool(window.lightbox.facts.texts()), 20_000)
        self.take("facts")
        window.lightbox.toggle_facts()

    def review(self) -> None:
        window = self.browse()
        window.pages.show_review()
        self.wait(lambda: window.review.item() is not None, 120_000)
        self.press(window.review, "Return", "N")
        self.wait(lambda: bool(window.pictures._kept), 20_000)
        self.take("review")

    def improve(self) -> None:
        window = self.browse()
        labels = window.labels.by_id.values()
        window.pages.improve(
            [label.id for label in labels if label.name in ("sunset", "sea", "forest")]
        )
        self.wait(lambda: bool(window.training.cards), 120_000)
        self.take("improve")

    def learned(self) -> None:
        """The grid again, tagged with what was learned."""
        if self.window is None or not self.window.training.cards:
            self.improve()
        assert self.window is not None
        cards = self.window.training.cards
        self.window.training.accept_all.click()
        self.wait(lambda: not any(card.accept.isVisibleTo(card) for card in cards), 20_000)
        self.browse().grid.verticalScrollBar().setValue(0)
        self.wait(most=3000)  # the toolbar's count follows the panel's
        self.take("learned")

    def versions(self) -> None:
        window = self.browse()
        window.pages.show_versions()
        self.take("versions")

    def problems(self) -> None:
        window = self.browse()
        window.pages.show_problems()
        self.take("problems")

    def label_editor(self) -> None:
        from desktop_app.panels.label_editor import LabelEditor

        window = self.browse()
        editor = LabelEditor(window.link, window.history, window)
        editor.show()
        self.wait(lambda: editor.list.count() > 3, 10_000)
        editor.edit(1)
        self.dialog("label-editor", editor)

    def models(self) -> None:
        from desktop_app.panels.model_dialog import ModelDialog

        dialog = ModelDialog(self.browse().link, self.window.preferences, self.window)
        dialog.show()
        self.wait(lambda: bool(dialog.cards), 20_000)
        self.dialog("models", dialog)

    def download(self) -> None:
        """A download under way: its signals as the engine sends them, without the network."""
        from desktop_app.panels.model_dialog import ModelDialog
        from engine.records import Progress

        window = self.browse()
        dialog = ModelDialog(window.link, window.preferences, window)
        dialog.show()
        self.wait(lambda: bool(dialog.cards), 20_000)
        card = next(card for card in dialog.cards.values() if not card.model.installed)
        card.begin()
        dialog._jobs[10**9] = card
        size = card.model.size
        window.link.job_started.emit(10**9, "download_model")
        window.status._clock.start()
        self.wait(most=500)
        window.link.job_progress.emit(
            10**9, Progress("download", size // 3, size, rate=4.2e6, seconds_left=size / 6.3e6)
        )
        self.take("download", dialog)
        dialog.close()
        self.take("download-below")
        window.link.job_ended.emit(10**9, "cancelled")

    def settings(self) -> None:
        from desktop_app.panels.settings_dialog import SettingsDialog

        window = self.browse()
        self.dialog("settings", SettingsDialog(window.link, window.preferences, window))

    def shortcuts(self) -> None:
        from desktop_app.panels.shortcuts import ShortcutSheet

        window = self.browse()
        self.dialog("shortcuts", ShortcutSheet(window.actions_, window))


STATES: dict[str, Callable[[Camera], None]] = {
    name.replace("_", "-"): act
    for name, act in vars(Camera).items()
    if not name.startswith("_")
    and name
    not in ("shoot", "take", "wait", "start", "close", "browse", "search", "press", "dialog")
}

if __name__ == "__main__":
    sys.exit(main())
