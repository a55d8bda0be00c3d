"""Small RAW files of our own: DNGs with an uncompressed sensor mosaic and, where wanted, a preview.

Knows: the tags that TIFF/EP and DNG 1.4 ask for. Nothing here is anybody's photo, and no camera
made it.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence

from PIL import Image

Value = int | str | Sequence[int] | Sequence[tuple[int, int]]
Entries = dict[int, tuple[int, Value]]
_BYTE, _ASCII, _SHORT, _LONG, _RATIONAL, _SIGNED = 1, 2, 3, 4, 5, 10
_LETTERS = {_BYTE: "B", _SHORT: "H", _LONG: "I", _RATIONAL: "I", _SIGNED: "i"}
_WHITE = 4000
# XYZ (D65) to linear sRGB, times 10,000: the mosaic holds linear sRGB.
_MATRIX = (32405, -15371, -4985, -9693, 18760, 416, 556, -2040, 10572)


def dng(
    picture: Image.Image,
    preview: Image.Image | None = None,
    *,
    orientation: int = 1,
    bitmap: bool = False,
    preview_exif: bytes = b"",
    little: bool = True,
    taken: str = "2021:07:08 09:10:11",
    xmp: bytes = b"",
) -> bytes:
    """A DNG whose mosaic holds `picture` (RGB, as the sensor sees it).

    In RGGB order, 16 bits, uncompressed.

    `preview`: stored as JPEG, with `preview_exif` inside, in a SubIFD; with `bitmap` as
    uncompressed RGB. `orientation`: EXIF value of the whole file. `little`: byte order. `taken`:
    DateTimeOriginal, '' for none. As cameras write it, directories come first, then the preview,
    then the mosaic.
    """
    order = "<" if little else ">"
    shown = b"" if preview is None else _encoded(preview, bitmap, preview_exif)
    mosaic = _mosaic(picture, order)
    start = 0
    for _ in range(2):  # the first time only to learn how long the directories are
        tiff = _Tiff(order)
        subs = [tiff.directory(_mosaic_entries(picture, start + len(shown), len(mosaic)))]
        if preview is not None:
            subs.append(tiff.directory(_preview_entries(preview, start, len(shown), bitmap)))
        exif: Entries = {
            0x829A: (_RATIONAL, [(1, 250)]),
            0x829D: (_RATIONAL, [(28, 10)]),
            0x8827: (_SHORT, 400),
            0xA434: (_ASCII, "Test Lens 35mm"),
        }
        if taken:
            exif[0x9003] = (_ASCII, taken)
        head = tiff.whole(
            ({0x02BC: (_BYTE, list(xmp))} if xmp else {})
            | {
                0x010F: (_ASCII, "Albumen"),
                0x0110: (_ASCII, "Test Camera"),
                0x0112: (_SHORT, orientation),
                0x014A: (_LONG, subs),
                0x8769: (_LONG, tiff.directory(exif)),
                0xC612: (_BYTE, [1, 4, 0, 0]),  # DNGVersion
                0xC613: (_BYTE, [1, 1, 0, 0]),  # DNGBackwardVersion
                0xC614: (_ASCII, "Albumen Test Camera"),  # UniqueCameraModel
                0xC621: (_SIGNED, [(number, 10_000) for number in _MATRIX]),  # ColorMatrix1
                0xC628: (_RATIONAL, [(1, 1), (1, 1), (1, 1)]),  # AsShotNeutral
                0xC65A: (_SHORT, 21),  # CalibrationIlluminant1: D65
            }
        )
        start = len(head)
    return head + shown + mosaic


def _mosaic(picture: Image.Image, order: str) -> bytes:
    width, height = picture.size
    linear = [round(_WHITE * (value / 255) ** 2.2) for value in range(256)]
    channels = [channel.tobytes() for channel in picture.convert("RGB").split()]
    values = [
        linear[channels[(y & 1) + (x & 1)][y * width + x]]  # red, green; green, blue
        for y in range(height)
        for x in range(width)
    ]
    return struct.pack(f"{order}{len(values)}H", *values)


def _mosaic_entries(picture: Image.Image, at: int, length: int) -> Entries:
    return {
        0x00FE: (_LONG, 0),
        0x0100: (_LONG, picture.width),
        0x0101: (_LONG, picture.height),
        0x0102: (_SHORT, 16),
        0x0103: (_SHORT, 1),
        0x0106: (_SHORT, 32803),  # colour filter array
        0x0111: (_LONG, at),
        0x0115: (_SHORT, 1),
        0x0116: (_LONG, picture.height),
        0x0117: (_LONG, length),
        0x828D: (_SHORT, [2, 2]),
        0x828E: (_BYTE, [0, 1, 1, 2]),
        0xC61A: (_SHORT, 0),  # BlackLevel
        0xC61D: (_SHORT, _WHITE),  # WhiteLevel
    }


def _encoded(preview: Image.Image, bitmap: bool, exif: bytes) -> bytes:
    if bitmap:
        return preview.convert("RGB").tobytes()
    out = io.BytesIO()
    preview.save(out, "JPEG", quality=92, exif=exif)
    return out.getvalue() + bytes(len(out.getvalue()) % 2)


def _preview_entries(preview: Image.Image, at: int, length: int, bitmap: bool) -> Entries:
    return {
        0x00FE: (_LONG, 1),
        0x0100: (_LONG, preview.width),
        0x0101: (_LONG, preview.height),
        0x0102: (_SHORT, [8, 8, 8]),
        0x0103: (_SHORT, 1 if bitmap else 7),
        0x0106: (_SHORT, 2 if bitmap else 6),
        0x0111: (_LONG, at),
        0x0115: (_SHORT, 3),
        0x0116: (_LONG, preview.height),
        0x0117: (_LONG, length),
    }


class _Tiff:
    """The head of a TIFF.

    Directories and what they refer to, each written before the one that names it.
    """

    def __init__(self, order: str) -> None:
        self._order = order
        self._data = bytearray(8)

    def directory(self, entries: Entries) -> int:
        """Append a directory of tag -> (type, value); where it begins."""
        packed = b""
        for tag, (kind, value) in sorted(entries.items()):
            count, data = self._packed(kind, value)
            inside = (
                data.ljust(4, b"\0")
                if len(data) <= 4
                else struct.pack(self._order + "I", self._block(data))
            )
            packed += struct.pack(self._order + "HHI", tag, kind, count) + inside
        return self._block(struct.pack(self._order + "H", len(entries)) + packed + bytes(4))

    def whole(self, entries: Entries) -> bytes:
        """Everything, with these entries as the first directory."""
        first = self.directory(entries)
        mark = b"II*\0" if self._order == "<" else b"MM\0*"
        return mark + struct.pack(self._order + "I", first) + bytes(self._data[8:])

    def _block(self, data: bytes) -> int:
        at = len(self._data)
        self._data += data + bytes(len(data) % 2)
        return at

    def _packed(self, kind: int, value: Value) -> tuple[int, bytes]:
        if isinstance(value, str):
            data = value.encode() + b"\0"
            return len(data), data
        values = [value] if isinstance(value, int) else list(value)
        flat = [number for one in values for number in (one if isinstance(one, tuple) else (one,))]
        return len(values), struct.pack(f"{self._order}{len(flat)}{_LETTERS[kind]}", *flat)
