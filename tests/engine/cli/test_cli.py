"""The command line as a contract.

One JSON document, exit codes, sentences, nothing else on stdout.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine import __version__
from engine.__main__ import main
from engine.library.library import Library
from tests.support.small_library import finish, write_model, write_photo, write_photos

pytestmark = pytest.mark.usefixtures("tiny_starter")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, tiny_model_file: Path) -> Path:
    """A folder with five photos and a synced library of them with two labels."""
    directory = tmp_path_factory.mktemp("cli")
    write_photos(directory / "photos", 5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALBUMEN_STARTER", str(tiny_model_file))
        with Library.open(directory / "library") as library:
            library.add([str(directory / "photos")])
            finish(library.sync())
            library.add_labels(["cat", "dog"])
    return directory


@pytest.fixture
def photo(template: Path) -> Callable[[int], str]:
    """The path of photo 0-4."""
    return lambda number: str(template / "photos" / f"photo {number:03}.jpg")


@pytest.fixture
def ask(template: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Run a command with --json.

    Check the exit code, and that stdout is one document; returns it.
    """
    shutil.copytree(template / "library", tmp_path / "library")

    def run(*words: str, code: int = 0) -> Any:
        capsys.readouterr()
        assert main(["--library", str(tmp_path / "library"), "--json", *words]) == code
        return json.loads(capsys.readouterr().out)

    return run


def test_add(ask: Callable[..., Any], tmp_path: Path) -> None:
    write_photo(tmp_path / "more" / "one.jpg", seed=40)
    assert ask("add", str(tmp_path / "more")) == {
        "folders": [str(tmp_path / "more")],
        "photos": 0,
        "already": [],
        "refused": [],
    }
    assert ask("add", str(tmp_path / "more"), str(tmp_path / "nowhere"), code=1) == {
        "folders": [],
        "photos": 0,
        "already": [str(tmp_path / "more")],
        "refused": [
            {"path": str(tmp_path / "nowhere"), "reason": "There is no such folder or file."}
        ],
    }
    answer = ask("sync")
    counted = ["added", "updated", "moved", "removed", "failed"]
    assert list(answer) == [*counted, "seconds", "folders"]
    assert (answer["added"], answer["failed"]) == (1, 0) and answer["seconds"] > 0
    assert [list(folder) for folder in answer["folders"]] == [["path", *counted]] * 2
    assert {folder["path"]: folder["added"] for folder in answer["folders"]}[
        str(tmp_path / "more")
    ] == 1


def test_labels(ask: Callable[..., Any]) -> None:
    labels = ask("labels")
    assert [(row["label"], row["group"]) for row in labels] == [("cat", None), ("dog", None)]
    assert all(isinstance(row["photos"], int) for row in labels)
    added = ask("labels", "add", "cup", "not cup", "--group", "cups")
    assert sum(row["photos"] for row in added if row["group"] == "cups") == 5
    assert [row["label"] for row in ask("labels", "remove", "CUP", "dog")] == ["cat", "not cup"]
    for same in ("GROSSE STRASSE", "große  straße"):
        ask("labels", "add", "Große Straße")
        assert [row["label"] for row in ask("labels", "remove", same)] == ["cat", "not cup"]
    assert len(ask("labels", "add", "--starter")) > 50


def test_correct_tags_and_search(ask: Callable[..., Any], photo: Callable[[int], str]) -> None:
    assert ask("correct", "cat", "--yes", photo(0), photo(1), "--no", photo(2)) == {
        "label": "cat",
        "yes": 2,
        "no": 1,
        "clear": 0,
        "total": {"yes": 2, "no": 1},
    }
    assert ask("correct", "cat", "--clear", photo(1))["total"] == {"yes": 1, "no": 1}
    (row,) = ask("tags", photo(0))
    assert row["path"] == photo(0)
    assert {"label": "cat", "score": 1.0, "source": "person"} in row["tags"]
    everything = ask("tags")
    assert [row["path"] for row in everything] == [photo(i) for i in range(5)]
    assert not any(tag["label"] == "cat" for tag in everything[2]["tags"])
    found = ask("search", "cat", "-n", "3")
    assert len(found) == 3 and found[0]["path"] == photo(0)
    assert [row["score"] for row in found] == sorted((row["score"] for row in found), reverse=True)
    assert ask("search", "label:cat", "is:corrected") == [{"path": photo(0), "score": None}]
    assert ask("search", "label:nothing") == []


