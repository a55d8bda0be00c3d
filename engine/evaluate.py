"""Measuring a model on sets of photographs: zero-shot and CoOp by the published protocols, CelebA's attributes.

    python -m engine evaluate DIR-or-ZIP-or-CSV... [--shots 1,4,16 --seeds 3] [--csv F] [--json F] [--plot F]

Knows: protocols, figures and how to write them down. Does not know: a library, corrections, acceptance (`learning.py`).
Few-shot runs follow CoOp: k images of each class are drawn per seed, the rest (the same rest for every k) is the test.
CelebA follows the protocol of a zero-shot tagger: the six most likely of 40 attributes are said to be present; beside
it stands the mean average precision over attributes (all photos ranked for each attribute).
"""

from __future__ import annotations

import argparse
import csv
import statistics
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

from engine import weights
from engine.classifier import text_features
from engine.coop import CustomCLIP, Position, PromptLearner, Recipe, interpret, save_prompts, train_prompts
from engine.datasets import AttributeSet, PhotoSet, Pictures, Pixels, open_set, random_crop, smallest_class, square
from engine.records import AlbumenError, Progress
from engine.weights import LoadedModel

SEVEN = (
    "itap of a {}.",
    "a bad photo of the {}.",
    "a origami {}.",
    "a photo of the large {}.",
    "a {} in a video game.",
    "art of the {}.",
    "a photo of the small {}.",
)
_PICTURES = (
    "photo|bad photo|good photo|cropped photo|bright photo|dark photo|close-up photo|black and white photo|"
    "blurry photo|jpeg corrupted photo|low resolution photo|pixelated photo|sculpture|rendering|rendition|tattoo|"
    "drawing|painting|doodle|sketch"
)
_LOOKS = "hard to see|clean|dirty|cool|large|small|nice|weird"
_KINDS = "embroidered|plastic|origami|toy|cartoon|plushie"
_ARTICLES = ("a", "the")
# The 80 templates that CLIP's authors published for ImageNet are these combinations.
EIGHTY = (
    *(f"a {picture} of {article} {{}}." for picture in _PICTURES.split("|") for article in _ARTICLES),
    *(f"a photo of {article} {look} {{}}." for look in _LOOKS.split("|") for article in _ARTICLES),
    *(f"{article} {kind} {{}}." for kind in _KINDS.split("|") for article in _ARTICLES),
    *(f"{what} of {article} {{}}." for what in ("itap", "art", "graffiti") for article in _ARTICLES),
    *("itap of my {}.", "a photo of my {}.", "a photo of many {}.", "a photo of one {}."),
    *("a {} in a video game.", "the {} in a video game."),
)
TEMPLATES: dict[str, tuple[str, ...]] = {"photo": ("a photo of a {}.",), "seven": SEVEN, "eighty": EIGHTY}
_BATCH = 64


@dataclass(frozen=True, slots=True)
class Protocol:
    """What is measured and how; the defaults are CoOp's (paper, section 4.1), with zero-shot alone."""

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


@dataclass(frozen=True, slots=True)
class Run:
    """One measurement: `confusion` (K, K), rows are the true classes, columns the answers.

    `words`: for prompts, the nearest word of each learned vector and its distance.
    """

    method: str
    shots: int
    seed: int
    confusion: npt.NDArray[np.int64]
    seconds: float = 0.0
    words: tuple[tuple[str, float], ...] = ()

    @property
    def accuracy(self) -> float:
        """Right answers of all."""
        return float(np.trace(self.confusion) / max(1, self.confusion.sum()))

    @property
    def per_class(self) -> list[float]:
        """Right answers of each class's photos (K,)."""
        counts: list[float] = (np.diag(self.confusion) / np.maximum(1, self.confusion.sum(axis=1))).tolist()
        return counts


