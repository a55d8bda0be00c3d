"""The review queue: which photo to ask the person about next, and why.

Most questions are where an answer teaches most: photos close to a label's line, and no two alike
(uncertainty and diversity, as in Ash et al. 2020, arXiv:1906.03671). One in five is drawn at random
from all photos and labels: asking only where the machine doubts would never find what it surely
gets wrong.

Pure tensors: it knows neither the store nor the window.

Letters in shape comments: N photos, L labels, C candidates, D joint space.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.clip.zero_shot import DIAL, Head, Scorer
from engine.learning.case import Collection
from engine.messages import Message, message

RANDOM_SHARE = 0.2
CANDIDATES = 20  # times n: how many of the least certain photos diversity may choose from
CLOSE = message("a close call")
UNLIKE = message("unlike anything you answered")
RANDOM = message("a random check, to keep the count of mistakes honest")
_FAR = 0.6  # a photo with no answered photo of the label at this cosine is unlike them


@dataclass(frozen=True, slots=True)
class Question:
    """Is the label on the photo?

    `score`: z - threshold now (dial included); `suggested`: the machine says yes; `reason`: a few
    words for the person.
    """

    photo_id: int
    label_id: int
    score: float
    suggested: bool
    reason: Message


def next_questions(
    collection: Collection,
    heads: Mapping[int, Head],
    answered: Set[tuple[int, int]],
    n: int = 20,
    seed: int = 0,
    dials: Mapping[int, float] | None = None,
) -> list[Question]:
    """At most n questions, best first, random checks spread among them.

    `heads`: label id -> its head; `answered`: (photo id, label id) already corrected, never asked
    again; `dials`: label id -> the person's dial.
    """
    labels = list(heads)
    count = len(collection.photo_ids)
    if not labels or not count or n < 1:
        return []
    scorer = Scorer([heads[label] for label in labels])
    moved = torch.tensor([DIAL * (dials or {}).get(label, 0.0) for label in labels])
    # (N, L)
    margin = scorer.scores(collection.image_features, collection.centre) - scorer.thresholds - moved
    row_of = (
        {int(photo): row for row, photo in enumerate(collection.photo_ids.tolist())}
        if answered
        else {}
    )
    known = [
        (row_of[photo], labels.index(label))
        for photo, label in answered
        if photo in row_of and label in heads
    ]
    open_ = torch.ones_like(margin, dtype=torch.bool)  # (N, L)
    if known:
        rows, columns = torch.tensor(known).T
        open_[rows, columns] = False
    generator = torch.Generator().manual_seed(seed)
    wanted = min(n, int(open_.sum()))
    drawn = _random(open_, round(RANDOM_SHARE * wanted), generator)
    for row, column in drawn:
        open_[row, column] = False
    chosen = _uncertain_and_diverse(collection, margin, open_, known, wanted - len(drawn))
    questions: list[Question] = []
    every = len(chosen) // max(len(drawn), 1) + 1
    random_left = list(drawn)
    for place, (row, column, reason) in enumerate(chosen):
        questions.append(_question(collection, margin, labels, row, column, reason))
        if (place + 1) % every == 0 and random_left:
            questions.append(_question(collection, margin, labels, *random_left.pop(0), RANDOM))
    questions += [
        _question(collection, margin, labels, row, column, RANDOM) for row, column in random_left
    ]
    return questions


def _question(
    collection: Collection,
    margin: Tensor,
    labels: Sequence[int],
    row: int,
    column: int,
    reason: Message,
) -> Question:
    score = float(margin[row, column])
    return Question(int(collection.photo_ids[row]), labels[column], score, score >= 0, reason)


def _random(open_: Tensor, n: int, generator: torch.Generator) -> list[tuple[int, int]]:
    """n open (photo row, label column), uniformly, without building the list of all of them."""
    found: dict[tuple[int, int], None] = {}
    rows, columns = open_.shape
    for _ in range(50):
        if len(found) >= n:
            break
        row = torch.randint(rows, (4 * n,), generator=generator)
        column = torch.randint(columns, (4 * n,), generator=generator)
        for pair in zip(row.tolist(), column.tolist(), strict=True):
            if len(found) < n and open_[pair]:
                found[pair] = None
    return list(found)


def _uncertain_and_diverse(
    collection: Collection, margin: Tensor, open_: Tensor, known: Sequence[tuple[int, int]], n: int
) -> list[tuple[int, int, Message]]:
    """The pairs to ask about, chosen greedily.

    Of the least certain open pairs, always the one that is least certain and least like what was
    asked or answered for that label already.
    """
    doubt = margin.abs().masked_fill(~open_, float("inf")).flatten()  # (N L,)
    size = min(CANDIDATES * max(n, 1), int(open_.sum()))
    if not n or not size:
        return []
    values, places = doubt.topk(size, largest=False)  # (C,)
    rows, columns = places // margin.shape[1], places % margin.shape[1]
    features = collection.image_features[rows].float()  # (C, D)
    likeness = torch.zeros(size)  # (C,) to the nearest photo asked or answered for the same label
    for column in set(columns.tolist()):
        answered = [row for row, other in known if other == column]
        if answered:
            mine = columns == column
            references = collection.image_features[torch.tensor(answered)].float()
            likeness[mine] = (features[mine] @ references.T).amax(1)
    has_answers = torch.tensor(
        [any(other == column for _, other in known) for column in columns.tolist()]
    )
    taken = torch.zeros(size, dtype=torch.bool)
    result: list[tuple[int, int, Message]] = []
    for _ in range(min(n, size)):
        worth = 1 / (1 + values) - likeness.clamp_min(0)
        best = int(worth.masked_fill(taken, float("-inf")).argmax())
        reason = UNLIKE if has_answers[best] and likeness[best] < _FAR else CLOSE
        result.append((int(rows[best]), int(columns[best]), reason))
        taken[best] = True
        same_label = columns == columns[best]
        likeness = torch.where(
            same_label, torch.maximum(likeness, features @ features[best]), likeness
        )
    return result
