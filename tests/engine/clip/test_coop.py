"""CoOp against the published equations, and the fast path against the published path."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional as F

from engine.clip.coop import (
    CustomCLIP,
    Position,
    PromptLearner,
    PromptTree,
    Recipe,
    TextEncoder,
    interpret,
    load_prompts,
    save_prompts,
    train_prompts,
)
from engine.clip.model import CLIP, past_tokens
from engine.clip.tokenizer import EOT, SOT, encode, tokenize
from engine.records import AlbumenError
from tests.support.random_clip import random_clip, relative_error

NAMES = ["dog", "polar_bear", "e.t.", "supercalifragilistic thing", "cup"]


@pytest.fixture(scope="module")
def clip() -> CLIP:
    return random_clip(seed=11).requires_grad_(False)


def published_text_features(clip: CLIP, learner: PromptLearner) -> Tensor:
    """KaiyangZhou/CoOp's PromptLearner and TextEncoder on the whole context, written again from the
    equations."""
    x = encode("X")[0]
    count, n = len(learner.classnames), learner.n_ctx
    tokens = torch.zeros(count, clip.context_length, dtype=torch.long)
    names = [name.replace("_", " ") for name in learner.classnames]
    for row, name in zip(tokens, names, strict=True):
        ids = [SOT, *[x] * n, *encode(name + "."), EOT]
        row[: len(ids)] = torch.tensor(ids)
    embedding = clip.token_embedding(tokens)  # (K, 77, C)
    prefix, suffix = embedding[:, :1], embedding[:, 1 + n :]
    ctx = learner.ctx if learner.ctx.dim() == 3 else learner.ctx.expand(count, -1, -1)
    prompts = []
    for i, name in enumerate(names):
        length = len(encode(name))
        half = {"end": n, "middle": n // 2, "front": 0}[learner.class_token_position]
        before, after = ctx[i : i + 1, :half], ctx[i : i + 1, half:]
        if learner.class_token_position == "end":
            parts = [prefix[i : i + 1], ctx[i : i + 1], suffix[i : i + 1]]
        else:
            named, rest = suffix[i : i + 1, :length], suffix[i : i + 1, length:]
            parts = [prefix[i : i + 1], before, named, after, rest]
        prompts.append(torch.cat(parts, dim=1))
    h = torch.cat(prompts) + clip.positional_embedding
    h = clip.ln_final(clip.transformer(h, past_tokens))
    return h[torch.arange(count), tokens.argmax(dim=-1)] @ clip.text_projection


OPTIONS = [
    {"n_ctx": 16},
    {"n_ctx": 4, "class_specific": True},
    {"ctx_init": "a photo of a"},
    {"n_ctx": 5, "class_token_position": "middle"},
    {"n_ctx": 1, "class_token_position": "middle"},
    {"n_ctx": 4, "class_token_position": "front"},
    {"n_ctx": 5, "class_token_position": "middle", "class_specific": True},
    {"n_ctx": 4, "class_token_position": "front", "class_specific": True},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize(
    "repeat",
    [pytest.param(1, id="one group"), pytest.param(30, id="many groups", marks=pytest.mark.slow)],
)
def test_values_and_gradients_equal_the_published_path(
    clip: CLIP, options: dict[str, object], repeat: int
) -> None:
    torch.manual_seed(0)
    learner = PromptLearner(NAMES * repeat, clip, **options)  # type: ignore[arg-type]
    encoder = TextEncoder(clip)
    generator = torch.Generator().manual_seed(1)
    images = F.normalize(torch.randn(16, clip.embed_dim, generator=generator), dim=-1)
    targets = torch.randint(len(learner.classnames), (16,), generator=generator)
    results = []
    for features in (
        published_text_features(clip, learner),
        encoder(learner(), learner.tokenized_prompts),
        encoder.encode_tree(learner.tree()),
    ):
        logits = clip.logit_scale.exp() * images @ F.normalize(features, dim=-1).t()
        (gradient,) = torch.autograd.grad(F.cross_entropy(logits, targets), learner.ctx)
        results.append((features.detach(), gradient))
    for features, gradient in results[1:]:
        assert relative_error(features, results[0][0]) <= 1e-5
        assert relative_error(gradient, results[0][1]) <= 1e-5


def test_prompts_initialised_with_words_are_that_sentence(clip: CLIP) -> None:
    model = CustomCLIP(NAMES, clip, ctx_init="a photo of a")
    assert model.prompt_learner.n_ctx == 4
    sentences = tokenize([f"a photo of a {name.replace('_', ' ')}." for name in NAMES])
    expected = F.normalize(clip.encode_text(sentences), dim=-1)
    assert relative_error(model.text_features().detach(), expected) <= 1e-5


def test_tokens_are_counted_not_words(clip: CLIP) -> None:
    text = "an itap-photograph of"
    assert (
        PromptLearner(["dog"], clip, ctx_init=text).n_ctx == len(encode(text)) > len(text.split())
    )


@pytest.mark.parametrize("position", ["end", "middle", "front"])
def test_places_of_tokens(clip: CLIP, position: Position) -> None:
    learner = PromptLearner(["dog", "polar bear"], clip, n_ctx=5, class_token_position=position)
    prompts = learner()
    ends = learner.tokenized_prompts.argmax(dim=-1)
    words = {
        ids: clip.token_embedding.weight[ids] for ids in (SOT, EOT, *encode("dog polar bear."))
    }
    ctx = list(learner.ctx)
    dog, polar, bear, stop = encode("dog polar bear.")
    order = {
        "end": [[*ctx, dog, stop, EOT], [*ctx, polar, bear, stop, EOT]],
        "middle": [
            [*ctx[:2], dog, *ctx[2:], stop, EOT],
            [*ctx[:2], polar, bear, *ctx[2:], stop, EOT],
        ],
        "front": [[dog, *ctx, stop, EOT], [polar, bear, *ctx, stop, EOT]],
    }[position]
    for row, eot, rest in zip(prompts, ends.tolist(), order, strict=True):
        expected = torch.stack(
            [words[part] if isinstance(part, int) else part for part in [SOT, *rest]]
        )
        assert torch.equal(row[: len(expected)], expected) and eot == len(expected) - 1


def test_variants_in_one_pass(clip: CLIP) -> None:
    learner = PromptLearner(NAMES, clip, n_ctx=4)
    encoder = TextEncoder(clip)
    tree = learner.tree()
    other = torch.randn_like(tree.prefix)
    both = PromptTree(
        torch.stack([tree.prefix, other]), torch.stack([tree.suffixes] * 2), tree.lengths
    )
    features = encoder.encode_tree(both)
    assert features.shape == (2, len(NAMES), clip.embed_dim)
    features = features.detach()
    assert relative_error(features[0], encoder.encode_tree(tree).detach()) < 1e-6
    alone = encoder.encode_tree(PromptTree(other, tree.suffixes, tree.lengths)).detach()
    assert relative_error(features[1], alone) < 1e-6


def test_only_ctx_is_trained() -> None:
    model = CustomCLIP(NAMES, random_clip(seed=12), n_ctx=4)
    assert [name for name, parameter in model.named_parameters() if parameter.requires_grad] == [
        "prompt_learner.ctx"
    ]
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    features = F.normalize(torch.randn(40, 64), dim=-1)
    list(
        train_prompts(model, features, torch.arange(40) % 5, Recipe(epochs=2, first_epoch_lr=0.01))
    )
    changed = [
        name for name, tensor in model.state_dict().items() if not torch.equal(tensor, before[name])
    ]
    assert changed == ["prompt_learner.ctx"]


def test_forward_takes_images(clip: CLIP) -> None:
    model = CustomCLIP(NAMES, clip, n_ctx=4)
    image = torch.randn(2, 3, 64, 64)
    expected = (
        clip.logit_scale.exp()
        * F.normalize(clip.encode_image(image), dim=-1)
        @ model.text_features().t()
    )
    assert relative_error(model(image).detach(), expected.detach()) < 1e-6


def test_contradictions_are_refused(clip: CLIP) -> None:
    for words, names, options in (
        ("at least one name", [], {}),
        (
            "starts from words or is one per class",
            ["dog"],
            {"ctx_init": "a photo", "class_specific": True},
        ),
        ("holds no word", ["dog"], {"ctx_init": "  "}),
        ("at least one context vector", ["dog"], {"n_ctx": 0}),
        ("not 'behind'", ["dog"], {"class_token_position": "behind"}),
        ("reads at most 77: shorten the name", ["dog " * 60], {"n_ctx": 16}),
    ):
        with pytest.raises(AlbumenError, match=words):
            PromptLearner(names, clip, **options)  # type: ignore[arg-type]


# --------------------------------------------------------------------------------------------------
# Training


def test_official_recipe() -> None:
    assert [Recipe.official(shots).epochs for shots in (1, 2, 4, 8, 16)] == [50, 100, 100, 200, 200]
    recipe = Recipe.official(1)
    assert (recipe.lr, recipe.momentum, recipe.weight_decay, recipe.batch_size) == (
        0.002,
        0.9,
        5e-4,
        32,
    )
    assert recipe.lr_at(1) == 1e-5 and recipe.lr_at(2) == 0.002
    assert recipe.lr_at(3) == pytest.approx(1.998027e-3, abs=5e-10)  # from a published log
    assert recipe.lr_at(50) == pytest.approx(0.001 * (1 + math.cos(math.pi * 48 / 50)))


def test_training_equals_plain_sgd(clip: CLIP) -> None:
    """Two epochs by hand, with the update of the paper's optimiser written out."""
    features = F.normalize(torch.randn(10, 64, generator=torch.Generator().manual_seed(2)), dim=-1)
    targets = torch.arange(10) % 5
    recipe = Recipe(epochs=2, batch_size=64)
    torch.manual_seed(3)
    model = CustomCLIP(NAMES, clip, n_ctx=4)
    ctx, velocity = model.prompt_learner.ctx.detach().clone(), torch.zeros(4, 128)
    steps = list(train_prompts(model, features, targets, recipe))
    assert [(step.done, step.total) for step in steps] == [(1, 2), (2, 2)]
    twin = CustomCLIP(NAMES, clip, n_ctx=4)
    for rate in (1e-5, 0.002):
        with torch.no_grad():
            twin.prompt_learner.ctx.copy_(ctx)
        (gradient,) = torch.autograd.grad(
            F.cross_entropy(twin.logits(features), targets), twin.prompt_learner.ctx
        )
        velocity = 0.9 * velocity + gradient + 5e-4 * ctx
        ctx = ctx - rate * velocity
    assert relative_error(model.prompt_learner.ctx.detach(), ctx) < 1e-5


