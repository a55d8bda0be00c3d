"""Versions of a label: one at most is active for a model."""

from __future__ import annotations

import pytest

from engine.messages import message
from engine.records import AlbumenError
from engine.store.store import Store


def test_versions(said: Store) -> None:
    model = said.embeddings.model_number("aaa", "starter")
    other = said.embeddings.model_number("bbb", "other")
    first = said.versions.add(1, model, "zero-shot", b"v1", (60.0, 3.5), active=True)
    second = said.versions.add(
        1, model, "residual", b"v2", (59.0, 1.0), (2.0, -1.0), active=True, report={"sentence": "s"}
    )
    foreign = said.versions.add(1, other, "zero-shot", b"v3", (60.0, 3.5), active=True)
    (head,) = said.versions.heads(model)
    assert (head.version, head.vector, head.anchor, head.threshold, head.calibration) == (
        second,
        b"v2",
        59.0,
        1.0,
        (2.0, -1.0),
    )
    assert said.versions.zero_shot(model)[1].version == first
    assert [(v.id, v.active, v.sentence) for v in said.versions.listed(1)] == [
        (foreign, True, None),
        (second, True, message("s")),  # as an older version stored it
        (first, False, None),
    ]
    assert said.versions.activate(first) == 1
    assert [head.version for head in said.versions.heads(model)] == [first]
    assert [head.version for head in said.versions.heads(other)] == [foreign]
    with pytest.raises(AlbumenError, match="no version 77"):
        said.versions.activate(77)
    said.labels.update(1, name="kitten")  # the old words say nothing about the new name
    assert [version.kind for version in said.versions.listed()] == ["residual"]


def test_a_version_says_what_it_was_learned_from_and_whether_it_was_accepted(said: Store) -> None:
    model = said.embeddings.model_number("aaa", "starter")
    words = said.versions.add(1, model, "zero-shot", b"v1", (60.0, 3.5), active=True)
    report = {"learned_from": [1, 3], "sentence": "Better."}
    better = said.versions.add(1, model, "residual", b"v2", (59.0, 1.0), report=report)
    worse = said.versions.add(1, model, "residual", b"v3", (59.0, 1.0), accepted=False)
    assert said.versions.learned_from(better) == {1, 3}
    assert said.versions.learned_from(words) == said.versions.learned_from(worse) == frozenset()
    assert [(one.id, one.active, one.accepted) for one in said.versions.listed(1, model)] == [
        (worse, False, False),
        (better, False, True),
        (words, True, True),
    ]
