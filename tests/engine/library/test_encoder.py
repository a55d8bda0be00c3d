"""A batch is encoded beside us: whole, in order, and left when it is no longer wanted."""

from __future__ import annotations

import itertools
import os
import sys
import threading
from concurrent.futures import CancelledError

import numpy as np
import pytest
import torch

from engine.library.encoder import Crew, Encoder, Pixels


def images(count: int) -> list[Pixels]:
    return [np.full((2, 2, 3), number % 256, np.uint8) for number in range(count)]


def first_value(pixels: Pixels) -> torch.Tensor:
    return torch.from_numpy(pixels[:, 0, 0, :1].astype(np.float32))  # (B, 1)


def test_features_come_in_order_from_a_thread_that_steps_back() -> None:
    threads: set[tuple[str, int]] = set()

    def encode(pixels: Pixels) -> torch.Tensor:
        threads.add(
            (threading.current_thread().name, os.nice(0) if sys.platform == "linux" else 10)
        )
        return first_value(pixels)

    encoder = Encoder(encode)
    for _ in range(2):
        encoder.start(images(50))
        while not encoder.done(0.01):
            pass
        assert [float(vector) for vector in encoder.features()] == list(range(50))
    encoder.start([])
    assert encoder.features() == []
    encoder.close()
    ((name, nice),) = threads
    assert name.startswith("encode") and nice >= 10
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("encode")]


def test_waiting_does_not_block() -> None:
    go = threading.Event()

    def encode(pixels: Pixels) -> torch.Tensor:
        assert go.wait(60)
        return first_value(pixels)

    encoder = Encoder(encode)
    encoder.start(images(2))
    assert not encoder.done(0) and not encoder.done(0.01)
    go.set()
    assert encoder.done(60) and len(encoder.features()) == 2
    encoder.close()


def test_what_goes_wrong_is_raised_where_the_features_are_asked_for() -> None:
    def encode(_: Pixels) -> torch.Tensor:
        raise MemoryError("too large")

    encoder = Encoder(encode)
    encoder.start(images(3))
    with pytest.raises(MemoryError, match="too large"):
        encoder.features()
    encoder.close()


@pytest.mark.parametrize(("seconds", "parts"), [(0.0, [40]), (0.2, [4, 4, 4]), (2.0, [1, 1])])
def test_parts_are_as_large_as_the_model_is_fast(
    monkeypatch: pytest.MonkeyPatch, seconds: float, parts: list[int]
) -> None:
    """Closing waits for one part: many images of a fast model, single ones of a slow one."""
    clock = [0.0]
    monkeypatch.setattr("engine.library.encoder.time.thread_time", lambda: clock[0])
    sizes: list[int] = []

    def encode(pixels: Pixels) -> torch.Tensor:
        sizes.append(len(pixels))
        clock[0] += seconds * len(pixels)
        return first_value(pixels)

    encoder = Encoder(encode)
    for _ in range(8):  # it learns how fast the model is
        encoder.start(images(40))
        encoder.features()
    encoder.close()
    assert sizes[-len(parts) :] == parts


def test_closing_leaves_the_rest_of_a_batch() -> None:
    begun = threading.Event()
    go = threading.Event()
    sizes = []

    def encode(pixels: Pixels) -> torch.Tensor:
        sizes.append(len(pixels))
        begun.set()
        assert go.wait(60)
        return first_value(pixels)

    encoder = Encoder(encode)
    encoder.start(images(1000))
    assert begun.wait(60)
    closing = threading.Thread(target=encoder.close)
    closing.start()
    while not encoder._closed.is_set():
        pass
    go.set()
    closing.join()
    assert len(sizes) == 1 and sizes[0] < 1000
    with pytest.raises(CancelledError):
        encoder.features()


def test_all_threads_work_where_nobody_holds_them_up() -> None:
    crew = Crew(4)
    for _ in range(100):
        crew.worked(0.95)
    assert crew.threads == 4


def test_a_core_that_another_program_keeps_is_left_to_it_and_tried_again_ever_more_seldom() -> None:
    crew = Crew(2)
    tried = []
    for part in range(200):
        if crew.threads == 2:
            tried.append(part)
        crew.worked(0.2 if crew.threads == 2 else 0.95)
    pauses = [later - earlier for earlier, later in itertools.pairwise(tried)]
    assert len(tried) < 8 and pauses == sorted(pauses) and pauses[0] < pauses[-1]
    for _ in range(200):  # the other program has ended
        crew.worked(0.95)
    assert crew.threads == 2


def test_one_core_of_many_is_left_first() -> None:
    crew = Crew(16)
    crew.worked(0.1)
    assert crew.threads == 15
    for _ in range(5):
        crew.worked(0.1)
    assert crew.threads == 1


def test_others_find_the_threads_as_they_were() -> None:
    before = torch.get_num_threads()
    encoder = Encoder(first_value)
    encoder._crew = Crew(before)
    encoder._crew.threads = 1  # as if it had been held up
    encoder.start(images(3))
    encoder.features()
    seen = encoder._thread.submit(torch.get_num_threads).result()
    encoder.close()
    assert seen == torch.get_num_threads() == before
