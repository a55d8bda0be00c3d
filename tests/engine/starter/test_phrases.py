"""What the text tower reads: seeded, different, and it holds every caption."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.records import AlbumenError
from engine.starter.concepts import Concept
from engine.starter.phrases import build_phrases, noun_lemmas

CONCEPTS = {"beagle": Concept(("hound",), ("dog",), ("a dog with long ears",))}


def test_nouns(tmp_path: Path) -> None:
    file = tmp_path / "lemmas.txt"
    file.write_text("n1\tdog, domestic dog\nn2\tcat\nn3\tdog\nn4\t" + "x" * 50 + "\n", "utf-8")
    assert noun_lemmas(file) == ["dog", "domestic dog", "cat"]
    with pytest.raises(AlbumenError, match="cannot be read"):
        noun_lemmas(tmp_path / "missing.txt")


def test_phrases_are_seeded_and_different() -> None:
    phrases = build_phrases(["lamp", "river"], CONCEPTS, 9000, seed=4)
    assert len(phrases) == len(set(phrases)) == 9000
    assert {"beagle", "hound", "dog", "a dog with long ears"} <= set(phrases)
    assert phrases == build_phrases(["lamp", "river"], CONCEPTS, 9000, seed=4)
    assert phrases != build_phrases(["lamp", "river"], CONCEPTS, 9000, seed=5)
