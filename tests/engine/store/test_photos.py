"""Photos as a person sees them, as rows."""

from __future__ import annotations

from pathlib import Path

from engine.messages import message
from engine.records import Failure, Photo, PhotoState
from engine.store.store import Store
from tests.support.raw_sql import insert_photo, update_photos


def test_photos_in_the_order_asked(opened: Store) -> None:
    opened.folders.add(b"/a")
    one, two = (
        insert_photo(opened, b"/a/1.jpg", content="ab" * 16),
        insert_photo(opened, b"/a/caf\xe9.jpg", "failed"),
    )
    assert opened.photos.records([two, 99, one]) == [
        Photo(
            two, "/a/caf\udce9.jpg", "caf\ufffd.jpg", 1, PhotoState.FAILED, 10, 30.5, 0, 0, "", None
        ),
        Photo(one, "/a/1.jpg", "1.jpg", 1, PhotoState.OK, 10, 30.5, 0, 0, "ab" * 16, None),
    ]
    update_photos(opened, "width = ?", [one], 4)
    assert opened.photos.records([one])[0].thumbnail == str(
        opened.thumbnails / "ab" / f"{'ab' * 16}.jpg"
    )


def test_thumbnails_lie_where_earlier_versions_put_them(opened: Store, tmp_path: Path) -> None:
    content = "ab" + "0" * 30
    assert opened.photos.thumbnail(content) == tmp_path / "thumbnails" / "ab" / f"{content}.jpg"
    assert opened.thumbnails.is_dir()


def test_more_photos_than_one_statement_takes(opened: Store) -> None:
    """Asked for in any order; each comes once, and those that are not there do not come."""
    opened.folders.add(b"/a")
    with opened.transaction():
        ids = [insert_photo(opened, b"/a/%04d.jpg" % i) for i in range(1203)]
    model = opened.embeddings.model_number("aaa", "starter")
    opened.embeddings.put(model, [(id_, b"%d" % id_, 0.5) for id_ in ids])
    (label,), _ = opened.labels.add(["cat"], None)
    opened.tags.replace([(label, id_, 1.0, False) for id_ in ids], [label], (0, 9999))
    asked = [*reversed(ids), 5000]
    assert [photo.id for photo in opened.photos.records(asked)] == asked[:-1]
    assert opened.photos.paths(asked) == {id_: b"/a/%04d.jpg" % (id_ - ids[0]) for id_ in ids}
    assert sorted(row[0] for row in opened.photos.names_and_paths(asked)) == ids
    assert sorted(row[0] for rows in opened.photos.dates(asked) for row in rows) == ids
    assert sorted(opened.embeddings.of(model, asked)) == [(id_, b"%d" % id_, 0.5) for id_ in ids]
    assert [tag.photo_id for tag in opened.tags.of(asked)] == asked[:-1]


def test_failures_tell_which_photo_and_why(opened: Store) -> None:
    opened.folders.add(b"/a")
    insert_photo(opened, b"/a/fine.jpg")
    second = insert_photo(opened, b"/a/z\xff.jpg", "failed")
    first = insert_photo(opened, b"/a/b.jpg", "failed")
    ignored = insert_photo(opened, b"/a/c.jpg", "failed")
    update_photos(opened, "reason = 'cut off', attempts = 3", [first])
    opened.photos.ignore([ignored], True)
    assert opened.photos.failures() == [
        Failure("/a/b.jpg", message("cut off"), 3, first),
        Failure("/a/z\udcff.jpg", message(""), 0, second),
    ]
    opened.photos.ignore([ignored], False)
    assert [failure.photo_id for failure in opened.photos.failures()] == [first, ignored, second]


def test_what_is_known_of_paths_and_of_contents(opened: Store) -> None:
    opened.folders.add(b"/a")
    read = insert_photo(opened, b"/a/read.jpg", content="aa")
    new = insert_photo(opened, b"/a/new.jpg", "pending")
    insert_photo(opened, b"/a/gone.jpg", "missing")
    insert_photo(opened, b"/a/other.jpg", content="bb")
    paths = [b"/a/read.jpg", b"/a/new.jpg", b"/a/gone.jpg", b"/a/nowhere.jpg"]
    assert opened.photos.never_read_at(paths) == {b"/a/new.jpg": new}
    assert opened.photos.with_content(["aa", "cc", ""]) == [(read, b"/a/read.jpg", "aa")]
