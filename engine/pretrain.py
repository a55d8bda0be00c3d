"""Training the starter model: a text tower distilled from a sentence encoder, then an image tower trained against it.

    python -m engine pretrain --corpus DIR --out starter.safetensors --checkpoints DIR
    python -m engine pretrain --evaluate trial.safetensors starter.safetensors --photos DIR

Two stages (figures and terms: resources/STARTER.md):

1. text: the text tower of CLIP learns to give the vectors of all-MiniLM-L6-v2 (Reimers and Gurevych 2019; distilled as
   in Hinton et al. 2015) for phrases, so words that no photograph carries still land near their neighbours.
2. image: the image tower learns by softmax over the frozen text features of all labels (LiT, Zhai et al. 2022,
   arXiv:2111.07991), over everyday phrases with several right answers, and from phrases to the photographs of the batch.

Knows how to train and resume; the words are in `concepts.py` and `phrases.py`, the pixels in `corpus.py`, the measuring
in `starter_eval.py`. Every run is seeded; with `--steps` a resumed run gives the weights of an uninterrupted one up to
rounding, with `--minutes` the schedule follows the clock.
"""

import argparse
import logging
import math
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from engine.clip import CLIP, build_model
from engine.concepts import load_concepts, vocabulary
from engine.corpus import Corpus, augment, load_source
from engine.distil import TextOptions, teacher_vectors, train_text_tower
from engine.drawn import COUNT, drawn_source
from engine.negation import build_negations, features_of, negation_goals
from engine.phrases import build_phrases, everyday_words, noun_lemmas
from engine.records import AlbumenError
from engine.schedule import Average, Schedule, load_checkpoint, save_checkpoint
from engine.tokenizer import VOCAB_SIZE, tokenize

log = logging.getLogger(__name__)

TEMPLATES = ("a photo of a {}.", "{}", "a picture of the {}.")
CONTEXT_LENGTH = 32
_HOLD_OUT = 50  # one photograph of 50 is never trained on, to watch the learning


def new_model(seed: int, resolution: int = 64, width: int = 32) -> CLIP:
    """A fresh starter: ModifiedResNet 2-2-2-2, text width 256 with 4 layers, joint space 384 (the teacher's)."""
    torch.manual_seed(seed)
    return CLIP(
        embed_dim=384,
        input_resolution=resolution,
        vision_layers=(2, 2, 2, 2),
        vision_width=width,
        vision_patch_size=None,
        context_length=CONTEXT_LENGTH,
        vocab_size=VOCAB_SIZE,
        transformer_width=256,
        transformer_heads=4,
        transformer_layers=4,
        activation="quickgelu",
    )


def at_resolution(model: CLIP, resolution: int) -> CLIP:
    """The same CLIP (ResNet) for another input size: the attention pool's positions are interpolated (as ViT, DeiT do)."""
    state = dict(model.state_dict())
    name = "visual.attnpool.positional_embedding"
    embedding, grid = state[name], resolution // 32  # (1+P, C)
    side = math.isqrt(len(embedding) - 1)
    if side != grid:
        plane = embedding[1:].t().reshape(1, -1, side, side)  # (1, C, side, side)
        plane = F.interpolate(plane, size=(grid, grid), mode="bicubic", align_corners=side > 1 and grid > 1)
        state[name] = torch.cat([embedding[:1], plane.reshape(embedding.shape[1], -1).t()])  # (1+grid^2, C)
    return build_model(state, model.activation)


def phrase_features(model: CLIP, phrases: Sequence[str], templates: Sequence[str] = TEMPLATES) -> Tensor:
    """Phrases -> text_features (N, D), normalised: the mean over the templates of normalised features."""
    total = torch.zeros(len(phrases), model.embed_dim)
    with torch.inference_mode():
        for template in templates:
            texts = [template.format(phrase) for phrase in phrases]
            for start in range(0, len(texts), 256):
                tokens = tokenize(texts[start : start + 256], model.context_length, truncate=True)  # (n, L)
                total[start : start + 256] += F.normalize(model.encode_text(tokens), dim=-1)
    return F.normalize(total, dim=-1)


