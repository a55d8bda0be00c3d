"""Stage 2 of pretraining: the image tower learns against the frozen text tower.

Softmax over the text features of all labels (LiT, Zhai et al. 2022, arXiv:2111.07991), over
everyday phrases with several right answers, and from phrases to the photographs of the batch. Knows
how to train and resume; the words are in `concepts.py`, the pixels in `corpus.py`.
"""

import logging
import math
import time
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.clip.model import CLIP, build_model
from engine.clip.tokenizer import tokenize
from engine.starter.concepts import load_concepts, vocabulary
from engine.starter.corpus import Corpus, augment
from engine.starter.schedule import Average, Schedule, load_checkpoint, save_checkpoint

log = logging.getLogger(__name__)

TEMPLATES = ("a photo of a {}.", "{}", "a picture of the {}.")
_HOLD_OUT = 50  # one photograph of 50 is never trained on, to watch the learning


def at_resolution(model: CLIP, resolution: int) -> CLIP:
    """The same CLIP (ResNet) for another input size.

    The attention pool's positions are interpolated (as ViT, DeiT do).
    """
    state = dict(model.state_dict())
    name = "visual.attnpool.positional_embedding"
    embedding = state[name]  # (1+P, C)
    grid = resolution // 32
    side = math.isqrt(len(embedding) - 1)
    if side != grid:
        plane = embedding[1:].t().reshape(1, -1, side, side)  # (1, C, side, side)
        plane = F.interpolate(
            plane, size=(grid, grid), mode="bicubic", align_corners=side > 1 and grid > 1
        )
        # (1+grid^2, C)
        state[name] = torch.cat([embedding[:1], plane.reshape(embedding.shape[1], -1).t()])
    return build_model(state, model.activation)


def phrase_features(
    model: CLIP, phrases: Sequence[str], templates: Sequence[str] = TEMPLATES
) -> Tensor:
    """Phrases -> text_features (N, D), normalised.

    The mean over the templates of normalised features.
    """
    total = torch.zeros(len(phrases), model.embed_dim)
    with torch.inference_mode():
        for template in templates:
            texts = [template.format(phrase) for phrase in phrases]
            for start in range(0, len(texts), 256):
                # (n, L)
                tokens = tokenize(texts[start : start + 256], model.context_length, truncate=True)
                total[start : start + 256] += F.normalize(model.encode_text(tokens), dim=-1)
    return F.normalize(total, dim=-1)


class CaptionLoss(nn.Module):
    """What a photograph of a label should be near to, in the frozen text space.

    The parameters are only scales and a head.

    Sum of four terms, for image_features x (B, D) and label numbers y (B,): label: softmax over all
    labels' text features, with a learned scale and label smoothing; another label that is a name or
    a kind of the right one is no wrong answer and is left out. phrases: softmax over the everyday
    vocabulary, with the label's phrases as a soft target. retrieval: from each phrase that is true
    of some photograph of the batch to the photographs (what a search does). head: a linear
    classifier on x, which makes the first epochs several times faster.
    """

    def __init__(self, model: CLIP, labels: Sequence[str]) -> None:
        super().__init__()
        concepts = load_concepts()
        phrases, shares = vocabulary(labels, concepts)
        label_features = phrase_features(model, labels)  # (K, D)
        phrase = phrase_features(model, phrases, TEMPLATES[:2])  # (V, D)
        target = torch.zeros(len(labels), len(phrases))  # (K, V)
        for row, share in enumerate(shares):
            target[row, list(share)] = torch.tensor(list(share.values()))
        # A phrase that nearly means the label ('sofa' for 'couch') is not a wrong answer even where
        # the list forgot it.
        near = label_features @ phrase.t() > 0.8  # (K, V)
        other = torch.zeros(len(labels), len(labels), dtype=torch.bool)  # (K, K)
        number = {label: n for n, label in enumerate(labels)}
        for label in labels:
            concept = concepts.get(label)
            for word in (*concept.names, *concept.kinds) if concept else ():
                if word in number and word != label:
                    other[number[label], number[word]] = True
        self.register_buffer("label_features", label_features)
        self.register_buffer("phrase_features", phrase)
        self.register_buffer("target", target)
        self.register_buffer("neutral_phrase", near & (target == 0))
        self.register_buffer("neutral_label", other)
        self.label_features: Tensor
        self.phrase_features: Tensor
        self.target: Tensor
        self.neutral_phrase: Tensor
        self.neutral_label: Tensor
        self.logit_scale = nn.Parameter(torch.tensor(math.log(60.0)))
        self.phrase_scale = nn.Parameter(torch.tensor(math.log(30.0)))
        self.head = nn.Linear(label_features.shape[1], len(labels))

    def forward(self, x: Tensor, y: Tensor) -> dict[str, Tensor]:
        """The four terms, weighted, by name."""
        unit = F.normalize(x, dim=-1)  # (B, D)
        logits = self.logit_scale.exp().clamp(max=100) * unit @ self.label_features.t()  # (B, K)
        logits = logits.masked_fill(self.neutral_label[y], -1e4)
        smoothing = 0.1 * (~self.neutral_label[y]).float()  # (B, K)
        wanted = (
            F.one_hot(y, logits.shape[1]) * 0.9
            + smoothing / smoothing.sum(dim=1, keepdim=True) * 0.1
        )
        label = -(wanted * logits.log_softmax(dim=1)).sum(dim=1).mean()

        similar = self.phrase_scale.exp().clamp(max=100) * unit @ self.phrase_features.t()  # (B, V)
        share = self.target[y]  # (B, V)
        masked = similar.masked_fill(self.neutral_phrase[y], -1e4)
        phrases = -(share * masked.log_softmax(dim=1)).sum(dim=1).mean()

        positive = share > 0  # (B, V)
        used = positive.any(dim=0) & ~positive.all(dim=0)  # (V,)
        columns = masked[:, used].t()  # (U, B)
        right = positive[:, used].t()  # (U, B)
        # (U,)
        found = columns.masked_fill(~right, -1e4).logsumexp(dim=1) - columns.logsumexp(dim=1)
        retrieval = -found.mean() if len(found) else columns.sum() * 0

        head = F.cross_entropy(self.head(x), y, label_smoothing=0.1)
        return {
            "label": label,
            "phrases": 0.5 * phrases,
            "retrieval": 0.3 * retrieval,
            "head": 0.5 * head,
        }


