"""What a decoding process may not do any more, and what it does not load."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from engine.images.decode import Decoded
from engine.images.decode_pool import DecodePool
from tests.torture import corpus

pytestmark = pytest.mark.slow

CONFINED = """
import os, sys
from engine.images import decode_child
decode_child._confine(2 << 30)
try:
    exec(sys.argv[1])
except (OSError, MemoryError) as error:
    print(type(error).__name__)
else:
    print("done")
"""


def confined(code: str) -> str:
    """The outcome of some code in a process that gave up its rights.

    An exception's name or 'done'.
    """
    command = [sys.executable, "-c", CONFINED, code]
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=60)
    return run.stdout.strip()


def has_landlock() -> bool:
    import ctypes

    if sys.platform != "linux":
        return False
    return ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), ctypes.c_uint32(1)) >= 1


needs_landlock = pytest.mark.skipif(not has_landlock(), reason="this kernel has no Landlock")


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory hold on Linux")
def test_memory_is_limited_and_reading_is_not(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    assert confined("bytearray(3 << 30)") == "MemoryError"
    assert confined(f"assert open({str(tmp_path / 'a')!r}).read() == 'x'") == "done"


@pytest.mark.skipif(sys.platform == "win32", reason="limits of this kind exist on POSIX")
def test_no_bytes_can_be_written_to_files(tmp_path: Path) -> None:
    target = tmp_path / "a"
    confined(
        f"import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); open({str(target)!r}, "
        "'w').write('x')"
    )
    assert not target.exists() or target.read_bytes() == b""


@needs_landlock
def test_files_are_safe_and_programs_and_network_out_of_reach(tmp_path: Path) -> None:
    victim = tmp_path / "victim.jpg"
    victim.write_bytes(b"original")
    name = str(victim)
    for attack in (
        f"open({name!r}, 'r+')",
        f"open({name + '.new'!r}, 'w')",
        f"os.unlink({name!r})",
        f"os.rename({name!r}, {name + '.moved'!r})",
        f"os.truncate({name!r}, 0)",
        f"os.mkdir({name + '.folder'!r})",
        f"os.symlink({name!r}, {name + '.link'!r})",
        "os.execv('/bin/true', ['true'])",
    ):
        assert confined(attack) == "PermissionError", attack
    assert victim.read_bytes() == b"original" and os.listdir(tmp_path) == ["victim.jpg"]
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert (
            confined(f"import socket; socket.create_connection({server.getsockname()!r})")
            == "PermissionError"
        )


@pytest.mark.skipif(
    sys.platform != "linux" or os.uname().machine not in ("x86_64", "aarch64"),
    reason="seccomp, on these processors",
)
def test_no_sockets_and_no_changes_without_opening(tmp_path: Path) -> None:
    victim = tmp_path / "victim.jpg"
    victim.write_bytes(b"original")
    os.utime(victim, (5, 5))
    name = str(victim)
    before = os.stat(victim)
    for attack in (
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
        "import socket; socket.socket(socket.AF_UNIX)",
        "import socket; socket.socket(socket.AF_INET6)",
        "os.execv('/bin/true', ['true'])",
        f"os.chmod({name!r}, 0)",
        f"os.chown({name!r}, 1, 1)",
        f"os.utime({name!r}, (1, 1))",
        f"os.setxattr({name!r}, b'user.x', b'x')",
    ):
        assert confined(attack) == "PermissionError", attack
    after = os.stat(victim)
    assert (before.st_mode, before.st_mtime_ns, before.st_uid) == (
        after.st_mode,
        after.st_mtime_ns,
        after.st_uid,
    )


def test_a_confined_process_still_decodes_everything(tmp_path: Path) -> None:
    paths = []
    for name, data in corpus.sound():
        if not name.startswith(("turned", "size")):
            (tmp_path / name).write_bytes(data)
            paths.append(os.fsencode(tmp_path / name))
    with DecodePool(16, workers=1) as pool:
        failed = [answer for answer in pool.decode(paths) if not isinstance(answer, Decoded)]
    assert failed == [] and len(paths) > 60


def test_nothing_heavy_is_loaded() -> None:
    code = (
        "import sys; import engine.images.decode_child\n"
        "print([name for name in ('torch', 'numpy', 'PySide6', 'sqlite3', 'multiprocessing') if "
        "name in sys.modules])"
    )
    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout
        == "[]\n"
    )
