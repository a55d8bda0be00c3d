"""One file from the network, complete and verified under its final name, or not at all.

Knows: HTTP with resume, the Hugging Face hub (its cache, mirrors by HF_ENDPOINT, its offline mode),
checksums. Does not know what is in the file. Nothing here runs unless a person asked for a
download.
"""

from __future__ import annotations

import hashlib
import os
import queue
import re
import shutil
import threading
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeVar, cast

from engine.messages import Message, message
from engine.records import AlbumenError, Progress

T = TypeVar("T")

_CHUNK = 1 << 20
_ATTEMPTS = 5  # in a row without one new byte
_PAUSE = 0.1  # seconds before the second attempt; three times as long before each further one
_TIMEOUT = 15.0  # seconds without an answer
_SHA256 = re.compile(r"[0-9a-f]{64}")
# What the thread tells: bytes so far, then None for success or the exception.
_Events = queue.SimpleQueue[int | BaseException | None]


@dataclass(frozen=True, slots=True)
class Remote:
    """A file to fetch: address, sha256 in hex, size in bytes (None: unknown), request headers
    (authorisation)."""

    url: str
    sha256: str
    size: int | None = None
    headers: tuple[tuple[str, str], ...] = ()


def offline() -> bool:
    """Whether HF_HUB_OFFLINE (or what the hub's library takes for it) forbids downloads."""
    from huggingface_hub.constants import is_offline_mode

    return bool(is_offline_mode())


def on_hub(repo: str, filename: str, mirror: str = "") -> Remote | Path:
    """Ask the Hugging Face hub for a file: where it is and its sha256; or its path if the hub's
    cache has it already.

    `mirror`: address of another server with the hub's interface; it never gets the person's token.
    Honours HF_ENDPOINT (a mirror too, where none is given), HF_TOKEN and HF_HUB_OFFLINE. Raises
    AlbumenError if the hub does not answer or does not know the file.
    """
    import huggingface_hub as hub
    from huggingface_hub import errors

    cached = hub.try_to_load_from_cache(repo, filename)
    if isinstance(cached, str):
        return Path(cached)
    if offline():
        raise AlbumenError(
            "{name} is not on this computer, and a setting of this computer forbids downloads: "
            "allow them or choose a model file.",
            name=repo,
        )
    endpoint = mirror.rstrip("/") or os.environ.get("HF_ENDPOINT") or None
    url = hub.hf_hub_url(repo, filename, endpoint=endpoint)
    try:
        found = hub.get_hf_file_metadata(url, timeout=_TIMEOUT, token=False if mirror else None)
    except errors.HfHubHTTPError as error:
        status = error.response.status_code
        raise AlbumenError(
            "{url} answered with status {status}: try again later or choose another model.",
            url=url,
            status=status,
        ) from error
    # The HTTP library's own classes differ between versions of the hub's library.
    except Exception as error:
        raise AlbumenError(
            "{url} cannot be reached ({detail}): check the network and try again.",
            url=url,
            detail=_short(error),
        ) from error
    if not found.etag or not _SHA256.fullmatch(found.etag):
        raise AlbumenError(
            "{url} does not tell the file's sha256, so it cannot be verified: use another mirror.",
            url=url,
        )
    # The hub's own address, not the signed one that it redirects to: that one expires before a slow
    # download ends.
    token = None if mirror else hub.get_token()
    headers = (("Authorization", f"Bearer {token}"),) if token else ()
    return Remote(url, found.etag, found.size, headers)


