"""Sidecars: a person's labels beside the photo.

Other programs' words stay untouched, nothing is written unless it is wanted.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from engine.__main__ import main
from engine.library import sidecar
from engine.library.library import Library
from engine.records import AlbumenError
from tests.support.small_library import finish, write_model, write_photos
from tests.support.xmp import packet

pytestmark = pytest.mark.slow

# As Lightroom writes it, with develop settings, a rating, keywords, and prefixes of its own choice.
FOREIGN = """<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core 7.0">
 <r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <r:Description r:about=""
    xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" crs:Exposure2012="+0.35"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4" xmlns:dc="http://purl.org/dc/elements/1.1/">
   <!-- a comment -->
   <dc:subject><r:Bag><r:li>Grandma &amp; me</r:li><r:li>cat</r:li></r:Bag></dc:subject>
  </r:Description>
 </r:RDF>
</x:xmpmeta>"""
HOSTILE = '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]>' + FOREIGN.replace("cat", "&c;")


@pytest.fixture
def photo(tmp_path: Path) -> bytes:
    return os.fsencode(write_photos(tmp_path / "photos", 1)[0])


def beside(photo: bytes) -> Path:
    return Path(os.fsdecode(photo + b".xmp"))


def test_keywords_are_written_and_read_back(photo: bytes) -> None:
    words = ["cat", "our sofa", "<img> & 'quotes'", "猫", "مرحبا"]
    assert sidecar.write(photo, words, [])
    assert sidecar.keywords_beside(photo) == words
    ElementTree.parse(beside(photo))  # well-formed for other parsers too
    assert not sidecar.write(photo, words, words)  # it says so already
    assert sidecar.write(photo, ["cat"], words)
    assert sidecar.keywords_beside(photo) == ["cat"]
    assert [file.name for file in beside(photo).parent.iterdir() if "part" in file.name] == []


def test_nothing_to_say_makes_no_file(photo: bytes) -> None:
    assert not sidecar.write(photo, [], [])
    assert not beside(photo).exists()


def test_what_other_programs_wrote_stays(photo: bytes) -> None:
    beside(photo).write_text(FOREIGN, "utf-8")
    assert sidecar.write(photo, ["dog"], [])
    assert sidecar.keywords_beside(photo) == ["Grandma & me", "cat", "dog"]
    # Taken back: only what was written before goes, a keyword of another program stays although it
    # is a label here.
    assert sidecar.write(photo, [], ["dog"])
    text = beside(photo).read_text("utf-8")
    assert sidecar.keywords_beside(photo) == ["Grandma & me", "cat"]
    assert (
        'crs:Exposure2012="+0.35"' in text
        and 'xmp:Rating="4"' in text
        and "<!-- a comment -->" in text
    )


def test_a_bag_is_made_where_there_is_none(photo: bytes) -> None:
    bare = FOREIGN[: FOREIGN.index("<dc:subject>")] + FOREIGN[FOREIGN.index("</dc:subject>") + 13 :]
    beside(photo).write_text(bare, "utf-8")
    assert sidecar.write(photo, ["dog"], [])
    assert sidecar.keywords_beside(photo) == ["dog"]
    root = ElementTree.parse(beside(photo)).getroot()
    rdf = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
    (bag,) = root.iter(f"{rdf}Bag")
    assert [item.text for item in bag] == ["dog"]


@pytest.mark.parametrize(
    "content", ["", "no XML", "<html/>", HOSTILE, FOREIGN[:300], "\0" * 5_000_000]
)
def test_what_is_no_sidecar_is_left_as_it_is(photo: bytes, content: str) -> None:
    beside(photo).write_text(content, "utf-8")
    if content:
        with pytest.raises(AlbumenError, match="left as it is"):
            sidecar.write(photo, ["dog"], [])
        assert beside(photo).read_text("utf-8") == content
    else:  # an empty file holds nothing to lose
        assert sidecar.write(photo, ["dog"], [])


def test_the_name_that_lightroom_gives_is_read_too(photo: bytes) -> None:
    Path(os.fsdecode(photo)).with_suffix(".xmp").write_text(FOREIGN, "utf-8")
    assert sidecar.keywords_beside(photo) == ["Grandma & me", "cat"]


@pytest.fixture
def library(tmp_path: Path) -> Library:
    photos = write_photos(tmp_path / "photos", 3)
    library = Library.open(
        tmp_path / "library", model=str(write_model(tmp_path / "model.safetensors"))
    )
    library.add([str(photos[0].parent)])
    finish(library.sync())
    return library


def test_sidecars_follow_the_persons_words(library: Library, tmp_path: Path) -> None:
    first, second, third = (tmp_path / "photos" / f"photo {n:03}.jpg.xmp" for n in range(3))
    cat, dog = (label.id for label in library.add_labels(["cat", "dog"]))
    one, two = (library.photo_id(str(path)[:-4]) for path in (first, second))
    library.correct(cat, yes=[one, two])
    library.correct(dog, no=[one])
    # Off until the person wants them.
    assert finish(library.write_sidecars()).written == 0 and not first.exists()
    assert library.sidecars(True)
    assert finish(library.write_sidecars()).written == 2
    assert [
        sidecar.keywords_beside(os.fsencode(str(file)[:-4])) for file in (first, second, third)
    ] == [
        ["cat"],
        ["cat"],
        [],
    ]
    library.rename_label(cat, "tiger")
    library.correct(dog, yes=[one])
    library.correct(cat, clear=[two])
    finish(library.sync())  # a sync brings them up to date as well
    assert [sidecar.keywords_beside(os.fsencode(str(file)[:-4])) for file in (first, second)] == [
        ["dog", "tiger"],
        [],
    ]
    assert finish(library.write_sidecars()).written == 0
    library.close()


def test_a_moved_photo_gets_its_sidecar_there(library: Library, tmp_path: Path) -> None:
    (cat,) = (label.id for label in library.add_labels(["cat"]))
    library.correct(cat, yes=[library.photo_id(str(tmp_path / "photos" / "photo 000.jpg"))])
    library.sidecars(True)
    finish(library.write_sidecars())
    moved = tmp_path / "photos" / "2020" / "photo 000.jpg"
    moved.parent.mkdir()
    (tmp_path / "photos" / "photo 000.jpg").rename(moved)
    finish(library.sync())
    assert sidecar.keywords_beside(os.fsencode(moved)) == ["cat"]
    library.close()


def test_one_that_cannot_be_written_is_told_and_tried_again(
    library: Library, tmp_path: Path
) -> None:
    (cat,) = (label.id for label in library.add_labels(["cat"]))
    photos = [tmp_path / "photos" / f"photo {n:03}.jpg" for n in range(2)]
    library.correct(cat, yes=[library.photo_id(str(photo)) for photo in photos])
    library.sidecars(True)
    in_the_way = tmp_path / "photos" / "photo 000.jpg.xmp"
    in_the_way.mkdir()
    report = finish(library.write_sidecars())
    assert report.written == 1 and [failure.path for failure in report.failed] == [str(in_the_way)]
    in_the_way.rmdir()
    assert finish(library.write_sidecars()).written == 1
    library.close()


def test_keywords_of_other_programs_become_labels_and_can_be_taken_back(
    library: Library, tmp_path: Path
) -> None:
    photos = [tmp_path / "photos" / f"photo {n:03}.jpg" for n in range(2)]
    for photo in photos:
        Path(f"{photo}.xmp").write_text(FOREIGN, "utf-8")
    (known,) = library.add_labels(["Cat"])
    library.correct(known.id, no=[library.photo_id(str(photos[0]))])
    report = finish(library.take_keywords())
    (new,) = report.labels
    assert {label.name: (label.yes, label.no) for label in library.labels()} == {
        "Cat": (1, 1),
        "Grandma & me": (2, 0),
    }
    library.correct_many(report.previous)
    library.remove_labels([new])
    assert [(label.name, label.yes, label.no) for label in library.labels()] == [("Cat", 0, 1)]
    library.close()


def test_keywords_inside_photos_are_known_and_become_labels(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for name, words in (("a", ("cat", "our sofa")), ("b", ("cat", "\u202eevil"))):
        Image.new("RGB", (64, 48), "red" if name == "a" else "blue").save(
            photos / f"{name}.jpg", xmp=packet(*words)
        )
    with Library.open(
        tmp_path / "library", model=str(write_model(tmp_path / "model.safetensors"))
    ) as library:
        library.add([str(photos)])
        finish(library.sync())
        assert library.keywords() == [
            ("cat", 2),
            ("our sofa", 1),
        ]  # what cannot be printed is no keyword
        report = finish(library.take_keywords())
        assert {label.name: label.yes for label in library.labels()} == {"cat": 2, "our sofa": 1}
        assert len(report.labels) == 2 and {word.present for word in report.previous} == {None}
        Image.new("RGB", (64, 48), "green").save(photos / "a.jpg", xmp=packet("dog"))
        finish(library.sync())
        assert library.keywords() == [("cat", 1), ("dog", 1)]


def test_command_line(library: Library, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (cat,) = (label.id for label in library.add_labels(["cat"]))
    library.correct(cat, yes=[library.photo_id(str(tmp_path / "photos" / "photo 000.jpg"))])
    library.close()

    def run(*words: str) -> tuple[int, str]:
        code = main(["--library", str(tmp_path / "library"), "--json", *words])
        return code, capsys.readouterr().out

    assert run("sidecars", "write")[0] == 1
    assert json.loads(run("sidecars", "on")[1]) == {"written": 1}
    assert json.loads(run("keywords")[1]) == {"labels": 0, "confirmed": 0}
    assert json.loads(run("sidecars", "off")[1]) == {"written": 0}
