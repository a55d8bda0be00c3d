"""The verbs that the window calls by name.

On a library of generated photos and a model that knows nothing.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.clip import weights
from engine.clip.chinese import in_english
from engine.library.library import Library
from engine.records import (
    AlbumenError,
    Answered,
    Correction,
    Counts,
    FolderState,
    Label,
    PhotosChanged,
    PhotoState,
    Progress,
    Source,
)
from tests.support import raw_sql
from tests.support.small_library import (
    LONG_AGO,
    finish,
    run,
    write_model,
    write_photo,
    write_photos,
)

pytestmark = pytest.mark.usefixtures("tiny_starter")


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory, tiny_model_file: Path) -> Path:
    """A folder with eight photos, ids 1-8 by name, and a synced library of them.

    Nobody changes either.
    """
    directory = tmp_path_factory.mktemp("synced")
    write_photos(directory / "photos", 8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALBUMEN_STARTER", str(tiny_model_file))
        with Library.open(directory / "library") as opened:
            opened.add([str(directory / "photos")])
            finish(opened.sync())
    return directory


@pytest.fixture
def photos(synced: Path) -> Path:
    return synced / "photos"


@pytest.fixture
def library(synced: Path, tmp_path: Path) -> Iterator[Library]:
    """A copy of the synced library."""
    shutil.copytree(synced / "library", tmp_path / "library")
    with Library.open(tmp_path / "library") as opened:
        yield opened


def test_the_photos_are_1_to_8(library: Library) -> None:
    assert [photo.name for photo in library.photos(list(range(1, 9)))] == [
        f"photo {i:03}.jpg" for i in range(8)
    ]
    assert library.counts() == Counts(photos=8, untagged=8)


# folders
# --------------------------------------------------------------------------------------------------


def test_add_says_what_it_took(library: Library, tmp_path: Path, photos: Path) -> None:
    single = write_photo(tmp_path / "elsewhere" / "single.jpg", seed=70)
    (tmp_path / "notes.txt").write_text("notes")
    report = library.add(
        [
            *(str(single), str(photos), str(photos / "photo 001.jpg")),
            *(
                str(tmp_path / "nowhere"),
                str(tmp_path / "notes.txt"),
                "",
                str(tmp_path / "library"),
            ),
        ]
    )
    assert report.folders == ()
    assert report.already == (str(photos), str(photos / "photo 001.jpg"))
    assert [
        (os.path.basename(refused.path), str(refused.reason)) for refused in report.refused
    ] == [
        ("nowhere", "There is no such folder or file."),
        ("notes.txt", "This is neither a folder nor a photo in a format that Albumen reads."),
        ("", "There is no such folder or file."),
        ("library", "This is the library's own folder; choose the folder with your photos."),
    ]
    assert len(library.take_changes().added) == 1
    assert finish(library.sync()).added == 0
    (photo,) = library.photos([library.photo_id(str(single))])
    assert photo.state == PhotoState.OK
    assert [folder.path for folder in library.folders()] == ["", str(photos)]
    assert library.add([str(single)]).already == (str(single),)


def test_a_folder_above_takes_over(library: Library, synced: Path) -> None:
    (folder,) = library.add([str(synced)]).folders
    library.set_exclusions(["library"])
    assert [watched.path for watched in library.folders()] == [str(synced)] and folder.photos == 8
    report = finish(library.sync())
    assert (report.added, report.moved, report.removed) == (0, 0, 0)


def test_a_folder_and_the_one_above_it_at_once(library: Library, tmp_path: Path) -> None:
    inner = tmp_path / "above" / "inner"
    write_photo(inner / "one.jpg", seed=71)
    single = write_photo(tmp_path / "elsewhere" / "single.jpg", seed=70)
    report = library.add([str(inner), str(inner.parent), str(single)])
    assert [folder.path for folder in report.folders] == [str(inner.parent)]
    (files,) = (folder.id for folder in library.folders() if not folder.path)
    assert report.to_sync == (report.folders[0].id, files)
    assert finish(library.sync(report.to_sync)).added == 1
    assert library.add([str(inner)]).to_sync == ()


def test_removed_folder(library: Library, photos: Path) -> None:
    (label,) = library.add_labels(["cat"])
    library.correct(label.id, yes=[3])
    change = library.remove_folder(library.folders()[0].id)
    assert change == PhotosChanged(removed=(1, 2, 3, 4, 5, 6, 7, 8), labels=True)
    assert (
        len(library.view().ids) == 0
        and library.view("cat").matched == 0
        and library.folders() == []
    )
    library.add_labels(["day", "night"], group="time")  # one of the two is on every photo
    library.add([str(photos)])
    report = finish(library.sync())
    assert (report.added, report.moved) == (0, 0)
    assert len(library.view().ids) == 8
    assert library.tags([3])[0].label == "cat"
    assert all({"day", "night"} & {tag.label for tag in library.tags([id_])} for id_ in range(1, 9))
    with pytest.raises(AlbumenError, match="no folder number 77"):
        library.remove_folder(77)


# labels and corrections
# -----------------------------------------------------------------------------------------------


def test_labels_tag_at_once(library: Library) -> None:
    labels = library.add_labels(["cat", "dog", "cat"])
    assert [label.name for label in labels] == ["cat", "dog"]
    pair = library.add_labels(["left", "right"], group="side")
    assert sum(label.photos for label in pair) == 8  # exactly one of them is on each photo
    change = library.take_changes()
    assert change.labels and set(change.ids) == set(range(1, 9))
    with pytest.raises(AlbumenError, match="is empty"):
        library.add_labels(["fine", ""])


def test_what_takes_long_is_left_to_a_job(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only where somebody takes it.

    Its steps are short, and a kill before its end is made good by the next sync.
    """
    monkeypatch.setattr("engine.library.followups._AT_ONCE", 0.0)

    def tagged() -> int:
        # One label of each pair is on each photo.
        return sum(label.photos for label in library.labels())

    def pair(thing: str) -> None:
        library.add_labels([thing, f"not {thing}"])

    pair("cup")
    assert library.take_work() is None and tagged() == 8
    library.leave_work()
    pair("cat")
    pair("dog")
    assert tagged() == 8 and library._store.get("tagged by") == "soon"
    work = library.take_work()
    assert work is not None and library.take_work() is None
    steps = [next(work)]
    pair("late")  # between two steps
    steps += work
    assert tagged() == 32 and library.take_work() is None
    assert sum(isinstance(step, Progress) for step in steps) >= 4
    assert [step.labels for step in steps if isinstance(step, PhotosChanged)] == [True, True]
    assert library._store.get("tagged by") == str(library._model.number())

    pair("last")
    interrupted = library.take_work()
    assert interrupted is not None
    next(interrupted)
    interrupted.close()
    finish(library.sync())
    assert tagged() == 40


