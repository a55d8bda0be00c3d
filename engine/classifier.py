"""Zero-shot scores and decisions: from image features and label vectors to tags, and to an honest 'no good match'.

Radford et al. 2021 (CLIP) give a cosine between a photo and a text. Raw cosines are not comparable between labels (some
texts are near everything) nor between photos. Two standardisations make them so:

1. per photo: u = (cos(x, w) - mean_v cos(x, v)) / std_v cos(x, v) over the words v of a wide vocabulary;
2. per label: z = (u - mean) / std, with the mean and the spread of the label's background over the library.

This module knows vectors and thresholds. It does not know where photos, labels or corrections are stored, and it does
not learn (`learning.py`).

Letters in shape comments: N photos, L labels, W vocabulary words, D joint space.
"""

from __future__ import annotations

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

DEFAULT_THRESHOLD = 2.25
"""A label nobody corrected tags a photo whose z reaches this."""

DIAL = 1.0
"""How far the person's dial (-1 .. +1) moves a threshold, in units of z."""

_CHUNK = 65536  # photos per matrix product: bounds the fp32 copy of a half-precision library


@dataclass(frozen=True, slots=True)
class Head:
    """All that tags photos with one label: u = (x . vector - photo mean) / photo std; z = (u - mean) / std.

    `vector`: (D,) float32, of unit length when zero-shot, any length once learned. `mean`, `std`: of the label's
    background u over the library when the head was made (0 and 1 inside an exclusive group, where labels compete by u).
    `threshold`: z at and above which the label is on the photo, before the person's dial. `calibration`: (a, b) of
    p = sigmoid(a z + b), None where it was never fitted to corrections.
    """

    vector: Tensor
    mean: float = 0.0
    std: float = 1.0
    threshold: float = DEFAULT_THRESHOLD
    calibration: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The wide vocabulary in one model's joint space: what a photo is compared with when nobody asked for anything.

    `features`: (W, D) unit text features. `mean` (D,) and `root` (D, D) hold their first two moments, so that the
    per-photo moments cost one (N, D) x (D, D) product whatever W is: std(x) = |x root|.
    """

    words: tuple[str, ...]
    features: Tensor
    mean: Tensor
    root: Tensor

    @classmethod
    def of(cls, words: Sequence[str], features: Tensor) -> Vocabulary:
        """Words and their unit text features (W, D) -> the vocabulary with its moments."""
        mean = features.mean(0)  # (D,)
        centred = (features - mean) / len(words) ** 0.5  # (W, D)
        _, singular, directions = torch.linalg.svd(centred, full_matrices=False)  # (K,), (K, D)
        return cls(tuple(words), features, mean, directions.T * singular)

    def moments(self, image_features: Tensor) -> Tensor:
        """Image features (N, D), any float type -> (N, 2) float32: mean and std of the photo's cosines over the words."""
        out = torch.empty(len(image_features), 2)
        for start in range(0, len(image_features), _CHUNK):
            x = image_features[start : start + _CHUNK].float()  # (n, D)
            out[start : start + _CHUNK, 0] = x @ self.mean
            out[start : start + _CHUNK, 1] = (x @ self.root).norm(dim=1).clamp_min(1e-6)
        return out


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
        _vocabularies[model.model_id] = Vocabulary.of(words, text_features(model, words, TEMPLATES[:1]))
    return _vocabularies[model.model_id]


def standardise(image_features: Tensor, moments: Tensor, vectors: Tensor) -> Tensor:
    """u (N, L): how many of the photo's own standard deviations each label stands above the vocabulary's mean word.

    `image_features` (N, D) any float type, `moments` (N, 2) from `Vocabulary.moments`, `vectors` (L, D) float32.
    """
    u = torch.empty(len(image_features), len(vectors))
    for start in range(0, len(image_features), _CHUNK):
        part = slice(start, start + _CHUNK)
        logits = image_features[part].float() @ vectors.T  # (n, L)
        u[part] = (logits - moments[part, :1]) / moments[part, 1:]
    return u


