"""XMP packets as other programs write them into photos. Knows nothing of the engine's reading."""

from __future__ import annotations

_PACKET = """<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:subject><rdf:Bag>{}</rdf:Bag></dc:subject>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


def packet(*words: str) -> bytes:
    """An XMP packet with these keywords; a word goes in as it is, markup and all."""
    return _PACKET.format("".join(f"<rdf:li>{word}</rdf:li>" for word in words)).encode()
