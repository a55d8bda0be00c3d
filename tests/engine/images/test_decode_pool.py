"""The pool keeps order and loses nothing, whatever a file does to the process that opens it."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from engine.images import decode, decode_pool
from engine.images.decode import Decoded, Picture
from engine.images.decode_pool import DecodePool, _Child
from engine.messages import message, to_json, verbatim
from engine.records import AlbumenError, Failure

pytestmark = pytest.mark.slow

S = 16
# A child whose decoder obeys the names of the files: what a hostile picture may do to it, without
# needing one.
HOSTILE = (
    decode_pool._CODE.rsplit("\n", 1)[0]
    + """
import ctypes, os, time
from engine.images import decode as images, decode_child
from engine.messages import message, verbatim
real = images.decode_raw
def decode_raw(path, resolution, tick, thumbnail):
    name = os.path.basename(path)
    if name.startswith(b"crash"): os.abort()
    if name.startswith(b"exit"): os._exit(0)
    if name.startswith(b"hang"):  # with the interpreter locked, as a decoder in C would
        ctypes.PyDLL(None).sleep(60)
    if name.startswith(b"slow"):
        for _ in range(8): tick()
    while name.startswith(b"wait") and not os.path.exists(path + b".go"): time.sleep(0.005)
    if name.startswith(b"memory"): bytearray(1 << 40)
    if name.startswith(b"babble"):
        os.write(1, b"printed by C code" * 100)
        print("printed by Python")
    if name.startswith(b"lie"): return real(path, resolution + 1, tick, thumbnail)
    if name.startswith(b"rubbish"): return images.RawPhoto(b"", b"", "x", 1, None, "zz", 1, 1)
    if name.startswith(b"pid"):
        raise images.UnreadablePhoto(path, verbatim(str(os.getpid())))
    if name.startswith(b"echo"):  # a message that would fill the memory
        trouble = images.UnreadablePhoto(path, verbatim("x"))
        for _ in range(64): trouble.reason = message("{a}{a}", a=trouble.reason)
        raise trouble
    return real(path, resolution, tick, thumbnail)
images.decode_raw = decode_raw
decode_child.main(sys.argv[1:])
"""
)


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode_pool, "_CODE", HOSTILE)


class HandClock:
    """The pool's clock, moved by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead = 0.0
        clock = SimpleNamespace(monotonic=lambda: time.monotonic() + self.ahead)
        monkeypatch.setattr(decode_pool, "time", clock)


class HangsAreOver(DecodePool):
    """Its time is over at once for files that are called so, and never for others.

    However slow the machine is.
    """

    def _look_at_clock(self, child: _Child, now: float) -> float:
        if child.ready and not child.overdue and child.tasks and b"hang" in child.tasks[0].path:
            child.deadline = now
        return super()._look_at_clock(child, now)


def photo(folder: Path, name: str, shade: int = 0) -> bytes:
    Image.new("RGB", (20, 10), (shade, shade, shade)).save(folder / name, "PNG")
    return os.fsencode(folder / name)