def test_not_x_is_the_rival_of_x(library: Library) -> None:
    library.add_labels(["cup", "not cup"])
    assert [(label.name, label.group) for label in library.labels()] == [
        ("cup", "cup"),
        ("not cup", "cup"),
    ]
    library.add_labels(["dog"])
    library.add_labels(["not dog"])
    assert [(label.name, label.group) for label in library.labels()][1:3] == [
        ("dog", "dog"),
        ("not cup", "cup"),
    ]
    assert sum(label.photos for label in library.labels() if label.group == "dog") == 8


def test_in_a_group_one_word_decides_about_the_others(library: Library) -> None:
    cup, _ = library.add_labels(["cup", "not cup"])
    library.correct(cup.id, yes=[1], no=[2])
    tags = library.tags([1, 2])
    assert [(tag.photo_id, tag.label, tag.source, tag.present) for tag in tags] == [
        (1, "cup", Source.PERSON, True),
        (2, "cup", Source.PERSON, False),
        (2, "not cup", Source.MACHINE, True),
    ]
    finish(library.retag())
    assert [tag.label for tag in library.tags([1, 2])] == [tag.label for tag in tags]
    library.correct(cup.id, clear=[1, 2])
    assert [tag.source for tag in library.tags([1])] == [Source.MACHINE]
    assert sum(label.photos for label in library.labels()) == 8


def test_correct_returns_its_undo(library: Library) -> None:
    (label,) = library.add_labels(["cat"])
    library.take_changes()
    undo = library.correct(label.id, yes=[1, 2], no=[3])
    assert undo == [
        Correction(3, label.id, None),
        Correction(2, label.id, None),
        Correction(1, label.id, None),
    ]
    assert library.take_changes() == PhotosChanged(ids=(3, 2, 1), labels=True)
    assert library.take_changes() == PhotosChanged()
    assert library.counts().corrections_since_training == 3
    redo = library.correct_many(undo)
    assert library.labels()[0].yes == 0
    library.correct_many(redo)
    assert (library.labels()[0].yes, library.labels()[0].no) == (2, 1)
    with pytest.raises(AlbumenError, match="yes and to no at once"):
        library.correct(label.id, yes=[1], no=[1])


