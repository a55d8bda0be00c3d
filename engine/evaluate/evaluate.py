"""Measuring a model on sets of photographs.

Zero-shot and CoOp by the published protocols, CelebA's attributes.

    python -m engine evaluate DIR-or-ZIP-or-CSV... [--shots 1,4,16 --seeds 3] [--json] [--csv FILE]
        [--plot FILE]

Knows: protocols. Does not know: a library, corrections, acceptance (`engine.learning`), how figures
are written down (`reports.py`). Few-shot runs follow CoOp: k images of each class are drawn per
seed, the rest (the same rest for every k) is the test. CelebA follows the protocol of a zero-shot
tagger: the six most likely of 40 attributes are said to be present; beside it stands the mean
average precision over attributes (all photos ranked for each attribute).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from engine.clip import weights
from engine.clip.coop import (
    CustomCLIP,
    Position,
    PromptLearner,
    Recipe,
    interpret,
    load_prompts,
    save_prompts,
    train_prompts,
)
from engine.clip.weights import LoadedModel
from engine.clip.zero_shot import TEMPLATES as LABEL_TEMPLATES
from engine.clip.zero_shot import text_features
from engine.evaluate.datasets import (
    AttributeSet,
    PhotoSet,
    Pictures,
    Pixels,
    open_set,
    random_crop,
    smallest_class,
    square,
)
from engine.evaluate.reports import AttributeReport, Report, Run, as_json, plot, write_csv
from engine.evaluate.reports import show as show  # the command line asks this module for it
from engine.records import AlbumenError, Progress

_PICTURES = (
    "photo|bad photo|good photo|cropped photo|bright photo|dark photo|close-up photo|"
    "black and white photo|blurry photo|jpeg corrupted photo|low resolution photo|"
    "pixelated photo|sculpture|rendering|rendition|tattoo|drawing|painting|doodle|sketch"
)
_LOOKS = "hard to see|clean|dirty|cool|large|small|nice|weird"
_KINDS = "embroidered|plastic|origami|toy|cartoon|plushie"
_ARTICLES = ("a", "the")
# The 80 templates that CLIP's authors published for ImageNet are these combinations.
EIGHTY = (
    *(
        f"a {picture} of {article} {{}}."
        for picture in _PICTURES.split("|")
        for article in _ARTICLES
    ),
    *(f"a photo of {article} {look} {{}}." for look in _LOOKS.split("|") for article in _ARTICLES),
    *(f"{article} {kind} {{}}." for kind in _KINDS.split("|") for article in _ARTICLES),
    *(
        f"{what} of {article} {{}}."
        for what in ("itap", "art", "graffiti")
        for article in _ARTICLES
    ),
    "itap of my {}.",
    "a photo of my {}.",
    "a photo of many {}.",
    "a photo of one {}.",
    "a {} in a video game.",
    "the {} in a video game.",
)
TEMPLATES: dict[str, tuple[str, ...]] = {
    "photo": LABEL_TEMPLATES[:1],
    "seven": LABEL_TEMPLATES[1:],
    "eighty": EIGHTY,
}
_BATCH = 64


@dataclass(frozen=True, slots=True)
class Protocol:
    """What is measured and how.

    The defaults are CoOp's (paper, section 4.1), with zero-shot alone.
    """

    templates: tuple[str, ...] = TEMPLATES["photo"]
    shots: tuple[int, ...] = ()
    seeds: int = 3
    n_ctx: int = 16
    ctx_init: str | None = None
    class_specific: bool = False
    class_token_position: Position = "end"
    epochs: int | None = None  # None: as published for the number of shots
    views: int = 8  # random crops of each training image; 0: the centre crop alone
    top: int = 6  # CelebA: so many attributes are said to be present
    save: Path | None = None  # folder for the learned prompts
    prompts: tuple[Path, ...] = ()  # prompts that were learned before, here or on other classes


def evaluate(
    model: LoadedModel, photos: PhotoSet | AttributeSet, protocol: Protocol
) -> Generator[Progress, None, Report | AttributeReport]:
    """Job: the protocol over one set.

    Raises AlbumenError, for example if a class has too few photos for the shots.
    """
    if isinstance(photos, AttributeSet):
        return (yield from _attributes(model, photos, protocol))
    most = max(protocol.shots, default=0)
    name, count = smallest_class(photos)
    if count <= most:
        raise AlbumenError(
            "'{name}' of {photos} has {count} photos: too few to learn from {most} and test on "
            "others.",
            name=name,
            photos=photos.name,
            count=count,
            most=most,
        )
    pictures = Pictures()
    image_features, kept = yield from encode(model, photos.files, range(len(photos)), pictures)
    targets = torch.from_numpy(photos.targets)[kept]  # (N,)
    vectors = text_features(model, photos.classnames, protocol.templates)  # (K, D)
    answers = (image_features @ vectors.t()).argmax(dim=-1)  # (N,)
    runs = [Run("zero-shot", 0, 0, confusion_matrix(targets, answers, len(photos.classnames)))]
    for path in protocol.prompts:
        learner = load_prompts(path, model.clip, photos.classnames, model.model_id)
        runs.append(_run(f"prompts of {path.name}", 0, 0, model, learner, image_features, targets))
    for seed in range(1, protocol.seeds + 1) if protocol.shots else ():
        # (K, k) and (M,), indices into what was read
        pool, test = _split(targets, max(protocol.shots), seed)
        zero_shot = confusion_matrix(targets[test], answers[test], len(photos.classnames))
        runs.append(Run("zero-shot, same test", 0, seed, zero_shot))
        views = image_features[pool.flatten()][:, None]  # (K k, 1, D)
        if protocol.views:
            chosen = kept[pool.flatten()].tolist()
            # (K k, V, D)
            views = yield from _augmented(model, photos, chosen, protocol.views, seed, pictures)
        views = views.reshape(*pool.shape, *views.shape[1:])  # (K, k, V, D)
        for shots in protocol.shots:
            few = views[:, :shots].flatten(0, 1)  # (K shots, V, D)
            few_targets = targets[pool[:, :shots]].flatten()
            run = yield from _coop(
                model, photos, protocol, few, few_targets, image_features[test], targets[test], seed
            )
            runs.append(run)
    return Report(photos.name, photos.classnames, len(kept), len(photos) - len(kept), tuple(runs))


def encode(
    model: LoadedModel, files: Sequence[str], numbers: Sequence[int], pictures: Pictures
) -> Generator[Progress, None, tuple[Tensor, Tensor]]:
    """Job: the numbered pictures -> image_features (M, D) and the numbers (M,) of those read."""
    rows: list[Pixels] = []
    kept: list[int] = []
    features: list[Tensor] = []
    started = time.monotonic()
    for number, pixels in pictures.read(
        files, numbers, lambda image, _: square(image, model.input_resolution)
    ):
        rows.append(pixels)
        kept.append(number)
        if len(rows) == _BATCH or len(kept) == len(numbers):
            features.append(model.encode_images(np.stack(rows)))  # (B, D)
            rows.clear()
            yield _progress("encode", len(kept), len(numbers), started)
    if rows:
        features.append(model.encode_images(np.stack(rows)))
    if not kept:
        raise AlbumenError(
            "None of the {count} pictures can be read, for example {path}.",
            count=len(numbers),
            path=str(files[numbers[0]]),
        )
    return torch.cat(features), torch.tensor(kept)


def confusion_matrix(targets: Tensor, answers: Tensor, classes: int) -> npt.NDArray[np.int64]:
    """True classes (N,) and answers (N,) -> counts (K, K)."""
    counts: npt.NDArray[np.int64] = torch.bincount(
        targets * classes + answers, minlength=classes**2
    ).numpy()
    return counts.reshape(classes, classes)


def average_precision(scores: Tensor, present: Tensor) -> Tensor:
    """Scores (N, A) and truth (N, A) bool -> average precision (A,).

    Precision at each true photo of the ranking, averaged.

    As the area under the precision-recall steps (no interpolation); NaN where no photo has the
    attribute.
    """
    truth = present.gather(
        0, scores.argsort(dim=0, descending=True, stable=True)
    ).double()  # (N, A) best first
    found = truth.cumsum(dim=0)
    precision = found / torch.arange(1, len(truth) + 1, dtype=torch.double)[:, None]
    return (precision * truth).sum(dim=0) / truth.sum(dim=0)


def _split(targets: Tensor, pool: int, seed: int) -> tuple[Tensor, Tensor]:
    """Per class `pool` photos to learn from, (K, pool), and all others, (M,)."""
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(targets), generator=generator)
    chosen = torch.stack([order[targets[order] == k][:pool] for k in range(int(targets.max()) + 1)])
    rest = torch.ones(len(targets), dtype=torch.bool)
    rest[chosen.flatten()] = False
    return chosen, rest.nonzero()[:, 0]


def _augmented(
    model: LoadedModel,
    photos: PhotoSet,
    numbers: Sequence[int],
    views: int,
    seed: int,
    pictures: Pictures,
) -> Generator[Progress, None, Tensor]:
    """Random crops of the chosen pictures, encoded: (n, V, D)."""

    def crops(image: Any, number: int) -> Pixels:
        random = np.random.default_rng((seed, number))
        # (V, S, S, 3)
        return np.stack([random_crop(image, model.input_resolution, random) for _ in range(views)])

    features: list[Tensor] = []
    started = time.monotonic()
    for _, pixels in pictures.read(photos.files, numbers, crops):
        features.append(model.encode_images(pixels))  # (V, D)
        yield _progress("encode", len(features), len(numbers), started)
    return torch.stack(features)


def _coop(
    model: LoadedModel,
    photos: PhotoSet,
    protocol: Protocol,
    few: Tensor,
    few_targets: Tensor,
    test: Tensor,
    test_targets: Tensor,
    seed: int,
) -> Generator[Progress, None, Run]:
    torch.manual_seed(seed)  # the contexts' first values
    learner = PromptLearner(
        photos.classnames,
        model.clip,
        n_ctx=protocol.n_ctx,
        ctx_init=protocol.ctx_init,
        class_specific=protocol.class_specific,
        class_token_position=protocol.class_token_position,
    )
    shots = len(few) // len(photos.classnames)
    recipe = Recipe(protocol.epochs) if protocol.epochs else Recipe.official(shots)
    started = time.monotonic()
    yield from train_prompts(CustomCLIP(learner, model.clip), few, few_targets, recipe, seed)
    seconds = time.monotonic() - started
    if protocol.save:
        protocol.save.mkdir(parents=True, exist_ok=True)
        file = protocol.save / f"{photos.name}-{shots}-shots-seed-{seed}.safetensors"
        save_prompts(
            file, learner, model.model_id, set=photos.name, shots=str(shots), seed=str(seed)
        )
    return _run("CoOp", shots, seed, model, learner, test, test_targets, seconds)


def _run(
    method: str,
    shots: int,
    seed: int,
    model: LoadedModel,
    learner: PromptLearner,
    image_features: Tensor,
    targets: Tensor,
    seconds: float = 0.0,
) -> Run:
    """The learner's answers to photos (M, D) whose classes are `targets` (M,)."""
    with torch.no_grad():
        # (M,)
        answers = CustomCLIP(learner, model.clip).logits(image_features).argmax(dim=-1).cpu()
    words = tuple(near[0] for near in interpret(learner.ctx, model.clip, words=1))
    confusion = confusion_matrix(targets, answers, len(learner.classnames))
    return Run(method, shots, seed, confusion, seconds, words)


