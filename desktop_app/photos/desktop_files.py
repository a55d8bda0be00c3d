"""What a person does with photo files.

Show in folder, copy the path, open elsewhere, export copies.

Knows: the desktop's ways of doing these. Does not know: the grid, or which photos are selected, the
trash (`acts.trash`). Files are only ever copied; nothing is written into or beside an original.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence

from PySide6.QtCore import (
    QCoreApplication,
    QMimeData,
    QObject,
    QRunnable,
    QThreadPool,
    Signal,
    Slot,
)
from PySide6.QtGui import QDesktopServices, QGuiApplication

from desktop_app.photos.photo_model import file_url, printable
from engine.records import Photo

_log = logging.getLogger(__name__)


def show_in_folder(path: str) -> None:
    """Open the file manager with this file selected; where that is impossible, its folder."""
    import subprocess  # here, because it would be a tenth of the imports of a start

    if sys.platform == "darwin":
        subprocess.Popen(["open", "-R", path])
    elif sys.platform == "win32":
        subprocess.Popen(["explorer", f"/select,{os.path.normpath(path)}"])
    elif not _ask_file_manager(path):
        QDesktopServices.openUrl(file_url(os.path.dirname(path)))


def _ask_file_manager(path: str) -> bool:
    """Ask over D-Bus (`org.freedesktop.FileManager1`), without waiting for an answer.

    False: nobody is there to ask.
    """
    from PySide6.QtDBus import QDBusConnection, QDBusMessage

    bus = QDBusConnection.sessionBus()
    interface = bus.interface() if bus.isConnected() else None
    if interface is None:
        return False
    service = "org.freedesktop.FileManager1"
    startable = interface.activatableServiceNames().value() or []
    if not interface.isServiceRegistered(service).value() and service not in startable:
        return False
    call = QDBusMessage.createMethodCall(
        service, "/org/freedesktop/FileManager1", service, "ShowItems"
    )
    address = bytes(file_url(path).toEncoded().data()).decode("ascii")
    call.setArguments([[address], ""])
    return bus.send(call)


def copy_paths(photos: Sequence[Photo]) -> None:
    """The paths as text, one a line, and the files themselves, on the clipboard."""
    mime = QMimeData()
    mime.setText("\n".join(printable(photo.path) for photo in photos))
    mime.setUrls([file_url(photo.path) for photo in photos])
    QGuiApplication.clipboard().setMimeData(mime)


def open_elsewhere(path: str) -> bool:
    """Open a file with the desktop's program for it."""
    return QDesktopServices.openUrl(file_url(path))


class Export(QObject):
    """Copies photos into a folder, in another thread.

    A name that is taken gets a number; nothing is overwritten.
    """

    #: The folder, how many were copied, sentences about those that were not.
    finished = Signal(str, int, list)
    progressed = Signal(int, int)  #: copied, total

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._task: _Copy | None = None

    def start(self, photos: Sequence[Photo], folder: str) -> None:
        """Copy the files of `photos` into `folder`, with their dates."""
        self._task = _Copy(self, [photo.path for photo in photos], folder)
        self._pool.start(self._task)

    def running(self) -> bool:
        """Whether photos are being copied now."""
        return self._pool.activeThreadCount() > 0

    def close(self) -> None:
        """Stop after the file that is being copied."""
        if self._task is not None:
            self._task.stopped = True
        self._pool.waitForDone()


class _Copy(QRunnable):
    def __init__(self, export: Export, paths: list[str], folder: str) -> None:
        super().__init__()
        self._export = export
        self._paths = paths
        self._folder = folder
        self.stopped = False

    @Slot()
    def run(self) -> None:
        trouble = []
        copied = 0
        for number, path in enumerate(self._paths, 1):
            if self.stopped:
                break
            try:
                copy_beside(path, self._folder)
                copied += 1
            except OSError as error:
                _log.warning("export: %s", error)
                trouble.append(_not_copied(path, error))
            self._export.progressed.emit(number, len(self._paths))
        self._export.finished.emit(self._folder, copied, trouble)


def _not_copied(path: str, error: OSError) -> str:
    sentence = QCoreApplication.translate("Export", "“{name}” was not copied: {reason}.")
    name = printable(os.path.basename(path))
    return sentence.format(name=name, reason=error.strerror or str(error))


def copy_beside(path: str, folder: str) -> str:
    """Copy a file into `folder`; returns the new path. OSError.

    Under its own name, or as "name (2).jpg" if that is taken.
    """
    import shutil

    stem, ending = os.path.splitext(os.path.basename(path))
    for number in range(1, 100_000):
        target = os.path.join(folder, f"{stem}{f' ({number})' if number > 1 else ''}{ending}")
        try:
            handle = os.open(
                target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666
            )
        except FileExistsError:
            continue
        try:
            with os.fdopen(handle, "wb") as out, open(path, "rb") as source:
                shutil.copyfileobj(source, out, 2**20)
            shutil.copystat(path, target)
        except OSError:
            os.unlink(target)  # half a photo helps nobody; it was made by us a moment ago
            raise
        return target
    raise OSError(f"too many files are called '{stem}{ending}'")