@dataclass(frozen=True, slots=True)
class Report:
    """All runs over one set of photographs with one model."""

    name: str
    classnames: tuple[str, ...]
    photos: int
    unreadable: int
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class AttributeReport:
    """CelebA's protocol: figures over the photos, and per attribute.

    `precision`, `recall`: of the `top` attributes said to be present, averaged over photos. `average_precision` (A,):
    of each attribute over all photos ranked for it; `mean_average_precision` is its mean. `frequency` (A,): how many
    have it.
    """

    name: str
    attributes: tuple[str, ...]
    photos: int
    unreadable: int
    top: int
    precision: float
    recall: float
    mean_average_precision: float
    average_precision: tuple[float, ...]
    attribute_recall: tuple[float, ...]
    frequency: tuple[float, ...]


def evaluate(
    model: LoadedModel, photos: PhotoSet | AttributeSet, protocol: Protocol
) -> Generator[Progress, None, Report | AttributeReport]:
    """Job: the protocol over one set. Raises AlbumenError, for example if a class has too few photos for the shots."""
    if isinstance(photos, AttributeSet):
        return (yield from _attributes(model, photos, protocol))
    most = max(protocol.shots, default=0)
    name, count = smallest_class(photos)
    if count <= most:
        raise AlbumenError(
            f"'{name}' of {photos.name} has {count} photos: too few to learn from {most} and test on others."
        )
    pictures = Pictures()
    image_features, kept = yield from encode(model, photos.files, range(len(photos)), pictures)
    targets = torch.from_numpy(photos.targets)[kept]  # (N,)
    vectors = text_features(model, photos.classnames, protocol.templates)  # (K, D)
    answers = (image_features @ vectors.t()).argmax(dim=-1)  # (N,)
    runs = [Run("zero-shot", 0, 0, confusion_matrix(targets, answers, len(photos.classnames)))]
    for seed in range(1, protocol.seeds + 1) if protocol.shots else ():
        pool, test = _split(targets, max(protocol.shots), seed)  # (K, k) and (M,), indices into what was read
        zero_shot = confusion_matrix(targets[test], answers[test], len(photos.classnames))
        runs.append(Run("zero-shot, same test", 0, seed, zero_shot))
        views = image_features[pool.flatten()][:, None]  # (K k, 1, D)
        if protocol.views:
            chosen = kept[pool.flatten()].tolist()
            views = yield from _augmented(model, photos, chosen, protocol.views, seed, pictures)  # (K k, V, D)
        views = views.reshape(*pool.shape, *views.shape[1:])  # (K, k, V, D)
        for shots in protocol.shots:
            few = views[:, :shots].flatten(0, 1)  # (K shots, V, D)
            few_targets = targets[pool[:, :shots]].flatten()
            run = yield from _coop(model, photos, protocol, few, few_targets, image_features[test], targets[test], seed)
            runs.append(run)
    return Report(photos.name, photos.classnames, len(kept), len(photos) - len(kept), tuple(runs))


def encode(
    model: LoadedModel, files: Sequence[str], numbers: Sequence[int], pictures: Pictures
) -> Generator[Progress, None, tuple[Tensor, Tensor]]:
    """Job: the numbered pictures -> image_features (M, D) and the numbers (M,) of those that could be read."""
    rows: list[Pixels] = []
    kept: list[int] = []
    features: list[Tensor] = []
    started = time.monotonic()
    for number, pixels in pictures.read(files, numbers, lambda image, _: square(image, model.input_resolution)):
        rows.append(pixels)
        kept.append(number)
        if len(rows) == _BATCH or len(kept) == len(numbers):
            features.append(model.encode_images(np.stack(rows)))  # (B, D)
            rows.clear()
            yield _progress("encode", len(kept), len(numbers), started)
    if rows:
        features.append(model.encode_images(np.stack(rows)))
    if not kept:
        raise AlbumenError(f"None of the {len(numbers)} pictures can be read, for example {files[numbers[0]]}.")
    return torch.cat(features), torch.tensor(kept)


def confusion_matrix(targets: Tensor, answers: Tensor, classes: int) -> npt.NDArray[np.int64]:
    """True classes (N,) and answers (N,) -> counts (K, K)."""
    counts: npt.NDArray[np.int64] = torch.bincount(targets * classes + answers, minlength=classes**2).numpy()
    return counts.reshape(classes, classes)


