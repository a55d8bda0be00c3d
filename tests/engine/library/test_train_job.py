"""'Improve labels' through the Library: versions, reports, activation, undo.

Corrections outlive everything.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.library.library import Library
from engine.records import AlbumenError, PhotosChanged, Progress, Source
from engine.search.embedding_index import pack
from tests.support.small_library import finish, run, write_photos

pytestmark = pytest.mark.usefixtures("tiny_starter")

HALF = 30


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory, tiny_model_file: Path) -> Path:
    """A library of 60 photos of two kinds.

    Ids 1-30 and 31-60 lie in two clouds that labels do not know yet.
    """
    import torch

    directory = tmp_path_factory.mktemp("training")
    write_photos(directory / "photos", 2 * HALF)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALBUMEN_STARTER", str(tiny_model_file))
        with Library.open(directory / "library") as library:
            library.add([str(directory / "photos")])
            finish(library.sync())
            number = library._model.recognition().number
            generator = torch.Generator().manual_seed(0)
            centres = torch.nn.functional.normalize(torch.randn(2, 64, generator=generator), dim=1)
            clouds = centres.repeat_interleave(HALF, 0) + 0.05 * torch.randn(
                2 * HALF, 64, generator=generator
            )
            vectors = torch.nn.functional.normalize(clouds, dim=1)
            centre = library._model.recognition().vocabulary.centre(vectors.half())
            library._store.embeddings.put(
                number, zip(range(1, 2 * HALF + 1), pack(vectors), centre.tolist(), strict=True)
            )
    return directory


@pytest.fixture
def library(synced: Path, tmp_path: Path) -> Iterator[Library]:
    shutil.copytree(synced / "library", tmp_path / "library")
    with Library.open(tmp_path / "library") as opened:
        yield opened


def teach(library: Library, name: str = "ours") -> int:
    (label,) = library.add_labels([name])
    library.correct(label.id, yes=range(1, 13), no=range(HALF + 1, HALF + 13))
    return label.id


def tagged(library: Library, label_id: int) -> set[int]:
    return {
        tag.photo_id
        for tag in library.tags(range(1, 61))
        if tag.label_id == label_id and tag.present
    }


def test_learning_tags_what_nobody_corrected(library: Library) -> None:
    label_id = teach(library)
    assert library.counts().corrections_since_training == 24
    before = tagged(library, label_id)
    steps, (report,) = run(library.train())
    assert (report.label, report.yes, report.no, report.accepted, report.active) == (
        "ours",
        12,
        12,
        True,
        True,
    )
    assert report.after.right > report.before.right and report.after.total == report.before.total
    said = {version.id: version.sentence for version in library.versions(label_id)}
    assert said[report.version] == report.sentence
    assert tagged(library, label_id) == set(range(1, HALF + 1))
    assert set(report.adds) == set(range(1, HALF + 1)) - before or set(report.adds) <= set(
        range(1, HALF + 1)
    )
    assert any(isinstance(step, Progress) for step in steps)
    (change,) = [step for step in steps if isinstance(step, PhotosChanged)]
    assert change.labels and set(change.ids) == set(report.adds) | set(report.removes)
    assert library.counts().corrections_since_training == 0
    assert finish(library.train()) == []  # nothing new was said


def test_a_report_may_be_looked_at_first(library: Library) -> None:
    label_id = teach(library)
    before = tagged(library, label_id)
    (report,) = finish(library.train(activate=False))
    assert report.accepted and not report.active and tagged(library, label_id) == before
    library.activate(report.version)
    after = tagged(library, label_id)
    assert after == set(range(1, HALF + 1))
    (original,) = [version for version in library.versions(label_id) if version.kind == "zero-shot"]
    library.activate(original.id)
    assert tagged(library, label_id) == before
    library.activate(report.version)
    assert tagged(library, label_id) == after


def test_corrections_outlive_training_rename_and_model_change(
    library: Library, tiny_model_file: Path
) -> None:
    label_id = teach(library)
    library.correct(label_id, no=[1])  # against all evidence
    finish(library.train())
    library.rename_label(label_id, "mine")
    finish(library.use_model(str(tiny_model_file)))
    finish(library.retag())
    (tag,) = [tag for tag in library.tags([1]) if tag.label_id == label_id]
    assert (tag.label, tag.present, tag.source) == ("mine", False, Source.PERSON)
    assert 1 not in tagged(library, label_id) and 1 not in library.view("label:mine").ids


def test_cancelled_training_changes_nothing(library: Library) -> None:
    label_id = teach(library)
    before = (tagged(library, label_id), library.versions())
    job = library.train()
    next(job)
    job.close()
    assert (tagged(library, label_id), library.versions()) == before
    assert library.counts().corrections_since_training == 24


def test_groups_learn_together(library: Library) -> None:
    ours, theirs = library.add_labels(["ours", "not ours"], group="kind")
    library.correct(ours.id, yes=range(1, 9), no=range(HALF + 1, HALF + 9))
    reports = finish(library.train([ours.id]))
    assert {report.label for report in reports} == {"ours", "not ours"}
    assert tagged(library, ours.id) == set(range(1, HALF + 1))
    assert tagged(library, theirs.id) == set(range(HALF + 1, 2 * HALF + 1))


def test_nothing_to_learn_from(library: Library) -> None:
    (label,) = library.add_labels(["cat"])
    assert finish(library.train()) == []
    with pytest.raises(AlbumenError, match="Nobody has corrected 'cat' yet"):
        finish(library.train([label.id]))
    with pytest.raises(AlbumenError, match="no label number 99"):
        finish(library.train([99]))


def test_review_asks_what_nobody_answered(library: Library) -> None:
    label_id = teach(library)
    items = library.review(n=7)
    assert 0 < len(items) <= 7
    answered = {*range(1, 13), *range(HALF + 1, HALF + 13)}
    assert all(
        item.photo_id not in answered and item.label == "ours" and item.reason for item in items
    )
    assert all(np.isfinite(item.score) and item.suggested == (item.score >= 0) for item in items)
    assert library.review(n=3, label_id=label_id)