def is_gone(pid: int, seconds: float = 60.0) -> bool:
    """Wait until the process is gone, without polling."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], seconds)[0])
    finally:
        os.close(descriptor)


def test_answers_come_in_order_and_equal_a_direct_decode(tmp_path: Path) -> None:
    paths = [photo(tmp_path, f"{i}.png", i * 5) for i in range(40)]
    paths.insert(7, os.fsencode(tmp_path / "missing.png"))
    with DecodePool(S, workers=2, look_ahead=5) as pool:
        answers = list(pool.decode(iter(paths)))
        again = list(pool.decode(paths[:3]))
        hashes = list(pool.hash(paths[6:9]))
        picture = pool.view(paths[0], 10)
        pool.thumbnail = (8, 60)
        (small,) = pool.decode(paths[:1])
        assert pool.statistics.deaths == 0 and pool.statistics.slowest
    assert len(answers) == len(paths) and len(again) == 3
    for path, answer in zip(paths, answers, strict=True):
        if path.endswith(b"missing.png"):
            assert (
                isinstance(answer, Failure)
                and answer.path == os.fsdecode(path)
                and "no longer" in str(answer.reason)
            )
        else:
            direct = decode.decode(path, S)
            assert isinstance(answer, Decoded) and answer.path == path
            assert (
                np.array_equal(answer.pixels, direct.pixels)
                and answer.thumbnail == direct.thumbnail
            )
            assert (answer.content_hash, answer.size, answer.mtime_ns) == (
                direct.content_hash,
                direct.size,
                direct.mtime_ns,
            )
    assert hashes[0] == (paths[6], decode.content_hash(paths[6]))
    assert isinstance(hashes[1], Failure) and hashes[2] == (paths[8], decode.content_hash(paths[8]))
    assert isinstance(picture, Picture) and picture == decode.view(paths[0], 10)
    assert isinstance(small, Decoded)
    assert (
        small.thumbnail
        == decode.decode_raw(paths[0], S, thumbnail=(8, 60)).thumbnail
        != answers[0].thumbnail
    )


@pytest.mark.usefixtures("hostile")
def test_a_message_that_would_grow_without_end_is_taken_as_text(tmp_path: Path) -> None:
    with DecodePool(S, workers=1) as pool:
        (answer,) = pool.decode([photo(tmp_path, "echo.png")])
    assert isinstance(answer, Failure) and len(str(answer.reason)) < 3000


@pytest.mark.usefixtures("hostile")
def test_the_guilty_file_fails_and_no_other(tmp_path: Path) -> None:
    bad = ["crash.png", "exit.png", "hang.png", "memory.png", "lie.png", "rubbish.png"]
    paths = []
    for i in range(24):
        paths.append(photo(tmp_path, f"good{i}.png"))
        if i % 4 == 1:
            paths.append(photo(tmp_path, bad[i // 4]))
    with HangsAreOver(S, workers=2, seconds=600.0) as pool:
        answers = list(pool.decode(paths))
        statistics = pool.statistics
    failed = {os.path.basename(a.path): str(a.reason) for a in answers if isinstance(a, Failure)}
    assert set(failed) == set(bad)
    assert "within 600 seconds" in failed["hang.png"] and "memory" in failed["memory.png"]
    assert all(
        "crash" in failed[name] for name in ("crash.png", "exit.png", "lie.png", "rubbish.png")
    )
    assert [a.path for a in answers if isinstance(a, Decoded)] == [p for p in paths if b"good" in p]
    assert statistics.overdue == 1 and statistics.deaths == 4


@pytest.mark.usefixtures("hostile")
def test_slow_reading_is_no_hang_and_printing_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = HandClock(monkeypatch)
    hear = DecodePool._hear

    def heard(self: DecodePool, child: _Child, kind: bytes, *rest: bytes) -> None:
        # Eight times nearly all of the time that a file has.
        clock.ahead += 500 if kind == b"T" else 0
        hear(self, child, kind, *rest)

    monkeypatch.setattr(DecodePool, "_hear", heard)
    paths = [photo(tmp_path, "slow.png"), photo(tmp_path, "babble.png")]
    with DecodePool(S, workers=1, seconds=600.0) as pool:
        assert all(isinstance(answer, Decoded) for answer in pool.decode(paths))
    assert clock.ahead >= 8 * 500


@pytest.mark.usefixtures("hostile")
def test_no_file_is_blamed_when_the_machine_stood_still(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = HandClock(monkeypatch)
    path = photo(tmp_path, "wait.png")
    with DecodePool(S, workers=1, seconds=600.0) as pool:
        answers = pool.decode([path], wait=0.01)
        while next(answers) is None and not pool._children[0].ready:
            pass
        clock.ahead = 10_000.0
        assert next(answers) is None and next(answers) is None
        (tmp_path / "wait.png.go").touch()
        assert [type(answer) for answer in answers if answer is not None] == [Decoded]
        assert pool.statistics.deaths == pool.statistics.overdue == 0


@pytest.mark.usefixtures("hostile")
def test_a_file_that_hangs_is_given_up_by_the_clock(tmp_path: Path) -> None:
    with DecodePool(S, workers=1, seconds=0.3) as pool:
        (answer,) = pool.decode([photo(tmp_path, "hang.png")])
        assert isinstance(answer, Failure) and "within 0.3 seconds" in str(answer.reason)
        assert pool.statistics.overdue == 1


@pytest.mark.usefixtures("hostile")
def test_waiting_is_given_back_in_short_steps(tmp_path: Path) -> None:
    with DecodePool(S, workers=1, seconds=600.0) as pool:
        answers = pool.decode([photo(tmp_path, "hang.png")], wait=0.02)
        assert [next(answers) for _ in range(10)] == [None] * 10


@pytest.mark.usefixtures("hostile")
def test_closed_iterator_drops_what_was_not_taken(tmp_path: Path) -> None:
    paths = [
        photo(tmp_path, "a.png"),
        photo(tmp_path, "hang.png"),
        *[photo(tmp_path, f"{i}.png") for i in range(9)],
    ]
    with HangsAreOver(S, workers=1, seconds=600.0) as pool:
        answers = pool.decode(paths)
        assert isinstance(next(answers), Decoded)
        answers.close()
        assert [type(answer) for answer in pool.decode([paths[0]])] == [Decoded]


def test_input_is_read_only_as_far_ahead_as_allowed(tmp_path: Path) -> None:
    path = photo(tmp_path, "a.png")
    taken = []

    def source():  # type: ignore[no-untyped-def]
        for i in range(100):
            taken.append(i)
            yield path

    with DecodePool(S, workers=2, look_ahead=10) as pool:
        answers = pool.decode(source())
        next(answers)
        assert len(taken) == 10
        answers.close()


def test_works_from_a_thread_and_close_is_final(tmp_path: Path) -> None:
    paths = [photo(tmp_path, f"{i}.png") for i in range(5)]
    got = []
    pool = DecodePool(S, workers=2)
    thread = threading.Thread(target=lambda: got.extend(pool.decode(paths)))
    thread.start()
    thread.join()
    assert len(got) == 5
    children = [child.process for child in pool._children]
    pool.close()
    pool.close()
    # None was waited for.
    assert children and all(process.wait(60) == -signal.SIGKILL for process in children)
    with pytest.raises(RuntimeError, match="closed"):
        next(pool.decode(paths))


def test_idle_children_leave_and_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    short = "import main; import engine.images.decode_child as child; child.IDLE_SECONDS = 0.05;"
    code = decode_pool._CODE.replace("import main;", short)
    assert code != decode_pool._CODE
    monkeypatch.setattr(decode_pool, "_CODE", code)
    path = photo(tmp_path, "a.png")
    with DecodePool(S, workers=1) as pool:
        for _ in range(3):
            assert isinstance(next(pool.decode([path])), Decoded)
            process = pool._children[0].process if pool._children else None
            assert process is None or process.wait(60) == 0
        assert pool.statistics.deaths == 0


def test_a_child_that_dies_idle_costs_no_file(tmp_path: Path) -> None:
    path = photo(tmp_path, "a.png")
    with DecodePool(S, workers=1) as pool:
        next(pool.decode([path]))
        process = pool._children[0].process
        process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
        process.wait()
        assert isinstance(next(pool.decode([path])), Decoded)


def test_children_that_cannot_start_are_told_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decode_pool, "_CODE", "import no_such_module")
    with DecodePool(S, workers=2) as pool, pytest.raises(AlbumenError, match="does not start"):
        list(pool.decode([photo(tmp_path, "a.png")]))
    monkeypatch.undo()
    with DecodePool(S) as pool, monkeypatch.context() as patch:
        patch.setattr(
            subprocess,
            "Popen",
            lambda *_, **__: (_ for _ in ()).throw(OSError("no processes left")),
        )
        patch.setattr(decode_pool, "_RETRY_SECONDS", 0.01)
        with pytest.raises(AlbumenError, match="does not start"):
            list(pool.decode([photo(tmp_path, "a.png")]))


def test_a_name_too_long_fails_without_a_child() -> None:
    with DecodePool(S) as pool:
        (answer,) = pool.decode([b"x" * 100_000])
        assert isinstance(answer, Failure) and "too long" in str(answer.reason)
        assert not pool._children


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux")
@pytest.mark.parametrize("busy", [False, True])
def test_no_child_outlives_a_killed_program(tmp_path: Path, busy: bool) -> None:
    paths = [photo(tmp_path, "pid.png"), photo(tmp_path, "hang.png" if busy else "a.png")]
    code = f"""
