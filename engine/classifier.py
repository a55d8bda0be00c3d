"""Zero-shot scores and decisions: from image features and label vectors to tags, and to an honest 'no good match'.

Radford et al. 2021 (CLIP) give a cosine between a photo and a text. Raw cosines are comparable neither between photos
nor between labels. So every photo carries two moments over a wide vocabulary of everyday words v, and a label's score
is

    z = (cos(x, w) - centre(x)) / spread(x),   centre = log-mean-exp_v(s cos(x, v)) / s,   spread = std_v cos(x, v)

with s CLIP's own logit scale. z spread s is the log-odds of the label against the average word in CLIP's softmax, so
that one default threshold holds whatever else the library contains. (Standardising each label over the library as
well, as has been published for fixed test sets, was measured and left out: a label on a quarter of the photos loses
its own positives.)

This module knows vectors and thresholds. It does not know where photos, labels or corrections are stored, and it does
not learn (`learning.py`).

Letters in shape comments: N photos, L labels, W vocabulary words, D joint space.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

import resources

if TYPE_CHECKING:
    from engine.weights import LoadedModel

# The plain prompt, and the seven templates that do most of the work of CLIP's eighty (openai/CLIP, notebooks).
TEMPLATES = (
    "a photo of a {}.",
    "itap of a {}.",
    "a bad photo of the {}.",
    "a origami {}.",
    "a photo of the large {}.",
    "a {} in a video game.",
    "art of the {}.",
    "a photo of the small {}.",
)

DEFAULT_THRESHOLD = 2.0
"""A label nobody corrected tags a photo whose z reaches this."""

DIAL = 0.75
"""How far the person's dial (-1 .. +1) moves a threshold, in units of z."""

MATCH_THRESHOLD = 1.75
"""A photo is a good match of a text query when its z reaches this."""

_CHUNK = 16384  # photos per matrix product: bounds the fp32 copy of a half-precision library


@dataclass(frozen=True, slots=True)
class Head:
    """All that tags photos with one label: z = (x . vector - centre(x)) / spread(x), on the photo when z >= threshold.

    `vector`: (D,) float32, of unit length when zero-shot, any length once learned. `threshold`: before the person's
    dial.
    `calibration`: (a, b) of p = sigmoid(a z + b), None where it was never fitted to corrections.
    """

    vector: Tensor
    threshold: float = DEFAULT_THRESHOLD
    calibration: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The wide vocabulary in one model's joint space: what a photo is compared with when nobody asked for anything.

    `features`: (W, D) unit text features of `words`; `logit_scale`: the model's (not its logarithm).
    """

    words: tuple[str, ...]
    features: Tensor
    logit_scale: float

    def moments(self, image_features: Tensor) -> Tensor:
        """Image features (N, D), any float type -> (N, 2) float32: centre and spread of each photo's cosines over the
        words. They depend on the photo and the model only: compute them once, when a photo is encoded."""
        out = torch.empty(len(image_features), 2)
        for start in range(0, len(image_features), _CHUNK):
            cosines = image_features[start : start + _CHUNK].float() @ self.features.T  # (n, W)
            centre = torch.logsumexp(self.logit_scale * cosines, 1) - math.log(len(self.words))  # (n,)
            out[start : start + _CHUNK, 0] = centre / self.logit_scale
            out[start : start + _CHUNK, 1] = cosines.std(1).clamp_min(1e-6)
        return out

    def __post_init__(self) -> None:
        if len(self.words) != len(self.features):
            raise ValueError(f"{len(self.words)} words, but {len(self.features)} text features.")


def text_features(model: LoadedModel, names: Sequence[str], templates: Sequence[str] = TEMPLATES) -> Tensor:
    """Zero-shot vectors (L, D) of the names: each template's text feature normalised, averaged, normalised again."""
    texts = [template.format(_plain(name)) for name in names for template in templates]
    if not texts:
        return torch.empty(0, model.embed_dim)
    features = model.encode_texts(texts).view(len(names), len(templates), -1)  # (L, T, D)
    return F.normalize(features.mean(1), dim=-1)


def _plain(name: str) -> str:
    """The label as it stands in a sentence: no line breaks, and a final stop would be doubled by the templates."""
    return " ".join(name.split()).rstrip(".")


