"""Prompt learning: CoOp (Zhou et al. 2022, "Learning to Prompt for Vision-Language Models",
arXiv:2109.01134).

The words around a class name are replaced by learned vectors `ctx`; all of CLIP stays frozen.
Follows the published code (KaiyangZhou/CoOp, `trainers/coop.py`) in every equation, and adds a text
path that gives the same features and the same gradients many times faster: image features are
constants, tokens behind the end of text are not computed, and what all prompts have in common is
computed once (`TextEncoder.encode_tree`).

Knows: tensors, class names, checkpoints of `ctx`. Does not know: photos, the library, which version
of a label is active.

Letters in shape comments: K classes, n context vectors, L tokens of a prompt, C width of the text
encoder, D joint space, P tokens of a shared prefix, T tokens behind it (of all prompts together), N
images, B images of a batch, S variants.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any, Literal, overload

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional as F

from engine.clip.model import CLIP
from engine.clip.tokenizer import EOT, SOT, decode, encode
from engine.records import AlbumenError, Progress

Position = Literal["end", "middle", "front"]

# Suffixes attend in groups of about this many tokens: longer groups waste work on each other's
# tokens, shorter ones are more and smaller products.
_GROUP_TOKENS = 24


@dataclass(frozen=True, slots=True)
class PromptTree:
    """K prompts that begin with the same P tokens, as embeddings without positions.

    `prefix` (P, C); `suffixes` (T, C): what follows, prompt after prompt; `lengths`: tokens of each
    suffix, T in all, its last token is EOT. Both tensors may carry the same leading dimension S: S
    variants of the same prompts at once.
    """

    prefix: Tensor
    suffixes: Tensor
    lengths: tuple[int, ...]


class PromptLearner(nn.Module):
    """Prompts `[SOT] ctx_1 ... ctx_n name . [EOT]` of K classes, of which only `ctx` is learned
    (paper, section 3.2).

    `PromptLearner(classnames, clip_model, n_ctx=16, ...)`, or as published with a configuration in
    front, whose TRAINER.COOP takes the place of the options: `PromptLearner(cfg, classnames,
    clip_model)`.

    `ctx_init`: start from the embeddings of these words (their TOKENS are counted, and give n_ctx);
    None: normal(0, 0.02) and `n_ctx` vectors. `class_specific`: `ctx` is (K, n, C) instead of one
    (n, C) for all. `class_token_position`: the name stands at the "end", in the "middle" (n // 2
    vectors in front of it) or in "front" of the context.

    Raises AlbumenError if a prompt is longer than the model's context, if there is no class, or if
    `ctx_init` and `class_specific` are both asked for (the published code silently ignores the
    second).
    """

    token_prefix: Tensor
    token_suffix: Tensor
    tokenized_prompts: Tensor

    @overload
    def __init__(self, cfg: object, classnames: Sequence[str], clip_model: CLIP, /) -> None: ...

    @overload
    def __init__(
        self,
        classnames: Sequence[str],
        clip_model: CLIP,
        /,
        *,
        n_ctx: int = 16,
        ctx_init: str | None = None,
        class_specific: bool = False,
        class_token_position: Position = "end",
    ) -> None: ...

    def __init__(self, first: Any, second: Any, third: Any = None, /, **options: Any) -> None:
        super().__init__()
        classnames, clip = (first, second) if third is None else (second, third)
        if third is not None:
            options = _published_options(first) | options
        context = _Context(**options)
        context.check()
        if not classnames:
            raise AlbumenError("There is no class to learn a prompt for: give at least one name.")
        embedding = clip.token_embedding.weight.detach()  # (vocabulary, C)
        self.classnames: tuple[str, ...] = tuple(classnames)
        self.class_token_position = context.class_token_position
        self.ctx = nn.Parameter(context.first_values(len(classnames), embedding))
        self._set_names(clip.context_length, embedding)

    def _set_names(self, context_length: int, embedding: Tensor) -> None:
        """What follows from the class names; `embedding` (vocabulary, C)."""
        device = embedding.device
        names = [name.replace("_", " ") for name in self.classnames]
        # As published, the name's tokens are counted alone and tokenised with the full stop: "e.t."
        # + "." gives "..".
        self._name_lengths = tuple(len(encode(name)) for name in names)
        rests = [[*encode(f"{name}."), EOT] for name in names]
        longest = max(range(len(rests)), key=lambda k: len(rests[k]))
        # L: nothing behind the longest prompt's EOT is ever used
        self.length = 1 + self.n_ctx + len(rests[longest])
        if self.length > context_length:
            raise AlbumenError(
                "The prompt of '{name}' has {length} tokens and this model reads at most {limit}: "
                "shorten the name or use fewer context vectors than {n_ctx}.",
                name=names[longest][:60],
                length=self.length,
                limit=context_length,
                n_ctx=self.n_ctx,
            )
        self._rest_lengths = tuple(map(len, rests))
        # The published placeholders: their embeddings are replaced by `ctx`.
        tokens = torch.zeros(len(rests), self.length, dtype=torch.long)  # (K, L)
        tokens[:, : 1 + self.n_ctx] = torch.tensor([SOT, *encode("X") * self.n_ctx])
        for row, rest in zip(tokens, rests, strict=True):
            row[1 + self.n_ctx : 1 + self.n_ctx + len(rest)] = torch.tensor(rest)
        tokens = tokens.to(device)
        prefix = embedding[SOT].float()[None]  # (1, C)
        suffix = embedding[tokens[:, 1 + self.n_ctx :]].float()  # (K, L-1-n, C)
        # Derived from the names, so recomputed for the current ones and never saved.
        self.register_buffer("tokenized_prompts", tokens, persistent=False)
        self.register_buffer("token_prefix", prefix, persistent=False)
        self.register_buffer("token_suffix", suffix, persistent=False)

    @property
    def n_ctx(self) -> int:
        """Context vectors per prompt."""
        return self.ctx.shape[-2]

    @property
    def class_specific(self) -> bool:
        """Whether each class has its own context."""
        return self.ctx.dim() == 3

    def forward(self) -> Tensor:
        """Prompts as embeddings (K, L, C), L = `length`, positions not added; the published
        form."""
        count = len(self.classnames)
        ctx = self.ctx if self.class_specific else self.ctx.expand(count, -1, -1)  # (K, n, C)
        prefix = self.token_prefix.expand(count, -1, -1)  # (K, 1, C)
        if self.class_token_position == "end":
            return torch.cat([prefix, ctx, self.token_suffix], dim=1)  # (K, L, C)
        front = self._vectors_before_name
        rows = []
        for k, name in enumerate(self._name_lengths):
            suffix = self.token_suffix[k]
            parts = [prefix[k], ctx[k, :front], suffix[:name], ctx[k, front:], suffix[name:]]
            rows.append(torch.cat(parts))  # (L, C)
        return torch.stack(rows)  # (K, L, C)

    def tree(self) -> PromptTree:
        """The same prompts as `forward`, as a tree whose trunk is all that they share, without
        padding."""
        shared = 0 if self.class_specific else self._vectors_before_name
        prefix = self.token_prefix  # (P, C)
        if shared:
            prefix = torch.cat([prefix, self.ctx[:shared]])
        parts: list[Tensor] = []
        for k, name in enumerate(self._name_lengths):
            ctx = self.ctx[k] if self.class_specific else self.ctx
            rest = self.token_suffix[k, : self._rest_lengths[k]]
            front = self._vectors_before_name
            if front < self.n_ctx:
                parts += [ctx[shared:front], rest[:name], ctx[front:], rest[name:]]
            else:
                parts += [ctx[shared:], rest]
        lengths = tuple(self.n_ctx - shared + rest for rest in self._rest_lengths)
        return PromptTree(prefix, torch.cat(parts), lengths)

    @property
    def _vectors_before_name(self) -> int:
        return {"end": self.n_ctx, "middle": self.n_ctx // 2, "front": 0}[self.class_token_position]


@dataclass(frozen=True, slots=True)
class _Context:
    """The options of a `PromptLearner`."""

    n_ctx: int = 16
    ctx_init: str | None = None
    class_specific: bool = False
    class_token_position: Position = "end"

    def check(self) -> None:
        """AlbumenError if the options contradict each other or say nothing."""
        if self.class_token_position not in ("end", "middle", "front"):
            raise AlbumenError(
                "The class name can stand at 'end', 'middle' or 'front', not '{position}'.",
                position=self.class_token_position,
            )
        if self.ctx_init is not None and self.class_specific:
            raise AlbumenError(
                "A context starts from words or is one per class: drop ctx_init or class_specific."
            )
        if self.ctx_init is None and self.n_ctx < 1:
            raise AlbumenError(
                "A prompt needs at least one context vector, not {n_ctx}.", n_ctx=self.n_ctx
            )

    def first_values(self, count: int, embedding: Tensor) -> Tensor:
        """`ctx` (n, C), or (K, n, C) of `count` classes, before training; `embedding`
        (vocabulary, C)."""
        if self.ctx_init is not None:
            words = encode(self.ctx_init.replace("_", " "))
            if not words:
                raise AlbumenError(
                    "The initial context '{text}' holds no word.", text=self.ctx_init
                )
            return embedding[torch.tensor(words, device=embedding.device)].float()  # a copy
        shape = [self.n_ctx, embedding.shape[1]]
        if self.class_specific:
            shape = [count, *shape]
        return torch.empty(shape, device=embedding.device).normal_(std=0.02)


def _published_options(cfg: Any) -> dict[str, Any]:
    """The options of a configuration as KaiyangZhou/CoOp has it, where an empty CTX_INIT is none;
    what it leaves out, or a configuration that is None, means the default."""
    if cfg is None:
        return {}
    published = getattr(getattr(cfg, "TRAINER", None), "COOP", None)
    if published is None:
        raise AlbumenError(
            "This configuration has no TRAINER.COOP: leave it out and give n_ctx, ctx_init, "
            "class_specific or class_token_position."
        )
    names = {
        "N_CTX": "n_ctx",
        "CTX_INIT": "ctx_init",
        "CSC": "class_specific",
        "CLASS_TOKEN_POSITION": "class_token_position",
    }
    said = {ours: getattr(published, name, None) for name, ours in names.items()}
    return {name: value for name, value in said.items() if value not in (None, "")}


class TextEncoder(nn.Module):
    """CLIP's text encoder fed with embeddings instead of token ids. Building it freezes the given
    CLIP.

    It shares the weights (nothing is copied) and computes in their precision; `weights.load` leaves
    them in fp32 at every precision of the image encoder.
    """

    def __init__(self, clip_model: CLIP) -> None:
        super().__init__()
        self.clip = clip_model.requires_grad_(False)

    def forward(self, prompts: Tensor, tokenized_prompts: Tensor) -> Tensor:
        """Prompts (K, L, C) without positions, and the token ids (K, L) that they stand for, by
        which EOT is found -> text_features (K, D), not normalised. As published."""
        eot = tokenized_prompts.argmax(dim=-1)  # (K,)
        return self.clip.encode_embedding(prompts[:, : int(eot.max()) + 1], eot)

    def encode_tree(self, tree: PromptTree) -> Tensor:
        """The K prompts of the tree -> text_features (K, D), or (S, K, D) for S variants; not
        normalised.

        Equal to `forward` on the prompts written out, in values and gradients (the tests ask for
        1e-5): causal attention makes the states of a common prefix the same in every prompt, so it
        is computed once, and what follows lies behind it, prompt after prompt, in one sequence, in
        which every token keeps the position that it has in its own prompt and sees the prefix and
        the past of its own prompt only.
        """
        variants = tree.prefix.shape[:-2]
        tokens = torch.cat([tree.prefix, tree.suffixes], dim=-2)  # (..., P+T, C)
        tokens = tokens.reshape(-1, *tokens.shape[-2:])  # (S, P+T, C)
        plan = _plan(tree.prefix.shape[-2], tree.lengths, tokens.device)
        x = tokens[:, plan.tokens] + self.clip.positional_embedding[plan.positions]  # (S, P+G m, C)
        x = x.to(self.clip.text_dtype)
        x = self.clip.transformer(x, plan.attend, plan.eot.expand(len(tokens), -1))  # (S, K, C)
        features: Tensor = self.clip.ln_final(x) @ self.clip.text_projection  # (S, K, D)
        return features.reshape(*variants, *features.shape[1:])


@dataclass(frozen=True, slots=True)
class _Plan:
    """How K prompts lie in one sequence: the prefix, then G groups of m tokens, each of whole
    suffixes and padding."""

    prefix: int  # P
    tokens: Tensor  # (P+G m,) index into prefix + suffixes
    positions: Tensor  # (P+G m,) index into the positional embedding
    mask: Tensor  # (1, G, m, P+m) True: this token of the group sees that of prefix or group
    eot: Tensor  # (K,) index into the sequence

    def attend(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """`model.Attend` (S, H, P+G m, C/H): the prefix sees its own past, a suffix the prefix and
        its own past.

        One mask over the whole sequence would say the same, but the square of all tokens, nearly
        all of it masked, takes three times as long as the groups.
        """
        p = self.prefix
        _, groups, m, _ = self.mask.shape
        variants, heads, _, width = q.shape
        # (S, H, P, C/H)
        trunk = F.scaled_dot_product_attention(
            q[:, :, :p], k[:, :, :p], v[:, :, :p], is_causal=True
        )

        def branches(part: Tensor) -> Tensor:
            return part[:, :, p:].reshape(variants * heads, groups, m, width)

        def with_trunk(part: Tensor) -> Tensor:
            shared = part[:, :, None, :p].expand(-1, -1, groups, -1, -1)  # (S, H, G, P, C/H)
            return torch.cat([shared.flatten(0, 1), branches(part)], dim=2)  # (S H, G, P+m, C/H)

        rest = F.scaled_dot_product_attention(
            branches(q), with_trunk(k), with_trunk(v), attn_mask=self.mask
        )
        return torch.cat([trunk, rest.reshape(variants, heads, groups * m, width)], dim=2)


def _groups(lengths: Sequence[int]) -> list[list[int]]:
    """Share suffixes of these lengths out to groups of nearly equal length (each is padded to the
    longest)."""
    longest_first = sorted(range(len(lengths)), key=lambda k: -lengths[k])
    total = sum(lengths)
    longest = lengths[longest_first[0]]
    count = max(1, total // max(_GROUP_TOKENS, longest))
    for most in range(max(longest, math.ceil(total / count)), total + 1):
        groups: list[list[int]] = []
        free: list[int] = []
        for k in longest_first:
            number = next(
                (number for number, room in enumerate(free) if room >= lengths[k]), len(free)
            )
            if number == len(free):
                groups.append([])
                free.append(most)
            groups[number].append(k)
            free[number] -= lengths[k]
        if len(groups) <= count:
            break
    return groups


@lru_cache(maxsize=32)
def _plan(prefix: int, lengths: tuple[int, ...], device: torch.device) -> _Plan:
    groups = _groups(lengths)
    m = max(sum(lengths[k] for k in group) for group in groups)
    starts = [prefix, *(prefix + total for total in accumulate(lengths))]
    tokens_at = torch.zeros(len(groups), m, dtype=torch.long)
    positions = torch.zeros(len(groups), m, dtype=torch.long)
    owner = torch.full((len(groups), m), -1)  # which prompt a token belongs to; -1: padding
    eot = torch.zeros(len(lengths), dtype=torch.long)
    for number, group in enumerate(groups):
        at = 0
        for k in group:
            there = slice(at, at + lengths[k])
            tokens_at[number, there] = torch.arange(starts[k], starts[k + 1])
            positions[number, there] = torch.arange(prefix, prefix + lengths[k])
            owner[number, there] = k
            at += lengths[k]
            eot[k] = prefix + number * m + at - 1
    trunk = torch.arange(prefix)
    past = torch.ones(m, m, dtype=torch.bool).tril()
    own = past & (owner[:, :, None] == owner[:, None, :])  # (G, m, m)
    mask = torch.cat([torch.ones(len(groups), m, prefix, dtype=torch.bool), own], dim=2)[None]
    return _Plan(
        prefix=prefix,
        tokens=torch.cat([trunk, tokens_at.flatten()]).to(device),
        positions=torch.cat([trunk, positions.flatten()]).to(device),
        mask=mask.to(device),
        eot=eot.to(device),
    )


class CustomCLIP(nn.Module):
    """CLIP as a classifier whose text side is a `PromptLearner`: logits = exp(logit_scale) * cosine
    (paper, eq. 3).

    `CustomCLIP(prompt_learner, clip_model)`, `CustomCLIP(classnames, clip_model, n_ctx=16, ...)`
    with the options of `PromptLearner`, or as published `CustomCLIP(cfg, classnames, clip_model)`.
    The given CLIP is frozen: only `prompt_learner.ctx` is learned.
    """

    @overload
    def __init__(self, cfg: object, classnames: Sequence[str], clip_model: CLIP, /) -> None: ...

    @overload
    def __init__(
        self, prompts: PromptLearner | Sequence[str], clip_model: CLIP, /, **options: Any
    ) -> None: ...

    def __init__(self, first: Any, second: Any, third: Any = None, /, **options: Any) -> None:
        super().__init__()
        ready = isinstance(first, PromptLearner)
        learner = first if ready else PromptLearner(first, second, third, **options)
        self.text_encoder = TextEncoder(second if third is None else third)
        self.prompt_learner: PromptLearner = learner

    @property
    def image_encoder(self) -> nn.Module:
        """CLIP's own, not another copy of it."""
        return self.text_encoder.clip.visual

    @property
    def tokenized_prompts(self) -> Tensor:
        """Token ids (K, L) of the prompts."""
        return self.prompt_learner.tokenized_prompts

    @property
    def logit_scale(self) -> Tensor:
        """CLIP's own, as a logarithm."""
        return self.text_encoder.clip.logit_scale

    @property
    def dtype(self) -> torch.dtype:
        """The precision of the image encoder."""
        return self.text_encoder.clip.dtype

    def text_features(self) -> Tensor:
        """L2-normalised text_features (K, D) of the current prompts in fp32, with gradients to
        `ctx`."""
        features = self.text_encoder.encode_tree(self.prompt_learner.tree())
        return F.normalize(features.float(), dim=-1)

    def logits(self, image_features: Tensor) -> Tensor:
        """Normalised image_features (B, D) of any floating-point type -> logits (B, K) in fp32."""
        scale = self.logit_scale.exp()
        image_features = image_features.to(scale.device, torch.float32)
        return scale * image_features @ self.text_features().t()

    def forward(self, image: Tensor) -> Tensor:
        """Preprocessed images (B, 3, S, S) -> logits (B, K) in fp32. The image encoder runs without
        gradients."""
        with torch.no_grad():
            image_features = self.text_encoder.clip.encode_image(image).float()  # (B, D)
        return self.logits(F.normalize(image_features, dim=-1))


