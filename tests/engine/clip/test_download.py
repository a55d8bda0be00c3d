"""Downloads against a local server that drops connections, lies about lengths and serves wrong
files."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from engine.clip import download
from engine.records import AlbumenError

BODY = bytes(range(256)) * 12_000  # 3 MB
SHA256 = hashlib.sha256(BODY).hexdigest()


@dataclass
class Behaviour:
    """What the server does; `requests` records the method, path and Range of each request."""

    body: bytes = BODY
    drop_after: int | None = None  # cut the connection after so many bytes ...
    drops: int = 1  # ... so many times
    announce: int | None = None  # a Content-Length that is not true
    ranges: bool = True
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    stall_after: int | None = None


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self.answer(send_body=False)

    def do_GET(self) -> None:
        self.answer(send_body=True)

    def answer(self, send_body: bool) -> None:
        b: Behaviour = self.server.behaviour  # type: ignore[attr-defined]
        b.requests.append((self.command, self.path, self.headers.get("Range", "")))
        if b.status:
            self.send_response(b.status)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        start = 0
        asked = self.headers.get("Range")
        if asked and b.ranges:
            start = int(asked.removeprefix("bytes=").rstrip("-"))
            if start >= len(b.body):
                self.send_response(416)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(b.body) - 1}/{len(b.body)}")
        else:
            self.send_response(200)
        body = b.body[start:]
        self.send_header(
            "Content-Length", str(len(body) if b.announce is None else b.announce - start)
        )
        for key, value in b.headers.items():
            self.send_header(key, value)
        self.end_headers()
        if not send_body:
            return
        if b.drop_after is not None and b.drops > 0:
            b.drops -= 1
            body = body[: b.drop_after]
            self.close_connection = True
        if b.stall_after is not None:
            self.wfile.write(body[: b.stall_after])
            self.wfile.flush()
            b.released.wait(20)
            return
        with contextlib.suppress(OSError):  # the client may hang up
            self.wfile.write(body)
        if b.announce is not None:
            self.close_connection = True


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Behaviour, str]]:
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.daemon_threads = True
    httpd.behaviour = Behaviour()  # type: ignore[attr-defined]
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(download, "_PAUSE", 0.001)
    try:
        yield httpd.behaviour, f"http://127.0.0.1:{httpd.server_port}"  # type: ignore[attr-defined]
    finally:
        httpd.behaviour.released.set()  # type: ignore[attr-defined]
        httpd.shutdown()
        httpd.server_close()
        thread.join()


def remote(address: str, size: int | None = len(BODY), sha256: str = SHA256) -> download.Remote:
    return download.Remote(f"{address}/model", sha256, size)


def test_whole_file(server: tuple[Behaviour, str], tmp_path: Path) -> None:
    target = tmp_path / "new" / "model.safetensors"
    steps = list(download.fetch(remote(server[1]), target))
    assert target.read_bytes() == BODY and list(target.parent.iterdir()) == [target]
    assert steps[-1].done == steps[-1].total == len(BODY) and steps[-1].phase == "download"


@pytest.mark.parametrize("size", [len(BODY), None], ids=["known size", "unknown size"])
def test_dropped_connections_are_resumed(
    server: tuple[Behaviour, str], tmp_path: Path, size: int | None
) -> None:
    behaviour, address = server
    behaviour.drop_after, behaviour.drops = 1_000_000, 2
    list(download.fetch(remote(address, size), tmp_path / "m"))
    assert (tmp_path / "m").read_bytes() == BODY
    assert [asked for _, _, asked in behaviour.requests] == ["", "bytes=1000000-", "bytes=2000000-"]


def test_server_that_cannot_resume(server: tuple[Behaviour, str], tmp_path: Path) -> None:
    behaviour, address = server
    behaviour.drop_after, behaviour.ranges = 1_000_000, False
    list(download.fetch(remote(address), tmp_path / "m"))
    assert (tmp_path / "m").read_bytes() == BODY


def test_connection_that_always_drops(server: tuple[Behaviour, str], tmp_path: Path) -> None:
    behaviour, address = server
    behaviour.drop_after, behaviour.drops = 0, 10**6
    with pytest.raises(AlbumenError, match=r"The download stopped at 0 MB .*try again"):
        list(download.fetch(remote(address), tmp_path / "m"))
    assert not (tmp_path / "m").exists()
    behaviour.drop_after = None
    list(download.fetch(remote(address), tmp_path / "m"))
    assert (tmp_path / "m").read_bytes() == BODY


def test_cancel_and_go_on(server: tuple[Behaviour, str], tmp_path: Path) -> None:
    behaviour, address = server
    behaviour.stall_after = 1_500_000
    job = download.fetch(remote(address), tmp_path / "m")
    for step in job:
        if step.done >= 1_000_000:
            break
    behaviour.released.set()
    job.close()  # type: ignore[attr-defined]
    for thread in threading.enumerate():  # closing waits for the download's thread a second at most
        if thread.name == "download":
            thread.join()
    assert not (tmp_path / "m").exists()
    (part,) = tmp_path.iterdir()
    kept = part.stat().st_size
    assert kept >= 1_000_000 and part.read_bytes() == BODY[:kept]
    behaviour.stall_after = None
    list(download.fetch(remote(address), tmp_path / "m"))
    assert (tmp_path / "m").read_bytes() == BODY
    assert behaviour.requests[-1][2] == f"bytes={kept}-"


@pytest.mark.parametrize("size", [len(BODY), None], ids=["known size", "unknown size"])
def test_what_is_complete_is_not_asked_for_again(
    server: tuple[Behaviour, str], tmp_path: Path, size: int | None
) -> None:
    """A kill may come between the last byte and the file's name."""
    (tmp_path / f"m.{SHA256[:16]}.part").write_bytes(BODY)
    list(download.fetch(remote(server[1], size), tmp_path / "m"))
    assert (tmp_path / "m").read_bytes() == BODY and server[0].requests == []