@pytest.mark.slow
def test_training_learns_and_repeats(clip: CLIP) -> None:
    generator = torch.Generator().manual_seed(4)
    centres = torch.randn(5, 64, generator=generator)
    targets = torch.arange(80) % 5
    features = F.normalize(
        centres[targets] + 0.3 * torch.randn(80, 64, generator=generator), dim=-1
    )

    def run(seed: int) -> tuple[Tensor, float, float]:
        torch.manual_seed(0)
        model = CustomCLIP(NAMES, clip, n_ctx=8)
        with torch.no_grad():
            before = float(F.cross_entropy(model.logits(features), targets))
        list(train_prompts(model, features, targets, Recipe(epochs=20, lr=0.02), seed=seed))
        with torch.no_grad():
            return (
                model.prompt_learner.ctx.detach(),
                before,
                float(F.cross_entropy(model.logits(features), targets)),
            )

    ctx, before, after = run(seed=1)
    assert after < 0.7 * before
    assert torch.equal(run(seed=1)[0], ctx) and not torch.equal(run(seed=2)[0], ctx)


def test_views_and_cancelling(clip: CLIP) -> None:
    model = CustomCLIP(NAMES, clip, n_ctx=4)
    views = F.normalize(torch.randn(64, 3, 64), dim=-1)
    job = train_prompts(model, views, torch.arange(64) % 5, "official")
    first = next(job)
    assert (first.done, first.total) == (1, 200 * 2) and first.detail.startswith("loss")
    job.close()  # type: ignore[attr-defined]
    after = model.prompt_learner.ctx.detach().clone()
    assert after.isfinite().all() and torch.equal(after, model.prompt_learner.ctx)


