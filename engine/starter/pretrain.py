"""Training the starter model.

A text tower distilled from a sentence encoder, then an image tower trained against it.

    python -m engine pretrain --corpus DIR --out starter.safetensors --checkpoints DIR
    python -m engine pretrain --evaluate trial.safetensors starter.safetensors --photos DIR

Three stages (figures and terms: resources/STARTER.md):

1. text (`distil.py`): the text tower learns a sentence encoder's vectors for phrases, so words that
   no photograph carries still land near their neighbours.
2. image (`image_stage.py`): the image tower learns against the frozen text tower.
3. negation (`negation.py`): the text tower learns what 'not' means, and keeps everything else.

Knows which stage gets what; the words are in `concepts.py` and `phrases.py`, the pixels in
`corpus.py`, the measuring in `evaluation.py`. Every run is seeded; with `--steps` a resumed run
gives the weights of an uninterrupted one up to rounding, with `--minutes` the schedule follows the
clock.
"""

import argparse
import logging
import math
import os
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from engine.clip.model import CLIP, build_model
from engine.clip.tokenizer import VOCAB_SIZE
from engine.records import AlbumenError
from engine.starter.concepts import load_concepts
from engine.starter.corpus import Corpus, load_source
from engine.starter.distil import TextOptions, teacher_vectors, train_text_tower
from engine.starter.evaluation import evaluate
from engine.starter.image_stage import ImageOptions, train_image_tower
from engine.starter.negation import build_negations, features_of, negation_goals
from engine.starter.phrases import build_phrases, everyday_words, noun_lemmas
from engine.starter.schedule import Schedule
from engine.starter.synthetic_images import COUNT, drawn_source

log = logging.getLogger(__name__)

CONTEXT_LENGTH = 32


def new_model(seed: int, resolution: int = 64, width: int = 32) -> CLIP:
    """A fresh starter.

    ModifiedResNet 2-2-2-2, text width 256 with 4 layers, joint space 384 (the teacher's).
    """
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