def test_similar(ask: Callable[..., Any], photo: Callable[[int], str], tmp_path: Path) -> None:
    assert photo(3) not in [row["path"] for row in ask("similar", photo(3))]
    shutil.copy(photo(3), tmp_path / "copy.jpg")
    assert ask("similar", str(tmp_path / "copy.jpg"), "-n", "1")[0]["path"] == photo(3)


def test_versions_and_activate(ask: Callable[..., Any]) -> None:
    versions = ask("versions")
    assert {(row["label"], row["kind"], row["active"]) for row in versions} == {
        ("cat", "zero-shot", True),
        ("dog", "zero-shot", True),
    }
    assert ask("activate", str(versions[0]["id"])) == {
        "id": versions[0]["id"],
        "label": versions[0]["label"],
        "kind": "zero-shot",
        "changed": 0,
    }
    assert "no version 999" in ask("activate", "999", code=1)["error"]


def test_failures(ask: Callable[..., Any], tmp_path: Path) -> None:
    assert ask("failures") == []
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "text.jpg").write_text("no photo")
    os.utime(tmp_path / "bad" / "text.jpg", (1, 1))
    ask("add", str(tmp_path / "bad"))
    assert ask("sync")["failed"] == 1
    (failure,) = ask("failures")
    assert (
        failure["path"] == str(tmp_path / "bad" / "text.jpg")
        and failure["reason"]
        and failure["attempts"] == 1
    )


