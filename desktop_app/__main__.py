"""`albumen [FOLDER ...]`: the start of the window; or folders for the one that is open already.

Knows: the command line of the window, where the log is, and the order of a start. torch is never
imported here: the window is painted first, then the engine thread opens the library, and torch
comes with the first photo or search.
"""

from __future__ import annotations

import argparse
import faulthandler
import logging
import os
import signal
import sys
import threading
import zlib
from collections.abc import Sequence
from functools import partial
from io import TextIOWrapper
from types import TracebackType
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QObject,
    QSettings,
    QSocketNotifier,
    QtMsgType,
    Signal,
    qInstallMessageHandler,
)
from PySide6.QtGui import QImageReader
from PySide6.QtWidgets import QApplication

from desktop_app.link.engine_link import EngineLink
from desktop_app.link.engine_worker import bug_sentence
from desktop_app.parts import language, theme
from desktop_app.parts.preferences import Preferences
from desktop_app.single_instance import LEAVING, SingleInstance
from desktop_app.window.main_window import MainWindow
from engine import __version__

if TYPE_CHECKING:
    from engine.library.library import Library

_log = logging.getLogger("albumen")

NO_DISPLAY = (
    "albumen: no screen to open a window on{detail}. On a machine without one, use albumen-cli "
    "(the same library on the command line), or set DISPLAY or WAYLAND_DISPLAY."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the window until it is closed.

    Exit codes: 0 done, 1 an expected problem in one sentence, 2 usage.
    """
    options = _parse(sys.argv[1:] if arguments is None else arguments)
    if not _has_display():
        print(NO_DISPLAY.format(detail=""), file=sys.stderr)
        return 1
    log_file = start_log()
    if options.debug:
        tell_requests()
    qInstallMessageHandler(_qt_message)
    application = make_application()
    _log.info("started, log in %s", log_file)
    instance = SingleInstance(options.library)
    paths = [os.path.abspath(path) for path in options.paths]
    if not instance.first():
        if instance.hand_over(paths):
            return 0
        if not instance.first(LEAVING):
            print(
                "albumen: it is running already, but does not answer; end it first.",
                file=sys.stderr,
            )
            return 1
    window = make_window(options.library, options.model, options.device)
    reporter = Reporter(window)
    reporter.install()
    Signals(window).install()
    instance.called.connect(window.open_folders)
    window.closing.connect(instance.leave)
    if paths:
        window.link.ready.connect(partial(window.open_folders, paths))
    window.shown_first.connect(window.link.start)
    window.view.shown.connect(Warmer(window).start)
    window.show()
    code = application.exec()
    if not window.link.close():
        _log.error(
            "the engine is still busy; leaving without it"
            " (its transactions are whole or not at all)"
        )
        instance.close()
        os._exit(code)
    instance.close()
    return code


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="albumen", description="A photo organizer that learns your labels, offline."
    )
    parser.add_argument("--version", action="version", version=f"Albumen {__version__}")
    parser.add_argument("paths", nargs="*", metavar="FOLDER", help="folders or photos to add")
    parser.add_argument(
        "--library", default="", metavar="DIR", help="use the library in this directory"
    )
    parser.add_argument("--model", default=None, metavar="NAME|FILE", help="use this model")
    parser.add_argument(
        "--device",
        default=None,
        choices=["auto", "cpu", "cuda", "mps"],
        help="where the model runs",
    )
    parser.add_argument(
        "--debug",
        action="store_true",
        help="write every request to the engine, with its times, to stderr and into the log",
    )
    return parser.parse_args(list(arguments))


def _has_display() -> bool:
    """False where Qt would certainly find no screen.

    Where it only might, `_qt_message` has the last word.
    """
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def make_application() -> QApplication:
    """The QApplication with its name, icon, language and theme.

    Qt reads no arguments: they are argparse's.
    """
    # The window asks for the interpreter many times a frame; a busy engine thread gives it up ten
    # times sooner this way (a repaint beside one: median 28 -> 20 ms, worst 58 -> 28 ms; the engine
    # is not slower).
    sys.setswitchinterval(0.0005)
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        application = QApplication(["albumen"])
    application.setApplicationName("albumen")
    application.setApplicationDisplayName("Albumen")
    application.setDesktopFileName("albumen")
    application.setWindowIcon(theme.application_icon())
    preferences = Preferences()
    language.install(application, preferences.language)
    theme.apply(application, preferences.theme)
    return application


def make_window(library: str, model: str | None = None, device: str | None = None) -> MainWindow:
    """The window over the library in the directory `library` ("": the person's own).

    The engine is not started yet.
    """
    preferences = Preferences()
    link = EngineLink(
        partial(open_library, library, model, device or preferences.device, preferences.precision)
    )
    name = "window" if not library else f"window-{_number_of(library):x}"
    session = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "albumen", name)
    return MainWindow(link, preferences, session)


def _number_of(directory: str) -> int:
    """Another file of window state for each library; the same in every process."""
    return zlib.crc32(os.fsencode(os.path.abspath(directory)))


def open_library(
    directory: str, model: str | None, device: str, precision: str = "auto"
) -> Library:
    """Called in the engine thread, which so imports what the window needs later, or never."""
    # For `FolderWatch`: importing it takes longer than a frame may.
    import engine.disk.watch  # noqa: F401
    from engine.library.library import Library

    library = Library.open(directory or None, model=model, device=device, precision=precision)
    library.leave_work()
    return library


def start_log() -> str:
    """Write the log of this person's Albumen, at most 4 x 1 MB of it; returns its path.

    Crashes of C code are in it.
    """
    from logging.handlers import RotatingFileHandler

    from platformdirs import user_log_dir

    class Log(RotatingFileHandler):
        """Crashes go to the file in use: the number of a closed one may be a photo's by now."""

        def _open(self) -> TextIOWrapper:
            stream = super()._open()
            faulthandler.enable(stream)
            return stream

        def doRollover(self) -> None:
            faulthandler.disable()
            super().doRollover()

    folder = user_log_dir("albumen", appauthor=False)
    path = os.path.join(folder, "albumen.log")
    try:
        os.makedirs(folder, exist_ok=True)
        handler = Log(path, maxBytes=2**20, backupCount=3, encoding="utf-8")
    except OSError as error:
        print(f"albumen: no log can be written: {error}", file=sys.stderr)
        return ""
    handler.setFormatter(
        logging.Formatter("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s")
    )
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    return path


def tell_requests() -> None:
    """Write every request that the window makes of the engine to stderr, and into the log."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    door = logging.getLogger("desktop_app.link")
    door.setLevel(logging.DEBUG)
    door.addHandler(handler)


def _qt_message(kind: QtMsgType, _context: object, text: str) -> None:
    """Qt's messages go to the log.

    The one fatal one that a person can cause, no screen, becomes a sentence.
    """
    if kind == QtMsgType.QtFatalMsg:
        _log.critical("Qt: %s", text)
        if QApplication.instance() is None or "platform plugin" in text:
            first = " ".join(text.split(". ")[0].split())
            print(NO_DISPLAY.format(detail=f" ({first})"), file=sys.stderr, flush=True)
            logging.shutdown()
            os._exit(1)
    level = {QtMsgType.QtDebugMsg: logging.DEBUG, QtMsgType.QtInfoMsg: logging.INFO}.get(
        kind, logging.WARNING
    )
    _log.log(level, "Qt: %s", text)


class Signals(QObject):
    """Ctrl+C in the terminal and a polite kill close the window as a click does.

    Python runs its handlers only between two instructions of the main thread, which sleeps inside
    Qt: the byte that the C handler writes into a pipe wakes it. (Windows has neither polite kills
    nor notifiers for pipes.)
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window

    def install(self) -> None:
        """From now on, until the process ends."""
        if os.name != "posix":
            return
        self._ours, theirs = os.pipe()
        for end in (self._ours, theirs):
            os.set_blocking(end, False)
        notifier = QSocketNotifier(self._ours, QSocketNotifier.Type.Read, self)
        notifier.activated.connect(self._woken)
        signal.set_wakeup_fd(theirs, warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._close)

    def _woken(self) -> None:
        os.read(self._ours, 64)

    def _close(self, number: int, _frame: object) -> None:
        _log.info("signal %d", number)
        self._window.urgent = True
        self._window.close()
        QApplication.quit()


class Warmer(QObject):
    """Has torch imported once the first view is shown: the first photo or search then finds it."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Only the first call does something."""
        if self._thread is None:
            self._thread = threading.Thread(target=_warm_up, name="warm-up")
            self._thread.start()


def _warm_up() -> None:
    from engine.library.import_torch import warm_up

    # Maps Qt's own formats, before the loader is busy with torch.
    QImageReader.supportedImageFormats()
    warm_up()


class Reporter(QObject):
    """Unexpected exceptions of any thread: their traceback to the log, a sentence to the window."""

    _happened = Signal(str)

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._happened.connect(window.strip.say)

    def install(self) -> None:
        """Take over the hooks of the main thread and of Python's threads."""
        sys.excepthook = self.report
        threading.excepthook = self._from_thread

    def report(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Callable from any thread."""
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        _log.critical("an exception nobody expected", exc_info=(kind, error, trace))
        self._happened.emit(bug_sentence(error))

    def _from_thread(self, happened: Any) -> None:
        if happened.exc_type is not SystemExit and happened.exc_value is not None:
            self.report(happened.exc_type, happened.exc_value, happened.exc_traceback)


if __name__ == "__main__":
    sys.exit(main())
