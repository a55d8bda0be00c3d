"""Keywords in XMP packets and IPTC records: as other programs write them, broken, and hostile."""

from __future__ import annotations

import io
import struct

import pytest
from PIL import Image

from engine.images import keywords
from tests.support.xmp import packet


def iim(*words: bytes, charset: bytes = b"") -> bytes:
    sets = [(1, 90, charset)] if charset else []
    sets += [(2, 0, b"\0\4"), (2, 80, b"a byline"), *((2, 25, word) for word in words)]
    return b"".join(
        b"\x1c" + struct.pack(">BBH", record, number, len(value)) + value
        for record, number, value in sets
    )


def test_from_a_real_jpeg() -> None:
    data = io.BytesIO()
    Image.new("RGB", (8, 8)).save(data, "JPEG", xmp=packet("cat", "our  sofa", "cat", "猫"))
    with Image.open(data) as image:
        assert keywords.of_metadata(image.info) == ("cat", "our sofa", "猫")


def test_iptc_with_and_without_a_charset_and_beside_xmp() -> None:
    info = {
        "photoshop": {0x0404: iim("Zürich".encode(), b"cat", charset=b"\x1b%G")},
        "xmp": packet("cat"),
    }
    assert keywords.of_metadata(info) == ("cat", "Zürich")
    assert keywords.of_metadata({"photoshop": {0x0404: iim("Zürich".encode("latin-1"))}}) == (
        "Zürich",
    )


@pytest.mark.parametrize(
    "info",
    [
        {},
        {"xmp": b""},
        {"xmp": b"\xff\xfe<"},
        {"xmp": packet("cat")[:-20]},
        {"xmp": b'<!DOCTYPE a [<!ENTITY b "b">]>' + packet("&b;")},
        {"xmp": packet("", " ", "x" * 101)},
        {"xmp": 7, "photoshop": 7},
        {"photoshop": {0x0404: b"\x1c"}},
        {"photoshop": {0x0404: iim(b"cat")[:-1][:12]}},
        {"photoshop": {0x0404: b"\x1c\x02\x19\xff\xff" + b"a" * 50}},
        {"photoshop": {0x0404: "text"}},
    ],
)
def test_what_is_broken_or_hostile_has_no_keywords(info: dict[str, object]) -> None:
    assert keywords.of_metadata(info) == ()


def test_no_more_than_a_person_could_mean() -> None:
    assert (
        len(keywords.of_metadata({"xmp": packet(*(f"word {n}" for n in range(5000)))}))
        == keywords.MOST
    )


def test_words_are_replaced_and_cannot_break_out() -> None:
    hostile = ["</rdf:li>", "<img src=x>", "]]>", "a & b", '"']
    assert keywords.of_xmp(keywords.replaced(packet("old"), hostile)) == hostile
    with pytest.raises(ValueError, match="cannot hold"):
        keywords.replaced(packet("old"), ["  outer blanks "])
    with pytest.raises(ValueError, match="no RDF"):
        keywords.replaced(b"<html/>", ["cat"])