def export(model: CLIP, file: Path, logit_scale: float, notes: dict[str, str]) -> None:
    """Write the model as fp16 safetensors, `logit_scale` in fp32.

    Under the official parameter names.
    """
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
        raise AlbumenError(
            "{file} is not a model file that this can start from ({detail}).",
            file=str(file),
            detail=str(error),
        ) from error


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m engine pretrain`."""
    parser.add_argument(
        "--corpus", type=Path, help="folder of .zip files with label/photo.jpg inside"
    )
    parser.add_argument("--out", type=Path, help="the model file to write (.safetensors)")
    parser.add_argument(
        "--checkpoints",
        type=Path,
        help="folder for checkpoints and decoded photographs; resumes from it",
    )
    parser.add_argument("--stage", choices=("text", "image", "both", "negation"), default="both")
    parser.add_argument(
        "--init", type=Path, help="start from this model file instead of random weights"
    )
    parser.add_argument("--text", type=Path, help="take the text tower from this model file")
    parser.add_argument(
        "--steps", type=int, help="length of the image stage in steps (reproducible)"
    )
    parser.add_argument(
        "--minutes", type=float, help="length of the image stage in minutes (instead of --steps)"
    )
    parser.add_argument(
        "--text-steps", type=int, default=2500, help="length of the text stage in steps"
    )
    parser.add_argument(
        "--phrases", type=int, default=350_000, help="how many phrases the text tower reads"
    )
    parser.add_argument(
        "--drawn", type=int, default=COUNT, help="pictures to draw of each kind (screenshots, ...)"
    )
    parser.add_argument(
        "--favour",
        type=_share,
        nargs="+",
        default=[],
        metavar="SOURCE=TIMES",
        help="draw the photographs of this zip so many times as often (clothing=4)",
    )
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument(
        "--rate", type=float, default=1e-3, help="peak learning rate of the image stage"
    )
    parser.add_argument(
        "--resolution", type=int, default=64, help="input size of the image tower, a multiple of 32"
    )
    parser.add_argument("--strength", type=float, default=1.0, help="strength of the augmentation")
    parser.add_argument(
        "--freeze",
        type=int,
        default=0,
        help="keep so many first stages of the image tower (with --init)",
    )
    parser.add_argument(
        "--blend",
        type=float,
        default=1.0,
        help="write this share of what was learned and the rest of --init "
        "(needs the same resolution)",
    )
    parser.add_argument(
        "--evaluate",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="train nothing: measure these models",
    )
    parser.add_argument(
        "--photos",
        type=Path,
        help="with --evaluate: folder of .zip files with label/photo.jpg inside",
    )
    parser.add_argument(
        "--compile",
        action="store_true",
        help="compile the image tower (faster; needs a C++ compiler)",
    )
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
        raise argparse.ArgumentTypeError(
            f"{text} is not of the form SOURCE=TIMES, such as clothing=4."
        )
    return name, factor


def run(args: argparse.Namespace) -> int:
    """The command `pretrain`; 0 when done. AlbumenError for what a person can put right."""
    if not logging.getLogger().handlers:
        logging.basicConfig(
            level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S"
        )
    torch.set_num_threads(args.threads)
    if args.evaluate:
        return _evaluate(args)
    if args.corpus is None or args.out is None:
        raise AlbumenError(
            "pretrain needs --corpus DIR and --out FILE, or --evaluate FILE and --photos DIR."
        )
    if not args.corpus.is_dir():
        raise AlbumenError(
            "{corpus} is not a folder: give the folder that holds the .zip files.",
            corpus=str(args.corpus),
        )
    if args.blend != 1.0 and args.init is None:
        raise AlbumenError("--blend mixes with the model that --init names: give --init FILE.")
    model = load_starter(args.init) if args.init else new_model(args.seed, args.resolution)
    if args.text:
        text = {
            n: t
            for n, t in load_starter(args.text).state_dict().items()
            if not n.startswith("visual.")
        }
        model = build_model({**model.state_dict(), **text})
    if args.stage in ("text", "both"):
        _text_stage(model, args)
    if args.stage in ("image", "both"):
        _image_stage(model, args)
    if args.stage == "negation":
        _negation_stage(model, args)
    return 0


def _evaluate(args: argparse.Namespace) -> int:
    if args.photos is None or not args.photos.is_dir():
        raise AlbumenError(
            "--evaluate needs --photos DIR, a folder of .zip files with label/photo.jpg inside."
        )
    print(evaluate([(file.stem, load_starter(file)) for file in args.evaluate], args.photos))
    return 0


def blend(start: CLIP, learned: CLIP, share: float) -> CLIP:
    """`share` of the learned weights and the rest of the start's.

    Often better than both where photographs are of other kinds than the training's (WiSE-FT,
    Wortsman et al. 2022, arXiv:2109.01903). AlbumenError if shapes differ.
    """
    old, new = start.state_dict(), learned.state_dict()
    if any(old[name].shape != tensor.shape for name, tensor in new.items()):
        raise AlbumenError(
            "--blend needs a start of the same sizes: train at the resolution of the --init model."
        )
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
    kept = build_phrases(
        noun_lemmas(args.corpus / "wordnet-lemmas.txt"), concepts, args.phrases, args.seed
    )
    negations = build_negations(words, args.phrases // 4, args.seed)
    log.info("negation: %d phrases to keep, %d negations", len(kept), len(negations))
    goals = torch.cat([features_of(model, kept), negation_goals(model, negations, words)])  # (N, D)
    options = TextOptions(Schedule(args.text_steps), rate=args.rate, seed=args.seed)
    checkpoint = args.checkpoints / "negation.checkpoint" if args.checkpoints else None
    phrases = [*kept, *(negation.text for negation in negations)]
    train_text_tower(model, phrases, goals.half().numpy(), options, checkpoint)
    export(
        model,
        args.out,
        float(model.logit_scale.detach().exp()),
        {"trained_by": "python -m engine pretrain"},
    )
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
