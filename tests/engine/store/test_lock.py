"""One program at a time, and no user action after a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine.records import AlbumenError
from engine.store.lock import DirectoryLock


def test_second_holder_is_told_who_holds_it(tmp_path: Path) -> None:
    lock = DirectoryLock(tmp_path)
    with pytest.raises(AlbumenError, match=rf"open in another Albumen \(process {os.getpid()}\)"):
        DirectoryLock(tmp_path)
    lock.release()
    lock.release()
    DirectoryLock(tmp_path).release()


def test_a_killed_holder_leaves_nothing_behind(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from engine.store.lock import DirectoryLock\n"
    code += "lock = DirectoryLock(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        with pytest.raises(AlbumenError, match=f"process {child.pid}"):
            DirectoryLock(tmp_path)
        child.send_signal(signal.SIGKILL)
        child.wait()
        DirectoryLock(tmp_path).release()


def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    with pytest.raises(AlbumenError, match="may not be written"):
        DirectoryLock(tmp_path / "missing")
