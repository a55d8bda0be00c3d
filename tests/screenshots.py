"""`python -m tests.screenshots OUT [VARIANT ...]`: every state of the window as a picture, to be looked at.

Variants: light, dark, zh_CN, 2x, narrow. The library holds pictures drawn by code (`tests.pictures`), is read by the real
engine with the starter model, and lives in a temporary directory; nothing of the user's is read or written.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.pictures import KINDS, write_album

VARIANTS = {
    "light": {"theme": "light"},
    "dark": {"theme": "dark"},
    "zh_CN": {"theme": "light", "language": "zh_CN"},
    "2x": {"theme": "dark", "scale": "2"},
    "narrow": {"theme": "light", "width": "760"},
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("variants", nargs="*", choices=[*VARIANTS, []], default=list(VARIANTS))
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    if options.home is not None:
        _take(options.variants[0], options.home, options.out)
        return 0
    with tempfile.TemporaryDirectory() as home:
        _make_library(Path(home))
        for variant in options.variants:
            subprocess.run(
                [sys.executable, "-m", "tests.screenshots", str(options.out), variant, "--home", home],
                check=True,
                env=_environment(Path(home), VARIANTS[variant]),
            )
    return 0


def _environment(home: Path, variant: dict[str, str]) -> dict[str, str]:
    private = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "DATA", "CACHE", "STATE")}
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
    """Forty-eight landscapes, labels for their kinds, a dozen corrections, one file that cannot be read."""
    from engine.library import Library

    paths = write_album(home / "Pictures" / "Journeys")
    (home / "Pictures" / "Journeys" / "half-copied.jpg").write_bytes(paths[0].read_bytes()[:900])
    with Library.open(home / "library") as library:
        library.add([str(home / "Pictures" / "Journeys")])
        for _step in library.sync():
            pass
        labels = {label.name: label for label in library.add_labels([*KINDS, "our cabin", "<b>bold</b> & co"])}
        library.update_label(labels["sunset"].id, pinned=1)
        library.update_label(labels["sea"].id, pinned=2)
        for kind in ("sunset", "sea", "forest"):
            own = [library.photo_id(str(path)) for path in paths if path.name.startswith(kind)]
            others = [library.photo_id(str(path)) for path in paths if not path.name.startswith(kind)]
            library.correct(labels[kind].id, yes=own[:5], no=others[:6])


def _take(variant: str, home: Path, out: Path) -> None:
    from PySide6.QtCore import QEventLoop, QMimeData, QPoint, Qt, QTimer, QUrl
    from PySide6.QtGui import QDragEnterEvent
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication, QWidget

    from desktop_app.__main__ import make_application, make_window
    from desktop_app.label_editor import FirstLabels, LabelEditor
    from desktop_app.model_dialog import ModelDialog
    from desktop_app.settings import Preferences, SettingsDialog
    from desktop_app.shortcuts import ShortcutSheet

    choices = VARIANTS[variant]
    preferences = Preferences()
    preferences.set("theme", choices["theme"])
    preferences.set("language", choices.get("language", "en"))
    application = make_application()
    size = (int(choices.get("width", "1280")), 800)

    def wait(until: Callable[[], bool] = lambda: False, most: int = 700) -> None:
        """Until something is so, and then for what is drawn afterwards; at most some milliseconds."""
        loop, clock, spent = QEventLoop(), QTimer(), 0

        def tick() -> None:
            nonlocal spent
            spent += 50
            if until() or spent >= most:
                loop.quit()

        clock.timeout.connect(tick)
        clock.start(50)
        loop.exec()
        clock.stop()

    def shoot(widget: QWidget, name: str) -> None:
        wait(most=900)
        picture = widget.grab()
        picture.save(str(out / f"{variant}-{name}.png"))

    def start(library: Path) -> QWidget:
        window = make_window(str(library))
        window.shown_first.connect(window.link.start)
        window.resize(*size)
        window.show()
        wait(lambda: window.desk.viewing._known, 60_000)
        return window

    first = start(home / f"empty-{variant}")
    shoot(first, "01-first-run")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(home / "Pictures"))])
    drag = QDragEnterEvent(
        QPoint(300, 300), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(first, drag)
    shoot(first, "02-drop")
    first.overlay.hide()
    card = FirstLabels(first.link, first.history)
    card.setAutoFillBackground(True)
    card.resize(size[0], 240)
    card.show()
    wait(lambda: bool(card.buttons), 5000)
    shoot(card, "03-first-labels")
    card.close()
    first.close()
    first.link.close()

    window = start(home / "library")
    wait(lambda: window.model.rowCount() > 40, 60_000)
    wait(lambda: not window.folders.running(), 60_000)
    window.grid.setFocus()
    window.grid.set_current_row(2)
    wait(lambda: window.inspector.suggested.count() + window.inspector.confirmed.count() > 0, 20_000)
    shoot(window, "04-grid")
    QTest.keyClick(window.grid, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(window.grid, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    shoot(window, "05-several")
    window.search.set_query("sunset over the mountains")
    wait(lambda: len(window.model.result.scores) > 0, 60_000)
    window.grid.setFocus()
    shoot(window, "06-search")
    window.search.set_query("accordion")
    wait(lambda: window.model.result.query == "accordion", 30_000)
    window.grid.setFocus()
    shoot(window, "07-no-good-match")
    window.search.set_query("")
    wait(lambda: window.model.result.query == "", 10_000)
    window.desk.open_lightbox(3)
    wait(lambda: window.pictures._kept, 20_000)
    shoot(window, "08-lightbox")
    window.desk.show_review()
    wait(lambda: window.review.item() is not None, 30_000)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_N):
        QTest.keyClick(window.review, key)
    wait(lambda: window.pictures._kept, 20_000)
    shoot(window, "09-review")
    window.desk.improve(None)
    wait(lambda: bool(window.training.cards), 120_000)
    shoot(window, "10-improve")
    window.desk.show_versions()
    shoot(window, "11-versions")
    window.desk.show_problems()
    shoot(window, "12-problems")
    editor = LabelEditor(window.link, window.history, window)
    editor.show()
    wait(lambda: editor.list.count() > 3, 10_000)
    editor.edit(1)
    for number, dialog in enumerate(
        (
            editor,
            ModelDialog(window.link, window),
            SettingsDialog(window.link, window.preferences, window),
            ShortcutSheet(window.actions_, window),
        ),
        13,
    ):
        dialog.show()
        shoot(dialog, f"{number}-{type(dialog).__name__}")
        dialog.close()
    window.close()
    window.link.close()
    application.quit()


if __name__ == "__main__":
    sys.exit(main())