def test_classify_needs_no_library(
    photo: Callable[[int], str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["--json", "classify", photo(0), photo(1), "--labels", "cat, dog,car"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["path"] for row in rows] == [photo(0), photo(1)]
    for row in rows:
        assert list(row["probs"]) == ["cat", "dog", "car"] and sum(
            row["probs"].values()
        ) == pytest.approx(1, abs=1e-5)
    assert not (Path(os.environ["XDG_DATA_HOME"]) / "albumen" / "library").exists()


def test_models_doctor_export_retag(ask: Callable[..., Any], tmp_path: Path) -> None:
    assert [row["name"] for row in ask("models") if row["active"]] == ["starter"]
    assert ask("doctor")["library"]["integrity"] == "ok"
    assert ask("retag") == {"photos": 5}
    assert all(set(row) == {"path", "label", "present", "source", "score"} for row in ask("export"))
    other = write_model(tmp_path / "other.safetensors", seed=8)
    assert ask("use", str(other))["active"] is True
    assert [row["name"] for row in ask("models") if row["active"]] == [str(other)]


BAD = [
    (["correct", "bird", "--yes", "x.jpg"], "There is no label 'bird'"),
    (["correct", "cat", "--yes", "nowhere.jpg"], "nowhere.jpg is not in the library"),
    (["correct", "cat"], "Nothing was said"),
    (["labels", "add", ""], "is empty"),
    (["labels", "add", "word " * 200], "may have 100 characters"),
    (["labels", "add"], "Which labels"),
    (["labels", "remove", "bird"], "There is no label 'bird'"),
    (["train", "bird"], "There is no label 'bird'"),
    (["train", "cat"], "Nobody has corrected 'cat'"),
    (["tags", "nowhere.jpg"], "nowhere.jpg is not in the library"),
    (["similar", "nowhere.jpg"], "nowhere.jpg"),
    (["use", "no such model"], "no such model"),
    (["--model", "no such model", "search", "dog"], "no such model"),
    (["classify", "nowhere.jpg", "--labels", "a,b"], "nowhere.jpg"),
    (["classify", "nowhere.jpg", "--labels", "a,,b"], "is empty"),
    (["classify", "nowhere.jpg", "--labels", "a,a"], "twice"),
    (["classify", "nowhere.jpg", "--labels", "a", "--template", "photo"], "needs one {}"),
]


@pytest.mark.parametrize(("words", "sentence"), BAD, ids=[" ".join(words)[:40] for words, _ in BAD])
def test_expected_problems_are_one_sentence(
    ask: Callable[..., Any], words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = ask(*words, code=1)["error"]
    assert sentence in told and "\n" not in told and "Traceback" not in told


def test_the_library_in_use_by_another(ask: Callable[..., Any], tmp_path: Path) -> None:
    with Library.open(tmp_path / "library"):
        assert "open in another Albumen" in ask("labels", code=1)["error"]


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["nonsense"],
        ["search"],
        ["search", "dog", "-n", "0"],
        ["activate", "x"],
        ["--device", "tpu", "sync"],
        ["classify"],
    ],
)
def test_wrong_usage_is_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1 and "--help" in captured.err


def test_help_is_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert "search" in capsys.readouterr().out
    assert main(["search", "--help"]) == 0


COMMANDS = [
    "labels",
    "versions",
    "failures",
    "tags",
    "search photo",
    "doctor",
    "models",
    "export",
    "sync",
    "retag",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_text_for_people(
    ask: Callable[..., Any], command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--library", str(tmp_path / "library"), *command.split()]) == 0
    out = capsys.readouterr().out
    assert out.endswith("\n") and not out.startswith(("{", "["))


def test_as_a_program(template: Path, tmp_path: Path) -> None:
    """Options may stand behind the command.

    Progress goes to stderr; a name that is no text comes out as JSON.
    """
    folder = tmp_path / "photos"
    write_photo(folder / "a.jpg", seed=1)
    os.rename(os.fsencode(folder / "a.jpg"), os.path.join(os.fsencode(folder), b"caf\xe9.jpg"))
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "COLUMNS": "80"}

    def program(*words: str) -> tuple[int, Any, str]:
        command = [
            sys.executable,
            "-m",
            "engine",
            *words,
            "--json",
            "--library",
            str(tmp_path / "library"),
        ]
        child = subprocess.run(
            command, capture_output=True, text=True, env=environment, check=False
        )
        return child.returncode, json.loads(child.stdout), child.stderr

    assert program("add", str(folder))[0] == 0
    code, answer, told = program("sync")
    assert (code, answer["added"]) == (0, 1) and "1 of 1" in told
    code, answer, told = program("search", "is:missing OR folder:photos")
    assert (code, told) == (0, "") and answer[0]["path"].encode(
        "utf-8", "surrogateescape"
    ).endswith(b"caf\xe9.jpg")


def test_train(ask: Callable[..., Any], photo: Callable[[int], str]) -> None:
    assert ask("train") == []
    ask("correct", "cat", "--yes", photo(0), photo(1), "--no", photo(2), photo(3))
    (report,) = ask("train", "cat")
    assert (report["label"], report["yes"], report["no"]) == ("cat", 2, 2)
    assert isinstance(report["accepted"], bool) and report["version"] in {
        row["id"] for row in ask("versions")
    }
    for when in ("before", "after"):
        assert report[when] is None or 0 <= report[when] <= 1
    assert report["sentence"] and ask("train") == []


def test_review(ask: Callable[..., Any]) -> None:
    rows = ask("review", "-n", "3", "--label", "dog")
    assert 0 < len(rows) <= 3 and {row["label"] for row in rows} == {"dog"}
    assert set(rows[0]) == {"path", "label", "score", "suggested", "reason"}


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"Albumen {__version__}\n"
