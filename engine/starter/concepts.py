"""The everyday words of the training labels.

Other names, kinds ("dog", "furniture") and short descriptions of each.

They are written by hand in `resources/starter_concepts.json` and become captions of every
photograph with that label, so that a search for 'dog' works although the corpus only says
'Chihuahua'. Knows words; knows nothing of pixels or models.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import resources


@dataclass(frozen=True, slots=True)
class Concept:
    """Everyday words for one label.

    `names` mean the same, `kinds` contain it, `captions` describe how it looks.
    """

    names: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()


def load_concepts() -> dict[str, Concept]:
    """Label -> its everyday words, for every label that the starter was trained on."""
    table = json.loads(resources.path("starter_concepts.json").read_text("utf-8"))
    return {label: Concept(*(tuple(words) for words in row)) for label, row in table.items()}


def vocabulary(
    labels: Sequence[str], concepts: dict[str, Concept]
) -> tuple[list[str], list[dict[int, float]]]:
    """All phrases that describe some label, and each label's phrases with their shares.

    A share is that of the captions; a label's sum to 1.

    Half of the share goes to names (the label's own among them), 0.3 to kinds, 0.2 to captions; a
    label without kinds or captions leaves theirs to its names.
    """
    phrases: dict[str, int] = {}
    shares: list[dict[int, float]] = []
    for label in labels:
        concept = concepts.get(label, Concept())
        groups = [((label, *concept.names), 0.5), (concept.kinds, 0.3), (concept.captions, 0.2)]
        share: dict[int, float] = {}
        total = sum(part for words, part in groups if words)
        for words, part in groups:
            for word in words:
                number = phrases.setdefault(word, len(phrases))
                share[number] = share.get(number, 0.0) + part / total / len(words)
        shares.append(share)
    return list(phrases), shares