@dataclass(frozen=True, slots=True)
class ImageOptions:
    """The settings of the image stage."""

    schedule: Schedule
    batch: int = 128
    rate: float = 1e-3
    weight_decay: float = 0.08
    warmup: int = 200
    ema: float = 0.998
    resolution: int = 64
    strength: float = 1.0
    seed: int = 0
    freeze: int = 0
    compiled: bool = False
    checkpoint_minutes: float = 4.0


class ImageTraining:
    """The image tower of `model` (its text tower stays as it is) while it is trained on `corpus`.

    Step n draws its photographs and its augmentation from the seed and n alone, so a resumed run
    goes on where it was (up to the rounding of sums).
    """

    def __init__(self, model: CLIP, corpus: Corpus, options: ImageOptions) -> None:
        self.model = deepcopy(
            at_resolution(model, options.resolution)
        ).eval()  # the start stays as it is
        self.corpus = corpus
        self.options = options
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(options.seed)  # the head starts at random
            self.criterion = CaptionLoss(self.model, corpus.labels)
        visual = self.model.visual.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.visual = visual.train()
        _freeze(self.visual, options.freeze)
        self._forward = torch.compile(self.visual) if options.compiled else self.visual
        self._learned = [p for p in self.visual.parameters() if p.requires_grad]
        self.optimizer = self._make_optimizer()
        self.average = Average(self.visual, options.ema)
        self.step = 0
        self.seconds = 0.0
        held_out = torch.arange(len(corpus)) % _HOLD_OUT == 0  # (N,)
        self._weight = corpus.weight.masked_fill(held_out, 0.0)  # (N,)
        self._watched = torch.nonzero(held_out).flatten()  # (n,)
        self.seen = torch.zeros(len(corpus.sources), dtype=torch.long)
        self.losses: dict[str, float] = {}
        self._generator = torch.Generator()

    def _make_optimizer(self) -> torch.optim.AdamW:
        decay = [p for p in self._learned if p.ndim > 1] + [self.criterion.head.weight]
        plain = [p for p in self._learned if p.ndim <= 1]
        plain += [self.criterion.head.bias, self.criterion.logit_scale, self.criterion.phrase_scale]
        groups = [
            {"params": decay, "weight_decay": self.options.weight_decay},
            {"params": plain, "weight_decay": 0.0},
        ]
        return torch.optim.AdamW(groups, lr=self.options.rate, betas=(0.9, 0.98), fused=True)

    @property
    def progress(self) -> float:
        """0 at the start, 1 at the end."""
        return self.options.schedule.progress(self.step, self.seconds)

    @property
    def logit_scale(self) -> float:
        """The scale that the label loss has learned, at most 100 as in CLIP."""
        return float(self.criterion.logit_scale.detach().exp().clamp(max=100))

    def advance(self) -> float:
        """One step; returns its learning rate."""
        begun = time.monotonic()
        options = self.options
        progress = self.progress
        rate = options.schedule.rate(self.step, progress, options.rate, options.warmup)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self._generator.manual_seed(options.seed * 1_000_003 + self.step)
        # (B,)
        chosen = torch.multinomial(
            self._weight, options.batch, replacement=True, generator=self._generator
        )
        # The last steps see photographs as they are.
        strength = options.strength * (1 if progress < 0.9 else 0.6)
        # (B, 3, S, S)
        images = augment(self.corpus.pixels(chosen), options.resolution, self._generator, strength)
        image_features = self._forward(images.to(memory_format=torch.channels_last))  # (B, D)
        terms = self.criterion(image_features, self.corpus.target[chosen])
        self.optimizer.zero_grad(set_to_none=True)
        torch.stack(list(terms.values())).sum().backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self._learned, 3.0)
        self.optimizer.step()
        self.step += 1
        self.average.update(self.visual, self.step)
        self.seen += torch.bincount(self.corpus.source_of[chosen], minlength=len(self.seen))
        for name, term in terms.items():
            value = float(term.detach())
            self.losses[name] = 0.98 * self.losses.get(name, value) + 0.02 * value
        self.seconds += time.monotonic() - begun
        return rate

    def averaged(self) -> CLIP:
        """The model with the averaged weights of its image tower."""
        visual = {f"visual.{name}": tensor for name, tensor in self.average.state.items()}
        return build_model({**self.model.state_dict(), **visual})

    @torch.inference_mode()
    def accuracy(self, model: CLIP) -> float:
        """Top-1 over all labels on the photographs that were held out, seen as they are."""
        right = 0
        text_features = self.criterion.label_features  # (K, D)
        for part in self._watched.split(256):  # type: ignore[no-untyped-call]
            images = augment(
                self.corpus.pixels(part), self.options.resolution, self._generator, strength=0.0
            )
            features = F.normalize(model.encode_image(images), dim=-1)  # (b, D)
            right += int(
                ((features @ text_features.t()).argmax(dim=1) == self.corpus.target[part]).sum()
            )
        return right / max(len(self._watched), 1)

    def save(self, checkpoint: Path) -> None:
        """Write all that `resume` needs."""
        save_checkpoint(
            checkpoint,
            {
                "visual": self.visual.state_dict(),
                "criterion": self.criterion.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "average": self.average.state,
                "step": self.step,
                "trained": self.seconds,
            },
        )

    def resume(self, checkpoint: Path) -> None:
        """Go on from a checkpoint of the same run."""
        saved = load_checkpoint(checkpoint)
        self.visual.load_state_dict(saved["visual"])
        self.criterion.load_state_dict(saved["criterion"])
        self.optimizer.load_state_dict(saved["optimizer"])
        # A file keeps no strides, and the fused step walks through memory: a moment has to lie as
        # its parameter does.
        for parameter, state in self.optimizer.state.items():
            for name, value in state.items():
                if value.shape == parameter.shape:
                    state[name] = torch.empty_like(parameter).copy_(value)
        self.average.state = saved["average"]
        self.step = saved["step"]
        self.seconds = saved["trained"]
        log.info("resumed at step %d after %.1f min of training", self.step, self.seconds / 60)


