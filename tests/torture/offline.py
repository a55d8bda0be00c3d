"""Nothing leaves the computer.

The whole loop on the command line and in the window, in processes that are killed at once when they
open a socket that could reach another computer (Linux: seccomp, so C code is caught too; elsewhere
what Python itself opens). A process that opens one on purpose shows that the trap works.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import io
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.verbs import Verbs
from tests.support.small_library import write_model, write_photos

_CAUGHT = 99
_FILTERED = {
    "x86_64": (0xC000003E, 41),
    "aarch64": (0xC00000B7, 198),
}  # machine -> audit number, number of `socket`


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--files", type=int, default=24)
    parser.add_argument("--inside", choices=("trap", "cli", "window"), help=argparse.SUPPRESS)
    parser.add_argument("--scratch", type=Path, help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> dict[str, object]:
    if arguments.inside:
        trap()
        {"trap": _reach_out, "cli": cli_loop, "window": window_loop}[arguments.inside](
            arguments.scratch
        )
        return {}
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        write_photos(scratch / "photos", arguments.files)
        (scratch / "photos" / "broken.jpg").write_bytes(b"no picture")
        write_model(scratch / "model.safetensors")
        ends = {inside: _child(inside, scratch) for inside in ("trap", "cli", "window")}
    assert ends.pop("trap") in (-signal.SIGSYS, _CAUGHT), "the trap does not work"
    assert set(ends.values()) == {0}, ends
    how = "seccomp" if _is_filtered() else "Python's audit events"
    return {
        "trap": how,
        "a socket opened on purpose": "caught",
        "sockets opened by the loops": 0,
        "loops": list(ends),
    }


def _child(inside: str, scratch: Path) -> int:
    home = scratch / f"home of {inside}"
    variables = ("DATA", "CONFIG", "CACHE", "STATE")
    places = {f"XDG_{kind}_HOME": str(home / kind) for kind in variables}
    for place in places.values():
        Path(place).mkdir(parents=True)
    own = {"QT_QPA_PLATFORM": "offscreen", "ALBUMEN_STARTER": str(scratch / "model.safetensors")}
    command = [
        sys.executable,
        "-m",
        "tests.torture",
        "offline",
        "--inside",
        inside,
        "--scratch",
        str(scratch),
    ]
    return subprocess.run(
        command, env={**os.environ, **places, **own}, stdout=subprocess.DEVNULL, check=False
    ).returncode


def _is_filtered() -> bool:
    return sys.platform == "linux" and os.uname().machine in _FILTERED


def trap() -> None:
    """End this process, and those it starts, at a socket of another family than AF_UNIX."""
    sys.addaudithook(_listen)
    if not _is_filtered():
        return
    architecture, number = _FILTERED[os.uname().machine]
    load = 0x20
    equal = 0x15
    answer = 0x06
    steps = [
        (load, 0, 0, 4),
        (equal, 0, 5, architecture),
        (load, 0, 0, 0),
        (equal, 0, 2, number),
        (load, 0, 0, 16),  # the first argument: the family
        (equal, 0, 1, socket.AF_UNIX),
        (answer, 0, 0, 0x7FFF0000),  # allowed
        (answer, 0, 0, 0x80000000),  # the process is killed
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("<HBBI", *step) for step in steps))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))

    program = Program(len(steps), ctypes.cast(code, ctypes.c_void_p))
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(38, 1, 0, 0, 0) == 0  # PR_SET_NO_NEW_PRIVS
    # PR_SET_SECCOMP, SECCOMP_MODE_FILTER
    assert libc.prctl(22, 2, ctypes.byref(program), 0, 0) == 0


def _listen(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.getaddrinfo" or (
        event in ("socket.connect", "socket.bind", "socket.sendto")
        and isinstance(arguments[1], tuple)
    ):
        os._exit(_CAUGHT)


def _reach_out(_: Path) -> None:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("127.0.0.1", 9))


def cli_loop(scratch: Path) -> None:
    from engine.__main__ import main

    photos = sorted(map(str, (scratch / "photos").glob("photo *")))
    half = len(photos) // 2
    for words in (
        ["add", str(scratch / "photos")],
        ["sync"],
        ["labels", "add", "cat", "dog", "--starter"],
        ["search", "a cat on a sofa"],
        ["similar", photos[0]],
        ["correct", "cat", "--yes", *photos[:half], "--no", *photos[half:]],
        ["train"],
        ["retag"],
        ["classify", photos[0], "--labels", "cat,dog"],
        *(
            ["tags"],
            ["versions"],
            ["review"],
            ["failures"],
            ["models"],
            ["export"],
            ["sidecars", "on"],
            ["doctor"],
        ),
    ):
        with contextlib.redirect_stdout(io.StringIO()):
            code = main(["--library", str(scratch / "cli library"), "--json", *words])
        assert code == 0 or words in (["sync"],), words  # the broken photo is told of


def window_loop(scratch: Path) -> None:
    from desktop_app.__main__ import Warmer, make_application, make_window

    application = make_application()
    window = make_window(str(scratch / "window library"))
    answers: list[object] = []

    def until(done: object, seconds: float = 240.0) -> None:
        end = time.monotonic() + seconds
        while not done():  # type: ignore[operator]
            assert time.monotonic() < end, "the window does not answer"
            application.processEvents()
            time.sleep(0.002)

    def ask(verb: Callable[..., Any], *words: object, **named: object) -> Any:
        before = len(answers)
        window.link.ask(verb, *words, **named).then(answers.append, answers.append)
        until(lambda: len(answers) > before)
        return answers[-1]

    reports: list[object] = []
    window.folders.synchronised.connect(reports.append)
    window.shown_first.connect(window.link.start)
    window.view.shown.connect(Warmer(window).start)
    window.show()
    ready: list[bool] = []
    window.link.ready.connect(lambda: ready.append(True))
    until(lambda: ready)
    window.open_folders([str(scratch / "photos")])
    until(lambda: reports and not window.folders.running())
    labels = ask(Verbs.add_labels, ["cat", "dog"])
    ids = list(ask(Verbs.view).ids)
    assert len(ids) > 20
    ask(Verbs.correct, labels[0].id, yes=ids[:8], no=ids[8:16])
    assert isinstance(ask(Verbs.train), list)
    for query in ("a cat on a sofa", "label:cat", "is:problem", f"like:{ids[0]}"):
        window.browsing.open_query(query)
        until(lambda query=query: window.view.query == query)
    ask(Verbs.models)
    window.close()
    assert window.link.close(240_000)
