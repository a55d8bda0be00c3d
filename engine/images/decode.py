"""A file on disk -> pixels.

What Albumen can read, and how one decode gives the model's input and the thumbnail.

Knows: the allow-list of formats, the pixel limit, EXIF orientation and date, colour (16-bit, CMYK,
palettes, ICC), CLIP's published preprocessing (`preprocess`, the reference) and the fast path of
the library (`decode`). Does not know: processes and time limits (`decode_pool`), the store, Qt.
Importing it imports neither torch nor numpy, so that the decoding processes stay small.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import math
import os
import stat
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, NamedTuple, TypeVar

import pillow_heif

# Every plug-in of the allow-list by name, so that Pillow never has to load all the others.
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    IcoImagePlugin,
    Image,
    Jpeg2KImagePlugin,
    JpegImagePlugin,
    MpoImagePlugin,
    PcxImagePlugin,
    PngImagePlugin,
    PpmImagePlugin,
    PsdImagePlugin,
    QoiImagePlugin,
    SgiImagePlugin,
    TgaImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from engine.images import camera_raw, exif, keywords
from engine.images.camera_raw import Shot
from engine.images.colour import to_rgb, to_srgb
from engine.messages import Message, message
from engine.records import AlbumenError

if TYPE_CHECKING:
    import numpy as np
    import torch

pillow_heif.register_heif_opener(decode_threads=1)  # the pool runs one process per core already

# Pillow's name of each format -> the file name endings that make a file a candidate. Left out on
# purpose: EPS and WMF (they run or call another program), FITS, HDF5, GRIB, BUFR (no photographs),
# game textures (BLP, DDS, FTEX), PCD, MPEG.
FORMATS: dict[str, tuple[str, ...]] = {
    JpegImagePlugin.JpegImageFile.format: (".jpg", ".jpeg", ".jpe", ".jfif"),
    MpoImagePlugin.MpoImageFile.format: (".mpo",),
    PngImagePlugin.PngImageFile.format: (".png", ".apng"),
    WebPImagePlugin.WebPImageFile.format: (".webp",),
    "HEIF": (".heic", ".heif", ".hif", ".heics", ".heifs"),
    AvifImagePlugin.AvifImageFile.format: (".avif", ".avifs"),
    GifImagePlugin.GifImageFile.format: (".gif",),
    TiffImagePlugin.TiffImageFile.format: (".tif", ".tiff"),
    BmpImagePlugin.BmpImageFile.format: (".bmp",),
    BmpImagePlugin.DibImageFile.format: (".dib",),
    Jpeg2KImagePlugin.Jpeg2KImageFile.format: (".jp2", ".j2k", ".jpf", ".jpx", ".j2c"),
    PsdImagePlugin.PsdImageFile.format: (".psd",),
    PpmImagePlugin.PpmImageFile.format: (".ppm", ".pgm", ".pbm", ".pnm", ".pfm"),
    QoiImagePlugin.QoiImageFile.format: (".qoi",),
    IcoImagePlugin.IcoImageFile.format: (".ico",),
    PcxImagePlugin.PcxImageFile.format: (".pcx",),
    SgiImagePlugin.SgiImageFile.format: (".sgi", ".rgb", ".bw"),
    TgaImagePlugin.TgaImageFile.format: (".tga",),
}
_EXTENSIONS = frozenset(
    os.fsencode(ending) for endings in (*FORMATS.values(), camera_raw.ENDINGS) for ending in endings
)
# TGA has no signature: almost any bytes pass for one, so it is tried only on files that say they
# are one. MPO (two pictures in one JPEG) is opened by the JPEG plug-in. RAW files, which often look
# like TIFF, are told by their names.
_BY_SIGNATURE = tuple(name for name in FORMATS if name not in ("TGA", "MPO"))

PIXEL_LIMIT = 250_000_000
THUMBNAIL = (256, 82)
"""Long side in pixels and JPEG quality of a thumbnail, unless the library wants another."""
NO_MEMORY = message("It needs more memory than one picture may take.")
# Averaging 2 x 2 pixels before a bicubic reduction by more than three halves the time of the
# resize; the pixels differ by 0.3/255 from the reference instead of 0.16/255, in the mean.
_REDUCING_GAP = 1.5
_WHOLE_FILE = 64 * 2**20  # up to this size the bytes are read once, hashed and decoded from memory
_CHUNK = 4 * 2**20

Image.MAX_IMAGE_PIXELS = PIXEL_LIMIT

_TURNS = {  # EXIF orientation -> what makes the picture upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)


Made = TypeVar("Made")
# Pixels S*S*3, thumbnail JPEG, width, height, taken_at, keywords.
_Rendered = tuple[bytes, bytes, int, int, float | None, tuple[str, ...]]


class UnreadablePhoto(AlbumenError):  # noqa: N818 - the name that a person would use
    """A file that gives no picture.

    `reason` is the sentence without the file's name, `str()` the one with it.
    """

    def __init__(self, path: bytes, reason: Message) -> None:
        name = repr(os.path.basename(os.fsdecode(path)))
        super().__init__("{path}: {reason}", path=name, reason=reason)
        self.path = path
        self.reason = reason

    def __reduce__(self) -> tuple[type[UnreadablePhoto], tuple[object, ...]]:
        return type(self), (self.path, self.reason)


@dataclass(frozen=True, slots=True)
class Decoded:
    """One photo, read once.

    `pixels`: the model's input before normalisation, uint8 (S, S, 3), upright, sRGB. `thumbnail`:
    JPEG bytes, never enlarged. `width`, `height`: of the whole picture after EXIF rotation.
    `taken_at`: seconds since the epoch out of EXIF, None where the file does not say.
    `content_hash`: BLAKE2b-128 of the file's bytes, 32 hexadecimal digits. `size` and `mtime_ns`
    are those of exactly the bytes that were decoded. `keywords`: what other programs wrote into the
    file (`keywords.of_metadata`).
    """

    path: bytes
    pixels: np.ndarray
    thumbnail: bytes
    width: int
    height: int
    taken_at: float | None
    content_hash: str
    size: int
    mtime_ns: int
    keywords: tuple[str, ...] = ()


class RawPhoto(NamedTuple):
    """`Decoded` with its pixels as plain bytes (S * S * 3).

    What a decoding process sends, made without numpy.
    """

    pixels: bytes
    thumbnail: bytes
    width: int
    height: int
    taken_at: float | None
    content_hash: str
    size: int
    mtime_ns: int
    keywords: tuple[str, ...] = ()

    def decoded(self, path: bytes, resolution: int) -> Decoded:
        """The record of the engine.

        ValueError when there are not resolution * resolution * 3 bytes.
        """
        import numpy as np

        pixels = np.frombuffer(self.pixels, dtype=np.uint8).reshape(resolution, resolution, 3)
        return Decoded(path, pixels, *self[1:])


@dataclass(frozen=True, slots=True)
class Picture:
    """One photo for the screen.

    `pixels`: width * height * 3 bytes, RGB, upright, sRGB. `full_width`, `full_height`: of the
    whole picture, upright. `facts`: `exif.Exif.facts` and `format` (Pillow's name, or a RAW file's
    ending).
    """

    path: bytes
    width: int
    height: int
    pixels: bytes
    full_width: int
    full_height: int
    facts: dict[str, str] = field(default_factory=dict)


def is_candidate(path: bytes) -> bool:
    """Whether the file's name is that of a picture which Albumen reads.

    macOS `._` companions are not.
    """
    name = os.path.basename(path)
    return os.path.splitext(name)[1].lower() in _EXTENSIONS and not name.startswith(b"._")


def decode(path: bytes, resolution: int) -> Decoded:
    """Read one file: everything the engine needs out of ONE decode.

    Model input (resolution S), thumbnail, size, date and content hash.

    The fast path: a JPEG is decoded at 1/2, 1/4 or 1/8 of its size (still at least twice the
    model's input), anything larger is box-reduced to that, then one bicubic resize of the centre
    square gives the pixels. It is `preprocess` of the upright sRGB picture, to a mean difference of
    well under 1/255. Pictures with transparency lie on white.

    Raises UnreadablePhoto with a sentence. Call it on files you trust, or through `DecodePool`.
    """
    return decode_raw(path, resolution).decoded(path, resolution)


def decode_raw(
    path: bytes,
    resolution: int,
    tick: Callable[[], None] = lambda: None,
    thumbnail: tuple[int, int] = THUMBNAIL,
) -> RawPhoto:
    """`decode` without numpy.

    `tick` is called after every few MiB read, so that a slow drive is not mistaken for a hang.
    `thumbnail`: its long side in pixels (never enlarged) and JPEG quality.
    """

    def make(image: Image.Image, shot: Shot | None) -> _Rendered:
        return _render(image, shot, resolution, thumbnail)

    with _opened(path) as (file, status):
        if status.st_size <= _WHOLE_FILE:
            chunks: list[bytes] = []
            digest = _digest(file, tick, chunks.append)
            _require_unchanged(path, file, status)
            made = _from_picture(path, io.BytesIO(b"".join(chunks)), 2 * resolution, make)
        else:  # hashed last: gigabytes that are no picture are not read to the end
            made = _from_picture(path, file, 2 * resolution, make)
            file.seek(0)
            digest = _digest(file, tick)
            _require_unchanged(path, file, status)
    pixels, small, width, height, taken_at, words = made
    return RawPhoto(
        pixels, small, width, height, taken_at, digest, status.st_size, status.st_mtime_ns, words
    )


def view(path: bytes, longest: int) -> Picture:
    """Read one file for the screen: upright, sRGB, the long side at most `longest` pixels.

    Raises UnreadablePhoto. For files you trust, or through `DecodePool.view`.
    """
    with _opened(path) as (file, _):
        return _from_picture(
            path, file, longest, lambda image, shot: _view(path, image, shot, longest)
        )


def content_hash(path: bytes, tick: Callable[[], None] = lambda: None) -> str:
    """BLAKE2b-128 of the file's bytes as 32 hexadecimal digits: the identity that survives a move.

    Raises UnreadablePhoto.
    """
    with _opened(path) as (file, status):
        digest = _digest(file, tick)
        _require_unchanged(path, file, status)
    return digest


def preprocess(image: Image.Image, resolution: int) -> torch.Tensor:
    """CLIP's published preprocessing, pixel for pixel: the reference that `decode` approximates.

    Resize the short side to `resolution` (bicubic, in the picture's own mode, long side rounded
    down), centre crop, RGB, [0, 1], normalise. Like the official code it ignores EXIF rotation. ->
    float32 (3, S, S). Follows openai/CLIP `clip.py` `_transform` with torchvision's rounding of
    `Resize` and `CenterCrop`.
    """
    import numpy as np

    new_width, new_height = _resized(*image.size, resolution)
    if (new_width, new_height) != image.size:
        image = image.resize((new_width, new_height), Image.Resampling.BICUBIC)
    left, top = round((new_width - resolution) / 2.0), round((new_height - resolution) / 2.0)
    image = image.crop((left, top, left + resolution, top + resolution)).convert("RGB")
    return to_model_input(np.array(image)[None])[0]  # (3, S, S)


def to_model_input(pixels: np.ndarray) -> torch.Tensor:
    """uint8 (B, S, S, 3) -> float32 (B, 3, S, S).

    [0, 1], then CLIP's mean and standard deviation per channel.
    """
    import torch

    # (B, 3, S, S)
    scaled = torch.from_numpy(pixels).permute(0, 3, 1, 2).contiguous().float().div(255)
    mean = torch.tensor(CLIP_MEAN).view(1, 3, 1, 1)
    std = torch.tensor(CLIP_STD).view(1, 3, 1, 1)
    return scaled.sub_(mean).div_(std)  # (B, 3, S, S)


# ---------------------------------------------------------------- files


@contextlib.contextmanager
def _opened(path: bytes) -> Iterator[tuple[IO[bytes], os.stat_result]]:
    """A regular file, opened read-only.

    Never waits for the other end of a pipe, never touches a device. Whatever goes wrong with it
    inside the block becomes a sentence.
    """
    flags = os.O_RDONLY
    for flag in ("O_BINARY", "O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC"):
        flags |= getattr(os, flag, 0)
    try:
        _require_regular(path, os.stat(path))
        with open(os.open(path, flags), "rb", buffering=2**16) as file:
            # Of what was opened: the name may have been swapped since the first look.
            status = os.fstat(file.fileno())
            _require_regular(path, status)
            yield file, status
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise UnreadablePhoto(path, _os_reason(error)) from error


def _require_regular(path: bytes, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise UnreadablePhoto(
            path,
            message("It is not a file but a folder, a pipe or a device; it was left alone."),
        )
    if status.st_size == 0:
        raise UnreadablePhoto(path, message("The file is empty."))


def _require_unchanged(path: bytes, file: IO[bytes], before: os.stat_result) -> None:
    now = os.fstat(file.fileno())
    if (before.st_size, before.st_mtime_ns) != (now.st_size, now.st_mtime_ns):
        raise UnreadablePhoto(
            path,
            message("It changed while it was read; it will be read again once it is complete."),
        )


def _digest(
    file: IO[bytes], tick: Callable[[], None], keep: Callable[[bytes], None] = lambda chunk: None
) -> str:
    """Hash the rest of the file, handing each chunk to `keep`."""
    digest = hashlib.blake2b(digest_size=16)
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
        keep(chunk)
        tick()
    return digest.hexdigest()


def _os_reason(error: Exception) -> Message:
    if isinstance(error, PermissionError):
        return message("No permission to read it; allow reading, then retry.")
    if isinstance(error, FileNotFoundError):
        return message("It is no longer there (or a link that leads nowhere).")
    detail = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return message(
        "It could not be read ({detail}); check the drive, then retry.", detail=_plain(detail)
    )


def _plain(text: str) -> str:
    """A library's own words, made fit for one line."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())[:160].rstrip(".")


# ---------------------------------------------------------------- pixels


def _from_picture(
    path: bytes, stream: IO[bytes], longest: int, make: Callable[[Image.Image, Shot | None], Made]
) -> Made:
    """Open the picture and make something of it; every failure becomes a sentence.

    `longest`: long side that will do, for RAW files, whose `Shot` `make` gets as well.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of odd metadata; whatever matters raises
            return _made(path, stream, longest, make)
    except UnreadablePhoto:
        raise
    except UnidentifiedImageError as error:
        raise UnreadablePhoto(
            path, message("It is damaged or not a picture of a kind that Albumen reads.")
        ) from error
    except Image.DecompressionBombError as error:
        raise UnreadablePhoto(path, _too_large()) from error
    except MemoryError as error:
        raise UnreadablePhoto(path, NO_MEMORY) from error
    except (
        Exception
    ) as error:  # decoders raise anything on broken data (struct.error, KeyError, TypeError, ...)
        raise UnreadablePhoto(path, _damaged(error)) from error


def _damaged(error: Exception) -> Message:
    """What a decoder said, without pieces, as the pool takes it: ours, or a library's words."""
    if isinstance(error, camera_raw.DamagedRaw) and isinstance(error.said, Message):
        return error.said
    detail = _plain(str(error)) or type(error).__name__
    return message("The picture is damaged or incomplete ({detail}).", detail=detail)


def _made(
    path: bytes, stream: IO[bytes], longest: int, make: Callable[[Image.Image, Shot | None], Made]
) -> Made:
    shot = _shot(path, stream, longest)
    with shot.image if shot else Image.open(stream, formats=_formats(path)) as image:
        if image.width * image.height > PIXEL_LIMIT:
            raise UnreadablePhoto(path, _too_large(image.size))
        try:
            return make(image, shot)
        except Exception:
            # A camera's preview may be damaged where the sensor's data is sound.
            is_preview = shot is not None and image.format == "JPEG"
            developed = _shot(path, stream, longest, develop=True) if is_preview else None
            if developed is None:
                raise
    with developed.image as image:
        return make(image, developed)


def _formats(path: bytes) -> tuple[str, ...]:
    """Pillow's formats that are tried on a file of this name."""
    if path[-4:].lower() == b".tga":
        return (*_BY_SIGNATURE, "TGA")
    if camera_raw.is_raw(path):
        # And LibRaw does not know it: a TIFF would be the stamp in an unknown RAW file.
        return tuple(name for name in _BY_SIGNATURE if name != TiffImagePlugin.TiffImageFile.format)
    return _BY_SIGNATURE


def _shot(path: bytes, stream: IO[bytes], longest: int, develop: bool = False) -> Shot | None:
    """The picture of a RAW file; None for what has not the name or not the contents of one."""
    if not camera_raw.is_raw(path):
        return None
    try:
        return camera_raw.open_shot(stream, longest, PIXEL_LIMIT, develop)
    except camera_raw.NotRaw:
        stream.seek(0)
        return None
    except ImportError as error:
        raise UnreadablePhoto(
            path,
            message("RAW files need the package rawpy, which does not load; reinstall Albumen."),
        ) from error


def _too_large(size: tuple[int, int] | None = None) -> Message:
    limit = PIXEL_LIMIT // 10**6
    if size is None:
        return message(
            "It has too many pixels; Albumen reads pictures of up to {limit} megapixels.",
            limit=limit,
        )
    width, height = size
    return message(
        "It has {width} x {height} pixels; Albumen reads pictures of up to {limit} megapixels.",
        width=f"{width:,}",
        height=f"{height:,}",
        limit=limit,
    )


def _render(
    image: Image.Image, shot: Shot | None, resolution: int, thumbnail: tuple[int, int]
) -> _Rendered:
    """Decode once."""
    width, height = image.size
    side, quality = thumbnail
    # Twice the model's input on the short side: a bicubic resize from there cannot be told from one
    # of the full picture. The long side must also give the thumbnail; for very long pictures the
    # short side alone decides.
    for_thumbnail = math.ceil(side * min(width, height) / max(width, height))
    wanted = max(min(2 * resolution, width, height), for_thumbnail)
    if image.format == "HEIF":
        # Decoding takes 50 times as long as for JPEG, and phones put a smaller picture beside the
        # large one: take that if it has the pixels that the model needs, without asking for twice
        # as many.
        enough = max(min(resolution, width, height), for_thumbnail) / min(width, height)
        image.draft(None, (math.ceil(width * enough), math.ceil(height * enough)))
    else:
        image.draft(None, (wanted, wanted))  # does nothing but for JPEG
    image.load()
    metadata = shot.exif if shot else exif.read(image)
    drafted = max(width, height) / max(image.size)
    if image.format != "HEIF":
        drafted = round(drafted)  # 1, 2, 4 or 8; the last pixel may stand for less
    factor = max(1, min(image.size) // wanted)
    icc = image.info.get("icc_profile")
    rgb = to_rgb(image, factor, icc)
    turn = metadata.orientation
    if turn >= 5:
        width, height = height, width
    crop = _crop_of_file(width, height, resolution, turn)
    x0, y0, x1, y1 = (edge / (drafted * factor) for edge in crop)
    size = (resolution, resolution)
    square = rgb.resize(
        size, Image.Resampling.BICUBIC, (x0, y0, x1, y1), reducing_gap=_REDUCING_GAP
    )
    small = _fitted(rgb, side, _REDUCING_GAP)
    square, small = _finished(square, icc, turn), _finished(small, icc, turn)
    with io.BytesIO() as out:
        small.save(out, "JPEG", quality=quality)
        encoded = out.getvalue()
    if shot:
        width, height = shot.size
    return (
        square.tobytes(),
        encoded,
        width,
        height,
        metadata.taken_at,
        keywords.of_metadata(image.info),
    )


def _view(path: bytes, image: Image.Image, shot: Shot | None, longest: int) -> Picture:
    width, height = image.size
    scale = min(1.0, longest / max(width, height))
    image.draft(None, (math.ceil(width * scale), math.ceil(height * scale)))
    image.load()
    metadata = shot.exif if shot else exif.read(image)
    icc = image.info.get("icc_profile")
    # Half of the reduction by averaging blocks, the rest by the resize: cheap, and as good to the
    # eye.
    rgb = to_rgb(image, max(1, max(image.size) // (2 * longest)), icc)
    upright = _finished(_fitted(rgb, longest), icc, metadata.orientation)
    if metadata.orientation >= 5:
        width, height = height, width
    if shot:
        width, height = shot.size
    facts = {**metadata.facts, "format": camera_raw.kind(path) if shot else image.format or ""}
    return Picture(path, upright.width, upright.height, upright.tobytes(), width, height, facts)


def _fitted(image: Image.Image, longest: int, reducing_gap: float = 2.0) -> Image.Image:
    """The whole picture with its long side at most `longest`.

    Never enlarged, no side below one pixel. `reducing_gap` as for Pillow's `resize`: what is more
    than that many times too large is averaged first, which is cheap.
    """
    if max(image.size) <= longest:
        return image
    scale = longest / max(image.size)
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return image.resize(size, Image.Resampling.BICUBIC, reducing_gap=reducing_gap)


def _finished(image: Image.Image, icc: bytes | None, orientation: int) -> Image.Image:
    """sRGB and upright; last, because then there are few pixels left."""
    operation = _TURNS.get(orientation)
    image = to_srgb(image, icc)
    return image if operation is None else image.transpose(operation)


def _resized(width: int, height: int, resolution: int) -> tuple[int, int]:
    """Size with the short side at `resolution`.

    The long side is rounded down, as torchvision's `Resize` does.
    """
    if width <= height:
        return resolution, int(resolution * height / width)
    return int(resolution * width / height), resolution


def _crop_of_file(
    width: int, height: int, resolution: int, orientation: int
) -> tuple[float, float, float, float]:
    """The part of the picture that `preprocess` keeps, (left, top, right, bottom).

    In the pixels of the file as it is stored.

    `width`, `height`: of the upright picture. The reference resizes and then crops; its crop,
    scaled back, lets one resize make just those S x S pixels, whatever the aspect.
    """
    new_width, new_height = _resized(width, height, resolution)
    left, top = round((new_width - resolution) / 2.0), round((new_height - resolution) / 2.0)
    across, down = width / new_width, height / new_height
    x0, x1 = left * across, min((left + resolution) * across, width)
    y0, y1 = top * down, min((top + resolution) * down, height)
    return {
        2: (width - x1, y0, width - x0, y1),
        3: (width - x1, height - y1, width - x0, height - y0),
        4: (x0, height - y1, x1, height - y0),
        5: (y0, x0, y1, x1),
        6: (y0, width - x1, y1, width - x0),
        7: (height - y1, width - x1, height - y0, width - x0),
        8: (height - y1, x0, height - y0, x1),
    }.get(orientation, (x0, y0, x1, y1))
