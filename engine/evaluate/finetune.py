"""Retraining CLIP itself on captioned photographs.

Contrastive learning in which equal captions are no mistakes.

    python -m engine finetune DIR-or-ZIP-or-CSV --out my-model.safetensors

The loss is CLIP's symmetric cross-entropy over a batch (Radford et al. 2021, figure 3) with
multi-positive targets (as SupCon, Khosla et al. 2020, arXiv:2004.11362): with two captions and 32
photos most "other" captions of a batch are the same words, and `arange` targets would call those
pairs wrong. Photographs are split by caption into three parts: to learn from, to decide when to
stop, and a last one that is looked at once, before and after.

Knows: optimisation, checkpoints, stopping. Does not know: a library, labels, prompts (`coop.py`
learns those, in seconds and without touching the stored embeddings; a retrained model is another
model, and its photos are encoded anew).
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import math
import time
from collections.abc import Generator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional as F

from engine.clip import checkpoint, weights
from engine.clip.model import CLIP
from engine.clip.tokenizer import tokenize
from engine.clip.weights import LoadedModel
from engine.evaluate.datasets import PhotoSet, Pictures, Pixels, open_set, random_crop
from engine.evaluate.evaluate import drive, encode, load_model, templates
from engine.images.decode import CLIP_MEAN, CLIP_STD
from engine.records import AlbumenError, Progress

_LARGEST_SCALE = math.log(100.0)  # the paper clips the learned temperature there, for stability


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train.

    Betas, epsilon and decay of the paper (table 18), with the small rate of fine-tuning.

    The decay is decoupled and spares gains and biases, as in the paper; added to the gradient
    (plain Adam) 0.2 would shrink every weight by the full rate at every step.
    """

    lr: float = 5e-5
    betas: tuple[float, float] = (0.9, 0.98)
    eps: float = 1e-6
    weight_decay: float = 0.2
    batch_size: int = 32
    epochs: int = 30
    # Share of all steps over which the rate rises to `lr`; then it falls as a cosine.
    warmup: float = 0.1
    patience: int = 5  # epochs without a better held-out loss before it stops
    # Share of each caption's photos: half to decide when to stop, half for the final figures.
    held_out: float = 0.3
    smallest_crop: float = 0.5  # of the photo's area
    templates: tuple[str, ...] = ("a photo of a {}.",)
    precision: str = "fp32"  # of the computation; weights, gradients' sums and optimiser stay fp32
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """Accuracy and mean loss of choosing among all captions.

    A photo is right when its own caption is the most likely one.
    """

    accuracy: float
    loss: float
    photos: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it. `before`, `after`: on photos that neither training nor stopping saw."""

    path: str
    before: Figures
    after: Figures
    epochs: int
    best_epoch: int
    unreadable: int
    seconds: float


def multi_positive_loss(logits: Tensor, captions: Tensor) -> Tensor:
    """Symmetric cross-entropy of logits (B, B), images by texts.

    `captions` (B,): equal numbers are equal captions.

    The target of a row is uniform over all pairs with its caption; with captions all different this
    is CLIP's loss.
    """
    positive = (captions[:, None] == captions[None, :]).to(logits.dtype)  # (B, B)
    targets = positive / positive.sum(dim=1, keepdim=True)
    return (F.cross_entropy(logits, targets) + F.cross_entropy(logits.t(), targets)) / 2


def finetune(
    model: LoadedModel, photos: PhotoSet, out: Path, settings: Settings, resume: bool = False
) -> Generator[Progress, None, Outcome]:
    """Job: train all of `model.clip` on the set and write the best state to `out`.

    What is written opens as a model.

    After each epoch a checkpoint is written beside `out`; with `resume` training goes on from it as
    if it had not been interrupted. `model` must have been loaded in fp32. Raises AlbumenError if
    there is too little to learn from, or the loss stops being a number.
    """
    started = time.monotonic()
    if model.precision != "fp32":
        raise AlbumenError(
            "Fine-tuning needs the model's weights in fp32; "
            "choose the precision of the computation."
        )
    parts = _split(photos, settings)
    trainer = _Trainer(model, photos, settings)
    fingerprint = _fingerprint(model, photos, settings)
    saved = out.with_name(out.name + ".checkpoint")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AlbumenError(
            "{path} cannot be made ({detail}): choose another place.",
            path=str(out.parent),
            detail=error.strerror or str(error),
        ) from error
    if resume and saved.exists():
        trainer.restore(saved, fingerprint)
        before = trainer.before
    else:
        before = trainer.before = yield from trainer.measure(parts.test)
        trainer.best = yield from trainer.measure(parts.stop)
    per_epoch = math.ceil(len(parts.learn) / settings.batch_size)
    while (
        trainer.epoch < settings.epochs and trainer.epoch - trainer.best_epoch < settings.patience
    ):
        trainer.epoch += 1
        for step, loss in trainer.train_epoch(parts.learn, per_epoch):
            done = (trainer.epoch - 1) * per_epoch + step
            total = settings.epochs * per_epoch
            spent = time.monotonic() - started
            detail = f"epoch {trainer.epoch}, loss {loss:.4f}, held out {trainer.best.accuracy:.3f}"
            yield Progress(
                "train", done, total, done / spent, spent / done * (total - done), detail
            )
        figures = yield from trainer.measure(parts.stop)
        if figures.loss < trainer.best.loss:
            trainer.keep(figures)
        trainer.save(saved, fingerprint)
    trainer.use_best()
    after = yield from trainer.measure(parts.test)
    said = {"accuracy_before": f"{before.accuracy:.4f}", "accuracy_after": f"{after.accuracy:.4f}"}
    origin = {
        "fine_tuned_from": model.model_id,
        "photographs": photos.name,
        "epochs": str(trainer.best_epoch),
    }
    checkpoint.write(
        out, model.clip.state_dict(), {"activation": model.clip.activation, **origin, **said}
    )
    saved.unlink(missing_ok=True)
    unreadable = len({failure.path for failure in trainer.pictures.failures})
    seconds = time.monotonic() - started
    return Outcome(str(out), before, after, trainer.epoch, trainer.best_epoch, unreadable, seconds)


@dataclass(frozen=True, slots=True)
class _Parts:
    """Numbers of the photos to learn from, to decide when to stop, and for the final figures."""

    learn: npt.NDArray[np.int64]
    stop: npt.NDArray[np.int64]
    test: npt.NDArray[np.int64]


def _split(photos: PhotoSet, settings: Settings) -> _Parts:
    random = np.random.default_rng(settings.seed)
    learn = []
    stop = []
    test = []
    for number in range(len(photos.classnames)):
        own = random.permutation(np.flatnonzero(photos.targets == number))
        held = round(len(own) * settings.held_out / 2)
        test.append(own[:held])
        stop.append(own[held : 2 * held])
        learn.append(own[2 * held :])
    parts = _Parts(np.concatenate(learn), np.concatenate(stop), np.concatenate(test))
    if len(photos.classnames) < 2 or not len(parts.test) or len(parts.learn) < 2:
        raise AlbumenError(
            "{name} is too small to learn from: it needs at least two captions and some photos of "
            "each (it has {captions} captions and {count} photos).",
            name=photos.name,
            captions=len(photos.classnames),
            count=len(photos),
        )
    return parts


class _Trainer:
    """The state of a run: model, optimiser, best weights so far."""

    def __init__(self, model: LoadedModel, photos: PhotoSet, settings: Settings) -> None:
        self.model = model
        self.photos = photos
        self.settings = settings
        # eval: BatchNorm keeps the statistics it came with
        self.clip: CLIP = model.clip.eval().requires_grad_(True)
        self.pictures = Pictures()
        self.epoch = self.best_epoch = 0
        self.before = self.best = Figures(0.0, math.inf, 0)
        self.best_state = {
            name: tensor.detach().cpu().clone() for name, tensor in self.clip.state_dict().items()
        }
        decayed = [parameter for parameter in self.clip.parameters() if parameter.dim() >= 2]
        others = [
            parameter for parameter in self.clip.parameters() if parameter.dim() < 2
        ]  # gains, biases, temperature
        groups: list[dict[str, Any]] = [
            {"params": decayed},
            {"params": others, "weight_decay": 0.0},
        ]
        self.optimiser = torch.optim.AdamW(
            groups,
            lr=settings.lr,
            betas=settings.betas,
            eps=settings.eps,
            weight_decay=settings.weight_decay,
        )
        self.scaler = torch.amp.GradScaler(model.device.type, enabled=settings.precision == "fp16")
        captions = [
            [template.format(name) for name in photos.classnames] for template in settings.templates
        ]
        self.tokens = [
            tokenize(texts, model.context_length, truncate=True).to(model.device)
            for texts in captions
        ]

    def train_epoch(
        self, numbers: npt.NDArray[np.int64], per_epoch: int
    ) -> Generator[tuple[int, float], None, None]:
        """One pass in random order; (step, loss) after each step.

        Everything random follows from seed and epoch.
        """
        settings = self.settings
        size = self.settings.batch_size
        epoch = self.epoch
        order = np.random.default_rng((settings.seed, epoch)).permutation(numbers)

        def crop(image: Any, number: int) -> Pixels:
            random = np.random.default_rng((settings.seed, epoch, number))
            return random_crop(image, self.model.input_resolution, random, settings.smallest_crop)

        rows: list[Pixels] = []
        kept: list[int] = []
        step = 0
        for number, pixels in self.pictures.read(self.photos.files, order.tolist(), crop):
            rows.append(pixels)
            kept.append(number)
            if len(rows) == size:
                step += 1
                yield step, self._step(rows, kept, (epoch - 1) * per_epoch + step, per_epoch)
                rows = []
                kept = []
        if len(rows) > 1:  # a pair alone has nothing to be told from
            step += 1
            yield step, self._step(rows, kept, (epoch - 1) * per_epoch + step, per_epoch)

    def _step(
        self, rows: Sequence[Pixels], numbers: Sequence[int], step: int, per_epoch: int
    ) -> float:
        device = self.model.device
        rate = self.settings.lr * _schedule(
            step, self.settings.epochs * per_epoch, self.settings.warmup
        )
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        # (B, 3, S, S)
        pixels = torch.from_numpy(np.stack(rows)).to(device).permute(0, 3, 1, 2).contiguous()
        mean = torch.tensor(CLIP_MEAN, device=device).view(1, 3, 1, 1)
        std = torch.tensor(CLIP_STD, device=device).view(1, 3, 1, 1)
        captions = torch.from_numpy(self.photos.targets[list(numbers)]).to(device)  # (B,)
        used, place = torch.unique(captions, return_inverse=True)  # each caption is encoded once
        tokens = self.tokens[step % len(self.tokens)][used]
        with self._autocast():
            # (B, D)
            image_features = F.normalize(
                self.clip.encode_image((pixels.float() / 255 - mean) / std), dim=-1
            )
            text_features = F.normalize(self.clip.encode_text(tokens), dim=-1)[place]  # (B, D)
        # (B, B)
        logits = self.clip.logit_scale.exp() * image_features.float() @ text_features.float().t()
        loss = multi_positive_loss(logits, captions)
        value = float(loss.detach())
        if not math.isfinite(value):
            raise AlbumenError(
                "Training broke down: the loss is no longer a number. Try a smaller --lr or fp32."
            )
        self.optimiser.zero_grad(set_to_none=True)
        self.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
        self.scaler.step(self.optimiser)
        self.scaler.update()
        with torch.no_grad():
            self.clip.logit_scale.clamp_(max=_LARGEST_SCALE)
        return value

    def _autocast(self) -> contextlib.AbstractContextManager[object]:
        if self.settings.precision == "fp32":
            return contextlib.nullcontext()
        return torch.autocast(self.model.device.type, weights.PRECISIONS[self.settings.precision])

    def measure(self, numbers: npt.NDArray[np.int64]) -> Generator[Progress, None, Figures]:
        """Job: choice among all captions, for photos as they are (centre crop)."""
        image_features, kept = yield from encode(
            self.model, self.photos.files, numbers.tolist(), self.pictures
        )
        with torch.no_grad():
            texts = [
                F.normalize(self.clip.encode_text(tokens).float(), dim=-1) for tokens in self.tokens
            ]
            text_features = F.normalize(torch.stack(texts).mean(dim=0), dim=-1).cpu()  # (K, D)
            # (M, K)
            logits = self.clip.logit_scale.exp().cpu() * image_features @ text_features.t()
        targets = torch.from_numpy(self.photos.targets)[kept]
        right = float((logits.argmax(dim=-1) == targets).float().mean())
        return Figures(right, float(F.cross_entropy(logits, targets)), len(kept))

    def keep(self, figures: Figures) -> None:
        """The present weights are the best so far."""
        self.best = figures
        self.best_epoch = self.epoch
        for name, tensor in self.clip.state_dict().items():
            self.best_state[name].copy_(tensor)

    def use_best(self) -> None:
        self.clip.load_state_dict(self.best_state)

    def save(self, path: Path, fingerprint: str) -> None:
        """Everything that the next epoch depends on, as safetensors."""
        tensors = {f"model.{name}": tensor for name, tensor in self.clip.state_dict().items()}
        tensors |= {f"best.{name}": tensor for name, tensor in self.best_state.items()}
        for name, parameter in self.clip.named_parameters():
            tensors |= {
                f"{key}.{name}": value for key, value in self.optimiser.state[parameter].items()
            }
        state = {
            "epoch": self.epoch,
            "best_epoch": self.best_epoch,
            "before": asdict(self.before),
            "best": asdict(self.best),
            "scaler": self.scaler.state_dict(),
            "fingerprint": fingerprint,
        }
        temporary = path.with_name(path.name + ".part")
        contiguous = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
        save_file(contiguous, str(temporary), {"state": json.dumps(state)})
        temporary.replace(path)

    def restore(self, path: Path, fingerprint: str) -> None:
        """Go on from a checkpoint; AlbumenError if it belongs to another run or is damaged."""
        try:
            with safe_open(str(path), framework="pt") as file:
                state = json.loads((file.metadata() or {})["state"])
                if state["fingerprint"] != fingerprint:
                    raise AlbumenError(
                        "{path} belongs to a run with other settings or photos: delete it to start "
                        "over.",
                        path=str(path),
                    )
                own = self.clip.state_dict()
                for name, tensor in own.items():
                    tensor.copy_(file.get_tensor(f"model.{name}"))
                    self.best_state[name].copy_(file.get_tensor(f"best.{name}"))
                for name, parameter in self.clip.named_parameters():
                    if f"exp_avg.{name}" in file.keys():  # noqa: SIM118 (no mapping)
                        keys = ("step", "exp_avg", "exp_avg_sq")
                        moments = {key: file.get_tensor(f"{key}.{name}").clone() for key in keys}
                        self.optimiser.state[parameter] = {
                            key: value if key == "step" else value.to(parameter.device)
                            for key, value in moments.items()
                        }
            self.scaler.load_state_dict(state["scaler"])
            self.epoch = state["epoch"]
            self.best_epoch = state["best_epoch"]
            self.before = Figures(**state["before"])
            self.best = Figures(**state["best"])
        except (SafetensorError, KeyError, ValueError, TypeError, OSError) as error:
            raise AlbumenError(
                "The checkpoint {path} cannot be used ({detail}): delete it to start over.",
                path=str(path),
                detail=str(error),
            ) from error


def _schedule(step: int, total: int, warmup: float) -> float:
    """Factor of the learning rate at this step, counted from 1.

    Linear rise, then half a cosine down to 0.
    """
    rising = max(1, round(total * warmup))
    if step <= rising:
        return step / rising
    return (1 + math.cos(math.pi * (step - rising) / max(1, total - rising))) / 2


def _fingerprint(model: LoadedModel, photos: PhotoSet, settings: Settings) -> str:
    """What must be the same for a checkpoint to make sense."""
    said = repr(
        (model.model_id, photos.files, photos.classnames, photos.targets.tolist(), settings)
    )
    return hashlib.sha256(said.encode(errors="surrogateescape")).hexdigest()


# --------------------------------------------------------------------------------------------------
# Command line


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m engine finetune`."""
    usual = Settings()
    parser.add_argument(
        "set", help="folder or zip with a folder per caption, or a CSV of image,caption"
    )
    parser.add_argument("--out", type=Path, required=True, help="the new model, a safetensors file")
    parser.add_argument(
        "--model",
        default=argparse.SUPPRESS,
        help="where to start: catalogue name or file (starter)",
    )
    parser.add_argument("--device", default=argparse.SUPPRESS, help="auto, cpu, cuda, mps")
    parser.add_argument(
        "--precision",
        default="auto",
        help="of the computation: auto (fp16 on CUDA), fp32, bf16, fp16",
    )
    parser.add_argument(
        "--epochs", type=int, default=usual.epochs, help="at most (default %(default)s)"
    )
    parser.add_argument(
        "--batch-size", type=int, default=usual.batch_size, help="default %(default)s"
    )
    parser.add_argument("--lr", type=float, default=usual.lr, help="default %(default)s")
    parser.add_argument(
        "--weight-decay", type=float, default=usual.weight_decay, help="default %(default)s"
    )
    parser.add_argument(
        "--warmup",
        type=float,
        default=usual.warmup,
        help="share of the steps (default %(default)s)",
    )
    parser.add_argument(
        "--patience",
        type=int,
        default=usual.patience,
        help="epochs without gain (default %(default)s)",
    )
    parser.add_argument(
        "--held-out",
        type=float,
        default=usual.held_out,
        help="share of photos (default %(default)s)",
    )
    parser.add_argument(
        "--templates",
        action="append",
        default=[],
        metavar="T",
        help="around a folder's name: photo (default), seven, eighty, or a text with {}; "
        "a CSV's captions stay",
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--resume", action="store_true", help="go on from the checkpoint beside --out"
    )


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Fine-tune and write the model; what came of it as plain values."""
    photos = open_set(args.set)
    if not isinstance(photos, PhotoSet):
        raise AlbumenError(
            "CelebA's attributes are no captions: give folders named after captions, or a CSV."
        )
    if args.out.suffix != ".safetensors":
        raise AlbumenError(
            "The new model is a safetensors file: call it {name}.",
            name=args.out.with_suffix(".safetensors").name,
        )
    if not 0 < args.held_out < 1 or args.batch_size < 2 or args.epochs < 1:
        raise AlbumenError(
            "--held-out is between 0 and 1, --batch-size at least 2 and --epochs at least 1."
        )
    model = load_model(args.model, args.device, "fp32")
    precision = (
        "fp16" if args.precision == "auto" and model.device.type == "cuda" else args.precision
    )
    chosen = templates(args.templates) if Path(args.set).suffix.lower() != ".csv" else ("{}",)
    settings = Settings(
        lr=args.lr,
        weight_decay=args.weight_decay,
        batch_size=args.batch_size,
        epochs=args.epochs,
        warmup=args.warmup,
        patience=args.patience,
        held_out=args.held_out,
        templates=chosen,
        seed=args.seed,
        precision=weights.precision_for("fp32" if precision == "auto" else precision, model.device),
    )
    outcome: Outcome = drive(finetune(model, photos, args.out, settings, args.resume), photos.name)
    return asdict(outcome)


def show(answer: dict[str, Any]) -> str:
    """What `run` returned, as text."""
    before, after = answer["before"], answer["after"]
    return "\n".join(
        [
            f"{before['photos']} photos that were not trained on: "
            f"{before['accuracy']:.3f} right before, "
            f"{after['accuracy']:.3f} after (loss {before['loss']:.3f} -> {after['loss']:.3f}).",
            f"Best of {answer['epochs']} epochs: {answer['best_epoch']}; "
            f"{answer['seconds']:.0f} s.",
            f"The new model: {answer['path']}",
        ]
    )