def average_precision(scores: Tensor, present: Tensor) -> Tensor:
    """Scores (N, A) and truth (N, A) bool -> average precision (A,): precision at each true photo of the ranking,
    averaged.

    As the area under the precision-recall steps (no interpolation); NaN where no photo has the attribute.
    """
    truth = present.gather(0, scores.argsort(dim=0, descending=True, stable=True)).double()  # (N, A) best first
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
    model: LoadedModel, photos: PhotoSet, numbers: Sequence[int], views: int, seed: int, pictures: Pictures
) -> Generator[Progress, None, Tensor]:
    """Random crops of the chosen pictures, encoded: (n, V, D)."""

    def crops(image: Any, number: int) -> Pixels:
        random = np.random.default_rng((seed, number))
        return np.stack([random_crop(image, model.input_resolution, random) for _ in range(views)])  # (V, S, S, 3)

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
        model.clip, photos.classnames, protocol.n_ctx, protocol.ctx_init, protocol.class_specific,
        protocol.class_token_position,
    )  # fmt: skip
    custom = CustomCLIP(model.clip, learner)
    shots = len(few) // len(photos.classnames)
    recipe = Recipe(protocol.epochs) if protocol.epochs else Recipe.official(shots)
    started = time.monotonic()
    yield from train_prompts(custom, few, few_targets, recipe, seed)
    seconds = time.monotonic() - started
    with torch.no_grad():
        answers = custom.logits(test).argmax(dim=-1).cpu()
    if protocol.save:
        protocol.save.mkdir(parents=True, exist_ok=True)
        file = protocol.save / f"{photos.name}-{shots}-shots-seed-{seed}.safetensors"
        save_prompts(file, learner, model.model_id, set=photos.name, shots=str(shots), seed=str(seed))
    words = tuple(near[0] for near in interpret(learner.ctx, model.clip, words=1))
    return Run("CoOp", shots, seed, confusion_matrix(test_targets, answers, len(photos.classnames)), seconds, words)


def _attributes(
    model: LoadedModel, photos: AttributeSet, protocol: Protocol
) -> Generator[Progress, None, AttributeReport]:
    pictures = Pictures()
    image_features, kept = yield from encode(model, photos.files, range(len(photos.files)), pictures)  # (N, D)
    present = torch.from_numpy(photos.present)[kept]  # (N, A)
    vectors = text_features(model, photos.attributes, protocol.templates)  # (A, D)
    scale = model.clip.logit_scale.detach().exp().cpu()
    probabilities = (scale * image_features @ vectors.t()).softmax(dim=-1)  # (N, A)
    said = torch.zeros_like(present).scatter(1, probabilities.topk(min(protocol.top, present.shape[1])).indices, True)
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