@lru_cache(maxsize=1)
def vocabulary_words() -> tuple[str, ...]:
    """The words of resources/vocabulary.txt, one per line, in order; lines that begin with # are headings."""
    lines = files(resources).joinpath("vocabulary.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


_vocabularies: dict[str, Vocabulary] = {}


def vocabulary(model: LoadedModel) -> Vocabulary:
    """The wide vocabulary as the model sees it; encoded once per `model_id` and kept in memory (one template)."""
    if model.model_id not in _vocabularies:
        words = vocabulary_words()
        features = text_features(model, words, TEMPLATES[:1])
        _vocabularies[model.model_id] = Vocabulary(words, features, float(model.clip.logit_scale.exp()))
    return _vocabularies[model.model_id]


def standardise(image_features: Tensor, moments: Tensor, vectors: Tensor) -> Tensor:
    """z (N, L): how far each label stands above the vocabulary, in the photo's own standard deviations.

    `image_features` (N, D) any float type, `moments` (N, 2) from `Vocabulary.moments`, `vectors` (L, D) float32.
    """
    z = torch.empty(len(image_features), len(vectors))
    for start in range(0, len(image_features), _CHUNK):
        part = slice(start, start + _CHUNK)
        logits = image_features[part].float() @ vectors.T  # (n, L)
        z[part] = (logits - moments[part, :1]) / moments[part, 1:]
    return z


def zero_shot_heads(
    vocabulary: Vocabulary, names: Sequence[str], vectors: Tensor, groups: Sequence[str | None]
) -> list[Head]:
    """Heads of labels nobody corrected, from their vectors (L, D) of `text_features` and their exclusive groups.

    'not cup' in a group with 'cup' means anything else: CLIP is near chance on negation, so it stands for the average
    word of the vocabulary and wins where 'cup' stays under the default threshold.
    """
    heads = []
    for name, vector, group in zip(names, vectors, groups, strict=True):
        if group is None:
            heads.append(Head(vector))
        elif negated(name):
            heads.append(Head(vocabulary.features.mean(0), threshold=AVERAGE_WORD - DEFAULT_THRESHOLD))
        else:
            heads.append(Head(vector, threshold=0.0))
    return heads


AVERAGE_WORD = -1.35
"""z of the vocabulary's mean vector on a typical photo (the centre is a soft maximum, so the mean lies below it)."""

_NEGATION = re.compile(r"^(not|no|non|without|other than|anything but)\b", re.IGNORECASE)


def negated(name: str) -> bool:
    """True for 'not cup', 'no cup', 'without cup'."""
    return bool(_NEGATION.match(name.strip()))


class Scorer:
    """Scores many photos for many heads with one matrix product."""

    def __init__(self, heads: Sequence[Head]) -> None:
        self.vectors = torch.stack([head.vector for head in heads])  # (L, D)
        self.thresholds = torch.tensor([head.threshold for head in heads])  # (L,)

    def scores(self, image_features: Tensor, moments: Tensor) -> Tensor:
        """z (N, L) of image features (N, D) with their vocabulary moments (N, 2)."""
        return standardise(image_features, moments, self.vectors)


def decide(z: Tensor, thresholds: Tensor, groups: Sequence[str | None], dials: Tensor | None = None) -> Tensor:
    """Which labels are on which photos: (N, L) bool from z (N, L) and the heads' thresholds (L,).

    A free label is on a photo when z >= threshold + DIAL * dial; `dials` (L,) are the persons' words, -1 (miss fewer)
    to +1 (fewer mistakes). Of the labels of one exclusive group exactly one wins, by softmax, that is the highest
    score.
    """
    if dials is not None:
        thresholds = thresholds + DIAL * dials
    present = z >= thresholds  # (N, L)
    for group in {name for name in groups if name is not None}:
        columns = torch.tensor([i for i, name in enumerate(groups) if name == group])
        winner = (z - thresholds)[:, columns].argmax(1)  # (N,)
        present[:, columns] = F.one_hot(winner, len(columns)).bool()
    return present


def probability(z: Tensor, head: Head) -> Tensor:
    """p (N,) of one label from its z (N,). Raises ValueError where the head was never calibrated."""
    if head.calibration is None:
        raise ValueError("This label has no calibrated probability: nobody corrected it.")
    a, b = head.calibration
    return torch.sigmoid(a * z + b)


@dataclass(frozen=True, slots=True)
class Match:
    """Answer to a text query: `order` (N,) photo rows, best first; `scores` (N,) their z in that order; `good`: how
    many of the first rows are good matches, 0 = the library does not contain it."""

    order: Tensor
    scores: Tensor
    good: int


def match(query_features: Tensor, image_features: Tensor, moments: Tensor, strictness: float = 0.0) -> Match:
    """Rank the photos (N, D) by a text query's unit feature (D,), and say how many are good matches.

    `strictness`: -1 (show more) .. +1 (only sure ones). Equal scores keep library order.
    """
    z = standardise(image_features, moments, query_features[None])[:, 0]  # (N,)
    order = torch.argsort(z, descending=True, stable=True)
    return Match(order, z[order], int((z >= MATCH_THRESHOLD + DIAL * strictness).sum()))
