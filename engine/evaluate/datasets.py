"""Sets of photographs with answers, as people keep them.

A folder per class, a zip of such, a CSV of captions, CelebA.

Knows: where the pictures of a set are and what is said about each. Does not know: models. Nothing
is unpacked to disk, and a picture that cannot be read is reported and left out, not fatal.
"""

from __future__ import annotations

import csv
import io
import os
import threading
import zipfile
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from engine.messages import message
from engine.records import AlbumenError, Failure

Pixels = npt.NDArray[np.uint8]
Make = Callable[
    [Image.Image, int], Pixels
]  # a picture and its number in the set -> pixels of a fixed shape

IMAGE_NAMES = (
    ".jpg",
    ".jpeg",
    ".png",
    ".webp",
    ".bmp",
    ".tif",
    ".tiff",
    ".gif",
    ".ppm",
    ".jp2",
    ".heic",
    ".avif",
)


@dataclass(frozen=True, slots=True)
class PhotoSet:
    """N pictures of K classes or captions.

    `files`: a path, or "archive.zip!member"; `targets` (N,) into `classnames`.
    """

    name: str
    files: tuple[str, ...]
    classnames: tuple[str, ...]
    targets: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.files)


@dataclass(frozen=True, slots=True)
class AttributeSet:
    """N pictures with A yes/no attributes each: `present` (N, A) bool."""

    name: str
    files: tuple[str, ...]
    attributes: tuple[str, ...]
    present: npt.NDArray[np.bool_]


def open_set(path: str | Path) -> PhotoSet | AttributeSet:
    """The set at this place, told by what is there.

    * a CSV file: `image,caption` rows (a header with these names is optional), images relative to
      the file;
    * a folder with `list_attr_celeba.txt`: CelebA; its pictures in it, or in a folder or zip
      `img_align_celeba` in it;
    * any other folder or zip: its folders are the classes, `_` in a name stands for a space.

    Raises AlbumenError with a sentence if nothing of that is there.
    """
    path = Path(path)
    if path.suffix.lower() == ".csv":
        return _captions(path)
    if (path / "list_attr_celeba.txt").is_file():
        return _celeba(path)
    if path.is_dir() or path.suffix.lower() == ".zip":
        return _folders(path)
    raise AlbumenError(
        "{path} is no set of photographs: give a folder with a folder per class, a zip of such, or "
        "a CSV.",
        path=str(path),
    )


def _folders(path: Path) -> PhotoSet:
    if path.is_dir():
        found = sorted(
            (Path(root).name, str(Path(root) / name))
            for root, _, names in os.walk(path)
            for name in names
            if _is_picture(name) and Path(root) != path
        )
    else:
        found = sorted(
            (member.split("/")[-2], f"{path}!{member}")
            for member in _members(path)
            if "/" in member
        )
    if not found:
        raise AlbumenError(
            "{path} holds no pictures in folders: put those of each class into a folder with its "
            "name.",
            path=str(path),
        )
    return _photo_set(path.stem, [(file, folder.replace("_", " ")) for folder, file in found])


def _captions(path: Path) -> PhotoSet:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.reader(file) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise AlbumenError(
            "{path} cannot be read as a CSV in UTF-8 ({detail}).", path=str(path), detail=str(error)
        ) from error
    if rows and [cell.strip().lower() for cell in rows[0][:2]] == ["image", "caption"]:
        rows = rows[1:]
    bad = next(
        (number for number, row in enumerate(rows, 1) if len(row) < 2 or not row[1].strip()), None
    )
    if bad is not None or not rows:
        where = f"row {bad} of {path}" if bad else f"{path}"
        raise AlbumenError(
            "{where} lacks an image or a caption: every row is image,caption.", where=where
        )
    return _photo_set(path.stem, [(str(path.parent / row[0]), row[1].strip()) for row in rows])


def _celeba(path: Path) -> AttributeSet:
    """CelebA's own `list_attr_celeba.txt` (Liu et al. 2015).

    A count, the names, then `file 1 -1 ...` per picture.
    """
    lines = (path / "list_attr_celeba.txt").read_text(encoding="utf-8").splitlines()
    try:
        attributes = tuple(lines[1].split())
        rows = [line.split() for line in lines[2:] if line.strip()]
        present = np.array([[value == "1" for value in row[1:]] for row in rows], dtype=np.bool_)
        if present.shape != (len(rows), len(attributes)) or not rows:
            raise ValueError("rows of different lengths")
    except (IndexError, ValueError) as error:
        raise AlbumenError(
            "{path}/list_attr_celeba.txt is not CelebA's list of attributes ({detail}).",
            path=str(path),
            detail=str(error),
        ) from error
    archive = path / "img_align_celeba.zip"
    if archive.is_file():
        members = {member.rsplit("/", 1)[-1]: f"{archive}!{member}" for member in _members(archive)}
        files = [members.get(row[0], "") for row in rows]
    else:
        folder = path / "img_align_celeba" if (path / "img_align_celeba").is_dir() else path
        files = [str(folder / row[0]) if (folder / row[0]).is_file() else "" for row in rows]
    kept = [
        number for number, file in enumerate(files) if file
    ]  # people evaluate on a part of the 202,599
    if not kept:
        raise AlbumenError(
            "{path} has CelebA's list but none of its pictures: put them into "
            "{path}/img_align_celeba.",
            path=str(path),
        )
    names = tuple(name.replace("_", " ") for name in attributes)
    return AttributeSet(path.name, tuple(files[number] for number in kept), names, present[kept])


