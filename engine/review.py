"""The review queue: which photo to ask the person about next, why, and when asking stops paying.

Pure tensors: it knows neither the store nor the window.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

from engine.classifier import Head
from engine.learning import Collection


@dataclass(frozen=True, slots=True)
class Question:
    """Is the label on the photo? `score`: z - threshold now; `reason`: a few words for the person."""

    photo_id: int
    label_id: int
    score: float
    reason: str


def next_questions(
    collection: Collection,
    heads: dict[int, Head],
    answered: Set[tuple[int, int]],
    n: int = 20,
    seed: int = 0,
    dials: dict[int, float] | None = None,
) -> list[Question]:
    """At most n questions, best first.

    `heads`: label id -> its head; `answered`: (photo id, label id) already
    corrected."""
    raise NotImplementedError


def stopped_paying(agreed: Sequence[bool], last: int = 20) -> bool:
    """True when the last `last` answers changed nothing: each agreed with what the machine said (newest last)."""
    return len(agreed) >= last and all(agreed[-last:])