def test_unusable_data(clip: CLIP) -> None:
    model = CustomCLIP(NAMES, clip, n_ctx=4)
    good = F.normalize(torch.randn(4, 64), dim=-1)
    for features, targets, words in (
        (good, torch.zeros(3, dtype=torch.long), "4 images for 3 answers"),
        (good[:0], torch.zeros(0, dtype=torch.long), "nothing to learn"),
        (good, torch.tensor([0, 1, 2, 5]), "none of the 5 classes"),
        (good * float("nan"), torch.tensor([0, 1, 2, 3]), "no longer a number"),
    ):
        before = model.prompt_learner.ctx.detach().clone()
        with pytest.raises(AlbumenError, match=words):
            list(train_prompts(model, features, targets))
        assert torch.equal(before, model.prompt_learner.ctx)


# --------------------------------------------------------------------------------------------------
# Checkpoints and words


@pytest.mark.parametrize("class_specific", [False, True])
def test_checkpoints(clip: CLIP, tmp_path: Path, class_specific: bool) -> None:
    learner = PromptLearner(
        NAMES, clip, n_ctx=4, class_specific=class_specific, class_token_position="middle"
    )
    path = tmp_path / "prompt.safetensors"
    save_prompts(path, learner, "0123456789abcdef-fp32", seed="3")
    with safe_open(str(path), framework="pt") as file:
        assert list(file.keys()) == ["ctx"]
        assert file.metadata()["seed"] == "3"
    assert [p.name for p in tmp_path.iterdir()] == ["prompt.safetensors"]
    again = load_prompts(path, clip, model_id="0123456789abcdef-bf16")
    assert torch.equal(again(), learner()) and again.classnames == learner.classnames
    if class_specific:
        swapped = load_prompts(path, clip, ["cup", "dog"])
        assert torch.equal(swapped.ctx, learner.ctx[[4, 0]])
        with pytest.raises(AlbumenError, match="none for 'zebra'"):
            load_prompts(path, clip, ["zebra"])
    else:
        other = load_prompts(path, clip, ["zebra", "a very long name of a thing"])
        assert torch.equal(other.ctx, learner.ctx) and other.classnames[0] == "zebra"
        assert other.class_token_position == "middle"


