"""One program at a time in a library directory, by a lock of the operating system.

Knows: how to take and release it on POSIX and Windows. The kernel drops the lock when the process
ends in any way, so a kill leaves nothing to clean up; the process id in the file only serves the
sentence. Does not know: what is in the directory.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from engine.records import AlbumenError

if sys.platform == "win32":  # pragma: no cover
    import msvcrt

    def _take(file: int) -> None:
        # A locked byte cannot be read by others: keep away from the process id.
        os.lseek(file, 4096, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        os.lseek(file, 0, os.SEEK_SET)

else:
    import fcntl

    def _take(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


class DirectoryLock:
    """Holds `directory`/lock from construction until `release`.

    Raises AlbumenError when another program holds it.
    """

    def __init__(self, directory: Path) -> None:
        try:
            self._file: int | None = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise AlbumenError(
                "The library folder {path} may not be written ({detail}).",
                path=str(directory),
                detail=error.strerror or str(error),
            ) from error
        try:
            _take(self._file)
        except OSError as error:
            process = os.read(self._file, 20).decode("ascii", "replace")
            os.close(self._file)
            self._file = None
            if not process.isdigit():
                raise AlbumenError(
                    "The library {path} is open in another Albumen; close it there first.",
                    path=str(directory),
                ) from error
            raise AlbumenError(
                "The library {path} is open in another Albumen (process {process}); close it "
                "there first.",
                path=str(directory),
                process=process,
            ) from error
        os.ftruncate(self._file, 0)
        os.write(self._file, str(os.getpid()).encode())

    def release(self) -> None:
        """Let others in. Twice is fine."""
        if self._file is not None:
            os.close(self._file)  # closing drops the lock, on both systems
            self._file = None