import sys; sys.path.insert(0, {os.getcwd()!r})
from engine.images import decode_pool
decode_pool._CODE = {HOSTILE!r}
pool = decode_pool.DecodePool(16, workers=1, seconds=1.0)
for answer in pool.decode({paths!r}):
    print(getattr(answer, "reason", "done"), flush=True)
sys.stdin.read()
"""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code], text=True, **pipes) as program:
        assert program.stdout is not None
        child = int(program.stdout.readline())
        if not busy:
            assert program.stdout.readline() == "done\n"
        program.kill()
    assert is_gone(child)


@pytest.mark.skipif(sys.platform == "win32", reason="no terminal signals of this kind")
def test_ctrl_c_reaches_the_program_only(tmp_path: Path) -> None:
    with DecodePool(S, workers=1) as pool:
        next(pool.decode([photo(tmp_path, "a.png")]))
        process = pool._children[0].process
        assert os.getpgid(process.pid) != os.getpgid(0)
        process.send_signal(signal.SIGINT)
        assert isinstance(next(pool.decode([photo(tmp_path, "b.png")])), Decoded)
        assert pool._children[0].process is process


def test_a_drive_that_never_answers_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that cannot even be killed (a read from a dead network drive) is left behind.

    Its other file is not.
    """
    monkeypatch.setattr(decode_pool, "_CODE", HOSTILE)
    monkeypatch.setattr(decode_pool, "_ABANDON_SECONDS", 0.05)
    unkillable: list[subprocess.Popen[bytes]] = []
    with HangsAreOver(S, workers=1, seconds=600.0) as pool:
        with monkeypatch.context() as patch:
            patch.setattr(subprocess.Popen, "kill", lambda self: unkillable.append(self))
            first, second = pool.decode([photo(tmp_path, "hang.png"), photo(tmp_path, "a.png")])
        assert isinstance(first, Failure) and "within 600 seconds" in str(first.reason)
        assert isinstance(second, Decoded)
    assert unkillable
    for process in unkillable:
        process.kill()


def test_a_reason_with_a_piece_arrives_as_it_was_sent() -> None:
    cut = message(
        "The picture is damaged or incomplete ({detail}).", detail=message("it ends too early")
    )
    assert decode_pool._reason(to_json(cut)) == cut
    twice = message("{a}{a}{a}", a=message("{a}{a}{a}", a="long"))
    assert decode_pool._reason(to_json(twice)) == verbatim(to_json(twice))
