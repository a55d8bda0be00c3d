"""What cameras call RAW -> a picture.

The preview that the camera put into the file, or a development of the sensor's data.

Knows: LibRaw (by rawpy), which of the two is good enough, how both are turned upright, and where
such files keep date and camera. Does not know: the model's input, thumbnails (`decode`), processes
(`decode_pool`). rawpy and numpy are imported with the first RAW file, so that decoding processes
that never meet one stay small.

The preview comes first: it is the camera's own rendering, as the photographer saw it, and costs
little. Where it would have to be enlarged too much (`ENLARGED`), the sensor's data is developed.
"""

from __future__ import annotations

import io
import os
import struct
from dataclasses import replace
from typing import IO, TYPE_CHECKING, NamedTuple

from PIL import Image, UnidentifiedImageError

from engine.images import exif
from engine.messages import Message, message

if TYPE_CHECKING:
    import rawpy

# As LibRaw reads them. Left out on purpose: `.raw` (anything may be called that), cinema formats.
ENDINGS = (
    # Adobe, phones; Canon; Nikon; Sony
    ".dng",
    ".cr2",
    ".cr3",
    ".crw",
    ".nef",
    ".nrw",
    ".arw",
    ".sr2",
    ".srf",
    # Fujifilm, Olympus, Panasonic, Leica, Pentax, ...
    ".raf",
    ".orf",
    ".rw2",
    ".rwl",
    ".pef",
    ".srw",
    ".x3f",
    # And of makers whose cameras are rare.
    ".3fr",
    ".fff",
    ".iiq",
    ".mos",
    ".mef",
    ".mrw",
    ".erf",
    ".kdc",
    ".dcr",
    ".gpr",
)
_BY_NAME = frozenset(os.fsencode(ending) for ending in ENDINGS)

SMALLEST_PREVIEW = 512  # long side: less is never shown where the sensor has more
ENLARGED = 2.5  # how many times a preview may be enlarged on the screen
LARGEST_FILE = 2**30  # it is read as a whole; no camera writes as much for one picture
_SAME_SHAPE = 0.02  # width to height, relatively: previews are often cut a few pixels closer
_ORIENTATION, _XMP = 0x0112, 0x02BC
_TAIL = 64  # bytes
# LibRaw's turns (bits: mirror left-right, upside down, transpose) -> EXIF orientation.
_ORIENTATIONS = (1, 2, 4, 3, 5, 8, 6, 7)
# The last four: Olympus, Panasonic.
_LIKE_TIFF = (
    b"II*\0",
    b"MM\0*",
    b"IIRO",
    b"IIRS",
    b"MMOR",
    b"IIU\0",
)


class NotRaw(Exception):  # noqa: N818 - no fault
    """LibRaw does not know the contents: another kind of picture may have a RAW file's name."""


class DamagedRaw(Exception):  # noqa: N818
    """LibRaw knows the contents and cannot read them. `said`: the whole sentence,
    or LibRaw's words."""

    def __init__(self, said: Message | str) -> None:
        super().__init__(said)
        self.said = said


class Shot(NamedTuple):
    """The picture of a RAW file.

    `image`: preview or development, possibly not decoded yet, with the file's XMP in its `info`;
    `exif.orientation` makes it upright. `size`: width and height of the whole picture, upright; a
    preview may be smaller.
    """

    image: Image.Image
    size: tuple[int, int]
    exif: exif.Exif


def is_raw(path: bytes) -> bool:
    """Whether the file's name says that it is a RAW file."""
    return os.path.splitext(path)[1].lower() in _BY_NAME


def kind(path: bytes) -> str:
    """The kind of RAW file as people call it: `NEF`."""
    return os.path.splitext(os.fsdecode(path))[1][1:].upper()


def open_shot(stream: IO[bytes], longest: int, pixel_limit: int, develop: bool = False) -> Shot:
    """The picture of a RAW file, good enough for a long side of `longest` pixels.

    `develop`: in any case from the sensor's data.

    Raises NotRaw, DamagedRaw, MemoryError, Image.DecompressionBombError (more than `pixel_limit`
    pixels) and ImportError (rawpy does not load). For files you trust, or inside a decoding
    process.
    """
    import rawpy

    if stream.seek(0, os.SEEK_END) > LARGEST_FILE:
        raise MemoryError
    stream.seek(0)
    data = stream.read()  # LibRaw reads from it until `file` is closed
    with rawpy.RawPy() as file:
        try:
            file.open_buffer(io.BytesIO(data))
            written, xmp = _written(data)
            shot = _shot(file, None if develop else data, written, longest, pixel_limit)
        except rawpy.LibRawFileUnsupportedError as error:
            raise NotRaw from error
        except (rawpy.LibRawUnsufficientMemoryError, rawpy.LibRawTooBigError) as error:
            raise MemoryError from error
        except rawpy.LibRawIOError as error:  # there is no input but `data`
            raise DamagedRaw(
                message("The picture is damaged or incomplete (it ends too early).")
            ) from error
        except rawpy.LibRawError as error:
            words = error.args[0] if error.args else ""
            raise DamagedRaw(
                words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
            ) from error
    if xmp:
        shot.image.info["xmp"] = xmp
    return shot


