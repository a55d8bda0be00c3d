"""Zero-shot scores and decisions: from image features and label vectors to tags, and to an honest
'no good match'.

Radford et al. 2021 (CLIP) give a cosine between a photo and a text. Raw cosines are comparable
neither between photos nor between labels. So every photo carries its centre, a soft maximum over a
wide vocabulary of everyday words v, and

    z = s (cos(x, w) - centre(x)),   centre(x) = log-mean-exp_v(s cos(x, v)) / s,
    s = CLIP's own logit scale

is a label's score: its log-odds against the average word in CLIP's own softmax. One default
threshold then holds, whatever else the library contains. (Mean and standard deviation over the
vocabulary, and standardising each label over the library, as has been published for fixed test
sets, were measured too: less good, and with the second a label on a quarter of the library loses
its own photos.)

This module knows vectors and thresholds. It does not know where photos, labels or corrections are
stored, and it does not learn (`engine.learning`).

Letters in shape comments: N photos, L labels, W vocabulary words, D joint space.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

import resources
from engine.clip.chinese import in_english

if TYPE_CHECKING:
    from engine.clip.weights import LoadedModel

# The plain prompt, and the seven templates that do most of the work of CLIP's eighty (openai/CLIP,
# notebooks).
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

QUERY_TEMPLATES = ("a photo of {}.",)
"""What somebody types stands in one sentence, without an article: 'two dogs on a beach'. With the
starter it finds more than the ensemble does (precision at 10, eight sets: 0.76 against 0.73), and
takes a tenth of the time."""

DEFAULT_THRESHOLD = 3.5
"""A label nobody corrected tags a photo whose z reaches this: 33 times as likely as the average
word."""

DIAL = 1.5
"""How far the person's dial (-1 .. +1) moves a threshold, in units of z."""

MATCH_THRESHOLD = 3.5
"""A photo is a good match of a text query when its z reaches this ..."""

BEST_MATCHES = 3
BEST_MATCH_THRESHOLD = 5.0
"""... provided that the best three reach this on average: of a thousand photos that do not show it,
some pass any mild line ..."""

LONE_MATCH_THRESHOLD = 6.0
"""... and that a photo reaches this where they do not: it may be the only one."""

_CHUNK = 16384  # photos per matrix product: bounds the fp32 copy of a half-precision library


