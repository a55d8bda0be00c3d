"""Which photo is asked about next, and why."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from engine.clip.zero_shot import Head
from engine.learning.case import Collection
from engine.learning.review import CLOSE, RANDOM, UNLIKE, next_questions

D = 16


@pytest.fixture
def library() -> Collection:
    x = F.normalize(torch.randn(200, D, generator=torch.Generator().manual_seed(0)), dim=1)
    return Collection(
        torch.arange(200) + 500, x, torch.zeros(200), torch.zeros(200, dtype=torch.float64)
    )


@pytest.fixture
def heads() -> dict[int, Head]:
    return {4: Head(torch.eye(D)[0] * 10, 0.0, 2.0), 9: Head(torch.eye(D)[1] * 10, 0.0, 2.0)}


def test_questions_are_uncertain_with_some_random_ones_and_say_why(
    library: Collection, heads: dict[int, Head]
) -> None:
    questions = next_questions(library, heads, set(), n=20)
    assert len(questions) == 20
    assert len({(q.photo_id, q.label_id) for q in questions}) == 20
    drawn = [q for q in questions if q.reason == RANDOM]
    assert len(drawn) == 4
    sure = (library.image_features @ torch.stack([h.vector for h in heads.values()]).T - 2).abs()
    asked = torch.tensor([abs(q.score) for q in questions if q.reason != RANDOM])
    assert asked.mean() < sure.mean() / 3
    assert all(q.suggested == (q.score >= 0) for q in questions)
    # spread, not all in front
    assert questions[-1].reason != RANDOM or questions[0].reason != RANDOM
    assert next_questions(library, heads, set(), n=20) == questions


def test_answered_pairs_are_never_asked_again(library: Collection, heads: dict[int, Head]) -> None:
    answered = {(500 + i, 4) for i in range(200)} | {(500 + i, 9) for i in range(195)}
    questions = next_questions(library, heads, answered, n=20)
    assert {(q.photo_id, q.label_id) for q in questions} == {(695 + i, 9) for i in range(5)}


def test_near_duplicates_are_not_asked_twice_in_a_row(heads: dict[int, Head]) -> None:
    generator = torch.Generator().manual_seed(1)
    base = F.normalize(torch.randn(1, D, generator=generator), dim=1)
    same = F.normalize(base + 0.01 * torch.randn(30, D, generator=generator), dim=1)
    others = F.normalize(torch.randn(10, D, generator=generator), dim=1)
    x = torch.cat([same, others])
    head = Head(base[0] * 0 + torch.eye(D)[0], 0.0, float(base[0, 0]))  # the thirty lie on the line
    library = Collection(torch.arange(40), x, torch.zeros(40), torch.zeros(40, dtype=torch.float64))
    asked = [
        q.photo_id for q in next_questions(library, {1: head}, set(), n=10) if q.reason != RANDOM
    ]
    assert sum(photo < 30 for photo in asked[:5]) <= 2


def test_reasons_tell_what_is_unlike_the_answers(
    library: Collection, heads: dict[int, Head]
) -> None:
    questions = next_questions(library, {4: heads[4]}, {(500, 4)}, n=20)
    assert {q.reason for q in questions} >= {UNLIKE, RANDOM}
    assert {q.reason for q in next_questions(library, {4: heads[4]}, set(), n=5)} == {CLOSE, RANDOM}


def test_the_dial_moves_the_line(library: Collection, heads: dict[int, Head]) -> None:
    strict = next_questions(library, {4: heads[4]}, set(), n=10, dials={4: 1.0})
    raw = {
        int(i): float(s)
        for i, s in zip(library.photo_ids, library.image_features @ heads[4].vector, strict=True)
    }
    assert all(q.score == pytest.approx(raw[q.photo_id] - 2.0 - 1.5, abs=1e-4) for q in strict)


@pytest.mark.parametrize("n", [0, 1, 3])
def test_small_requests(library: Collection, heads: dict[int, Head], n: int) -> None:
    assert len(next_questions(library, heads, set(), n=n)) == n
    assert next_questions(library, {}, set(), n=n) == []
