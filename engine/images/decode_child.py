"""The program of one decoding process.

Reads paths from its standard input, answers with pixels on its standard output.

Knows: the frames of the conversation, and how to give up rights that a decoder never needs
(writing, running programs, network, more memory or time than agreed), because the files it opens
may have been made to attack it. Does not know: queues, order, restarts (`decode_pool`). It imports
neither torch nor numpy nor Qt.

Frames. In: `<cIII` command (`D`ecode | `H`ash | `V`iew), the long side that is wanted, JPEG quality
of a thumbnail, length of the path; path. Out: `<cIII` kind and three lengths; a JSON object,
pixels, thumbnail. Kinds: `R`eady, `T`ick (still reading a large file), `A`nswer (its JSON has
`reason`, which is a message, or `hash`, or the facts of a photo), `B`ye (was idle; what was sent
since is unread).
Nothing is pickled: the parent does not trust this process.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import faulthandler
import json
import os
import queue
import signal
import struct
import sys
import threading
import time
from typing import IO, Any

from engine.images import decode
from engine.messages import to_json

REQUEST = struct.Struct("<cIII")
REPLY = struct.Struct("<cIII")
IDLE_SECONDS = 30.0
_GRACE_SECONDS = 2.0
# Behind what a person waits for, before the encoder (`encoder`), which must not wait for photos.
_NICE = 5


def main(arguments: list[str]) -> None:
    """`arguments`: resolution, memory limit in bytes, seconds per file.

    Runs until standard input ends or nothing comes.
    """
    resolution = int(arguments[0])
    memory_limit = int(arguments[1])
    seconds = float(arguments[2])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    if hasattr(os, "nice"):
        os.nice(_NICE)
    # LibRaw's and numpy's, should a RAW file come
    for threads in (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
    ):
        os.environ[threads] = "1"  # there is a process per core already
    conversation = _Conversation(resolution, seconds)
    _confine(memory_limit)
    conversation.run()


class _Conversation:
    def __init__(self, resolution: int, seconds: float) -> None:
        self._resolution = resolution
        self._seconds = seconds
        self._nowhere = open(os.devnull, "r+b")  # noqa: SIM115 - lives as long as the process
        self._output = _private_output(self._nowhere)
        self._requests: queue.SimpleQueue[tuple[bytes, tuple[int, int], bytes]] = (
            queue.SimpleQueue()
        )

    def run(self) -> None:
        threading.Thread(target=self._listen, daemon=True).start()
        self._send(b"R", {})
        while True:
            try:
                command, size, path = self._requests.get(timeout=IDLE_SECONDS)
            except queue.Empty:
                self._send(b"B", {})
                os._exit(0)  # an orderly end would wait for the thread that waits for requests
            self._arm()
            self._answer(command, size, path)
            faulthandler.cancel_dump_traceback_later()

    def _listen(self) -> None:
        """Take requests in while a picture is being decoded.

        Leave at once when the parent is gone, however it went.
        """
        source = sys.stdin.buffer
        while head := source.read(REQUEST.size):
            command, longest, quality, length = REQUEST.unpack(head)
            self._requests.put((command, (longest, quality), source.read(length)))
        os._exit(0)

    def _answer(self, command: bytes, size: tuple[int, int], path: bytes) -> None:
        started = time.perf_counter()
        answer: dict[str, Any] = {}
        pixels = thumbnail = b""
        try:
            if command == b"H":
                answer["hash"] = decode.content_hash(path, self._tick)
            elif command == b"V":
                picture = decode.view(path, size[0])
                pixels = picture.pixels
                answer["size"] = (
                    picture.width,
                    picture.height,
                    picture.full_width,
                    picture.full_height,
                )
                answer["facts"] = picture.facts
            else:
                photo = decode.decode_raw(path, self._resolution, self._tick, size)
                pixels = photo.pixels
                thumbnail = photo.thumbnail
                answer["photo"] = photo[2:]
        except decode.UnreadablePhoto as error:
            answer["reason"] = to_json(error.reason)
        except MemoryError:
            answer["reason"] = to_json(decode.NO_MEMORY)
        answer["seconds"] = time.perf_counter() - started
        answer["peak"] = _peak_memory()
        self._send(b"A", answer, pixels, thumbnail)

    def _arm(self) -> None:
        # A C thread that needs no lock of Python's: it ends this process even when a decoder hangs
        # with the interpreter locked and the parent was killed.
        faulthandler.dump_traceback_later(
            self._seconds + _GRACE_SECONDS, exit=True, file=self._nowhere.fileno()
        )

    def _tick(self) -> None:
        self._arm()
        self._send(b"T", {})

    def _send(
        self, kind: bytes, answer: dict[str, Any], pixels: bytes = b"", thumbnail: bytes = b""
    ) -> None:
        text = json.dumps(answer).encode()
        self._output.write(REPLY.pack(kind, len(text), len(pixels), len(thumbnail)))
        self._output.write(text)
        self._output.write(pixels)
        self._output.write(thumbnail)
        self._output.flush()


def _private_output(nowhere: IO[bytes]) -> IO[bytes]:
    """Standard output moved to a descriptor that no decoder knows.

    Whatever C code prints goes nowhere.
    """
    private = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=2**18)
    os.dup2(nowhere.fileno(), sys.stdout.fileno())
    return private


def _peak_memory() -> int:
    """Largest resident size of this process so far, in bytes (0 on Windows)."""
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


# ---------------------------------------------------------------- giving up rights


def _confine(memory_limit: int) -> None:
    """Take from this process what decoding never needs.

    Each part that the system does not know is left out.
    """
    try:
        import resource
    except ImportError:
        return
    for limit, value in (
        (resource.RLIMIT_AS, memory_limit),
        (resource.RLIMIT_FSIZE, 0),  # no file can be written; pipes can
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        with contextlib.suppress(ValueError, OSError):  # macOS refuses RLIMIT_AS
            resource.setrlimit(limit, (value, value))
    if sys.platform == "linux" and sys.maxsize > 2**32:
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS: both below ask for it
        _landlock(libc)
        _forbid_calls(libc)


def _landlock(libc: ctypes.CDLL) -> None:
    """Linux 5.13 and later.

    This process may read files, but not write, create, delete or execute one, nor open TCP
    connections, nor signal other processes. Follows the kernel's `userspace-api/landlock`; without
    it nothing happens.
    """
    create_ruleset = 444
    restrict_self = 446
    version = libc.syscall(create_ruleset, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    if version < 1:
        return
    read = 1 << 2 | 1 << 3
    files = ((1 << 13) - 1) & ~read  # execute, write, remove and make of every kind
    # refer, truncate, ioctl
    files |= sum(1 << bit for bit, since in ((13, 2), (14, 3), (15, 5)) if version >= since)
    network = 0b11 if version >= 4 else 0  # bind and connect TCP
    scope = 0b11 if version >= 6 else 0  # abstract sockets, signals
    length = 8 if version < 4 else 16 if version < 6 else 24
    rules = (ctypes.c_uint64 * 3)(files, network, scope)
    ruleset = libc.syscall(
        create_ruleset, ctypes.byref(rules), ctypes.c_size_t(length), ctypes.c_uint32(0)
    )
    if ruleset >= 0:
        libc.syscall(restrict_self, ruleset, ctypes.c_uint32(0))
        os.close(ruleset)


# Calls that fail from now on, by processor: (its audit number, numbers of the calls). Sockets of
# every kind (by some, other programs of the user could be asked to act), programs, other processes,
# changes of files that are not open.
_FORBIDDEN: dict[str, tuple[int, str]] = {
    "x86_64": (
        0xC000003E,
        # socket, execve(at), ptrace, io_uring and the like
        "41 59 322 101 311 425 438 250 321 323 "
        "90 91 268 452 92 93 94 260 "  # chmod, chown
        "132 235 261 280 188 189 190 197 198 199",  # utime, (set|remove)xattr
    ),
    "aarch64": (
        0xC00000B7,
        "198 221 281 117 271 425 438 219 280 282 52 53 452 54 55 88 5 6 7 14 15 16",
    ),
}


def _forbid_calls(libc: ctypes.CDLL) -> None:
    """A seccomp filter (classic BPF, see the kernel's `userspace-api/seccomp_filter`).

    Forbidden calls return EPERM.
    """
    architecture, numbers = _FORBIDDEN.get(os.uname().machine, (0, ""))
    calls = [int(number) for number in numbers.split()]
    if not calls:
        return
    load = 0x20
    equal = 0x15
    at_least = 0x35
    answer = 0x06
    allow, refuse = 0x7FFF0000, 0x00050000 | errno.EPERM
    to_refusal = len(calls) + 1  # from just behind the second load
    steps = [
        (load, 0, 0, 4),  # the processor's mode: no way round by 32-bit calls
        (equal, 1, 0, architecture),
        (answer, 0, 0, refuse),
        (load, 0, 0, 0),  # the number of the call
        (at_least, to_refusal, 0, 0x40000000),  # nor by those of x32
        *((equal, to_refusal - 1 - i, 0, number) for i, number in enumerate(calls)),
        (answer, 0, 0, allow),
        (answer, 0, 0, refuse),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("<HBBI", *step) for step in steps))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))

    program = Program(len(steps), ctypes.cast(code, ctypes.c_void_p))
    libc.prctl(22, 2, ctypes.byref(program), 0, 0)  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER
