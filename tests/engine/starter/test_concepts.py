"""Every label of the corpus has everyday words; shares of captions sum to one."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from engine.starter.concepts import Concept, load_concepts, vocabulary

#: Sets that the present starter did not learn from: they are there for the next one.
FOR_THE_NEXT_STARTER = {"captions", "professions"}


@pytest.mark.external
def test_every_label_of_the_corpus_is_covered(shared_data: Path) -> None:
    labels: set[str] = set()
    for file in (shared_data / "train").glob("*.zip"):
        if file.stem in FOR_THE_NEXT_STARTER:
            continue
        with zipfile.ZipFile(file) as archive:
            labels |= {name.split("/")[-2] for name in archive.namelist() if name.endswith(".jpg")}
    assert len(labels) > 250
    concepts = load_concepts()
    assert not labels - concepts.keys()
    assert all(concepts[label].kinds or concepts[label].captions for label in labels)


def test_shares() -> None:
    concepts = {
        "beagle": Concept(("hound",), ("dog", "pet"), ("a dog with long ears",)),
        "void": Concept(),
    }
    phrases, shares = vocabulary(["beagle", "void"], concepts)
    assert phrases == ["beagle", "hound", "dog", "pet", "a dog with long ears", "void"]
    assert shares[0] == pytest.approx({0: 0.25, 1: 0.25, 2: 0.15, 3: 0.15, 4: 0.2})
    assert shares[1] == {5: 1.0}
