"""Counts are exact when they can be, and cheap while a job runs."""

from __future__ import annotations

import time

import pytest

from engine.library.counts import _LAG, _Kept


def test_kept_until_something_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    made: list[int] = []

    def count() -> int:
        clock[0] += 0.5  # counting takes half a second
        made.append(len(made) + 1)
        return made[-1]

    kept = _Kept(count)
    assert [kept.now(), kept.now()] == [1, 1]
    kept.stale = True
    assert kept.now() == 1  # a job runs: not again so soon
    clock[0] += 0.5 * _LAG + 0.1
    assert [kept.now(), kept.now()] == [2, 2]
    kept.value = None
    assert kept.now() == 3
