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
from typing import Any, TypeVar, cast

from engine.records import AlbumenError, Progress

T = TypeVar("T")

_CHUNK = 1 << 20
_ATTEMPTS = 5  # in a row without one new byte
_PAUSE = 0.1  # seconds before the second attempt; three times as long before each further one
_TIMEOUT = 15.0  # seconds without an answer
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Remote:
    """A file to fetch: address, sha256 in hex, size in bytes (None: unknown), request headers
    (authorisation)."""

    url: str
    sha256: str
    size: int | None = None
    headers: tuple[tuple[str, str], ...] = ()


def on_hub(repo: str, filename: str, mirror: str = "") -> Remote | Path:
    """Ask the Hugging Face hub for a file: where it is and its sha256; or its path if the hub's
    cache has it already.

    `mirror`: address of another server with the hub's interface; it never gets the person's token.
    Honours HF_ENDPOINT (a mirror too, where none is given), HF_TOKEN and HF_HUB_OFFLINE. Raises
    AlbumenError if the hub does not answer or does not know the file.
    """
    import huggingface_hub as hub
    from huggingface_hub import errors
    from huggingface_hub.constants import is_offline_mode

    cached = hub.try_to_load_from_cache(repo, filename)
    if isinstance(cached, str):
        return Path(cached)
    if is_offline_mode():
        raise AlbumenError(
            f"{repo} is not on this computer and HF_HUB_OFFLINE forbids to download it: allow it or choose a file."
        )
    endpoint = mirror.rstrip("/") or os.environ.get("HF_ENDPOINT") or None
    url = hub.hf_hub_url(repo, filename, endpoint=endpoint)
    try:
        found = hub.get_hf_file_metadata(url, timeout=_TIMEOUT, token=False if mirror else None)
    except errors.HfHubHTTPError as error:
        status = error.response.status_code
        raise AlbumenError(
            f"{url} answered with status {status}: try again later or choose another model."
        ) from error
    except (
        Exception
    ) as error:  # the HTTP library's own classes differ between versions of the hub's library
        raise AlbumenError(
            f"{url} cannot be reached ({_short(error)}): check the network and try again."
        ) from error
    if not found.etag or not _SHA256.fullmatch(found.etag):
        raise AlbumenError(
            f"{url} does not tell the file's sha256, so it cannot be verified: use another mirror."
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
    part = target.with_name(
        f"{target.name}.{remote.sha256[:16]}.part"
    )  # never continued with bytes of another version
    target.parent.mkdir(parents=True, exist_ok=True)
    if remote.size is not None:
        missing = remote.size - (part.stat().st_size if part.exists() else 0)
        free = shutil.disk_usage(target.parent).free
        if missing > free:
            raise AlbumenError(
                f"{target.name} needs {_mb(missing)} more in {target.parent}, but {_mb(free)} are free."
            )
    events: queue.SimpleQueue[int | BaseException | None] = queue.SimpleQueue()
    stop = threading.Event()
    thread = threading.Thread(
        target=_receive, args=(remote, part, events, stop), name="download", daemon=True
    )
    thread.start()
    started, first, done = time.monotonic(), -1, 0
    try:
        while True:
            try:
                event = events.get(timeout=0.25)
                while isinstance(event, int) and not events.empty():
                    event = events.get()
            except queue.Empty:
                event = done
            if event is None:
                break
            if isinstance(event, BaseException):
                raise event
            done = event
            first = (
                done if first < 0 else first
            )  # what an earlier attempt left is no speed of this one
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
    total, done, digest, expected = (
        source.stat().st_size,
        0,
        hashlib.sha256(),
        source.resolve().name,
    )
    try:
        with source.open("rb") as reader, part.open("wb") as writer:
            while chunk := reader.read(16 * _CHUNK):
                writer.write(chunk)
                digest.update(chunk)
                done += len(chunk)
                yield Progress("download", done, total, detail=target.name)
        if _SHA256.fullmatch(expected) and digest.hexdigest() != expected:
            raise AlbumenError(f"{source} is damaged (wrong checksum): delete it and try again.")
        os.replace(part, target)
    except OSError as error:
        raise AlbumenError(
            f"{source} cannot be copied to {target.parent} ({error.strerror})."
        ) from error
    finally:
        part.unlink(missing_ok=True)


def meanwhile(work: Callable[[], T], detail: str) -> Generator[Progress, None, T]:
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
        raise AlbumenError(f"{path} cannot be read ({error.strerror}).") from error


def _receive(
    remote: Remote,
    part: Path,
    events: queue.SimpleQueue[int | BaseException | None],
    stop: threading.Event,
) -> None:
    """The thread: fill `part`, check it; tell bytes so far, then None for success or the
    exception."""
    try:
        digest, done = hashlib.sha256(), 0
        with part.open("ab+") as file:
            file.seek(0)
            while kept := file.read(_CHUNK):
                digest.update(kept)
                done += len(kept)
                if stop.is_set():
                    return
            attempts, last = 0, ""
            while (
                digest.hexdigest() != remote.sha256 if remote.size is None else done < remote.size
            ):
                before = done
                try:
                    for chunk in _body(remote, done):
                        if (
                            stop.is_set()
                        ):  # asked before each write: a later attempt may own the file by now
                            return
                        if chunk is None:  # the server starts over: it cannot resume
                            file.truncate(0)
                            digest, done = hashlib.sha256(), 0
                            continue
                        file.write(chunk)
                        digest.update(chunk)
                        done += len(chunk)
                        if remote.size is not None and done > remote.size:
                            raise AlbumenError(
                                _refused(
                                    part, f"sent more than the {_mb(remote.size)} it announced"
                                )
                            )
                        events.put(done)
                    if remote.size is None:
                        break
                except AlbumenError:
                    raise
                except (
                    Exception
                ) as error:  # whatever the network did: what arrived is kept, and continued
                    last = _short(error)
                attempts = attempts + 1 if done <= before else 0
                if attempts >= _ATTEMPTS:
                    reason = last or "the connection was lost"
                    raise AlbumenError(
                        f"The download stopped at {_mb(done)} ({reason}): try again, it goes on from there."
                    )
                if attempts:
                    stop.wait(min(_PAUSE * 3**attempts, 5.0))
                if stop.is_set():
                    return
            file.flush()
            os.fsync(file.fileno())
        if digest.hexdigest() != remote.sha256:
            part.unlink(missing_ok=True)
            raise AlbumenError(_refused(part, "sent a file with a wrong checksum"))
        events.put(None)
    except BaseException as error:
        events.put(error)


def _refused(part: Path, what: str) -> str:
    part.unlink(missing_ok=True)
    return f"The server {what}; nothing of {part.name.split('.')[0]} was kept. Try again or choose another source."


def _body(remote: Remote, offset: int) -> Iterator[bytes | None]:
    """The bytes from `offset` on; a None first if the server sends the whole file instead."""
    from huggingface_hub import get_session

    headers = dict(remote.headers) | {"Accept-Encoding": "identity"}
    if offset:
        headers["Range"] = f"bytes={offset}-"
    session: Any = (
        get_session()
    )  # the hub's HTTP client: proxies, certificates and offline mode as the user set them
    with session.stream(
        "GET", remote.url, headers=headers, timeout=_TIMEOUT, follow_redirects=True
    ) as response:
        if response.status_code == 416 or (offset and response.status_code == 200):
            yield None
            if response.status_code == 416:
                return
        elif response.status_code in (401, 403, 404, 410):
            raise AlbumenError(
                f"{remote.url} answered with status {response.status_code}: choose another source."
            )
        elif response.status_code not in (200, 206):
            raise ConnectionError(f"status {response.status_code}")
        elif offset and not response.headers.get("Content-Range", "").startswith(
            f"bytes {offset}-"
        ):
            raise ConnectionError("the server resumed at another place")
        yield from response.iter_bytes()  # as it comes: what waits for a full chunk is lost with the connection


def _short(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return text[0][:120] if text else type(error).__name__


def _mb(size: int) -> str:
    return f"{max(size, 0) / 1e6:,.0f} MB"
