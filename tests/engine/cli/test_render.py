"""Answers as a person reads them."""

from __future__ import annotations

import time

import pytest

from engine.cli import render
from engine.records import Progress


@pytest.mark.parametrize(
    ("step", "line"),
    [
        (Progress("scan", 12, 0, detail="/photos"), "scan 12  /photos"),
        (Progress("encode", 320, 2075, 41.26, 43.1), "encode 320 of 2075, 41/s, 43 s left"),
        (Progress("encode", 1, 9, 0.125, 64.0), "encode 1 of 9, 0.1/s, 64 s left"),
        (Progress("download", 5, 10, seconds_left=600), "download 5 of 10, 10 min left"),
        (Progress("encode", 5, 10, seconds_left=9000), "encode 5 of 10, 2.5 h left"),
    ],
)
def test_progress(step: Progress, line: str) -> None:
    assert render.progress(step) == line


def test_tables() -> None:
    assert render.table([]) == "(none)"
    assert render.table(
        [
            {"label": "cat", "group": None, "photos": 7},
            {"label": "a dog", "group": "x", "photos": 12},
        ]
    ) == ("label  group  photos\ncat    -      7\na dog  x      12")
    assert (
        render.table([{"label": "日落", "n": 1}, {"label": "cat", "n": 2}])
        == "label  n\n日落   1\ncat    2"
    )
    assert render.table({"added": 1, "seconds": 0.12345}) == "added: 1\nseconds: 0.123"
    assert (
        render.table({"size": 605_000_000, "database_bytes": 1_712_000_000})
        == "size: 605 MB\ndatabase_bytes: 1.7 GB"
    )
    assert (
        render.table({"size": 88_123}) == "size: 88 kB"
        and render.table({"size": 0}) == "size: 0 bytes"
    )
    noon = time.mktime((2026, 11, 22, 12, 4, 0, 0, 0, -1))
    assert render.table([{"id": 4, "made_at": noon}]) == "id  made_at\n4   2026-11-22 12:04"
    assert render.tree({"a": {"b": [1, True]}, "c": {}}) == "a:\n  b:\n    1\n    yes\nc: {}"


def test_synced() -> None:
    quiet = {"path": "/quiet", "added": 0, "failed": 0}
    one = {"path": "/a", "added": 3, "failed": 1}
    answer = {"added": 3, "failed": 1, "seconds": 0.5, "folders": [one, quiet]}
    assert render.synced(answer) == "added: 3\nfailed: 1\nseconds: 0.500"
    answer["folders"] = [one, quiet, {"path": "", "added": 0, "failed": 2}]
    assert render.synced(answer).split("\n\n")[1] == (
        "folder           added  failed\n/a               3      1\n(single photos)  0      2"
    )


def report(version: int, active: bool) -> dict[str, object]:
    return {
        "label": "cat",
        "version": version,
        "active": active,
        "sentence": "Better.",
        "reasons": ["because"],
    }


def test_sentences() -> None:
    assert render.added({"folders": ["/a"], "photos": 2, "already": ["/b"]}) == (
        "Watching /a\nTook 2 single photos.\n/b is in the library already.\n"
        "Now 'sync' reads and tags them."
    )
    assert (
        render.added({"folders": [], "photos": 0, "already": ["/b"]})
        == "/b is in the library already."
    )
    rows = [
        {
            "path": "/a",
            "tags": [{"label": "cat", "source": "person"}, {"label": "dog", "source": "machine"}],
        }
    ]
    assert render.tags([*rows, {"path": "/b", "tags": []}]) == "/a: cat*, dog\n/b: -"
    assert (
        render.ranking([{"path": "/a", "score": 1.5}, {"path": "/b", "score": None}])
        == "   1.500  /a\n/b"
    )
    assert render.ranking([{"path": "/a", "score": 1002.3}]) == "       *  /a"
    assert render.trained([]) == "No label has new corrections."
    assert render.trained([report(7, True), report(8, False), report(0, False)]) == (
        "cat: Better.\n    Version 7, in use now.\n    because\n"
        "cat: Better.\n    Version 8, not in use; 'activate 8' tags with it.\n    because\n"
        "cat: Better.\n    because"
    )
    assert render.failures([]) == "Every photo could be read."
    assert render.failures([{"path": "/a.jpg", "attempts": 1}]) == "path    attempts\n/a.jpg  1"
    assert (
        render.classified([{"path": "/a", "probs": {"cat": 0.25, "dog": 0.75}}])
        == "/a: dog 0.750, cat 0.250"
    )