def _photo_set(name: str, pairs: Sequence[tuple[str, str]]) -> PhotoSet:
    classnames = tuple(sorted({said for _, said in pairs}))
    number = {said: index for index, said in enumerate(classnames)}
    targets = np.array([number[said] for _, said in pairs], dtype=np.int64)
    return PhotoSet(name, tuple(file for file, _ in pairs), classnames, targets)


def _is_picture(name: str) -> bool:
    return name.lower().endswith(IMAGE_NAMES) and not name.startswith(".")


def _members(path: Path) -> list[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile) as error:
        raise AlbumenError(
            "{path} cannot be read as a zip ({detail}).", path=str(path), detail=str(error)
        ) from error
    return [
        name
        for name in names
        if _is_picture(name.rsplit("/", 1)[-1]) and not name.startswith("__MACOSX/")
    ]


# --------------------------------------------------------------------------------------------------
# Pictures


@dataclass(slots=True)
class Pictures:
    """Opens the pictures of a set, several at a time.

    `failures`: what could not be read, with the reason.
    """

    workers: int = field(default_factory=lambda: max(1, min(4, os.cpu_count() or 1)))
    failures: list[Failure] = field(default_factory=list)
    _open: threading.local = field(default_factory=threading.local)

    def read(
        self, files: Sequence[str], numbers: Sequence[int], make: Make
    ) -> Iterator[tuple[int, Pixels]]:
        """(number, `make(picture, number)`) for the numbered files, in order.

        Bounded look-ahead; failures left out.

        Pictures are RGB and upright. `make` runs in threads (decoding and resizing release Python's
        lock).
        """
        with ThreadPoolExecutor(self.workers) as pool:
            waiting: deque[tuple[int, Future[Pixels | Failure]]] = deque()
            for number in numbers:
                waiting.append((number, pool.submit(self._one, files[number], number, make)))
                if len(waiting) > 4 * self.workers:
                    yield from self._result(*waiting.popleft())
            while waiting:
                yield from self._result(*waiting.popleft())

    def _result(
        self, number: int, future: Future[Pixels | Failure]
    ) -> Iterator[tuple[int, Pixels]]:
        result = future.result()
        if isinstance(result, Failure):
            self.failures.append(result)
        else:
            yield number, result

    def _one(self, file: str, number: int, make: Make) -> Pixels | Failure:
        try:
            with Image.open(io.BytesIO(self._bytes(file))) as image:
                return make(ImageOps.exif_transpose(image).convert("RGB"), number)
        except Exception as error:  # Pillow's decoders raise nearly anything on damaged files
            reason = message("cannot be read as a picture ({kind})", kind=type(error).__name__)
            return Failure(file, reason)

    def _bytes(self, file: str) -> bytes:
        archive, _, member = file.partition(".zip!")
        if not member:
            return Path(file).read_bytes()
        # A ZipFile per thread: they share no file position.
        opened: dict[str, zipfile.ZipFile] = self._open.__dict__
        if archive not in opened:
            opened[archive] = zipfile.ZipFile(archive + ".zip")
        return opened[archive].read(member)


def square(image: Image.Image, side: int) -> Pixels:
    """CLIP's published geometry.

    Short side to `side` (bicubic), centre crop -> (side, side, 3) uint8.
    """
    width, height = image.size
    scaled = (
        (side, int(side * height / width))
        if width <= height
        else (int(side * width / height), side)
    )
    image = image.resize(scaled, Image.Resampling.BICUBIC)
    left, top = round((image.width - side) / 2), round((image.height - side) / 2)
    return np.asarray(image.crop((left, top, left + side, top + side)))


def random_crop(
    image: Image.Image, side: int, random: np.random.Generator, smallest: float = 0.08
) -> Pixels:
    """A random part of the picture -> (side, side, 3) uint8.

    Area `smallest` to 1, ratio 3/4 to 4/3, resized, mirrored half the time.

    The augmentation of CoOp's published configurations ("random resized crop, random flip"; Szegedy
    et al. 2015).
    """
    width, height = image.size
    for _ in range(10):
        area = width * height * random.uniform(smallest, 1.0)
        ratio = float(np.exp(random.uniform(np.log(3 / 4), np.log(4 / 3))))
        w, h = round((area * ratio) ** 0.5), round((area / ratio) ** 0.5)
        if 0 < w <= width and 0 < h <= height:
            left, top = int(random.integers(width - w + 1)), int(random.integers(height - h + 1))
            break
    else:
        w = h = min(width, height)
        left, top = (width - w) // 2, (height - h) // 2
    image = image.resize((side, side), Image.Resampling.BICUBIC, box=(left, top, left + w, top + h))
    if random.random() < 0.5:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return np.asarray(image)


def smallest_class(photos: PhotoSet) -> tuple[str, int]:
    """Name and size of the class with the fewest pictures."""
    counts = Counter(photos.targets.tolist())
    number = min(counts, key=lambda k: counts[k])
    return photos.classnames[number], counts[number]
