"""What a person said: it undoes, and nothing is lost when labels are merged."""

from __future__ import annotations

import pytest

from engine.records import AlbumenError, Correction
from engine.store.store import Store


def test_what_was_said_before_undoes(said: Store) -> None:
    said.corrections.correct([Correction(1, 1, True)])
    previous = said.corrections.correct(
        [Correction(1, 1, False), Correction(2, 1, True), Correction(1, 1, None)]
    )
    assert said.corrections.about(1) == {2: True}
    redo = said.corrections.correct(previous)
    assert said.corrections.about(1) == {1: True}
    said.corrections.correct(redo)
    assert said.corrections.about(1) == {2: True}


def test_corrections_about_nothing(said: Store) -> None:
    with pytest.raises(AlbumenError, match="no photo number 99"):
        said.corrections.correct([Correction(1, 1, True), Correction(99, 1, True)])
    with pytest.raises(AlbumenError, match="no label number 7"):
        said.corrections.correct([Correction(1, 7, True)])
    assert said.corrections.about(1) == {}


def test_merge(said: Store) -> None:
    said.corrections.correct(
        [Correction(1, 1, True), Correction(1, 2, False), Correction(2, 2, True)]
    )
    token, moved = said.corrections.merge(1, 2)
    assert said.corrections.about(1) == {1: True, 2: True}
    assert [label.name for label in said.labels.counted()] == ["cat"]
    with pytest.raises(AlbumenError, match="with itself"):
        said.corrections.merge(1, 1)
    said.labels.add(["dog"], None)
    with pytest.raises(AlbumenError, match="same name exists again"):
        said.corrections.unmerge(1, token, moved)
    assert said.corrections.about(1) == {1: True, 2: True}  # all or nothing
    said.labels.remove([3])
    assert said.corrections.unmerge(1, token, moved) == [2]
    assert (said.corrections.about(1), said.corrections.about(2)) == (
        {1: True},
        {1: False, 2: True},
    )


def test_what_is_new_to_learn(said: Store) -> None:
    model = said.embeddings.model_number("aaa", "starter")
    said.corrections.correct([Correction(1, 1, True), Correction(2, 1, False)])
    assert said.corrections.untrained(model) == {1: 2}
    said.corrections.mark_trained(model, [1], 4e9)
    assert said.corrections.untrained(model) == {} and said.corrections.untrained(model + 1) == {
        1: 2
    }


def test_words_in_an_exclusive_group(said: Store) -> None:
    said.labels.update(1, group_name="pets")
    said.labels.update(2, group_name="pets")
    said.corrections.correct(
        [Correction(1, 1, True), Correction(2, 1, False), Correction(3, 2, True)]
    )
    assert said.corrections.implied(1) == {1: True, 2: False, 3: False}
    assert said.corrections.implied(2) == {1: False, 2: True, 3: True}