# --------------------------------------------------------------------------------------------------
# Training


@dataclass(frozen=True, slots=True)
class Recipe:
    """How `ctx` is optimised: SGD with momentum, cosine learning rate by epoch, the first epoch at
    a small constant rate.
    """

    epochs: int
    lr: float = 0.002
    first_epoch_lr: float = 1e-5
    momentum: float = 0.9
    weight_decay: float = 5e-4
    batch_size: int = 32

    @classmethod
    def official(cls, shots: int) -> Recipe:
        """The published recipe for this many images per class: 50 epochs (1 shot), 100 (2 to 4),
        200 (from 8 on)."""
        return cls(epochs=50 if shots <= 1 else 100 if shots <= 4 else 200)

    def lr_at(self, epoch: int) -> float:
        """Learning rate of this epoch, counted from 1.

        The published schedule is a cosine over all epochs that starts counting while the warm-up
        epoch runs.
        """
        if epoch == 1:
            return self.first_epoch_lr
        return self.lr / 2 * (1 + math.cos(math.pi * (epoch - 2) / self.epochs))


def train_prompts(
    model: CustomCLIP,
    image_features: Tensor,
    targets: Tensor,
    recipe: Recipe | Literal["official"] = "official",
    seed: int = 0,
) -> Iterator[Progress]:
    """Train `model.prompt_learner.ctx` by cross-entropy on cached image features; one `Progress`
    after each step.

    `image_features` (N, D), L2-normalised, or (N, V, D): V augmented views of each image, of which
    every epoch uses a random one (the published augmentation is a random resized crop and flip).
    `targets` (N,): class indices. "official" takes the epochs from the size of the largest class.
    `detail` carries the loss. Close the generator to stop; `ctx` then is that of the last step.
    Raises AlbumenError for unusable data or when the loss stops being a number.
    """
    _refuse_misfits(image_features, targets, len(model.prompt_learner.classnames))
    if recipe == "official":
        recipe = Recipe.official(int(torch.bincount(targets).max()))
    views = image_features if image_features.dim() == 3 else image_features[:, None]  # (N, V, D)
    ctx = model.prompt_learner.ctx
    views = views.to(ctx.device)
    targets = targets.to(ctx.device)
    optimiser = torch.optim.SGD(
        [ctx], lr=recipe.lr, momentum=recipe.momentum, weight_decay=recipe.weight_decay
    )
    generator = torch.Generator().manual_seed(seed)
    batch_size = min(recipe.batch_size, len(targets))
    # the published loader drops the last, smaller batch
    steps_per_epoch = len(targets) // batch_size
    total = recipe.epochs * steps_per_epoch
    started = time.monotonic()
    step = 0
    for epoch in range(1, recipe.epochs + 1):
        for group in optimiser.param_groups:
            group["lr"] = recipe.lr_at(epoch)
        order = torch.randperm(len(targets), generator=generator).to(ctx.device)
        view = torch.randint(views.shape[1], (len(targets),), generator=generator).to(ctx.device)
        for batch in torch.split(order, batch_size)[:steps_per_epoch]:
            loss = F.cross_entropy(model.logits(views[batch, view[batch]]), targets[batch])
            value = float(loss.detach())
            if not math.isfinite(value):
                raise AlbumenError(
                    "Learning broke down: the loss is no longer a number; "
                    "is the training data sound?"
                )
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            step += 1
            elapsed = time.monotonic() - started
            left = elapsed / step * (total - step)
            yield Progress("train", step, total, step / elapsed, left, f"loss {value:.4f}")


