"""Which of these labels is on an image.

CLIP's zero-shot classification of files, without a library.

The two examples of the method in one call: cat / dog / car by the softmax over labels, cup / not
cup by the same. Does not know: a library, or how an answer looks.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from engine.cli.wording import said
from engine.clip import weights, zero_shot
from engine.images.decode import Decoded
from engine.images.decode_pool import DecodePool
from engine.messages import message
from engine.records import AlbumenError, Failure
from engine.store.labels import checked_name

_BATCH = 32


def classify(
    images: Sequence[str],
    labels: Sequence[str],
    template: str,
    model: str = "starter",
    device: str = "auto",
) -> list[dict[str, object]]:
    """[{"path", "probs": {label: p}}], labels as given.

    p = softmax(logit_scale * image_features . text_features).

    Raises AlbumenError for a label that is empty or too long, a template without `{}`, or an image
    that cannot be read. Follows openai/CLIP, README 'Zero-Shot Prediction'.
    """
    names = [checked_name(label) for label in labels]
    if len(set(names)) < len(names):
        raise AlbumenError("A label is given twice; name each once.")
    if (
        template.count("{}") != 1
        or template.replace("{}", "").count("{")
        or template.replace("{}", "").count("}")
    ):
        raise AlbumenError(
            "The template '{template}' needs one {} where the label goes, and no other braces.",
            template=template,
        )
    loaded = weights.load(model, device)
    if loaded.note:
        print(said(loaded.note), file=sys.stderr)
    text_features = zero_shot.text_features(loaded, names, [template])  # (L, D)
    scale = loaded.clip.logit_scale.detach().exp().float().cpu()
    answers: list[dict[str, object]] = []
    with DecodePool(loaded.input_resolution) as pool:
        decoded = pool.decode([os.fsencode(os.path.abspath(path)) for path in images])
        for start in range(0, len(images), _BATCH):
            paths = images[start : start + _BATCH]
            pixels = [_pixels(path, next(decoded)) for path in paths]
            image_features = loaded.encode_images(np.stack(pixels))  # (B, D)
            probs = (scale * image_features @ text_features.T).softmax(-1)  # (B, L)
            answers += [
                {"path": path, "probs": dict(zip(names, (round(p, 6) for p in row), strict=True))}
                for path, row in zip(paths, probs.tolist(), strict=True)
            ]
    return answers


def _pixels(path: str, answer: Decoded | Failure | None) -> npt.NDArray[np.uint8]:
    if isinstance(answer, Decoded):
        return answer.pixels
    raise AlbumenError(
        "{path} cannot be read: {reason}",
        path=path,
        reason=answer.reason if answer else message("there was no answer"),
    )
