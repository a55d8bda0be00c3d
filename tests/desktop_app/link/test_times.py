"""The figures of one request: what it waited, what its steps took."""

from __future__ import annotations

import re
import time

import pytest

from desktop_app.link.times import Times


def test_steps_are_counted_and_one_that_fails_too() -> None:
    times = Times(time.perf_counter())
    with times:
        pass
    with pytest.raises(ZeroDivisionError), times:
        _ = 1 / 0
    with pytest.raises(StopIteration), times:
        next(iter(()))
    assert times.steps == 3
    assert 0 < times.longest <= times.busy


def test_the_wait_ends_with_the_first_step() -> None:
    times = Times(time.perf_counter() - 2.0)
    with times:
        pass
    said = str(times)
    times.asked -= 100.0
    with times:
        pass
    assert re.fullmatch(r"waited 2\d{3}\.\d ms, served in \d+\.\d ms", said)
    assert str(times).startswith("waited 2") and str(times).count("longest") == 1


def test_what_never_began() -> None:
    assert str(Times(time.perf_counter() - 1.0)).endswith("never served")