def _attributes(
    model: LoadedModel, photos: AttributeSet, protocol: Protocol
) -> Generator[Progress, None, AttributeReport]:
    pictures = Pictures()
    # (N, D)
    image_features, kept = yield from encode(
        model, photos.files, range(len(photos.files)), pictures
    )
    present = torch.from_numpy(photos.present)[kept]  # (N, A)
    vectors = text_features(model, photos.attributes, protocol.templates)  # (A, D)
    scale = model.clip.logit_scale.detach().exp().cpu()
    probabilities = (scale * image_features @ vectors.t()).softmax(dim=-1)  # (N, A)
    said = torch.zeros_like(present).scatter(
        1, probabilities.topk(min(protocol.top, present.shape[1])).indices, True
    )
    right = (said & present).double()  # (N, A)
    precisions = average_precision(probabilities, present)  # (A,)
    return AttributeReport(
        name=photos.name,
        attributes=photos.attributes,
        photos=len(kept),
        unreadable=len(photos.files) - len(kept),
        top=protocol.top,
        precision=float((right.sum(1) / said.sum(1)).mean()),
        recall=float((right.sum(1) / present.sum(1).clamp(min=1)).mean()),
        mean_average_precision=float(precisions.nanmean()),
        average_precision=tuple(precisions.tolist()),
        attribute_recall=tuple((right.sum(0) / present.sum(0).clamp(min=1)).tolist()),
        frequency=tuple(present.double().mean(0).tolist()),
    )