@pytest.mark.parametrize("yes", [True, False])
def test_suggestions_are_answered_at_once(library: Library, yes: bool) -> None:
    cup, not_cup = library.add_labels(["cup", "not cup"])  # each photo has one of the two
    library.correct(cup.id, yes=[1], no=[4])
    before = library.tags([1, 2, 3])
    suggested = [tag for tag in before if tag.source is Source.MACHINE]
    assert [tag.photo_id for tag in suggested] == [2, 3]
    library.take_changes()
    answered = library.answer_suggestions([3, 1, 2], yes)
    assert set(answered.words) == {Correction(tag.photo_id, tag.label_id, yes) for tag in suggested}
    assert set(answered.previous) == {
        Correction(tag.photo_id, tag.label_id, None) for tag in suggested
    }
    said = {
        (tag.photo_id, tag.label_id): tag.present
        for tag in library.tags([1, 2, 3])
        if tag.source is Source.PERSON
    }
    assert said == {(1, cup.id): True} | {(tag.photo_id, tag.label_id): yes for tag in suggested}
    assert set(library.take_changes().ids) == {2, 3}
    library.correct_many(answered.previous)
    after = [replace(tag, score=round(tag.score, 3)) for tag in library.tags([1, 2, 3])]
    assert after == [replace(tag, score=round(tag.score, 3)) for tag in before]
    assert library.take_changes().labels
    library.remove_labels([cup.id, not_cup.id])
    library.take_changes()
    assert library.answer_suggestions([1, 2, 3], yes) == Answered()  # nothing to say, to nobody
    assert library.take_changes() == PhotosChanged()


def test_a_correction_is_on_disk_when_it_returns(library: Library, tmp_path: Path) -> None:
    import sqlite3

    (label,) = library.add_labels(["cat"])
    library.correct(label.id, yes=[4])
    with sqlite3.connect(f"file:{tmp_path / 'library' / 'library.db'}?mode=ro", uri=True) as other:
        assert other.execute("SELECT photo_id, present FROM corrections").fetchall() == [(4, 1)]
    other.close()
    assert raw_sql.rows(library._store, "PRAGMA synchronous") == [(2,)]  # FULL


def test_removing_labels_is_undoable(library: Library) -> None:
    cat, _ = library.add_labels(["cat", "dog"], group="pets")
    library.correct(cat.id, yes=[1])
    before = library.tags(list(range(1, 9)))
    token = library.remove_labels([cat.id])
    (alone,) = library.labels()
    assert (alone.name, alone.photos < 8) == ("dog", True)  # a group of one excludes nothing
    assert [label.name for label in library.restore_labels(token)] == ["cat"]
    assert library.tags(list(range(1, 9))) == before


def test_rename_merge_update(library: Library) -> None:
    cat, dog = library.add_labels(["cat", "dog"])
    library.correct(cat.id, yes=[1])
    assert library.rename_label(cat.id, "kitten").name == "kitten"
    assert [tag.label for tag in library.tags([1]) if tag.source == Source.PERSON] == ["kitten"]
    library.correct(dog.id, yes=[2])
    merged = library.merge_labels(cat.id, dog.id)
    assert (merged.into.yes, merged.moved) == (2, (2,))
    assert [(label.name, label.yes) for label in library.unmerge_labels(merged)] == [
        ("dog", 1),
        ("kitten", 1),
    ]
    assert library.merge_labels(cat.id, dog.id).into.yes == 2
    updated = library.update_label(cat.id, color="#ff0000", pinned=4, threshold=7.0, group=" pets ")
    assert (updated.color, updated.pinned, updated.threshold, updated.group) == (
        "#ff0000",
        4,
        1.0,
        "pets",
    )
    assert library.update_label(cat.id, group=None).group is None
    assert library.update_label(cat.id).pinned == 4


def test_the_dial_moves_the_line(library: Library) -> None:
    (label,) = library.add_labels(["cat"])
    strict = library.update_label(label.id, threshold=1.0).photos
    loose = library.update_label(label.id, threshold=-1.0).photos
    assert strict <= label.photos <= loose


def test_starter_labels(library: Library) -> None:
    names = library.starter_labels()
    assert list(library.starter_categories())[:2] == ["People", "Animals"]
    assert all(len(of) >= 5 for of in library.starter_categories().values())
    in_chinese = [name for of in library.starter_categories(chinese=True).values() for name in of]
    assert [
        in_english(name) for name in in_chinese
    ] == names  # what a person chooses in Chinese means the same
    assert 55 <= len(names) <= 70 and len(set(names)) == len(names) and "dog" in names
    assert len(library.add_labels(names)) == len(names)