def train_image_tower(
    model: CLIP,
    corpus: Corpus,
    options: ImageOptions,
    checkpoint: Path | None,
    finished: Callable[[CLIP, float], None],
) -> None:
    """Stage 2 on `model`.

    `finished(averaged model, logit_scale)` runs at each checkpoint; resumes from `checkpoint`.
    """
    training = ImageTraining(model, corpus, options)
    if checkpoint is not None and checkpoint.is_file():
        training.resume(checkpoint)
    counted = 0
    since = time.monotonic()
    saved_at = time.monotonic()
    while training.progress < 1:
        progress = training.progress
        rate = training.advance()
        counted += options.batch
        if training.step % 50 == 0:
            shown = " ".join(f"{name} {value:.3f}" for name, value in training.losses.items())
            speed = counted / (time.monotonic() - since)
            log.info(
                "step %d %.1f%% %.0f images/s lr %.2e %s",
                training.step,
                100 * progress,
                speed,
                rate,
                shown,
            )
            counted = 0
            since = time.monotonic()
        if training.progress >= 1 or time.monotonic() - saved_at > options.checkpoint_minutes * 60:
            if checkpoint is not None:
                training.save(checkpoint)
            averaged = training.averaged()
            right = training.accuracy(averaged)
            log.info(
                "step %d held-out top-1 of %d labels: %.3f",
                training.step,
                len(corpus.labels),
                right,
            )
            per_source = zip(corpus.sources, training.seen.tolist(), strict=True)
            log.info(
                "seen so far: %s",
                ", ".join(f"{source.name} {number}" for source, number in per_source),
            )
            finished(averaged, training.logit_scale)
            counted = 0
            since = time.monotonic()
            saved_at = time.monotonic()


def _freeze(visual: nn.Module, stages: int) -> None:
    """Keep the first stages of a trained ResNet as they are.

    1: the stem, 2: also layer1, 3: also layer2.

    Early filters settle first and cost the most memory traffic: without their backward pass a step
    is a third shorter (FreezeOut, Brock et al. 2017, arXiv:1706.04983).
    """
    stem = ("conv1", "bn1", "conv2", "bn2", "conv3", "bn3")
    names = [stem, ("layer1",), ("layer2",), ("layer3",)][:stages]
    for name in (name for group in names for name in group):
        getattr(visual, name).requires_grad_(False).eval()