class CaptionLoss(nn.Module):
    """What a photograph of a label should be near to, in the frozen text space; the parameters are only scales and a head.

    Sum of four terms, for image_features x (B, D) and label numbers y (B,):
    label: softmax over all labels' text features, with a learned scale and label smoothing; another label that is a name
    or a kind of the right one is no wrong answer and is left out.
    phrases: softmax over the everyday vocabulary, with the label's phrases as a soft target.
    retrieval: from each phrase that is true of some photograph of the batch to the photographs (what a search does).
    head: a linear classifier on x, which makes the first epochs several times faster.
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
        # A phrase that nearly means the label ('sofa' for 'couch') is not a wrong answer even where the list forgot it.
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
        wanted = F.one_hot(y, logits.shape[1]) * 0.9 + smoothing / smoothing.sum(dim=1, keepdim=True) * 0.1
        label = -(wanted * logits.log_softmax(dim=1)).sum(dim=1).mean()

        similar = self.phrase_scale.exp().clamp(max=100) * unit @ self.phrase_features.t()  # (B, V)
        share = self.target[y]  # (B, V)
        masked = similar.masked_fill(self.neutral_phrase[y], -1e4)
        phrases = -(share * masked.log_softmax(dim=1)).sum(dim=1).mean()

        positive = share > 0  # (B, V)
        used = positive.any(dim=0) & ~positive.all(dim=0)  # (V,)
        columns, right = masked[:, used].t(), positive[:, used].t()  # (U, B)
        found = columns.masked_fill(~right, -1e4).logsumexp(dim=1) - columns.logsumexp(dim=1)  # (U,)
        retrieval = -found.mean() if len(found) else columns.sum() * 0

        head = F.cross_entropy(self.head(x), y, label_smoothing=0.1)
        return {"label": label, "phrases": 0.5 * phrases, "retrieval": 0.3 * retrieval, "head": 0.5 * head}


def export(model: CLIP, file: Path, logit_scale: float, notes: dict[str, str]) -> None:
    """Write the model as fp16 safetensors under the official parameter names, `logit_scale` in fp32."""
    state = {
        name: tensor.half().contiguous() if tensor.is_floating_point() else tensor
        for name, tensor in model.state_dict().items()
    }
    state["logit_scale"] = torch.tensor(math.log(logit_scale))
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".partial")
    save_file(state, partial, metadata={"activation": model.activation, **notes})
    os.replace(partial, file)


def load_starter(file: Path) -> CLIP:
    """The CLIP of an exported model file."""
    try:
        return build_model(load_file(file))
    except Exception as error:
        raise AlbumenError(f"{file} is not a model file that this can start from ({error}).") from error


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


def train_image_tower(
    model: CLIP,
    corpus: Corpus,
    options: ImageOptions,
    checkpoint: Path | None,
    finished: Callable[[CLIP, float], None],
) -> None:
    """Stage 2 on `model` (its text tower stays as it is). `finished(averaged model, logit_scale)` runs at each checkpoint.

    Step n draws its photographs and its augmentation from the seed and n alone, so a run resumed from `checkpoint` goes on
    where it was (up to the rounding of sums).
    """
    model = at_resolution(model, options.resolution).eval()
    criterion = CaptionLoss(model, corpus.labels)
    visual = model.visual.to(memory_format=torch.channels_last).train()  # type: ignore[call-overload]
    _freeze(visual, options.freeze)
    forward = torch.compile(visual) if options.compiled else visual
    learned = [p for p in visual.parameters() if p.requires_grad]
    decay = [p for p in learned if p.ndim > 1] + [criterion.head.weight]
    plain = [p for p in learned if p.ndim <= 1]
    plain += [criterion.head.bias, criterion.logit_scale, criterion.phrase_scale]
    optimizer = torch.optim.AdamW(
        [{"params": decay, "weight_decay": options.weight_decay}, {"params": plain, "weight_decay": 0.0}],
        lr=options.rate,
        betas=(0.9, 0.98),
        fused=True,
    )
    average = Average(visual, options.ema)
    step, trained = 0, 0.0
    if checkpoint is not None and checkpoint.is_file():
        saved = load_checkpoint(checkpoint)
        visual.load_state_dict(saved["visual"])
        criterion.load_state_dict(saved["criterion"])
        optimizer.load_state_dict(saved["optimizer"])
        average.state = saved["average"]
        step, trained = saved["step"], saved["trained"]
        log.info("resumed at step %d after %.1f min of training", step, trained / 60)

    held_out = torch.arange(len(corpus)) % _HOLD_OUT == 0  # (N,)
    weight = corpus.weight.masked_fill(held_out, 0.0)
    watched = torch.nonzero(held_out).flatten()  # (n,)
    seen = torch.zeros(len(corpus.sources), dtype=torch.long)
    losses: dict[str, float] = {}
    generator = torch.Generator()
    counted, since, saved_at = 0, time.monotonic(), time.monotonic()
    while (progress := options.schedule.progress(step, trained)) < 1:
        begun = time.monotonic()
        for group in optimizer.param_groups:
            group["lr"] = options.schedule.rate(step, progress, options.rate, options.warmup)
        generator.manual_seed(options.seed * 1_000_003 + step)
        chosen = torch.multinomial(weight, options.batch, replacement=True, generator=generator)  # (B,)
        strength = options.strength * (1 if progress < 0.9 else 0.6)  # the last steps see photographs as they are
        images = augment(corpus.pixels(chosen), options.resolution, generator, strength)  # (B, 3, S, S)
        terms = criterion(forward(images.to(memory_format=torch.channels_last)), corpus.target[chosen])
        optimizer.zero_grad(set_to_none=True)
        torch.stack(list(terms.values())).sum().backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(learned, 3.0)
        optimizer.step()
        step += 1
        average.update(visual, step)
        seen += torch.bincount(corpus.source_of[chosen], minlength=len(seen))
        for name, term in terms.items():
            value = float(term.detach())
            losses[name] = 0.98 * losses.get(name, value) + 0.02 * value
        trained += time.monotonic() - begun
        counted += options.batch
        if step % 50 == 0:
            shown = " ".join(f"{name} {value:.3f}" for name, value in losses.items())
            speed = counted / (time.monotonic() - since)
            log.info("step %d %.1f%% %.0f images/s lr %.2e %s", step, 100 * progress, speed, group["lr"], shown)
            counted, since = 0, time.monotonic()
        last = options.schedule.progress(step, trained) >= 1
        if last or time.monotonic() - saved_at > options.checkpoint_minutes * 60:
            if checkpoint is not None:
                save_checkpoint(
                    checkpoint,
                    {
                        "visual": visual.state_dict(),
                        "criterion": criterion.state_dict(),
                        "optimizer": optimizer.state_dict(),
                        "average": average.state,
                        "step": step,
                        "trained": trained,
                    },
                )
            averaged = build_model({**model.state_dict(), **{f"visual.{n}": t for n, t in average.state.items()}})
            right = _accuracy(averaged, corpus, watched, criterion.label_features, options.resolution)
            log.info("step %d held-out top-1 of %d labels: %.3f", step, len(corpus.labels), right)
            per_source = zip(corpus.sources, seen.tolist(), strict=True)
            log.info("seen so far: %s", ", ".join(f"{source.name} {number}" for source, number in per_source))
            finished(averaged, float(criterion.logit_scale.detach().exp().clamp(max=100)))
            saved_at = since = time.monotonic()
            counted = 0


def _freeze(visual: nn.Module, stages: int) -> None:
    """Keep the first stages (1: the stem, 2: also layer1, 3: also layer2) of a trained ResNet as they are.

    Early filters settle first and cost the most memory traffic: without their backward pass a step is a third shorter
    (FreezeOut, Brock et al. 2017, arXiv:1706.04983).
    """
    stem = ("conv1", "bn1", "conv2", "bn2", "conv3", "bn3")
    names = [stem, ("layer1",), ("layer2",), ("layer3",)][:stages]
    for name in (name for group in names for name in group):
        getattr(visual, name).requires_grad_(False).eval()


@torch.inference_mode()
def _accuracy(model: CLIP, corpus: Corpus, indices: Tensor, label_features: Tensor, resolution: int) -> float:
    """Top-1 over all labels on photographs `indices`, seen as they are."""
    right, generator = 0, torch.Generator()
    for part in indices.split(256):  # type: ignore[no-untyped-call]
        images = augment(corpus.pixels(part), resolution, generator, strength=0.0)
        features = F.normalize(model.encode_image(images), dim=-1)  # (b, D)
        right += int(((features @ label_features.t()).argmax(dim=1) == corpus.target[part]).sum())
    return right / max(len(indices), 1)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m engine pretrain`."""
    parser.add_argument("--corpus", type=Path, help="folder of .zip files with label/photo.jpg inside")
    parser.add_argument("--out", type=Path, help="the model file to write (.safetensors)")
    parser.add_argument(
        "--checkpoints", type=Path, help="folder for checkpoints and decoded photographs; resumes from it"
    )
    parser.add_argument("--stage", choices=("text", "image", "both", "negation"), default="both")
    parser.add_argument("--init", type=Path, help="start from this model file instead of random weights")
    parser.add_argument("--text", type=Path, help="take the text tower from this model file")
    parser.add_argument("--steps", type=int, help="length of the image stage in steps (reproducible)")
    parser.add_argument("--minutes", type=float, help="length of the image stage in minutes (instead of --steps)")
    parser.add_argument("--text-steps", type=int, default=2500, help="length of the text stage in steps")
    parser.add_argument("--phrases", type=int, default=350_000, help="how many phrases the text tower reads")
    parser.add_argument("--drawn", type=int, default=COUNT, help="pictures to draw of each kind (screenshots, ...)")
    parser.add_argument(
        "--favour",
        type=_share,
        nargs="+",
        default=[],
        metavar="SOURCE=TIMES",
        help="draw the photographs of this zip so many times as often (clothing=4)",
    )
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rate", type=float, default=1e-3, help="peak learning rate of the image stage")
    parser.add_argument("--resolution", type=int, default=64, help="input size of the image tower, a multiple of 32")
    parser.add_argument("--strength", type=float, default=1.0, help="strength of the augmentation")
    parser.add_argument(
        "--freeze", type=int, default=0, help="keep so many first stages of the image tower (with --init)"
    )
    parser.add_argument(
        "--blend",
        type=float,
        default=1.0,
        help="write this share of what was learned and the rest of --init (needs the same resolution)",
    )
    parser.add_argument("--evaluate", type=Path, nargs="+", metavar="FILE", help="train nothing: measure these models")
    parser.add_argument("--photos", type=Path, help="with --evaluate: folder of .zip files with label/photo.jpg inside")
    parser.add_argument("--compile", action="store_true", help="compile the image tower (faster; needs a C++ compiler)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=max(1, os.cpu_count() or 1))


def _share(text: str) -> tuple[str, float]:
    """'clothing=4' -> ('clothing', 4.0)."""
    name, _, times = text.rpartition("=")
    try:
        factor = float(times)
    except ValueError:
        factor = 0.0
    if not name or not 0 < factor < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not of the form SOURCE=TIMES, such as clothing=4.")
    return name, factor


def run(args: argparse.Namespace) -> int:
    """The command `pretrain`; 0 when done. AlbumenError for what a person can put right."""
    if not logging.getLogger().handlers:
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    torch.set_num_threads(args.threads)
    if args.evaluate:
        return _evaluate(args)
    if args.corpus is None or args.out is None:
        raise AlbumenError("pretrain needs --corpus DIR and --out FILE, or --evaluate FILE and --photos DIR.")
    if not args.corpus.is_dir():
        raise AlbumenError(f"{args.corpus} is not a folder: give the folder that holds the .zip files.")
    if args.blend != 1.0 and args.init is None:
        raise AlbumenError("--blend mixes with the model that --init names: give --init FILE.")
    model = load_starter(args.init) if args.init else new_model(args.seed, args.resolution)
    if args.text:
        text = {n: t for n, t in load_starter(args.text).state_dict().items() if not n.startswith("visual.")}
        model = build_model({**model.state_dict(), **text})
    if args.stage in ("text", "both"):
        _text_stage(model, args)
    if args.stage in ("image", "both"):
        _image_stage(model, args)
    if args.stage == "negation":
        _negation_stage(model, args)
    return 0


def _evaluate(args: argparse.Namespace) -> int:
    from engine.starter_eval import evaluate  # it measures with this module's phrase_features

    if args.photos is None or not args.photos.is_dir():
        raise AlbumenError("--evaluate needs --photos DIR, a folder of .zip files with label/photo.jpg inside.")
    print(evaluate([(file.stem, load_starter(file)) for file in args.evaluate], args.photos))
    return 0


def blend(start: CLIP, learned: CLIP, share: float) -> CLIP:
    """`share` of the learned weights and the rest of the start's: often better than both where photographs are of
    other kinds than the training's (WiSE-FT, Wortsman et al. 2022, arXiv:2109.01903). AlbumenError if shapes differ."""
    old, new = start.state_dict(), learned.state_dict()
    if any(old[name].shape != tensor.shape for name, tensor in new.items()):
        raise AlbumenError("--blend needs a start of the same sizes: train at the resolution of the --init model.")
    mixed = {
        name: torch.lerp(old[name], tensor, share) if tensor.is_floating_point() else tensor
        for name, tensor in new.items()
    }
    return build_model(mixed, learned.activation)


def _text_stage(model: CLIP, args: argparse.Namespace) -> None:
    folder = args.checkpoints or args.out.parent
    nouns = noun_lemmas(args.corpus / "wordnet-lemmas.txt")
    phrases = build_phrases(nouns, load_concepts(), args.phrases, args.seed)
    log.info("text: %d nouns, %d phrases", len(nouns), len(phrases))
    options = TextOptions(Schedule(args.text_steps), seed=args.seed)
    checkpoint = folder / "text.checkpoint" if args.checkpoints else None
    train_text_tower(model, phrases, teacher_vectors(phrases, folder), options, checkpoint)
    if args.stage == "text":
        export(model, args.out, 60.0, {"trained_by": "python -m engine pretrain --stage text"})
        log.info("wrote %s", args.out)


def _negation_stage(model: CLIP, args: argparse.Namespace) -> None:
    concepts = load_concepts()
    words = everyday_words(concepts)
    kept = build_phrases(noun_lemmas(args.corpus / "wordnet-lemmas.txt"), concepts, args.phrases, args.seed)
    negations = build_negations(words, args.phrases // 4, args.seed)
    log.info("negation: %d phrases to keep, %d negations", len(kept), len(negations))
    goals = torch.cat([features_of(model, kept), negation_goals(model, negations, words)])  # (N, D)
    options = TextOptions(Schedule(args.text_steps), rate=args.rate, seed=args.seed)
    checkpoint = args.checkpoints / "negation.checkpoint" if args.checkpoints else None
    phrases = [*kept, *(negation.text for negation in negations)]
    train_text_tower(model, phrases, goals.half().numpy(), options, checkpoint)
    export(model, args.out, float(model.logit_scale.exp()), {"trained_by": "python -m engine pretrain"})
    log.info("wrote %s", args.out)


def _image_stage(model: CLIP, args: argparse.Namespace) -> None:
    folder = args.checkpoints or args.out.parent
    folder.mkdir(parents=True, exist_ok=True)
    sources = [load_source(file, folder / "decoded") for file in sorted(args.corpus.glob("*.zip"))]
    if args.drawn:
        sources.append(drawn_source(sources, folder / "decoded", args.seed, args.drawn))
    corpus = Corpus(sources, {"cifar100": 0.6, **dict(args.favour)})
    for line in corpus.describe().splitlines():
        log.info("corpus: %s", line)
    if args.steps is None and args.minutes is None:
        args.steps = 20 * len(corpus) // args.batch
    options = ImageOptions(
        schedule=Schedule(args.steps, args.minutes),
        batch=args.batch,
        rate=args.rate,
        resolution=args.resolution,
        strength=args.strength,
        seed=args.seed,
        freeze=args.freeze,
        compiled=args.compile,
    )

    def finished(averaged: CLIP, logit_scale: float) -> None:
        if args.blend != 1.0:
            averaged = blend(model, averaged, args.blend)
        export(averaged, args.out, logit_scale, {"trained_by": "python -m engine pretrain"})
        log.info("wrote %s", args.out)

    checkpoint = folder / "image.checkpoint" if args.checkpoints else None
    train_image_tower(model, corpus, options, checkpoint, finished)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    add_arguments(arguments)
    sys.exit(run(arguments.parse_args()))