@pytest.mark.parametrize(
    "announce", [len(BODY) + 1000, len(BODY) - 1000], ids=["too long", "too short"]
)
def test_wrong_content_length(server: tuple[Behaviour, str], tmp_path: Path, announce: int) -> None:
    behaviour, address = server
    behaviour.announce = announce
    try:
        list(download.fetch(remote(address), tmp_path / "m"))
    except AlbumenError as error:
        assert "stopped" in str(error) or "wrong checksum" in str(error)
        assert not (tmp_path / "m").exists()
    else:
        assert (tmp_path / "m").read_bytes() == BODY  # it lied and still sent the right bytes


def test_wrong_file(server: tuple[Behaviour, str], tmp_path: Path) -> None:
    behaviour, address = server
    behaviour.body = BODY[:-1] + b"x"
    with pytest.raises(AlbumenError, match="wrong checksum"):
        list(download.fetch(remote(address), tmp_path / "m"))
    assert list(tmp_path.iterdir()) == []


def test_more_than_announced(server: tuple[Behaviour, str], tmp_path: Path) -> None:
    with pytest.raises(AlbumenError, match="sent more than"):
        list(download.fetch(remote(server[1], size=len(BODY) - 5000), tmp_path / "m"))
    assert list(tmp_path.iterdir()) == []


def test_not_there(server: tuple[Behaviour, str], tmp_path: Path) -> None:
    server[0].status = 404
    with pytest.raises(AlbumenError, match="status 404"):
        list(download.fetch(remote(server[1]), tmp_path / "m"))


def test_disk_full(server: tuple[Behaviour, str], tmp_path: Path) -> None:
    with pytest.raises(AlbumenError, match="are free"):
        list(download.fetch(remote(server[1], size=10**18), tmp_path / "m"))
    assert not server[0].requests