def background(u: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and std (L,), (L,) of each label's background over the library, from its u (N, L).

    Photos that carry the label must not count, and nobody says which they are: the centre is the median and the spread
    comes from the half below it, which a label on a quarter of the library hardly moves. With few photos both shrink
    towards 0 and 1, the moments of a random word by construction.
    """
    n, labels = u.shape
    if n == 0:
        return torch.zeros(labels), torch.ones(labels)
    centre = u.median(0).values  # (L,)
    below = u.clamp_max(centre) - centre  # (N, L), zeros above the median
    spread = (below.square().sum(0) / (n / 2)).sqrt()  # (L,)
    weight = n / (n + PRIOR_PHOTOS)
    return weight * centre, (weight * spread.square() + (1 - weight)).sqrt().clamp_min(1e-3)


PRIOR_PHOTOS = 20
"""How many photos the prior of `background` weighs."""


def zero_shot_heads(vectors: Tensor, image_features: Tensor, moments: Tensor, groups: Sequence[str | None]) -> list[Head]:
    """Heads of labels nobody corrected: vectors (L, D) from `text_features`, the library (or a sample of it) as
    `image_features` (N, D) and `moments` (N, 2), and each label's exclusive group or None. Call it again when the library
    has grown by a fifth or so: the background moves."""
    mean, std = background(standardise(image_features, moments, vectors))
    return [
        Head(vector, float(m), float(s)) if group is None else Head(vector, threshold=0.0)
        for vector, m, s, group in zip(vectors, mean, std, groups, strict=True)
    ]


class Scorer:
    """Scores many photos for many heads with one matrix product."""

    def __init__(self, heads: Sequence[Head]) -> None:
        self.vectors = torch.stack([head.vector for head in heads])  # (L, D)
        self.mean = torch.tensor([head.mean for head in heads])  # (L,)
        self.std = torch.tensor([head.std for head in heads])  # (L,)
        self.thresholds = torch.tensor([head.threshold for head in heads])  # (L,)

    def scores(self, image_features: Tensor, moments: Tensor) -> Tensor:
        """z (N, L) of image features (N, D) with their vocabulary moments (N, 2)."""
        return (standardise(image_features, moments, self.vectors) - self.mean) / self.std


def decide(z: Tensor, thresholds: Tensor, groups: Sequence[str | None], dials: Tensor | None = None) -> Tensor:
    """Which labels are on which photos: (N, L) bool from z (N, L) and the heads' thresholds (L,).

    A free label is on a photo when z >= threshold + DIAL * dial; `dials` (L,) are the persons' words, -1 (miss fewer) to
    +1 (fewer mistakes). Of the labels of one exclusive group exactly one wins, by softmax, that is the highest score.
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
    """Answer to a text query: `order` (N,) photo rows, best first; `scores` (N,) their z in that order; `good`: how many
    of the first rows are good matches, 0 = the library does not contain it."""

    order: Tensor
    scores: Tensor
    good: int


def match(query_features: Tensor, image_features: Tensor, moments: Tensor, strictness: float = 0.0) -> Match:
    """Rank the photos (N, D) by a text query's unit feature (D,), and say how many are good matches.

    `strictness`: -1 (show more) .. +1 (only sure ones). Equal scores keep library order.
    """
    u = standardise(image_features, moments, query_features[None])  # (N, 1)
    mean, std = background(u)
    z = ((u - mean) / std)[:, 0]  # (N,)
    order = torch.argsort(z, descending=True, stable=True)
    good = int(((z >= MATCH_Z + DIAL * strictness) & (u[:, 0] >= MATCH_U + DIAL * strictness)).sum())
    return Match(order, z[order], good)


MATCH_Z = 2.25
MATCH_U = 1.5
"""A photo is a good match when it stands out of the library (z) and the query stands out of the vocabulary (u)."""
