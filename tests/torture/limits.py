"""No more folders may be watched (the inotify limit).

A notice is given, folders are polled, nothing is missed.

The limit is lowered in a user namespace of the trial's own, so nobody else feels it. Needs Linux
and `unshare -U`.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from engine.disk.watch import FolderWatcher
from engine.messages import Message
from tests.torture import stage

_LOWER = "echo 4 > /proc/sys/user/max_inotify_watches && exec {command}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--poll-seconds", type=float, default=2.0)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)


def can_lower() -> bool:
    """Whether this process may have a user namespace with limits of its own."""
    if sys.platform != "linux":
        return False
    shell = ["unshare", "-U", "-r", "sh", "-c", _LOWER.format(command="true")]
    return subprocess.run(shell, capture_output=True, check=False).returncode == 0


def run(arguments: argparse.Namespace) -> dict[str, object]:
    if arguments.inside:
        return missed(arguments.poll_seconds)
    if not can_lower():
        return {"skipped": "this needs user namespaces"}
    own = (
        f"{sys.executable} -m tests.torture limits --inside --poll-seconds {arguments.poll_seconds}"
    )
    shell = ["unshare", "-U", "-r", "sh", "-c", _LOWER.format(command=own)]
    result: dict[str, object] = json.loads(
        subprocess.run(shell, stdout=subprocess.PIPE, check=True).stdout
    )
    return result


def missed(poll_seconds: float) -> dict[str, object]:
    """Twelve folders, four watches.

    A file appears in the last folder, which no event can tell of.
    """
    changes: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    notices: queue.SimpleQueue[Message] = queue.SimpleQueue()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for i in range(12):
            (folder / f"{i:02}").mkdir()
        watcher = FolderWatcher(changes.put, notices.put, poll_seconds=poll_seconds)
        watcher.watch([os.fsencode(folder)])
        try:
            notice = notices.get(timeout=30)
            waits = []
            for i in range(12):
                stage.Photos().write(folder / f"{i:02}" / "new.jpg", i, settled=False)
                written = time.monotonic()
                changes.get(timeout=30)
                waits.append(time.monotonic() - written)
        finally:
            watcher.stop()
    return {
        "notice": str(notice),
        "changes": 12,
        "missed": 0,
        "longest wait, seconds": round(max(waits), 1),
    }
