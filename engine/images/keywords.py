"""Keywords that other programs left, to words and back.

XMP (`dc:subject`, ISO 16684-1) and IPTC-IIM (record 2, data set 25).

Knows: the two formats, and that they may be broken or made to attack a parser. Does not know:
files, photos, labels.
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # decoding processes start without it: few photos carry XMP
    from xml.dom import minidom

MOST = 200  # words of one photo
LONGEST = 100  # characters of a word, as long as a label's name may be
_X = "adobe:ns:meta/"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DC = "http://purl.org/dc/elements/1.1/"
_XMLNS = "http://www.w3.org/2000/xmlns/"
EMPTY = (
    f'<x:xmpmeta xmlns:x="{_X}"><rdf:RDF xmlns:rdf="{_RDF}">'
    '<rdf:Description rdf:about=""/></rdf:RDF></x:xmpmeta>'
)
_IIM_KEYWORD, _IIM_CHARSET = (2, 25), (1, 90)
_IIM_RESOURCE = 0x0404  # Photoshop's image resource that holds IPTC


def of_metadata(info: Mapping[Any, Any]) -> tuple[str, ...]:
    """The keywords in what Pillow puts into `Image.info` (`xmp`, `photoshop`), each once.

    Nothing here raises.
    """
    words: list[str] = []
    packet = info.get("xmp") or info.get("XML:com.adobe.xmp")
    packet = packet.encode("utf-8", "replace") if isinstance(packet, str) else packet
    if isinstance(packet, bytes):
        with contextlib.suppress(ValueError):  # broken metadata never costs a photo
            words += of_xmp(packet)
    resources = info.get("photoshop")
    iptc = resources.get(_IIM_RESOURCE) if isinstance(resources, dict) else None
    if isinstance(iptc, bytes):
        words += _of_iim(iptc)
    clean = (" ".join(word.split()) for word in words)
    return tuple(
        word
        for word in dict.fromkeys(clean)
        if word and word.isprintable() and len(word) <= LONGEST
    )[:MOST]


def of_xmp(packet: bytes) -> list[str]:
    """The keywords of an XMP packet, each once, in its order. ValueError for what is none."""
    return _subject(parse(packet))


def parse(packet: bytes) -> minidom.Document:
    """The XML of an XMP packet.

    ValueError for what is none, and for entities: XMP has none, attacks on parsers do.
    """
    from xml.dom import minidom
    from xml.parsers.expat import ExpatError

    if b"<!DOCTYPE" in packet or b"<!ENTITY" in packet:
        raise ValueError("it declares entities")
    try:
        document = minidom.parseString(packet.strip(b"\0 \r\n\t"))
    except (ExpatError, LookupError, RecursionError) as error:
        raise ValueError(str(error)) from error
    if not document.getElementsByTagNameNS(_RDF, "RDF"):
        raise ValueError("it holds no RDF")
    return document


def replaced(packet: bytes, keywords: Sequence[str]) -> bytes:
    """The same XMP packet with these keywords and nothing else changed.

    ValueError for what is no XMP, and for words that XML cannot hold.
    """
    document = parse(packet)
    _set_subject(document, keywords)
    body = document.documentElement.toxml() if document.documentElement else ""
    begin = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    written = f'{begin}\n{body}\n<?xpacket end="w"?>\n'.encode()
    if of_xmp(written) != list(keywords):  # what cannot be read again must never replace what can
        raise ValueError("it cannot hold these words")
    return written


def _subject(document: minidom.Document) -> list[str]:
    words = []
    for subject in document.getElementsByTagNameNS(_DC, "subject"):
        for item in subject.getElementsByTagNameNS(_RDF, "li"):
            words.append(
                "".join(
                    node.data for node in item.childNodes if node.nodeType == node.TEXT_NODE
                ).strip()
            )
    return [word for word in dict.fromkeys(words) if word]


def _set_subject(document: minidom.Document, words: Sequence[str]) -> None:
    """Replace the bag of `dc:subject` (the first one; more than one are joined) or make it."""
    subjects = document.getElementsByTagNameNS(_DC, "subject")
    for extra in subjects[1:]:
        if extra.parentNode is not None:
            extra.parentNode.removeChild(extra)
    if subjects:
        subject = subjects[0]
        while subject.firstChild:
            subject.removeChild(subject.firstChild)
    else:
        described = document.getElementsByTagNameNS(_RDF, "Description")
        if described:
            parent = described[0]
        else:
            rdf = document.getElementsByTagNameNS(_RDF, "RDF")[0]
            parent = rdf.appendChild(document.createElementNS(_RDF, "rdf:Description"))
            parent.setAttributeNS(_XMLNS, "xmlns:rdf", _RDF)
            parent.setAttributeNS(_RDF, "rdf:about", "")
        subject = parent.appendChild(document.createElementNS(_DC, "dc:subject"))
        subject.setAttributeNS(_XMLNS, "xmlns:dc", _DC)
    bag = subject.appendChild(document.createElementNS(_RDF, "rdf:Bag"))
    # The file may call this namespace by another name.
    bag.setAttributeNS(_XMLNS, "xmlns:rdf", _RDF)
    for word in words:
        item = bag.appendChild(document.createElementNS(_RDF, "rdf:li"))
        item.appendChild(document.createTextNode(word))


def _of_iim(data: bytes) -> list[str]:
    """IPTC-IIM 4.2: data sets of a marker 0x1C, record, number, length (15 bits), value."""
    words = []
    encoding = "utf-8"
    place = 0
    while place + 5 <= len(data) and data[place] == 0x1C:
        record, number, length = struct.unpack_from(">BBH", data, place + 1)
        if length & 0x8000:  # an extended length: no keyword is as long
            break
        value = data[place + 5 : place + 5 + length]
        if (record, number) == _IIM_CHARSET and value != b"\x1b%G":
            encoding = "latin-1"
        elif (record, number) == _IIM_KEYWORD:
            try:
                words.append(value.decode(encoding))
            except UnicodeDecodeError:
                words.append(value.decode("latin-1"))
        place += 5 + length
    return words
