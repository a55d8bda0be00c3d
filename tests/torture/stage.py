"""What the trials share.

Photos by the thousand, fingerprints of folders, jobs, and mounts that only the trial sees.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from PIL import Image

from engine.library.library import Library
from tests.support.small_library import LONG_AGO, finish, write_model

LABELS = ("cat", "dog")


class Photos:
    """Makes any number of different photos cheaply.

    Eight pictures, and a few bytes behind the end of each file.
    """

    def __init__(self) -> None:
        self._data = []
        for i in range(8):
            out = io.BytesIO()
            picture = Image.radial_gradient("L").resize((96, 64)).rotate(45 * i)
            Image.merge("RGB", (picture, picture.rotate(90), picture.rotate(180))).save(out, "JPEG")
            self._data.append(out.getvalue())

    def bytes(self, number: int) -> bytes:
        return self._data[number % 8] + b"photo %d" % number

    def write(self, path: Path, number: int, settled: bool = True) -> None:
        path.write_bytes(self.bytes(number))
        if settled:
            os.utime(path, (LONG_AGO + number, LONG_AGO + number))

    def fill(
        self, folder: Path, numbers: range, settled: bool = True, per_folder: int = 500
    ) -> None:
        """Photos `numbers` below `folder`, spread over subfolders."""
        for number in numbers:
            path = folder / f"part {number // per_folder}" / f"{number}.jpg"
            if number % per_folder == 0 or number == numbers.start:
                path.parent.mkdir(parents=True, exist_ok=True)
            self.write(path, number, settled)


def digest(path: bytes) -> str:
    """The content hash as the library keeps it."""
    with open(path, "rb") as file:
        return hashlib.blake2b(file.read(), digest_size=16).hexdigest()


def files(folder: Path) -> Iterator[bytes]:
    for root, _, names in os.walk(os.fsencode(folder)):
        yield from (os.path.join(root, name) for name in names)


def fingerprint(folder: Path) -> dict[bytes, tuple[object, ...]]:
    """Everything about every entry of a folder that a program may not change.

    Kind, mode, size, mtime, contents.
    """
    result: dict[bytes, tuple[object, ...]] = {}
    for path in files(folder):
        status = os.lstat(path)
        # contents only of plain files of sane size; the others are told by the rest
        plain = os.path.isfile(path) and not os.path.islink(path) and status.st_size < 2**28
        content = digest(path) if plain else os.readlink(path) if os.path.islink(path) else b""
        result[path] = (status.st_mode, status.st_size, status.st_mtime_ns, content)
    return result


def open_library(scratch: Path) -> Library:
    """A library in `scratch`/library with a tiny random model of its own."""
    model = scratch / "model.safetensors"
    if not model.exists():
        write_model(model)
    return Library.open(scratch / "library", model=str(model))


def content_of(library: Library) -> dict[int, str]:
    """Photo id -> content hash of every photo that can be seen."""
    return {photo.id: photo.content_hash for photo in library.photos(list(library.view().ids))}


def words(library: Library) -> dict[tuple[int, int], bool]:
    """Every correction: (photo, label) -> yes or no."""
    ids = list(library.view().ids)
    return {
        (tag.photo_id, tag.label_id): tag.present
        for tag in library.tags(ids)
        if tag.source.value == "person"
    }


def check(library: Library, folder: Path) -> None:
    """What must hold at any time.

    A sound store, no file twice, and every row's content that of its file.
    """
    assert library._store.integrity() == "ok"
    photos = library.photos(list(library.view().ids))
    paths = [photo.path for photo in photos]
    assert len(set(paths)) == len(paths), "a photo twice"
    for photo in photos:
        # A kill may come before a rename was seen.
        if photo.content_hash and os.path.exists(photo.path):
            assert digest(os.fsencode(photo.path)) == photo.content_hash, photo.path
    # A kill may also come between the row of a file's new name and the end of the row of its old
    # one: the next sync ends it. Until then it has no file, and at the end of a trial there is one
    # row per file.
    assert sum(1 for path in paths if os.path.lexists(path)) <= sum(1 for _ in files(folder))


@contextlib.contextmanager
def counting_encodes(tell: Callable[[int], None] = lambda size: None) -> Iterator[list[int]]:
    """Sizes of the batches that the image tower sees inside the block.

    `tell` is told each as soon as it is encoded.
    """
    from engine.clip.weights import LoadedModel  # here: not every trial needs torch

    sizes: list[int] = []
    original = LoadedModel.encode_images

    def encode_images(self: LoadedModel, pixels: Any) -> Any:
        features = original(self, pixels)  # (B, D)
        sizes.append(len(pixels))
        tell(len(pixels))
        return features

    with mock.patch.object(LoadedModel, "encode_images", encode_images):
        yield sizes


def settle(library: Library) -> None:
    """Sync until nothing changes any more."""
    for _ in range(10):
        report = finish(library.sync())
        if not (report.added or report.updated or report.moved or report.removed):
            return
    raise AssertionError("the library never comes to rest")


def can_mount() -> bool:
    """Whether this process may make a mount namespace of its own (root on Linux)."""
    if sys.platform != "linux":
        return False
    return (
        subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode == 0
    )


def in_private_mounts(name: str, arguments: list[str]) -> str:
    """Run a trial again where its mounts are seen by nobody else; what it printed."""
    command = ["unshare", "-m", sys.executable, "-m", "tests.torture", name, *arguments, "--inside"]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


def unmount(path: Path) -> None:
    subprocess.run(["umount", str(path)], check=True)
