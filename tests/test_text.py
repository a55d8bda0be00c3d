"""Answers as a person reads them."""

from __future__ import annotations

import pytest

from engine import text
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
    assert text.progress(step) == line


def test_tables() -> None:
    assert text.table([]) == "(none)"
    assert text.table(
        [{"label": "cat", "group": None, "photos": 7}, {"label": "a dog", "group": "x", "photos": 12}]
    ) == ("label  group  photos\ncat    -      7\na dog  x      12")
    assert text.table({"added": 1, "seconds": 0.12345}) == "added: 1\nseconds: 0.123"
    assert text.tree({"a": {"b": [1, True]}, "c": {}}) == "a:\n  b:\n    1\n    yes\nc: {}"


def test_sentences() -> None:
    assert text.added({"folders": ["/a"], "photos": 2, "already": ["/b"]}) == (
        "Watching /a\nTook 2 single photos.\n/b is in the library already.\nNow run: sync"
    )
    assert text.added({"folders": [], "photos": 0, "already": ["/b"]}) == "/b is in the library already."
    rows = [{"path": "/a", "tags": [{"label": "cat", "source": "person"}, {"label": "dog", "source": "machine"}]}]
    assert text.tags([*rows, {"path": "/b", "tags": []}]) == "/a: cat*, dog\n/b: -"
    assert text.ranking([{"path": "/a", "score": 1.5}, {"path": "/b", "score": None}]) == "   1.500  /a\n/b"
    assert text.trained([]) == "No label has new corrections."
    assert text.classified([{"path": "/a", "probs": {"cat": 0.25, "dog": 0.75}}]) == "/a: dog 0.750, cat 0.250"