def test_checkpoints_that_do_not_fit(clip: CLIP, tmp_path: Path) -> None:
    path = tmp_path / "prompt.safetensors"
    save_prompts(path, PromptLearner(NAMES, clip, n_ctx=4), "0123456789abcdef-fp32")
    with pytest.raises(AlbumenError, match="learned for another model"):
        load_prompts(path, clip, model_id="ffffffffffffffff-fp32")
    with pytest.raises(AlbumenError, match="do not fit this model"):
        load_prompts(path, random_clip(transformer_width=64, transformer_heads=1))
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(AlbumenError, match="cannot be read"):
        load_prompts(path, clip)
    save_file({"ctx": torch.zeros(4, 128)}, str(path))
    with pytest.raises(AlbumenError, match="not a prompt checkpoint"):
        load_prompts(path, clip)
    with pytest.raises(AlbumenError, match="cannot be read"):
        load_prompts(tmp_path / "absent", clip)


def test_interpret(clip: CLIP) -> None:
    ctx = clip.token_embedding.weight[torch.tensor(encode("photo of polar"))] + 1e-4
    words = interpret(ctx, clip, words=2)
    assert [row[0][0] for row in words] == ["photo", "of", "polar"]
    assert all(row[0][1] < row[1][1] for row in words)
    assert len(interpret(ctx.expand(2, 3, -1), clip)) == 6
