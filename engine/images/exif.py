"""What a camera wrote beside the pixels.

Orientation, the moment, and the facts for an information panel.

Knows: the EXIF tags that Albumen uses, and that every one of them may be missing, absurd or
hostile. Does not know: pixels, files. Nothing here raises: broken metadata never costs a photo.
"""

from __future__ import annotations

import calendar
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

_DETAILS, _GPS = 0x8769, 0x8825
_LONGEST_FACT = 120


@dataclass(frozen=True, slots=True)
class Exif:
    """`orientation` 1..8.

    `taken_at` seconds since the epoch or None; `facts` short texts by fixed keys: `camera`, `lens`,
    `exposure`, `aperture`, `iso`, `focal_length`, `taken`, `gps`, `software`. What the file does
    not say is left out.
    """

    orientation: int = 1
    taken_at: float | None = None
    facts: dict[str, str] = field(default_factory=dict)


def read(picture: Image.Image | Image.Exif) -> Exif:
    """The metadata of a loaded picture, or a block of EXIF.

    A TIFF was turned upright by Pillow already and says 1.
    """
    try:
        tags = picture if isinstance(picture, Image.Exif) else picture.getexif()
        orientation = tags.get(0x0112, 1)
    except Exception:
        return Exif()
    if not (isinstance(orientation, int) and 1 <= orientation <= 8):
        orientation = 1
    details = _directory(tags, _DETAILS)
    # DateTimeOriginal, then DateTimeDigitized, then DateTime (the last edit), each with its
    # sub-seconds and offset.
    moments = (
        (details, 0x9003, 0x9291, 0x9011),
        (details, 0x9004, 0x9292, 0x9012),
        (tags, 0x0132, 0x9290, 0x9010),
    )
    for source, date, fraction, offset in moments:
        taken_at = _seconds(source.get(date), details.get(fraction), details.get(offset))
        if taken_at is not None:
            taken = str(source[date])[:16].replace(":", "-", 2)
            return Exif(orientation, taken_at, _facts(tags, details, _directory(tags, _GPS), taken))
    return Exif(orientation, None, _facts(tags, details, _directory(tags, _GPS), ""))


def _directory(tags: Image.Exif, tag: int) -> Mapping[int, Any]:
    try:
        return tags.get_ifd(tag)
    except Exception:
        return {}


def _facts(
    tags: Mapping[int, Any], details: Mapping[int, Any], gps: Mapping[int, Any], taken: str
) -> dict[str, str]:
    maker, model = _text(tags.get(0x010F)), _text(tags.get(0x0110))
    exposure = _number(details.get(0x829A))
    aperture = _number(details.get(0x829D))
    focal = _number(details.get(0x920A))
    iso = details.get(0x8827)
    iso = iso[0] if isinstance(iso, tuple) and iso else iso
    facts = {
        "camera": model if model.lower().startswith(maker.lower()) else f"{maker} {model}".strip(),
        "lens": _text(details.get(0xA434)),
        "exposure": ""
        if not exposure
        else f"{exposure:g} s"
        if exposure >= 0.3
        else f"1/{1 / exposure:.0f} s",
        "aperture": f"f/{aperture:.3g}" if aperture else "",
        "iso": str(iso) if isinstance(iso, int) and iso > 0 else "",
        "focal_length": f"{focal:.4g} mm" if focal else "",
        "taken": taken,
        "gps": _position(gps),
        "software": _text(tags.get(0x0131)),
    }
    return {key: text for key, text in facts.items() if text}


def _text(value: Any) -> str:
    """One short line of printable text, whatever the tag holds."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return ""
    line = " ".join(value.replace("\0", " ").split())
    return "".join(character for character in line if character.isprintable())[:_LONGEST_FACT]


def _number(value: Any) -> float | None:
    """A positive, finite rational or None."""
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return number if math.isfinite(number) and number > 0 else None


def _position(gps: Mapping[int, Any]) -> str:
    """`48.1372, 11.5756` (north and east positive), or '' when incomplete or impossible."""
    degrees = []
    for reference, value, negative, limit in ((1, 2, "S", 90), (3, 4, "W", 180)):
        try:
            whole, minutes, seconds = (float(part) for part in gps[value])
        except (KeyError, TypeError, ValueError, ZeroDivisionError, OverflowError):
            return ""
        angle = whole + minutes / 60 + seconds / 3600
        if not 0 <= angle <= limit:  # also False for NaN
            return ""
        degrees.append(-angle if _text(gps.get(reference)).upper() == negative else angle)
    return f"{degrees[0]:.4f}, {degrees[1]:.4f}"


def _seconds(date: Any, fraction: Any, offset: Any) -> float | None:
    """`YYYY:MM:DD HH:MM:SS`, sub-seconds `ddd` and offset `+HH:MM` -> seconds since the epoch.

    Without offset: local time.
    """
    if not isinstance(date, str):
        return None
    try:
        parts = time.strptime(date.strip("\0 ").replace("-", ":")[:19], "%Y:%m:%d %H:%M:%S")
        if parts.tm_year < 1826:  # the year of the first photograph
            return None
        digits = fraction.strip("\0 ") if isinstance(fraction, str) else ""
        parsed = float(f"0.{digits}") if digits.isascii() and digits.isdigit() else 0.0
        zone = offset.strip("\0 ") if isinstance(offset, str) else ""
        if (
            len(zone) == 6
            and zone[0] in "+-"
            and zone[3] == ":"
            and (zone[1:3] + zone[4:]).isdigit()
        ):
            east = (int(zone[1:3]) * 60 + int(zone[4:])) * 60
            return calendar.timegm(parts) - (east if zone[0] == "+" else -east) + parsed
        try:
            return time.mktime((*parts[:8], -1)) + parsed
        except (OverflowError, ValueError):  # before 1970 on Windows
            return calendar.timegm(parts) + parsed
    except ValueError:
        return None