@dataclass(frozen=True, slots=True)
class Head:
    """All that tags photos with one label: z = x . vector - anchor * centre(x), on the photo when z
    >= threshold.

    `vector`: (D,) float32. Zero-shot: the text feature times the logit scale, and `anchor` the
    logit scale; learning changes both. `threshold`: before the person's dial. `calibration`: (a, b)
    of p = sigmoid(a z + b), None where it was never fitted to corrections.
    """

    vector: Tensor
    anchor: float
    threshold: float = DEFAULT_THRESHOLD
    calibration: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The wide vocabulary in one model's joint space: what a photo is compared with when nobody
    asked for anything.

    `features`: (W, D) unit text features of `words`; `logit_scale`: the model's (not its
    logarithm); `knows_not`: whether the model reads 'not cup' as something else than a cup
    (`understands_not`).
    """

    words: tuple[str, ...]
    features: Tensor
    logit_scale: float
    knows_not: bool = False

    def __post_init__(self) -> None:
        if len(self.words) != len(self.features):
            raise ValueError(f"{len(self.words)} words, but {len(self.features)} text features.")

    def centre(self, image_features: Tensor) -> Tensor:
        """Image features (N, D), any float type -> (N,) float32, the soft maximum of each photo's
        cosines over the words.

        It depends on the photo and the model only: compute it once, when a photo is encoded."""
        out = torch.empty(len(image_features))
        for start in range(0, len(image_features), _CHUNK):
            cosines = image_features[start : start + _CHUNK].float() @ self.features.T  # (n, W)
            out[start : start + _CHUNK] = torch.logsumexp(self.logit_scale * cosines, 1) - math.log(
                len(self.words)
            )
        return out / self.logit_scale


def text_features(
    model: LoadedModel, names: Sequence[str], templates: Sequence[str] = TEMPLATES
) -> Tensor:
    """Zero-shot vectors (L, D) of the names: each template's text feature normalised, averaged,
    normalised again. A Chinese name is read in English where all of it is known (`chinese`)."""
    texts = [template.format(_plain(name)) for name in names for template in templates]
    if not texts:
        return torch.empty(0, model.embed_dim)
    features = model.encode_texts(texts).view(len(names), len(templates), -1)  # (L, T, D)
    return F.normalize(features.mean(1), dim=-1)


def _plain(name: str) -> str:
    """The label as it stands in a sentence: no line breaks, and a final stop would be doubled by
    the templates."""
    return " ".join(in_english(name).split()).rstrip(".")


@lru_cache(maxsize=1)
def vocabulary_words() -> tuple[str, ...]:
    """The words of resources/vocabulary.txt, one per line, in order; lines that begin with # are
    headings."""
    lines = files(resources).joinpath("vocabulary.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


_vocabularies: dict[str, Vocabulary] = {}
# By model and words: portions, as far as they are made.
_encoded: dict[tuple[str, tuple[str, ...]], list[Tensor]] = {}
_DENIED_EVERY = 32  # every so many-th word is also read with a 'not'
_WORDS = 32  # in a portion: two tenths of a second where the text encoder is large


def encode_vocabulary(model: LoadedModel) -> Iterator[None]:
    """Have `vocabulary` made in short steps; whoever needs it in between makes the rest."""
    if model.model_id in _vocabularies:
        return
    words = vocabulary_words()
    texts = (*words, *(f"not {word}" for word in words[::_DENIED_EVERY]))
    portions = _encoded.setdefault((model.model_id, words), [])
    while len(portions) * _WORDS < len(texts):
        start = len(portions) * _WORDS
        portions.append(text_features(model, texts[start : start + _WORDS], TEMPLATES[:1]))
        yield


def vocabulary(model: LoadedModel) -> Vocabulary:
    """The wide vocabulary as the model sees it; encoded once per `model_id` and kept in memory (one
    template)."""
    if model.model_id not in _vocabularies:
        for _ in encode_vocabulary(model):
            pass
        words = vocabulary_words()
        encoded = torch.cat(_encoded.pop((model.model_id, words)))
        features = encoded[: len(words)]  # (W, D)
        denied = encoded[len(words) :]  # (n, D)
        knows_not = understands_not(features[::_DENIED_EVERY], denied, features.mean(0))
        _vocabularies[model.model_id] = Vocabulary(
            words, features, float(model.clip.logit_scale.exp()), knows_not
        )
    return _vocabularies[model.model_id]


def understands_not(words: Tensor, denied: Tensor, average: Tensor) -> bool:
    """Whether a model's text encoder understands 'not': the unit text features of 'not X' (n, D)
    lie at least half as far from those of X (n, D) as any other word does, whose features have the
    mean `average` (D,). CLIP as it is usually trained reads 'not X' as X."""
    to_denied = 1 - (words * denied).sum(1).mean()
    to_others = 1 - (words @ average).mean()
    return bool(to_denied >= 0.5 * to_others)


def zero_shot_heads(
    vocabulary: Vocabulary, names: Sequence[str], vectors: Tensor, groups: Sequence[str | None]
) -> list[Head]:
    """Heads of labels nobody corrected, from their vectors (L, D) of `text_features` and their
    exclusive groups.

    'not cup' in a group with 'cup' means anything else: CLIP is near chance on negation, so it
    stands for the average word of the vocabulary and wins where 'cup' stays under the default
    threshold. Its own text has a part in that where the model understands it.
    """
    scale = vocabulary.logit_scale
    heads = []
    for name, vector, group in zip(names, vectors, groups, strict=True):
        if group is None:
            heads.append(Head(scale * vector, scale))
        elif negated(name):
            text = DENIAL if vocabulary.knows_not else 0.0
            anything = (1 - text) * vocabulary.features.mean(0) + text * vector  # (D,)
            threshold = (1 - text) * (AVERAGE_WORD - DEFAULT_THRESHOLD)
            heads.append(Head(scale * anything, scale, threshold))
        else:
            heads.append(Head(scale * vector, scale, threshold=0.0))
    return heads


AVERAGE_WORD = -3.0
"""z of the vocabulary's mean vector on a typical photo (the centre is a soft maximum, so the mean
lies below it)."""

DENIAL = 0.25
"""Part of the text 'not X' in the vector of the label 'not X' (pairs made of the development half
of `bench learn`: right without an answer 72.8 -> 74.8 %; more of it costs more with the first
answers than it gains without)."""

_NEGATION = re.compile(r"^(not|no|non|without|other than|anything but)\b", re.IGNORECASE)


def negated(name: str) -> bool:
    """True for 'not cup', 'no cup', 'without cup'."""
    return bool(_NEGATION.match(name.strip()))


class Scorer:
    """Scores many photos for many heads with one matrix product. `thresholds`: (L,) of the
    heads."""

    def __init__(self, heads: Sequence[Head]) -> None:
        self._vectors = torch.stack([head.vector for head in heads])  # (L, D)
        self._anchors = torch.tensor([head.anchor for head in heads])  # (L,)
        self.thresholds = torch.tensor([head.threshold for head in heads])

    def scores(self, image_features: Tensor, centre: Tensor) -> Tensor:
        """z (N, L) of image features (N, D), any float type, with their `Vocabulary.centre`
        (N,)."""
        z = torch.empty(len(image_features), len(self._vectors))
        for start in range(0, len(image_features), _CHUNK):
            part = slice(start, start + _CHUNK)
            centres = centre[part, None] * self._anchors  # (n, L)
            z[part] = image_features[part].float() @ self._vectors.T - centres
        return z


def decide(
    z: Tensor, thresholds: Tensor, groups: Sequence[str | None], dials: Tensor | None = None
) -> Tensor:
    """Which labels are on which photos: (N, L) bool from z (N, L) and the heads' thresholds (L,).

    A free label is on a photo when z >= threshold + DIAL * dial; `dials` (L,) are the persons'
    words, -1 (miss fewer) to +1 (fewer mistakes). Of the labels of one exclusive group exactly one
    wins, by softmax, that is the highest score.
    """
    if dials is not None:
        thresholds = thresholds + DIAL * dials
    present = z >= thresholds  # (N, L)
    for group in {name for name in groups if name is not None}:
        columns = torch.tensor([i for i, name in enumerate(groups) if name == group])
        if len(columns) == 1:
            continue  # a group of one label excludes nothing: the threshold decides
        winner = (z - thresholds)[:, columns].argmax(1)  # (N,)
        present[:, columns] = F.one_hot(winner, len(columns)).bool()
    return present


def probability(z: Tensor, head: Head) -> Tensor:
    """p (N,) of one label from its z (N,). Raises ValueError where the head was never
    calibrated."""
    if head.calibration is None:
        raise ValueError("This label has no calibrated probability: nobody corrected it.")
    a, b = head.calibration
    return torch.sigmoid(a * z + b)


@dataclass(frozen=True, slots=True)
class Match:
    """Answer to a text query: `order` (N,) photo rows, best first; `scores` (N,) their z in that
    order; `good`: how many of the first rows are good matches, 0 = the library does not contain
    it."""

    order: Tensor
    scores: Tensor
    good: int


def match(
    vocabulary: Vocabulary,
    query_features: Tensor,
    image_features: Tensor,
    centre: Tensor,
    strictness: float = 0.0,
) -> Match:
    """Rank the photos (N, D) with their centre (N,) by a text query's unit feature (D,), and say
    how many are good matches.

    `strictness`: -1 (show more) .. +1 (only sure ones). Equal scores keep library order.
    """
    scale = vocabulary.logit_scale
    z = Scorer([Head(scale * query_features, scale)]).scores(image_features, centre)[:, 0]  # (N,)
    order = torch.argsort(z, descending=True, stable=True)
    line = good_match_line(z[order[:BEST_MATCHES]].tolist())
    return Match(order, z[order], int((z >= line + DIAL * strictness).sum()))


def good_match_line(best: Sequence[float]) -> float:
    """The z from which a photo is a good match, when the best photos of the library have these z
    (`BEST_MATCHES` of them): where they are none, the line lies so high that hardly any photo
    reaches it."""
    found = bool(best) and sum(best) / len(best) >= BEST_MATCH_THRESHOLD
    return MATCH_THRESHOLD if found else LONE_MATCH_THRESHOLD