def _shot(
    file: rawpy.RawPy, data: bytes | None, written: exif.Exif, longest: int, pixel_limit: int
) -> Shot:
    """`data`: what the file holds; None where its preview is not wanted."""
    import rawpy

    sizes = file.sizes
    if sizes.raw_width * sizes.raw_height > pixel_limit:
        raise Image.DecompressionBombError
    if not (sizes.width and sizes.height):
        raise DamagedRaw(message("The picture is damaged or incomplete (no pixels)."))
    orientation = _ORIENTATIONS[sizes.flip & 7]
    whole = _upright((sizes.width, sizes.height), orientation)
    preview = None if data is None else _preview(file, data)
    if preview is None:
        developed = _developed(file, longest < max(whole))
        taken_at = written.taken_at if written.taken_at is not None else _moment(file)
        return Shot(
            developed,
            _within(whole, developed.size),
            replace(written, orientation=1, taken_at=taken_at),
        )
    beside = _beside(preview)
    said = (beside.orientation,) if _ORIENTATION in preview.getexif() else ()
    turn = _turn((*said, orientation, 1), preview.size, whole)
    size = _within(whole, _upright(preview.size, turn))
    facts = beside.facts | written.facts
    taken_at = written.taken_at if written.taken_at is not None else beside.taken_at
    # In another shape (a camera set to 16:9) the preview is the picture that was meant; zooming in
    # does not change it.
    needed = max(longest if size == whole else 0, ENLARGED * SMALLEST_PREVIEW)
    if max(preview.size) * ENLARGED < min(needed, max(whole)):
        try:
            developed = _developed(file, longest < max(whole))
        except (rawpy.LibRawFileUnsupportedError, rawpy.LibRawNotImplementedError):
            pass  # a compression that LibRaw does not know
        else:
            return Shot(developed, _within(whole, developed.size), exif.Exif(1, taken_at, facts))
    return Shot(preview, size, exif.Exif(turn, taken_at, facts))


def _preview(file: rawpy.RawPy, data: bytes) -> Image.Image | None:
    """The largest sound picture that the camera put beside the sensor's data, or None."""
    import rawpy

    try:
        found = file.extract_thumb().data
        # Of a file that was cut off, LibRaw gives as many bytes as there should be; the last ones
        # it never read.
        if (found[-_TAIL:] if isinstance(found, bytes) else found[-1].tobytes()) not in data:
            return None
        if isinstance(found, bytes):
            return Image.open(io.BytesIO(found), formats=("JPEG",))
        return Image.fromarray(found)
    except rawpy.LibRawUnsufficientMemoryError:
        raise
    except (rawpy.LibRawError, NotImplementedError, UnidentifiedImageError, ValueError, TypeError):
        pass
    return None


def _developed(file: rawpy.RawPy, half: bool) -> Image.Image:
    """The sensor's data as an upright sRGB picture.

    `half`: one pixel for 2 x 2 of the sensor, which is much quicker. PPG takes half the time of
    LibRaw's default.
    """
    import rawpy

    # (H, W, 3), grey sensors (H, W, 1)
    pixels = file.postprocess(
        half_size=half,
        use_camera_wb=True,
        demosaic_algorithm=rawpy.DemosaicAlgorithm.PPG,
        gamma=(2.4, 12.92),  # sRGB's
    )
    return Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)


def _written(data: bytes) -> tuple[exif.Exif, bytes]:
    """EXIF and XMP of a RAW file that is built like TIFF, under whatever mark."""
    if data[:4] not in _LIKE_TIFF:
        return exif.Exif(), b""
    tags = Image.Exif()
    tags.endian = "<" if data[:2] == b"II" else ">"
    try:
        tags.load_from_fp(io.BytesIO(data), struct.unpack(f"{tags.endian}I", data[4:8])[0])
        xmp = tags.get(_XMP)
    except Exception:  # broken metadata never costs a photo
        return exif.Exif(), b""
    return exif.read(tags), xmp if isinstance(xmp, bytes) else b""


def _moment(file: rawpy.RawPy) -> float | None:
    """When LibRaw believes that the picture was taken.

    Only after a development (it unpacks the sensor's data).
    """
    try:
        return file.other.timestamp.timestamp() or None
    except (ValueError, OverflowError, OSError):
        return None


def _upright(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    return (size[1], size[0]) if orientation >= 5 else size


def _beside(preview: Image.Image) -> exif.Exif:
    """EXIF of the preview.

    Where the camera wrote none LibRaw makes it up, signed and, without a date, of 1970.
    """
    read = exif.read(preview)
    if not read.facts.get("software", "").startswith("dcraw"):
        return read
    left_out = ("software",) if read.taken_at else ("software", "taken")
    facts = {key: text for key, text in read.facts.items() if key not in left_out}
    return replace(read, taken_at=read.taken_at or None, facts=facts)


def _turn(candidates: tuple[int, ...], stored: tuple[int, int], whole: tuple[int, int]) -> int:
    """The first orientation that makes the preview lie as the whole picture does.

    Some cameras turn previews, some say so, some leave both to the reader.
    """
    lies = whole[0] >= whole[1]
    for orientation in candidates:
        width, height = _upright(stored, orientation)
        if (width >= height) == lies:
            return orientation
    return candidates[0]


def _within(whole: tuple[int, int], shape: tuple[int, int]) -> tuple[int, int]:
    """The largest size of that shape inside `whole`; `whole` itself where the shapes agree."""
    width, height = whole
    ratio = shape[0] * height / (shape[1] * width)
    if abs(ratio - 1) <= _SAME_SHAPE:
        return whole
    return (
        (width, max(1, round(height / ratio)))
        if ratio > 1
        else (max(1, round(width * ratio)), height)
    )
