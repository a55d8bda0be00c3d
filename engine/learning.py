"""Learning a label from corrections, on stored image features only: Tier A, Tier B, acceptance, and the report.

Knows: what is learned from which corrections, when the result is offered, how it is said in words. Pure tensors in,
pure tensors out: it knows neither the store nor files nor Qt. `library` calls `learn`, stores each `Lesson`, and
activates it.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch import Tensor

from engine.classifier import Head, Vocabulary
from engine.records import Progress, TrainReport

if TYPE_CHECKING:
    from engine.weights import LoadedModel


@dataclass(frozen=True, slots=True)
class Collection:
    """The library as tensors. `photo_ids`: (N,) int64; `image_features`: (N, D) any float type, unit length; `centre`:
    (N,) of `Vocabulary.centre`; `taken_at`: (N,) float64 seconds (bursts are photos seconds apart)."""

    photo_ids: Tensor
    image_features: Tensor
    centre: Tensor
    taken_at: Tensor


@dataclass(frozen=True, slots=True)
class Subject:
    """A label to be learned: its corrections {photo id: yes / no}, the head that tags now, and its zero-shot head.

    `group`: name of its exclusive group; pass every label of the group in the same call, they are learned together.
    Corrections of photos that are not in the collection (no embedding yet) are ignored.
    """

    label_id: int
    name: str
    corrections: Mapping[int, bool]
    current: Head
    zero_shot: Head
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was learned for one label. `head` replaces the label's head when the version is activated (the current head
    itself when `report.kind` is 'unchanged'); `ctx`: (n_ctx, C) of Tier B or None; `ctx_seed`: its seed. `report` has
    `version` 0 and `active` False: the library fills them in when it stores the version."""

    head: Head
    ctx: Tensor | None
    ctx_seed: int
    report: TrainReport


def learn(
    model: LoadedModel,
    vocabulary: Vocabulary,
    subjects: Sequence[Subject],
    collection: Collection,
    *,
    seed: int = 0,
    prompts: bool = True,
) -> Generator[Progress, None, list[Lesson]]:
    """Learn all subjects; one Lesson each, in order. Yields after every step of at most about 250 ms; closing the
    generator cancels and leaves nothing behind. `prompts=False` leaves out Tier B (CoOp): well under a second."""
    raise NotImplementedError
    yield