def test_a_chinese_label_means_what_its_english_one_does(library: Library) -> None:
    library.add_labels(["猫", "cat", "雪球"])
    assert {label.name for label in library.labels()} == {
        "猫",
        "cat",
        "雪球",
    }  # names stay as they were typed
    heads = {head.label_id: head for head in library._model.recognition().heads}
    chinese, english, pet = (
        heads[label.id]
        for name in ("猫", "cat", "雪球")
        for label in library.labels()
        if label.name == name
    )
    assert chinese.vector == english.vector != pet.vector
    vectors = library._model.recognition().text_vectors(["猫", "cat", "雪球"])
    assert vectors[0].equal(vectors[1]) and not vectors[2].equal(vectors[1])


# looking at photos
# --------------------------------------------------------------------------------------------------


def test_similar(library: Library, tmp_path: Path, photos: Path) -> None:
    result = library.similar(1, n=3)
    assert len(result.ids) == 3 and 1 not in result.ids
    assert list(result.scores) == sorted(result.scores, reverse=True)
    own = library.similar_to_file(str(photos / "photo 004.jpg"), n=2)
    assert own.ids[0] == 5 and own.scores[0] == pytest.approx(1, abs=2e-3)
    (tmp_path / "text.jpg").write_text("no photo")
    with pytest.raises(AlbumenError, match=r"text\.jpg cannot be compared"):
        library.similar_to_file(str(tmp_path / "text.jpg"))
    with pytest.raises(AlbumenError, match="not been read yet"):
        library.similar(99)


