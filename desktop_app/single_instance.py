"""One window per library: a second start hands its folders to the first one, raises it, and leaves.

Knows: the lock file, the local socket, and the one message that crosses it. Does not know: the
window.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence

from PySide6.QtCore import QCryptographicHash, QLockFile, QObject, QStandardPaths, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_LONGEST_MESSAGE = 2**20
_PATIENCE = 20_000  # milliseconds: the first window may be starting on a busy machine
#: Milliseconds until a window that was closed has surely ended: what it began is finished first.
LEAVING = 60_000


class SingleInstance(QObject):
    """`first()` is True for the first process of a library.

    Then `called` brings what later ones hand over.

    `library`: the library's directory, or "" for the person's own; each library has its own window.
    """

    called = Signal(list)  #: absolute paths (may be empty: only raise the window)

    def __init__(self, library: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        runtime = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.RuntimeLocation)
        folder = runtime or QStandardPaths.writableLocation(
            QStandardPaths.StandardLocation.TempLocation
        )
        os.makedirs(folder, mode=0o700, exist_ok=True)
        who = f"{os.path.abspath(library) if library else ''}\0{os.path.expanduser('~')}"
        digest = QCryptographicHash.hash(os.fsencode(who), QCryptographicHash.Algorithm.Sha256)
        self._name = f"albumen-{bytes(digest.toHex().data()).decode('ascii')[:16]}"
        self._path = os.path.join(folder, f"{self._name}.socket")
        self._lock = QLockFile(os.path.join(folder, f"{self._name}.lock"))
        # A live process keeps its lock however long it runs; a dead one loses it.
        self._lock.setStaleLockTime(0)
        self._server: QLocalServer | None = None
        self._waiting: dict[QLocalSocket, bytes] = {}

    def first(self, patience_ms: int = 0) -> bool:
        """Take the place of the first process.

        False: another one has it, and still had it after `patience_ms`.
        """
        if not self._lock.tryLock(patience_ms):
            return False
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        QLocalServer.removeServer(self._address())
        self._server.listen(self._address())
        self._server.newConnection.connect(self._connected)
        return True

    def hand_over(self, paths: Sequence[str]) -> bool:
        """Give paths to the first process and let it raise itself. False: it did not answer."""
        socket = QLocalSocket()
        socket.connectToServer(self._address())
        if not socket.waitForConnected(_PATIENCE):
            return False
        message = {"paths": list(paths), "token": os.environ.get("XDG_ACTIVATION_TOKEN", "")}
        socket.write(json.dumps(message).encode("ascii") + b"\n")
        heard = socket.waitForBytesWritten(_PATIENCE) and socket.waitForReadyRead(_PATIENCE)
        answer = socket.readAll().data() if heard else b""
        socket.disconnectFromServer()
        return answer == b"ok\n"

    def leave(self) -> None:
        """The window is closing: answer nobody any more.

        Who comes now waits for the place, see `first`.
        """
        if self._server is not None:
            self._server.close()
            self._server = None

    def close(self) -> None:
        """Give the place up."""
        self.leave()
        self._lock.unlock()

    def _address(self) -> str:
        return self._name if os.name == "nt" else self._path

    def _connected(self) -> None:
        while (
            self._server is not None
            and (socket := self._server.nextPendingConnection()) is not None
        ):
            self._waiting[socket] = b""
            socket.readyRead.connect(self._read)
            socket.disconnected.connect(self._left)

    def _left(self) -> None:
        socket = self.sender()
        if isinstance(socket, QLocalSocket):
            self._waiting.pop(socket, None)
            socket.deleteLater()

    def _read(self) -> None:
        for socket in list(self._waiting):
            self._waiting[socket] += socket.readAll().data()
            heard = self._waiting[socket]
            if len(heard) > _LONGEST_MESSAGE:
                socket.abort()
            elif heard.endswith(b"\n"):
                self._waiting[socket] = b""
                self._obey(socket, heard)

    def _obey(self, socket: QLocalSocket, heard: bytes) -> None:
        try:
            message = json.loads(heard)
            paths = [path for path in message["paths"] if isinstance(path, str)]
            token = str(message.get("token", ""))
        except (ValueError, KeyError, TypeError):
            socket.abort()
            return
        socket.write(b"ok\n")
        socket.flush()
        if token:
            os.environ["XDG_ACTIVATION_TOKEN"] = (
                token  # Wayland lets a window raise itself only with it
            )
        self.called.emit(paths)