# ---------------------------------------------------------------------------------------------------------------------
# Command line


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m engine evaluate`."""
    parser.add_argument("sets", nargs="+", metavar="SET", help="folder or zip with a folder per class, CSV, CelebA")
    parser.add_argument("--model", default=argparse.SUPPRESS, help="name of the catalogue or weights file (starter)")
    parser.add_argument("--device", default=argparse.SUPPRESS, help="auto, cpu, cuda, mps")
    parser.add_argument("--precision", default="auto", help="auto, fp32, bf16, fp16")
    parser.add_argument(
        "--templates", action="append", default=[], metavar="T",
        help="photo (default), seven, eighty, or a text with {}; may be given several times",
    )  # fmt: skip
    parser.add_argument("--shots", default="", metavar="K,K", help="learn prompts from K images per class, e.g. 1,4,16")
    parser.add_argument("--seeds", type=int, default=3, help="runs per number of shots (default 3)")
    parser.add_argument("--n-ctx", type=int, default=16, help="context vectors (default 16)")
    parser.add_argument("--ctx-init", help="words to start the context from, e.g. 'a photo of a'")
    parser.add_argument("--class-specific", action="store_true", help="one context per class")
    parser.add_argument("--class-token-position", choices=("end", "middle", "front"), default="end")
    parser.add_argument("--epochs", type=int, help="instead of the published number for the shots")
    parser.add_argument("--views", type=int, default=8, help="random crops per training image (8; 0: centre only)")
    parser.add_argument("--top", type=int, default=6, help="CelebA: attributes said to be present (default 6)")
    parser.add_argument("--save", type=Path, metavar="DIR", help="keep the learned prompts")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write accuracy per class and run")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw accuracy and confusion (needs matplotlib)")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Evaluate every set and write the files that were asked for; everything measured as plain values, see `show`."""
    try:
        shots = tuple(sorted({int(part) for part in args.shots.split(",") if part.strip()}))
    except ValueError:
        raise AlbumenError(f"--shots takes numbers such as 1,4,16, not '{args.shots}'.") from None
    if any(number < 1 for number in shots):
        raise AlbumenError("--shots takes numbers from 1 on.")
    protocol = Protocol(
        templates(args.templates), shots, args.seeds, args.n_ctx, args.ctx_init, args.class_specific,
        args.class_token_position, args.epochs, args.views, args.top, args.save,
    )  # fmt: skip
    sets = [open_set(path) for path in args.sets]
    model = load_model(args.model, args.device, args.precision)
    reports = [drive(evaluate(model, photos, protocol), photos.name) for photos in sets]
    if args.csv:
        _write_csv(args.csv, reports)
    if args.plot:
        plot(args.plot, reports)
    head = {"model": model.name, "model_id": model.model_id, "templates": list(protocol.templates)}
    return {**head, "sets": [as_json(report) for report in reports]}


def load_model(name: str | None, device: str, precision: str) -> LoadedModel:
    """`weights.load` for a command: what a person should know of the model goes to the error stream."""
    model = weights.load(name or "starter", device, precision)
    if model.note:
        print(model.note, file=sys.stderr)
    return model


def templates(asked: Sequence[str]) -> tuple[str, ...]:
    """Names of `TEMPLATES` or texts with {} -> templates, in order; none asked: "photo"."""
    chosen: list[str] = []
    for text in asked or ["photo"]:
        if text not in TEMPLATES and "{}" not in text:
            raise AlbumenError(f"'{text}' is no template: use photo, seven, eighty or a text with {{}}.")
        chosen += TEMPLATES.get(text, (text,))
    return tuple(dict.fromkeys(chosen))


def show(answer: dict[str, Any]) -> str:
    """What `run` returned, as text: accuracy with deviation over seeds, then per class (or attribute)."""
    return "\n\n".join("\n".join(_lines(one)) for one in answer["sets"])


def _lines(report: dict[str, Any]) -> list[str]:
    unreadable = f", {report['unreadable']} unreadable" if report["unreadable"] else ""
    lines = [f"{report['name']}: {report['photos']} photos{unreadable}"]
    if "attributes" in report:
        top = f"top {report['top']} of {len(report['attributes'])}"
        lines.append(f"  {top}: precision {report['precision']:.3f}, recall {report['recall']:.3f}")
        chance = statistics.mean(report["frequency"])
        lines.append(f"  mean average precision {report['mean_average_precision']:.3f} (chance {chance:.3f})")
        columns = (report[name] for name in ("attributes", "average_precision", "attribute_recall", "frequency"))
        for name, precision, recall, share in zip(*columns, strict=True):
            lines.append(f"  {name:<24} AP {precision:.3f}  recall {recall:.3f}  has it {share:.3f}")
        return lines
    methods: dict[str, list[dict[str, Any]]] = {}
    for one in sorted(report["runs"], key=lambda run: int(run["shots"])):
        methods.setdefault(f"{one['method']}, {one['shots']} shots" if one["shots"] else one["method"], []).append(one)
    for name, runs in methods.items():
        accuracies = [run["accuracy"] for run in runs]
        spread = f" +- {statistics.stdev(accuracies):.3f} ({len(runs)} seeds)" if len(runs) > 1 else ""
        lines.append(f"  {name:<24} {statistics.mean(accuracies):.3f}{spread}")
    shown = dict([next(iter(methods.items())), list(methods.items())[-1]])  # zero-shot, and what learned from most
    for classname in report["classnames"]:
        figures = (
            f"{name} {statistics.mean(run['per_class'][classname] for run in runs):.3f}" for name, runs in shown.items()
        )
        lines.append(f"    {classname:<22} {'  '.join(figures)}")
    return lines


def as_json(report: Report | AttributeReport) -> dict[str, Any]:
    """The report as plain values."""
    if isinstance(report, AttributeReport):
        return {
            name: list(value) if isinstance(value := getattr(report, name), tuple) else value
            for name in report.__slots__
        }
    runs = [
        {
            "method": run.method, "shots": run.shots, "seed": run.seed, "accuracy": run.accuracy,
            "per_class": dict(zip(report.classnames, run.per_class, strict=True)),
            "confusion": run.confusion.tolist(), "seconds": round(run.seconds, 3), "words": run.words,
        }
        for run in report.runs
    ]  # fmt: skip
    head = {"name": report.name, "classnames": list(report.classnames), "photos": report.photos}
    return {**head, "unreadable": report.unreadable, "runs": runs}


def plot(path: Path, reports: Sequence[Report | AttributeReport]) -> None:
    """One row per set: accuracy by shots (or average precision per attribute), and the confusion of the last runs."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise AlbumenError("--plot needs matplotlib: pip install matplotlib.") from None
    figure = Figure(figsize=(11, 4.2 * len(reports)), layout="constrained")
    axes = figure.subplots(len(reports), 2, squeeze=False)
    for (left, right), report in zip(axes, reports, strict=True):
        if isinstance(report, AttributeReport):
            order = np.argsort(report.average_precision)
            left.barh([report.attributes[i] for i in order], [report.average_precision[i] for i in order])
            left.set(title=f"{report.name}: average precision", xlim=(0, 1))
            left.tick_params(axis="y", labelsize=6)
            right.scatter(report.frequency, report.average_precision)
            right.set(xlabel="share of photos that have it", ylabel="average precision", xlim=(0, 1), ylim=(0, 1))
            continue
        methods = _methods(report)
        learned = {shots: [run.accuracy for run in runs] for (_, shots), runs in methods.items() if shots}
        left.axhline(report.runs[0].accuracy, linestyle="--", color="grey", label="zero-shot")
        if learned:
            means = [statistics.mean(values) for values in learned.values()]
            spread = [statistics.stdev(values) if len(values) > 1 else 0.0 for values in learned.values()]
            left.errorbar(list(learned), means, yerr=spread, marker="o", capsize=3, label="CoOp")
            left.set_xticks(list(learned))
        left.set(title=f"{report.name}: accuracy", xlabel="images per class", ylim=(0, 1))
        left.legend()
        confusion = sum(run.confusion for run in list(methods.values())[-1])
        shares = confusion / np.maximum(1, np.sum(confusion, axis=1, keepdims=True))
        image = right.imshow(shares, vmin=0, vmax=1, cmap="Blues")
        right.set(title="confusion (rows: truth)", xlabel="answer")
        if len(report.classnames) <= 30:
            right.set_xticks(range(len(report.classnames)), report.classnames, rotation=90, fontsize=7)
            right.set_yticks(range(len(report.classnames)), report.classnames, fontsize=7)
        figure.colorbar(image, ax=right)
    figure.savefig(path)


def _methods(report: Report) -> dict[tuple[str, int], list[Run]]:
    """Runs by method and shots, in the order they were made."""
    methods: dict[tuple[str, int], list[Run]] = {}
    for one in sorted(report.runs, key=lambda run: run.shots):
        methods.setdefault((one.method, one.shots), []).append(one)
    return methods


def _write_csv(path: Path, reports: Sequence[Report | AttributeReport]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["set", "method", "shots", "seed", "class", "photos", "value"])
        for report in reports:
            if isinstance(report, AttributeReport):
                for name, value, share in zip(
                    report.attributes, report.average_precision, report.frequency, strict=True
                ):
                    count = round(share * report.photos)
                    writer.writerow([report.name, "average precision", 0, 0, name, count, f"{value:.6f}"])
                continue
            for one in report.runs:
                totals = one.confusion.sum(axis=1).tolist()
                for name, value, total in zip(report.classnames, one.per_class, totals, strict=True):
                    writer.writerow([report.name, one.method, one.shots, one.seed, name, total, f"{value:.6f}"])


def drive(job: Generator[Progress, None, Any], name: str) -> Any:
    """Run a job to its end; progress on the error stream, one line that is overwritten where a person looks at it."""
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