def test_photo_id(
    library: Library, tmp_path: Path, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(photos)
    assert library.photo_id("photo 002.jpg") == 3
    (tmp_path / "link").symlink_to(photos)
    assert library.photo_id(str(tmp_path / "link" / "photo 002.jpg")) == 3
    with pytest.raises(AlbumenError, match=r"nothing\.jpg is not in the library"):
        library.photo_id("nothing.jpg")


# the trash
# --------------------------------------------------------------------------------------------------


def test_forget_and_recall(library: Library) -> None:
    (label,) = library.add_labels(["cat"])
    library.correct(label.id, yes=[2, 3])
    library.take_changes()
    token = library.forget([2, 3])
    assert library.take_changes() == PhotosChanged(removed=(2, 3), labels=True)
    assert library.counts().photos == 6
    assert (library.labels()[0].yes, library.labels()[0].photos) == (2, _machine(library))
    assert not {2, 3} & set(library.view("cat").ids)
    assert library.recall(token) == PhotosChanged(ids=(2, 3), added=(2, 3), labels=True)
    assert {2, 3} <= set(library.view("cat").ids) and library.counts().photos == 8


def _machine(library: Library) -> int:
    """Photos that the model, which knows nothing, happens to call a cat."""
    ids = list(library.view().ids)
    return sum(tag.source == Source.MACHINE for tag in library.tags(ids))


# models
# --------------------------------------------------------------------------------------------------


def test_two_models_side_by_side(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (label,) = library.add_labels(["cat"])
    library.correct(label.id, yes=[1], no=[2])
    other = write_model(tmp_path / "other.safetensors", seed=9)
    first = library.similar(1, n=7)
    steps, info = run(library.use_model(str(other)))
    assert info.active and info.name == str(other)
    assert any(isinstance(step, Progress) for step in steps)
    assert [tag.present for tag in library.tags([1, 2]) if tag.source == Source.PERSON] == [
        True,
        False,
    ]
    assert list(library.similar(1, n=7).scores) != list(first.scores)
    assert library.counts().corrections_since_training == 2
    model = type(library._model.recognition().model)
    monkeypatch.setattr(model, "encode_images", lambda *_: pytest.fail("encoded again"))
    finish(library.use_model("starter"))
    assert list(library.similar(1, n=7).ids) == list(first.ids)


def test_a_model_that_is_none_leaves_the_old_one(library: Library, tmp_path: Path) -> None:
    bad = tmp_path / "bad.safetensors"
    bad.write_bytes(b"this is no model" * 100)
    before = list(library.similar(1).ids)
    with pytest.raises(AlbumenError, match=r"bad\.safetensors"):
        finish(library.use_model(str(bad)))
    with pytest.raises(AlbumenError):
        finish(library.use_model("no such model"))
    assert (
        list(library.similar(1).ids) == before
        and library.model().name == library.model_name() == "starter"
    )


def test_models_and_doctor(library: Library) -> None:
    assert [model.name for model in library.models() if model.active] == ["starter"]
    report = json.loads(json.dumps(library.doctor()))
    assert report["library"]["integrity"] == "ok" and report["library"]["photos"] == 8
    assert report["model"]["embedding_size"] == 64 and report["packages"]["torch"]


def test_thumbnails_as_large_and_as_good_as_wanted(library: Library, tmp_path: Path) -> None:
    assert library.thumbnail_format() == (256, 82)
    with pytest.raises(AlbumenError, match="128 to 512 pixels"):
        library.set_thumbnail_format(20, 82)
    library.set_thumbnail_format(384, 90)
    large = write_photo(tmp_path / "large" / "large.jpg", seed=9, size=(1200, 800))
    library.add([str(large.parent)])
    finish(library.sync())
    (photo,) = library.photos([library.photo_id(str(large))])
    assert photo.thumbnail is not None
    with Image.open(photo.thumbnail) as thumbnail:
        assert thumbnail.size == (384, 256)


def test_another_precision_has_its_own_vectors(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "cpu_has_bf16", lambda: True)
    for pays in (True, False):  # only what is faster here is offered
        monkeypatch.setattr("engine.clip.cpu_inference.bf16_pays", lambda pays=pays: pays)
        assert library.precisions() == ["fp32", "bf16"][: 1 + pays]
    library.add_labels(["cat"])
    before = library._model.number()
    finish(library.use_model(precision="bf16"))
    assert (
        library._model.recognition().model.precision == "bf16" and library._model.number() != before
    )
    assert library.view("cat").scores[0]
    with pytest.raises(AlbumenError, match="for graphics processors"):
        finish(library.use_model(precision="fp16"))
    assert library._model.recognition().model.precision == "bf16"  # what works stays
    finish(library.use_model(precision="fp32"))
    assert library._model.number() == before


# opening and closing
# --------------------------------------------------------------------------------------------------


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    write_photos(tmp_path / "photos", 3)
    with Library.open(tmp_path / "library") as library:
        library.add([str(tmp_path / "photos")])
        finish(library.sync())
        (label,) = library.add_labels(["cat"], group="pets")
        library.correct(label.id, yes=[1])
        library.set_exclusions(["cache"])
        before = _all(library)
        library.close()
    with Library.open(tmp_path / "library") as library:
        assert _all(library) == before
        assert library.folders()[0].state == FolderState.ONLINE and library.exclusions() == [
            "cache"
        ]
        with pytest.raises(AlbumenError, match="open in another Albumen"):
            Library.open(tmp_path / "library")


def _all(library: Library) -> tuple[object, ...]:
    words = (library.folders(), library.labels(), library.tags([1, 2, 3]))
    return (*words, library.view("cat").ids, library.counts())


def test_default_directory_is_the_users_own() -> None:
    with Library.open() as library:
        assert Path(library.place()).is_relative_to(os.environ["XDG_DATA_HOME"])


# learning (a head that is stored, taken back, activated)
# --------------------------------------------------------------


def test_versions_and_activation(library: Library) -> None:
    (label,) = library.add_labels(["cat"])
    recognition = library._model.recognition()
    (head,) = recognition.heads
    numbers = (head.anchor, -1e6)
    everything = library._store.versions.add(
        label.id, recognition.number, "residual", head.vector, numbers
    )
    change = library.activate(everything)
    assert change.labels and library.labels()[0].photos == 8
    known = [(version.kind, version.active) for version in library.versions(label.id)]
    assert known == [("residual", True), ("zero-shot", False)]
    library.activate(head.version)
    assert library.labels()[0] == Label(label.id, "cat", photos=label.photos)


def test_versions_of_another_model_are_told_apart(library: Library, tmp_path: Path) -> None:
    (label,) = library.add_labels(["cat"])
    finish(library.use_model(str(write_model(tmp_path / "other.safetensors", seed=9))))
    everything, here = library.versions(label.id), library.versions(label.id, here=True)
    assert [version.kind for version in everything] == ["zero-shot", "zero-shot"]
    assert [version.model_id for version in here] == [everything[0].model_id]


def test_trained_label_lends_its_head_to_search(library: Library) -> None:
    (label,) = library.add_labels(["cat"])
    recognition = library._model.recognition()
    target = recognition.vector(6)
    assert target is not None
    vector = (target.float() * 50).numpy().astype("<f4").tobytes()
    version = library._store.versions.add(
        label.id, recognition.number, "residual", vector, (0.0, 49.0)
    )
    library.activate(version)
    result = library.view("cat")
    assert result.ids[0] == 6 and 1 <= result.matched < 8
    assert np.isclose(result.scores[0], 1.0, atol=0.1)


def test_photos_taken_by_date(library: Library) -> None:
    result = library.view()
    assert list(result.ids) == [8, 7, 6, 5, 4, 3, 2, 1]
    assert list(result.days)[::-1] == [result.days[-1] + i for i in range(8)]
    assert library.photos([1])[0].taken_at == LONG_AGO