def test_meanwhile() -> None:
    waiting = threading.Event()
    job = download.meanwhile(lambda: waiting.wait(20), "asking")
    step = next(job)
    assert (step.phase, step.total, step.detail) == ("download", 0, "asking")
    waiting.set()
    with pytest.raises(StopIteration) as end:
        while True:
            next(job)
    assert end.value.value is True
    with pytest.raises(ZeroDivisionError):
        list(download.meanwhile(lambda: 1 / 0, "failing"))


# --------------------------------------------------------------------------------------------------
# The hub


def hub_headers(sha256: str = SHA256) -> dict[str, str]:
    return {
        "ETag": '"pointer"',
        "X-Linked-Etag": f'"{sha256}"',
        "X-Linked-Size": str(len(BODY)),
        "X-Repo-Commit": "c" * 40,
    }


def test_hub_through_a_mirror(
    server: tuple[Behaviour, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    behaviour, address = server
    behaviour.headers = hub_headers()
    monkeypatch.setenv("HF_ENDPOINT", address)
    found = download.on_hub("someone/some-model", "weights.safetensors")
    assert isinstance(found, download.Remote)
    assert (found.url, found.sha256, found.size) == (
        f"{address}/someone/some-model/resolve/main/weights.safetensors", SHA256, len(BODY)
    )  # fmt: skip
    list(download.fetch(found, tmp_path / "m"))
    assert (tmp_path / "m").read_bytes() == BODY


def test_a_mirror_that_the_person_named_gets_no_token(
    server: tuple[Behaviour, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    behaviour, address = server
    behaviour.headers = hub_headers()
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")  # the named one goes first
    found = download.on_hub("someone/some-model", "weights.safetensors", f"{address}/")
    assert isinstance(found, download.Remote) and found.headers == ()
    assert found.url.startswith(f"{address}/someone/")


def test_hub_that_tells_no_checksum(
    server: tuple[Behaviour, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    behaviour, address = server
    behaviour.headers = {"ETag": '"abc"', "X-Repo-Commit": "c" * 40}
    monkeypatch.setenv("HF_ENDPOINT", address)
    with pytest.raises(AlbumenError, match="sha256"):
        download.on_hub("someone/some-model", "weights.safetensors")


def test_hub_that_does_not_answer(
    server: tuple[Behaviour, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    behaviour, address = server
    monkeypatch.setenv("HF_ENDPOINT", address)
    behaviour.status = 404
    with pytest.raises(AlbumenError, match="status 404"):
        download.on_hub("someone/some-model", "weights.safetensors")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")  # the port that discards
    with pytest.raises(AlbumenError, match="cannot be reached"):
        download.on_hub("someone/some-model", "weights.safetensors")


def test_offline_mode_asks_nobody(
    server: tuple[Behaviour, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub.constants

    monkeypatch.setenv("HF_ENDPOINT", server[1])
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(AlbumenError, match="forbids downloads"):
        download.on_hub("someone/some-model", "weights.safetensors")
    assert not server[0].requests


def test_the_hubs_cache_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blob = tmp_path / "blobs" / SHA256
    blob.parent.mkdir()
    blob.write_bytes(BODY)
    snapshot = tmp_path / "weights.safetensors"
    snapshot.symlink_to(blob)
    monkeypatch.setattr("huggingface_hub.try_to_load_from_cache", lambda repo, name: str(snapshot))
    found = download.on_hub("someone/some-model", "weights.safetensors")
    assert found == snapshot
    assert [step.done for step in download.copy(found, tmp_path / "m")][-1] == len(BODY)
    assert (tmp_path / "m").read_bytes() == BODY
    blob.write_bytes(BODY[:-1])
    with pytest.raises(AlbumenError, match="wrong checksum"):
        list(download.copy(found, tmp_path / "n"))
    assert not (tmp_path / "n").exists() and not (tmp_path / "n.part").exists()
