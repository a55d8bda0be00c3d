"""A second start hands its folders to the first window.

Libraries do not disturb each other; strangers are ignored.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from PySide6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot

from desktop_app.single_instance import SingleInstance

SECOND = """
import sys
from PySide6.QtCore import QCoreApplication
from desktop_app.single_instance import SingleInstance
application = QCoreApplication([])
instance = SingleInstance("")
print(instance.first(), instance.hand_over(sys.argv[1:]), flush=True)
"""
NEXT = SECOND + "print(instance.first(60_000))\n"


@pytest.fixture
def first(qtbot: QtBot) -> Iterator[SingleInstance]:
    instance = SingleInstance("")
    assert instance.first()
    yield instance
    instance.close()


def test_folders_of_a_second_process_reach_the_first(qtbot: QtBot, first: SingleInstance) -> None:
    with qtbot.waitSignal(first.called) as told:
        second = subprocess.Popen(
            [sys.executable, "-c", SECOND, "/photos/été", "/photos/日本"],
            stdout=subprocess.PIPE,
            text=True,
        )
    assert told.args == [["/photos/été", "/photos/日本"]]
    assert second.communicate(timeout=120)[0] == "False True\n"


def test_another_library_has_its_own_window(qtbot: QtBot, first: SingleInstance) -> None:
    other = SingleInstance("/another/library")
    assert other.first()
    other.close()


def test_the_place_is_free_after_the_first_left(qtbot: QtBot) -> None:
    for _ in range(2):
        instance = SingleInstance("")
        assert instance.first()
        instance.close()


def test_who_starts_while_the_first_leaves_takes_its_place(qtbot: QtBot) -> None:
    instance = SingleInstance("")
    assert instance.first()
    instance.leave()  # its window is closed, and finishes what was begun
    second = subprocess.Popen(
        [sys.executable, "-c", NEXT, "/photos"], stdout=subprocess.PIPE, text=True
    )
    assert second.stdout is not None
    assert second.stdout.readline() == "False False\n"
    instance.close()
    assert second.communicate(timeout=120)[0] == "True\n"


def test_nobody_there_to_answer(qtbot: QtBot) -> None:
    assert not SingleInstance("/nobody").hand_over([])


@pytest.mark.parametrize("message", [b"hello\n", b"[]\n", b'{"paths": 5}\n', b"x" * 2_000_000])
def test_nonsense_is_ignored(qtbot: QtBot, first: SingleInstance, message: bytes) -> None:
    socket = QLocalSocket()
    socket.connectToServer(first._address())
    assert socket.waitForConnected(60_000)
    with qtbot.assertNotEmitted(first.called):
        socket.write(message)
        qtbot.waitUntil(lambda: socket.state() == QLocalSocket.LocalSocketState.UnconnectedState)