def fetch(remote: Remote, target: Path) -> Iterator[Progress]:
    """Job: the remote file -> `target`, one `Progress` (bytes) at least every quarter of a second.

    An interrupted download (cancelled by closing the generator, a lost connection, a killed
    process) goes on where it stopped, also when the server cuts the connection; the sha256 decides
    whether what arrived becomes `target`. Raises AlbumenError, each case with its own sentence;
    `target` is then untouched.
    """
    # Never continued with bytes of another version.
    part = target.with_name(f"{target.name}.{remote.sha256[:16]}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    if remote.size is not None:
        missing = remote.size - (part.stat().st_size if part.exists() else 0)
        free = shutil.disk_usage(target.parent).free
        if missing > free:
            raise AlbumenError(
                "{name} needs {missing} more in {folder}, but {free} are free.",
                name=target.name,
                missing=_mb(missing),
                folder=str(target.parent),
                free=_mb(free),
            )
    events: _Events = queue.SimpleQueue()
    stop = threading.Event()
    thread = threading.Thread(
        target=_receive, args=(remote, part, events, stop), name="download", daemon=True
    )
    thread.start()
    started = time.monotonic()
    first = None  # what an earlier attempt left is no speed of this one
    done = 0
    try:
        while True:
            event = _newest(events, done)
            if event is None:
                break
            if isinstance(event, BaseException):
                raise event
            done = event
            if first is None:
                first = done
            rate = (done - first) / max(time.monotonic() - started, 1e-6)
            total = remote.size or 0
            left = (total - done) / rate if rate and total else None
            yield Progress("download", done, total, rate, left, target.name)
    finally:
        stop.set()
        thread.join(timeout=1)  # it ends at its next byte, and writes nothing more
    os.replace(part, target)


def copy(source: Path, target: Path) -> Iterator[Progress]:
    """Job: a file of the hub's cache -> `target`, with the same promise: complete and verified, or
    not there.

    The cache names its files by their sha256 where the file system has links; elsewhere only the
    size is known.
    """
    part = target.with_name(target.name + ".part")
    total = source.stat().st_size
    expected = source.resolve().name
    digest = hashlib.sha256()
    done = 0
    try:
        with source.open("rb") as reader, part.open("wb") as writer:
            while chunk := reader.read(16 * _CHUNK):
                writer.write(chunk)
                digest.update(chunk)
                done += len(chunk)
                yield Progress("download", done, total, detail=target.name)
        if _SHA256.fullmatch(expected) and digest.hexdigest() != expected:
            raise AlbumenError(
                "{path} is damaged (wrong checksum): delete it and try again.", path=str(source)
            )
        os.replace(part, target)
    except OSError as error:
        raise AlbumenError(
            "{path} cannot be copied to {folder} ({detail}).",
            path=str(source),
            folder=str(target.parent),
            detail=error.strerror or str(error),
        ) from error
    finally:
        part.unlink(missing_ok=True)


def meanwhile(work: Callable[[], T], detail: str | Message) -> Generator[Progress, None, T]:
    """Job: `work()` in a thread; a `Progress` of unknown length four times a second, then its
    result or exception.

    For what may take seconds and has no steps. Closing the generator leaves the thread to end by
    itself.
    """
    answers: queue.SimpleQueue[tuple[T | None, BaseException | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            answers.put((work(), None))
        except BaseException as error:
            answers.put((None, error))

    threading.Thread(target=run, name="download", daemon=True).start()
    while True:
        try:
            result, error = answers.get(timeout=0.25)
        except queue.Empty:
            yield Progress("download", 0, 0, detail=detail)
            continue
        if error is not None:
            raise error
        return cast(T, result)


def sha256_of(path: Path) -> str:
    """The sha256 of a file, in hex. Raises AlbumenError if it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise AlbumenError(
            "{path} cannot be read ({detail}).", path=str(path), detail=error.strerror or str(error)
        ) from error


def _newest(events: _Events, done: int) -> int | BaseException | None:
    """The last count that came within a quarter of a second, else `done`; an end as soon as it
    comes."""
    try:
        event = events.get(timeout=0.25)
        while isinstance(event, int) and not events.empty():
            event = events.get()
    except queue.Empty:
        return done
    return event


def _receive(remote: Remote, part: Path, events: _Events, stop: threading.Event) -> None:
    """The thread: fill `part`, check it; tell bytes so far, then None for success or the
    exception."""
    try:
        with part.open("ab+") as file:
            arrived = _Arrived(remote, part, file, events, stop)
            if not (arrived.hash_kept() and arrived.complete()):
                return
            file.flush()
            os.fsync(file.fileno())
        if arrived.digest.hexdigest() != remote.sha256:
            part.unlink(missing_ok=True)
            raise AlbumenError(
                "The server sent a file with a wrong checksum; nothing of {name} was kept. Try "
                "again or choose another source.",
                name=_model_of(part),
            )
        events.put(None)
    except BaseException as error:
        events.put(error)


class _Arrived:
    """What of a remote file is in `file`, opened as "ab+": its sha256 and number of bytes.

    Every write is preceded by a look at `stop`: once it is set, a later attempt may own the file.
    """

    def __init__(
        self, remote: Remote, part: Path, file: IO[bytes], events: _Events, stop: threading.Event
    ) -> None:
        self.remote = remote
        self.part = part
        self.file = file
        self.events = events
        self.stop = stop
        self.digest = hashlib.sha256()
        self.done = 0

    def hash_kept(self) -> bool:
        """Read what an earlier attempt left. False if it was stopped."""
        self.file.seek(0)
        while kept := self.file.read(_CHUNK):
            self.digest.update(kept)
            self.done += len(kept)
            if self.stop.is_set():
                return False
        return True

    def complete(self) -> bool:
        """Ask again and again until all of it is there. False if it was stopped; AlbumenError after
        `_ATTEMPTS` requests in a row that brought nothing, or what the server may not send."""
        attempts = 0
        last = ""  # why the connection broke
        while not self._whole():
            before = self.done
            try:
                if not self._append():
                    return False
                if self.remote.size is None:  # the server's end is the end
                    return True
            except AlbumenError:
                raise
            except Exception as error:  # whatever the network did: what arrived is kept
                last = _short(error)
            attempts = attempts + 1 if self.done <= before else 0
            if attempts >= _ATTEMPTS:
                raise AlbumenError(
                    "The download stopped at {size} ({detail}): try again, it goes on from there.",
                    size=_mb(self.done),
                    detail=last or message("the connection was lost"),
                )
            if attempts:
                self.stop.wait(min(_PAUSE * 3**attempts, 5.0))
            if self.stop.is_set():
                return False
        return True

    def _whole(self) -> bool:
        if self.remote.size is None:
            return self.digest.hexdigest() == self.remote.sha256
        return self.done >= self.remote.size

    def _append(self) -> bool:
        """One request for what is missing. False if it was stopped."""
        for chunk in _body(self.remote, self.done):
            if self.stop.is_set():
                return False
            if chunk is None:
                self._start_over()
                continue
            self.file.write(chunk)
            self.digest.update(chunk)
            self.done += len(chunk)
            if self.remote.size is not None and self.done > self.remote.size:
                self.part.unlink(missing_ok=True)
                raise AlbumenError(
                    "The server sent more than the {size} it announced; nothing of {name} was "
                    "kept. Try again or choose another source.",
                    size=_mb(self.remote.size),
                    name=_model_of(self.part),
                )
            self.events.put(self.done)
        return True

    def _start_over(self) -> None:
        """The server cannot resume: it sends the whole file again."""
        self.file.truncate(0)
        self.digest = hashlib.sha256()
        self.done = 0


def _model_of(part: Path) -> str:
    """What a person calls the file that is being downloaded."""
    return part.name.split(".")[0]


def _body(remote: Remote, offset: int) -> Iterator[bytes | None]:
    """The bytes from `offset` on; a None first if the server sends the whole file instead."""
    from huggingface_hub import get_session

    headers = dict(remote.headers) | {"Accept-Encoding": "identity"}
    if offset:
        headers["Range"] = f"bytes={offset}-"
    # The hub's HTTP client: proxies, certificates and offline mode as the user set them.
    session: Any = get_session()
    with session.stream(
        "GET", remote.url, headers=headers, timeout=_TIMEOUT, follow_redirects=True
    ) as response:
        if response.status_code == 416 or (offset and response.status_code == 200):
            yield None
            if response.status_code == 416:
                return
        elif response.status_code in (401, 403, 404, 410):
            raise AlbumenError(
                "{url} answered with status {status}: choose another source.",
                url=remote.url,
                status=response.status_code,
            )
        elif response.status_code not in (200, 206):
            raise ConnectionError(f"status {response.status_code}")
        elif offset and not _resumes_at(response, offset):
            raise ConnectionError("the server resumed at another place")
        # As it comes: what waits for a full chunk is lost with the connection.
        yield from response.iter_bytes()


def _resumes_at(response: Any, offset: int) -> bool:
    return bool(response.headers.get("Content-Range", "").startswith(f"bytes {offset}-"))


def _short(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return text[0][:120] if text else type(error).__name__


def _mb(size: int) -> str:
    return f"{max(size, 0) / 1e6:,.0f} MB"
