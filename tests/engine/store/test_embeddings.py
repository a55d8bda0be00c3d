"""Vectors of several models, and of words, side by side."""

from __future__ import annotations

from engine.store.store import Store
from tests.support.raw_sql import insert_photo, update_photos


def test_embeddings_of_two_models_are_never_mixed(opened: Store) -> None:
    opened.folders.add(b"/a")
    photos = [insert_photo(opened, b"/a/%d.jpg" % i, content=f"{i:032}") for i in range(3)]
    one = opened.embeddings.model_number("aaa", "starter")
    two = opened.embeddings.model_number("bbb", "other")
    assert opened.embeddings.model_number("aaa", "starter") == one != two
    opened.embeddings.put(one, [(photos[0], b"x", 0.5), (photos[1], b"y", 0.25)])
    opened.embeddings.put(two, [(photos[0], b"z", 1.0)])
    assert list(opened.embeddings.portions(one)) == [
        [(photos[0], b"x", 0.5), (photos[1], b"y", 0.25)]
    ]
    assert opened.embeddings.of(two, photos) == [(photos[0], b"z", 1.0)]
    assert opened.embeddings.by_content(one, [f"{0:032}", f"{2:032}"]) == [(f"{0:032}", b"x")]
    update_photos(opened, "state = 'missing'", photos[:1])
    assert list(opened.embeddings.portions(one)) == [[(photos[1], b"y", 0.25)]]
    opened.embeddings.put_centres(one, "words", [(0.75, photos[0])])
    assert list(opened.embeddings.portions(one, unseen=True)) == [
        [(photos[0], b"x", 0.75), (photos[1], b"y", 0.25)]
    ]
    assert opened.embeddings.vocabulary_of(one) == "words"
