"""Stage 1 of pretraining: the text tower learns a sentence encoder's vectors for phrases.

Knowledge distillation (Hinton et al. 2015, arXiv:1503.02531) into CLIP's text transformer: the
joint space becomes the teacher's space, in which words that no photograph carries already lie near
their neighbours. The loss is 1 - cos to the teacher's vector plus 0.2 x InfoNCE (each phrase must
find its own vector in the batch). Knows nothing of images.
"""

import hashlib
import logging
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.clip.model import CLIP
from engine.clip.tokenizer import tokenize
from engine.starter.phrases import Teacher
from engine.starter.schedule import Schedule, load_checkpoint, save_checkpoint

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TextOptions:
    """The settings of the text stage."""

    schedule: Schedule
    batch: int = 384
    rate: float = 1e-3
    warmup: int = 100
    seed: int = 0
    checkpoint_minutes: float = 3.0


def teacher_vectors(
    phrases: Sequence[str], folder: Path, teacher: Teacher | None = None
) -> np.ndarray:
    """Phrases -> (N, 384) fp16.

    From the file of an earlier run with the same phrases, or from the teacher, in pieces.

    Phrases are sorted by length inside, so that a batch is not padded to its longest one.
    """
    stamp = hashlib.sha256("\n".join(phrases).encode()).hexdigest()[:12]
    file = folder / f"teacher-{stamp}.npy"
    if file.is_file():
        vectors: np.ndarray = np.load(file)
        return vectors
    folder.mkdir(parents=True, exist_ok=True)
    teacher = teacher or Teacher()
    vectors = np.empty((len(phrases), 384), np.float16)
    order = sorted(range(len(phrases)), key=lambda n: len(phrases[n]))
    begun = time.monotonic()
    for start in range(0, len(order), 256):
        part = order[start : start + 256]
        vectors[part] = teacher.encode([phrases[n] for n in part]).half().numpy()
        if start // 256 % 50 == 0:
            log.info(
                "teacher: %d of %d phrases, %.0f s",
                start + len(part),
                len(order),
                time.monotonic() - begun,
            )
    partial = file.with_suffix(".partial")
    with partial.open("wb") as out:
        np.save(out, vectors)
    os.replace(partial, file)
    return vectors


def text_loss(student: Tensor, teacher: Tensor) -> Tensor:
    """text_features (B, D) of the student and unit vectors (B, D) of the teacher -> loss.

    1 - cos + 0.2 x InfoNCE (scale 20).
    """
    student = F.normalize(student, dim=-1)  # (B, D)
    cosine = (student * teacher).sum(dim=-1).mean()
    contrast = F.cross_entropy(20 * student @ teacher.t(), torch.arange(len(student)))
    return 1 - cosine + 0.2 * contrast


def train_text_tower(
    model: CLIP,
    phrases: Sequence[str],
    vectors: np.ndarray,
    options: TextOptions,
    checkpoint: Path | None,
) -> None:
    """Stage 1 on `model`, in place.

    Step n draws its phrases from the seed and n alone; resumes from `checkpoint`.
    """
    tokens = tokenize(phrases, model.context_length, truncate=True)  # (N, L)
    length = (tokens != 0).sum(dim=1)  # (N,)
    goal = torch.from_numpy(vectors)  # (N, D) fp16
    held_out = torch.arange(len(phrases)) % 100 == 7
    pool = torch.nonzero(~held_out).flatten()
    watched = torch.nonzero(held_out).flatten()[:4096]
    learned = [parameter for name, parameter in model.named_parameters() if _is_text(name)]
    optimizer = torch.optim.AdamW(
        [
            {"params": [p for p in learned if p.ndim > 1], "weight_decay": 0.02},
            {"params": [p for p in learned if p.ndim <= 1], "weight_decay": 0.0},
        ],
        lr=options.rate,
        betas=(0.9, 0.98),
        fused=True,
    )
    step = 0
    trained = 0.0
    if checkpoint is not None and checkpoint.is_file():
        saved = load_checkpoint(checkpoint)
        model.load_state_dict({**model.state_dict(), **saved["text"]})
        optimizer.load_state_dict(saved["optimizer"])
        step = saved["step"]
        trained = saved["trained"]
        log.info("text: resumed at step %d", step)
    generator = torch.Generator()
    saved_at = time.monotonic()
    while (progress := options.schedule.progress(step, trained)) < 1:
        begun = time.monotonic()
        for group in optimizer.param_groups:
            group["lr"] = options.schedule.rate(step, progress, options.rate, options.warmup)
        generator.manual_seed(options.seed * 1_000_003 + step)
        # Phrases of similar length share a batch: draw a block, sort it by length, take one slice
        # of it.
        block = pool[torch.randint(len(pool), (options.batch * 8,), generator=generator)]
        block = block[length[block].argsort(stable=True)]
        place = int(torch.randint(8, (1,), generator=generator)) * options.batch
        chosen = block[place : place + options.batch]  # (B,)
        loss = text_loss(model.encode_text(tokens[chosen]), goal[chosen].float())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(learned, 1.0)
        optimizer.step()
        step += 1
        trained += time.monotonic() - begun
        if step % 50 == 0:
            log.info(
                "text: step %d %.0f%% loss %.3f, %.0f s",
                step,
                100 * progress,
                loss.detach(),
                trained,
            )
        last = options.schedule.progress(step, trained) >= 1
        if last or time.monotonic() - saved_at > options.checkpoint_minutes * 60:
            if checkpoint is not None:
                text = {
                    name: tensor for name, tensor in model.state_dict().items() if _is_text(name)
                }
                state = {
                    "text": text,
                    "optimizer": optimizer.state_dict(),
                    "step": step,
                    "trained": trained,
                }
                save_checkpoint(checkpoint, state)
            cosine, recall = measure_text(model, tokens[watched], goal[watched].float())
            log.info(
                "text: step %d held-out cos %.3f, R@1 of %d %.3f",
                step,
                cosine,
                len(watched),
                recall,
            )
            saved_at = time.monotonic()


@torch.inference_mode()
def measure_text(model: CLIP, tokens: Tensor, goal: Tensor) -> tuple[float, float]:
    """Token ids (n, L) and teacher vectors (n, D) -> mean cosine, and retrieval.

    Retrieval: how often a phrase finds its own vector first.
    """
    parts = tokens.split(512)  # type: ignore[no-untyped-call]
    student = torch.cat([F.normalize(model.encode_text(part), dim=-1) for part in parts])  # (n, D)
    first = (student @ goal.t()).argmax(dim=1)
    return float((student * goal).sum(dim=1).mean()), float(
        (first == torch.arange(len(goal))).float().mean()
    )


def _is_text(name: str) -> bool:
    return not name.startswith("visual.") and name != "logit_scale"
