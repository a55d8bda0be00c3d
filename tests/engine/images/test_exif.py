"""Dates and facts out of metadata that may be absurd."""

from __future__ import annotations

import calendar
import io
import time

import pytest
from PIL import Image

from engine.images import exif


def with_tags(
    details: dict[int, object] | None = None, gps: dict[int, object] | None = None, **tags: object
) -> Image.Image:
    """A loaded JPEG with these EXIF tags (names are hexadecimal: x0132=...)."""
    metadata = Image.Exif()
    for name, value in tags.items():
        metadata[int(name[1:], 16)] = value
    metadata.get_ifd(0x8769).update(details or {})
    metadata.get_ifd(0x8825).update(gps or {})
    data = io.BytesIO()
    Image.new("RGB", (4, 4)).save(data, "JPEG", exif=metadata)
    image = Image.open(io.BytesIO(data.getvalue()))
    image.load()
    return image


@pytest.fixture(autouse=True)
def zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    if hasattr(time, "tzset"):
        time.tzset()


UTC = calendar.timegm((2023, 6, 1, 14, 3, 5))


def test_date_with_offset_and_fraction() -> None:
    image = with_tags({0x9003: "2023:06:01 14:03:05", 0x9291: "250", 0x9011: "+02:00"})
    assert exif.read(image).taken_at == UTC - 7200 + 0.25
    image = with_tags({0x9003: "2023:06:01 14:03:05", 0x9011: "-05:30"})
    assert exif.read(image).taken_at == UTC + 19800


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the time zone cannot be set")
def test_date_without_offset_is_local_time() -> None:
    assert exif.read(with_tags({0x9003: "2023:06:01 14:03:05"})).taken_at == UTC + 4 * 3600


def test_original_before_digitized_before_edited() -> None:
    zones: dict[int, object] = {0x9011: "+00:00", 0x9012: "+00:00", 0x9010: "+00:00"}
    dates: dict[int, object] = {0x9003: "2001:01:01 00:00:00", 0x9004: "2002:01:01 00:00:00"}
    edited = "2003:01:01 00:00:00"
    for year in (2001, 2002, 2003):
        assert exif.read(with_tags({**dates, **zones}, x0132=edited)).taken_at == calendar.timegm(
            (year, 1, 1, 0, 0, 0)
        )
        if dates:
            del dates[min(dates)]


@pytest.mark.parametrize(
    "date",
    [
        "0000:00:00 00:00:00",
        "",
        "    :  :     :  :  ",
        "2023:13:45 99:99:99",
        "yesterday",
        "1200:01:01 00:00:00",
        "\0" * 19,
    ],
)
def test_absurd_dates_are_none(date: str) -> None:
    assert exif.read(with_tags({0x9003: date})).taken_at is None


def test_absurd_fractions_and_offsets_do_not_cost_the_date() -> None:
    image = with_tags({0x9003: "2023-06-01 14:03:05", 0x9291: "٣", 0x9011: "+00:00"})
    assert exif.read(image).taken_at == UTC
    for offset in ("nonsense", "+2:00", "+aa:bb", ""):
        assert (
            exif.read(with_tags({0x9003: "2023:06:01 14:03:05", 0x9011: offset})).taken_at
            is not None
        )


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_impossible_orientations_are_upright(orientation: int) -> None:
    assert exif.read(with_tags(x0112=orientation)).orientation == 1


def test_facts_are_short_plain_texts() -> None:
    image = with_tags(
        {
            0x829A: 0.004,
            0x829D: 2.8,
            0x8827: 400,
            0x920A: 35.0,
            0xA434: "A\tlens\n<b>",
            0x9003: "2023:06:01 14:03:05",
        },
        {1: "N", 2: (48.0, 8.0, 13.92), 3: "W", 4: (11.0, 34.0, 32.16)},
        x010F="NIKON CORPORATION",
        x0110="NIKON Z 6\0\0",
        x0131="x" * 500,
    )
    assert exif.read(image).facts == {
        "camera": "NIKON CORPORATION NIKON Z 6",
        "lens": "A lens <b>",
        "exposure": "1/250 s",
        "aperture": "f/2.8",
        "iso": "400",
        "focal_length": "35 mm",
        "taken": "2023-06-01 14:03",
        "gps": "48.1372, -11.5756",
        "software": "x" * 120,
    }
    assert exif.read(with_tags({0x829A: 2.0})).facts == {"exposure": "2 s"}


def test_hostile_facts_are_left_out() -> None:
    gps: dict[int, object] = {1: "N", 2: (99.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)}
    assert exif.read(with_tags({0x829A: 0.0, 0x829D: 0.0, 0x8827: 0}, gps)).facts == {}


def test_garbage_instead_of_metadata() -> None:
    image = Image.new("RGB", (4, 4))
    endless = b"MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 50
    for data in (
        b"Exif\0\0" + bytes(40),
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0" + endless,
        b"x",
    ):
        image.info["exif"] = data
        image._exif = None  # type: ignore[attr-defined] # what opening a file leaves
        assert exif.read(image).orientation == 1