def _progress(phase: str, done: int, total: int, started: float) -> Progress:
    rate = done / max(time.monotonic() - started, 1e-9)
    return Progress(phase, done, total, rate, (total - done) / rate)


# --------------------------------------------------------------------------------------------------
# Command line


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m engine evaluate`."""
    parser.add_argument(
        "sets", nargs="+", metavar="SET", help="folder or zip with a folder per class, CSV, CelebA"
    )
    parser.add_argument(
        "--model", default=argparse.SUPPRESS, help="name of the catalogue or weights file (starter)"
    )
    parser.add_argument("--device", default=argparse.SUPPRESS, help="auto, cpu, cuda, mps")
    parser.add_argument("--precision", default="auto", help="auto, fp32, bf16, fp16")
    parser.add_argument(
        "--templates",
        action="append",
        default=[],
        metavar="T",
        help="photo (default), seven, eighty, or a text with {}; may be given several times",
    )
    parser.add_argument(
        "--shots",
        default="",
        metavar="K,K",
        help="learn prompts from K images per class, e.g. 1,4,16",
    )
    parser.add_argument("--seeds", type=int, default=3, help="runs per number of shots (default 3)")
    parser.add_argument("--n-ctx", type=int, default=16, help="context vectors (default 16)")
    parser.add_argument("--ctx-init", help="words to start the context from, e.g. 'a photo of a'")
    parser.add_argument("--class-specific", action="store_true", help="one context per class")
    parser.add_argument("--class-token-position", choices=("end", "middle", "front"), default="end")
    parser.add_argument("--epochs", type=int, help="instead of the published number for the shots")
    parser.add_argument(
        "--views", type=int, default=8, help="random crops per training image (8; 0: centre only)"
    )
    parser.add_argument(
        "--top", type=int, default=6, help="CelebA: attributes said to be present (default 6)"
    )
    parser.add_argument("--save", type=Path, metavar="DIR", help="keep the learned prompts")
    parser.add_argument(
        "--prompts",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="prompts that --save kept, also for other classes; may be given several times",
    )
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write accuracy per class and run")
    parser.add_argument(
        "--plot", type=Path, metavar="FILE", help="draw accuracy and confusion (needs matplotlib)"
    )


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Evaluate every set and write the files that were asked for.

    Everything measured as plain values, see `show`.
    """
    try:
        shots = tuple(sorted({int(part) for part in args.shots.split(",") if part.strip()}))
    except ValueError:
        raise AlbumenError(
            "--shots takes numbers such as 1,4,16, not '{shots}'.", shots=args.shots
        ) from None
    if any(number < 1 for number in shots):
        raise AlbumenError("--shots takes numbers from 1 on.")
    protocol = Protocol(
        templates(args.templates),
        shots,
        args.seeds,
        args.n_ctx,
        args.ctx_init,
        args.class_specific,
        args.class_token_position,
        args.epochs,
        args.views,
        args.top,
        args.save,
        tuple(args.prompts),
    )
    sets = [open_set(path) for path in args.sets]
    model = load_model(args.model, args.device, args.precision)
    reports = [drive(evaluate(model, photos, protocol), photos.name) for photos in sets]
    if args.csv:
        write_csv(args.csv, reports)
    if args.plot:
        plot(args.plot, reports)
    head = {"model": model.name, "model_id": model.model_id, "templates": list(protocol.templates)}
    return {**head, "sets": [as_json(report) for report in reports]}


def load_model(name: str | None, device: str, precision: str) -> LoadedModel:
    """`weights.load` for a command.

    What a person should know of the model goes to the error stream.
    """
    model = weights.load(name or "starter", device, precision)
    if model.note:
        print(model.note, file=sys.stderr)
    return model


def templates(asked: Sequence[str]) -> tuple[str, ...]:
    """Names of `TEMPLATES` or texts with {} -> templates, in order; none asked: "photo"."""
    chosen: list[str] = []
    for text in asked or ["photo"]:
        if text not in TEMPLATES and "{}" not in text:
            raise AlbumenError(
                "'{text}' is no template: use photo, seven, eighty or a text with {}.", text=text
            )
        chosen += TEMPLATES.get(text, (text,))
    return tuple(dict.fromkeys(chosen))


def drive(job: Generator[Progress, None, Any], name: str) -> Any:
    """Run a job to its end.

    Progress on the error stream, one line that is overwritten where a person looks at it.
    """
    shown = 0.0
    while True:
        try:
            step = next(job)
        except StopIteration as end:
            if shown and sys.stderr.isatty():
                print("\r\x1b[K", end="", file=sys.stderr)
            return end.value
        if sys.stderr.isatty() and time.monotonic() - shown > 0.2:
            shown = time.monotonic()
            left = f", {step.seconds_left:.0f} s left" if step.seconds_left is not None else ""
            text = f"{name}: {step.phase} {step.done}/{step.total}{left} {step.detail}"
            print(f"\r\x1b[K{text[:100]}", end="", file=sys.stderr)
