"""The last stage of pretraining: the text tower learns what 'not' means.

Sentence encoders, and CLIP with them, put 'not a cup' beside 'a cup' (Alhamoud et al. 2025,
arXiv:2501.09425), so that 'a beach without people' finds people. Here no teacher is asked: the
tower itself says where 'a cup' and 'a beach' lie, and simple geometry says where their negations
should. It then learns these goals while it keeps, by distillation from itself (Li and Hoiem 2017,
arXiv:1606.09282), its own vectors for everything else; the image tower stays as it is and goes on
fitting. Knows words and vectors; knows nothing of images.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.clip.model import CLIP
from engine.clip.tokenizer import tokenize
from engine.clip.zero_shot import TEMPLATES

_NOT = (
    "not {}",
    "not a {}",
    "no {}",
    "without {}",
    "without a {}",
    "anything but a {}",
    "everything except {}",
    "a photo without {}",
    "a photo without a {}.",
    "a photo with no {}",
    "no {} in the photo",
    "a picture of the not {}.",
    *(template.format("not {}") for template in TEMPLATES),  # a label may be called 'not cup'
)
_WITHOUT = (
    "{} without {}",
    "a {} without {}",
    "{} without a {}",
    "{} but no {}",
    "{} with no {}",
    "{}, no {}",
    "{}, not {}",
    "a {} but not a {}",
    *(template.format("{} without {}") for template in TEMPLATES),
)
#: How far a negation moves away from what it denies, in lengths of its vector. At 0 photographs of
#: the thing are told from others best (0.89 of the held-out ones of the training corpus, mean of
#: 311 labels), but 'not a cup' as a query would show cups as gladly as anything; at 0.3 it is
#: 0.865, at 0.6 0.81.
_AWAY = 0.3


@dataclass(frozen=True, slots=True)
class Negation:
    """A phrase that says that `denied` is not in the picture, and `shown` is.

    `shown` is "" if it only says what is not.
    """

    text: str
    denied: str
    shown: str = ""


def build_negations(words: Sequence[str], count: int, seed: int) -> list[Negation]:
    """`count` different phrases about these words, two of three without anything that is shown.

    Seeded.
    """
    rng = random.Random(seed)
    found: dict[str, Negation] = {}
    possible = len(words) * (len(_NOT) + len(_WITHOUT) * (len(words) - 1))
    while len(found) < min(count, possible // 2):
        denied = rng.choice(words)
        shown = rng.choice(words)
        if rng.random() < 2 / 3:
            negation = Negation(rng.choice(_NOT).format(denied), denied)
        elif shown == denied:
            continue
        else:
            negation = Negation(rng.choice(_WITHOUT).format(shown, denied), denied, shown)
        found.setdefault(negation.text, negation)
    return list(found.values())


@torch.no_grad()
def features_of(model: CLIP, phrases: Sequence[str]) -> Tensor:
    """Phrases -> text_features (N, D), normalised."""
    rows = torch.empty(len(phrases), model.embed_dim)
    # A batch is as long as its longest phrase.
    order = sorted(range(len(phrases)), key=lambda n: len(phrases[n]))
    for start in range(0, len(order), 256):
        part = order[start : start + 256]
        tokens = tokenize([phrases[n] for n in part], model.context_length, truncate=True)  # (n, L)
        rows[part] = F.normalize(model.encode_text(tokens), dim=-1)
    return rows


def negated(denied: Tensor, anything: Tensor) -> Tensor:
    """Where 'not X' should lie: among pictures of anything (D,), away from X (N, D).

    All of length 1.
    """
    return F.normalize(anything - _AWAY * denied, dim=-1)  # (N, D)


def without(shown: Tensor, denied: Tensor) -> Tensor:
    """Where 'A without B' should lie: at A (N, D), away from what B (N, D) has and A has not.

    All of length 1.
    """
    common = (shown * denied).sum(dim=-1, keepdim=True)  # (N, 1)
    return F.normalize(shown - _AWAY * (denied - common * shown), dim=-1)  # (N, D)


def negation_goals(model: CLIP, negations: Sequence[Negation], words: Sequence[str]) -> Tensor:
    """The vector (N, D) that each negation should have; `words` are what 'anything' is."""
    named = list(
        dict.fromkeys(
            [*words, *(n.denied for n in negations), *(n.shown for n in negations if n.shown)]
        )
    )
    number = {word: n for n, word in enumerate(named)}
    # Three ways to say a word, as the image tower met it: their mean is steadier than each.
    said = sum(
        features_of(model, [way.format(word) for word in named])
        for way in ("{}", "a photo of a {}.", "a {}")
    )
    features = F.normalize(torch.as_tensor(said), dim=-1)  # (V, D)
    anything = F.normalize(features[[number[word] for word in words]].mean(dim=0), dim=-1)  # (D,)
    denied = features[[number[n.denied] for n in negations]]  # (N, D)
    goals = negated(denied, anything)  # (N, D)
    pairs = [n for n, negation in enumerate(negations) if negation.shown]
    if pairs:
        shown = features[[number[negations[n].shown] for n in pairs]]  # (P, D)
        goals[pairs] = without(shown, denied[pairs])
    return goals