def _refuse_misfits(image_features: Tensor, targets: Tensor, count: int) -> None:
    if len(image_features) != len(targets) or not len(targets):
        raise AlbumenError(
            "There are {images} images for {answers} answers: nothing to learn from.",
            images=len(image_features),
            answers=len(targets),
        )
    if int(targets.min()) < 0 or int(targets.max()) >= count:
        raise AlbumenError(
            "An answer names a class that is none of the {count} classes.", count=count
        )


# --------------------------------------------------------------------------------------------------
# Checkpoints and words


_FORMAT = "albumen-prompt-1"


def save_prompts(
    path: str | Path, learner: PromptLearner, model_id: str = "", **metadata: str
) -> None:
    """Write `ctx` and what is needed to use it again as safetensors, completely or not at all.

    Nothing that follows from class names is saved. `model_id` names the weights that the context
    was learned for.
    """
    header = {
        "format": _FORMAT,
        "model_id": model_id,
        "classnames": json.dumps(learner.classnames),
        "class_token_position": learner.class_token_position,
        **metadata,
    }
    temporary = f"{path}.part"
    save_file({"ctx": learner.ctx.detach().cpu().contiguous()}, temporary, metadata=header)
    os.replace(temporary, path)


def load_prompts(
    path: str | Path, clip: CLIP, classnames: Sequence[str] | None = None, model_id: str = ""
) -> PromptLearner:
    """The learner of a checkpoint, for its own class names or for others.

    Class-specific contexts belong to their names: other `classnames` may reorder or leave out, not
    add. Raises AlbumenError if the file is no prompt checkpoint, or was learned for other weights
    than `model_id` (where both are given), or does not fit this CLIP's width.
    """
    try:
        with safe_open(str(path), framework="pt") as file:
            header = file.metadata() or {}
            if header.get("format") != _FORMAT:
                raise AlbumenError("{path} is not a prompt checkpoint of Albumen.", path=str(path))
            ctx = file.get_tensor("ctx")
            saved_names: list[str] = json.loads(header["classnames"])
            position = header["class_token_position"]
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise AlbumenError(
            "The prompt checkpoint {path} cannot be read ({detail}).",
            path=str(path),
            detail=str(error),
        ) from error
    # The precision in the id does not matter here: the text encoder is fp32 at every precision.
    ids = [own.split("-") for own in (header["model_id"], model_id)]
    if model_id and header["model_id"] and (ids[0][0], ids[0][2:]) != (ids[1][0], ids[1][2:]):
        raise AlbumenError(
            "The prompts of {path} were learned for another model ({model}).",
            path=str(path),
            model=header["model_id"],
        )
    width = clip.token_embedding.weight.shape[1]
    if ctx.dim() not in (2, 3) or ctx.shape[-1] != width or not ctx.isfinite().all():
        raise AlbumenError(
            "The contexts of {path} do not fit this model: {shape} for a width of {width}.",
            path=str(path),
            shape=str(tuple(ctx.shape)),
            width=width,
        )
    names = list(saved_names if classnames is None else classnames)
    if ctx.dim() == 3:
        unknown = [name for name in names if name not in saved_names]
        if unknown:
            raise AlbumenError(
                "{path} holds one context per class and none for '{name}'.",
                path=str(path),
                name=unknown[0],
            )
        ctx = ctx[torch.tensor([saved_names.index(name) for name in names])]  # (K, n, C)
    if position not in ("end", "middle", "front"):
        raise AlbumenError(
            "{path} puts the class name at '{position}', which this version does not know.",
            path=str(path),
            position=position,
        )
    learner = PromptLearner(
        names,
        clip,
        n_ctx=ctx.shape[-2],
        class_specific=ctx.dim() == 3,
        class_token_position=position,
    )
    with torch.no_grad():
        learner.ctx.copy_(ctx)
    return learner


def interpret(ctx: Tensor, clip: CLIP, words: int = 3) -> list[list[tuple[str, float]]]:
    """Contexts (..., n, C) -> for each vector, in order, its nearest words of the vocabulary and
    their distances.

    Euclidean distance to the token embeddings, as the published `interpret_prompt.py`; a hint, not
    an explanation.
    """
    vectors = ctx.detach().flatten(0, -2).float()  # (n, C)
    embedding = clip.token_embedding.weight.detach().float()  # (vocabulary, C)
    distances = torch.cdist(vectors, embedding)  # (n, vocabulary)
    near = distances.cpu().topk(words, largest=False)
    return [
        [(decode([token]), distance) for token, distance in zip(tokens, values, strict=True)]
        for tokens, values in zip(near.indices.tolist(), near.values.tolist(), strict=True)
    ]
