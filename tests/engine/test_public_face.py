"""`import engine` is what somebody expects who knows OpenAI's `clip` and KaiyangZhou/CoOp.

It costs nothing until it is used, and every program of docs/notebook.md runs.
"""

from __future__ import annotations

import os
import pickle
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import huggingface_hub.constants
import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import functional as F

import engine
from engine.clip import api, catalogue, checkpoint, download, weights
from engine.clip.coop import load_prompts, save_prompts
from engine.images import decode
from engine.records import AlbumenError
from tests.support.official import in_official_precision
from tests.support.random_clip import TINY_RESNET, random_clip, relative_error
from tests.support.small_library import finish, write_photo

pytestmark = pytest.mark.slow  # whole programs, as people write them

NOTEBOOK = Path(engine.__file__).parents[1] / "docs" / "notebook.md"


@pytest.fixture(autouse=True)
def nothing_loaded_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "_context_length", 77)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)


@pytest.fixture
def installed() -> None:
    """Random weights under the names of the catalogue."""
    for name, sizes in (("ViT-B/32", {}), ("RN50", TINY_RESNET)):
        path = weights.models_directory() / catalogue.file_name(name)
        checkpoint.write(path, random_clip(seed=5, **sizes).state_dict(), {})


# --------------------------------------------------------------------------------------------------
# Import


def in_a_new_process(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


HEAVY = ("torch", "numpy", "PIL", "sqlite3", "ftfy", "typing", "engine.clip", "engine.library")


@pytest.mark.slow  # starts Python anew, and at last imports torch
@pytest.mark.parametrize("imported", ["engine", "engine.clip"])
def test_importing_loads_nothing_heavy(imported: str) -> None:
    heavy = [name for name in HEAVY if not imported.startswith(name)]
    program = f"""
import sys
before = set(sys.modules)
import {imported} as face
came = set(sys.modules) - before
print(sorted(set({heavy}) & came), face.CLIP.__name__, "torch" in sys.modules)
"""
    assert in_a_new_process(program) == "[] CLIP True"


def test_the_library_comes_without_torch() -> None:
    program = "import sys, engine; print(engine.Library.__name__, 'torch' in sys.modules)"
    assert in_a_new_process(program) == "Library False"


def test_names_of_the_two_faces() -> None:
    for name in engine.__all__:
        assert name in dir(engine) and getattr(engine, name) is not None
    for name in engine.clip.__all__:
        assert getattr(engine.clip, name) is getattr(engine, name)
    for face in (engine, engine.clip):
        with pytest.raises(AttributeError, match="no attribute 'lod'"):
            face.lod  # noqa: B018
        assert "load" in dir(face)


@pytest.mark.slow  # imports torch anew
@pytest.mark.parametrize("line", ["import engine as clip", "from engine import clip"])
def test_both_import_lines_of_a_program_work(line: str) -> None:
    program = f"{line}\nprint(clip.model.convert_weights.__name__, clip.tokenize('a').shape[1])"
    assert in_a_new_process(program) == "convert_weights 77"


# --------------------------------------------------------------------------------------------------
# load, tokenize, available_models


def test_load_gives_a_plain_network_that_can_be_trained(tiny_starter: Path) -> None:
    model, preprocess = engine.load("starter", "cpu")
    assert isinstance(model, engine.CLIP) and not model.training
    assert all(parameter.dtype == torch.float32 for parameter in model.parameters())
    image = preprocess(Image.new("RGB", (80, 50), "red"))[None]
    logits, _ = model(image.expand(2, -1, -1, -1), engine.tokenize(["a cat", "a much longer dog"]))
    F.cross_entropy(logits, torch.arange(2)).backward()
    without = [name for name, parameter in model.named_parameters() if parameter.grad is None]
    assert not without
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    again, _ = engine.load("starter", "cpu")
    assert float(again.visual.conv1.weight.detach().abs().sum()) > 0  # the file was not trained


def test_the_same_numbers_as_the_engine_itself(tiny_starter: Path, tmp_path: Path) -> None:
    path = write_photo(tmp_path / "photo.jpg", 3, (320, 200))
    model, preprocess = engine.load("starter", "cpu")
    ours = weights.load("starter", "cpu")
    with Image.open(path) as image, torch.no_grad():
        pixels = preprocess(image)
        assert torch.equal(pixels, decode.preprocess(image, model.input_resolution))
        features = F.normalize(model.encode_image(pixels[None]), dim=-1)
    assert pixels.shape == (3, 64, 64) and pixels.dtype == torch.float32
    decoded = decode.decode(os.fsencode(path), model.input_resolution)
    assert float(features @ ours.encode_images(np.stack([decoded.pixels])).T) > 0.999
    with torch.no_grad():
        text = F.normalize(model.encode_text(engine.tokenize("a cat")), dim=-1)
    assert relative_error(text, ours.encode_texts(["a cat"])) < 1e-6


def test_preprocess_travels_to_the_workers_of_a_loader(tiny_starter: Path) -> None:
    _, preprocess = engine.load("starter", "cpu")
    assert pickle.loads(pickle.dumps(preprocess)) == preprocess
    assert repr(preprocess) == "Preprocess(resolution=64)"


def test_tokens_are_those_of_the_model_that_was_loaded_last(tmp_path: Path) -> None:
    assert engine.tokenize(["a cat"]).shape == (1, 77)
    path = tmp_path / "short.safetensors"
    short = random_clip(context_length=16)
    checkpoint.write(path, short.state_dict(), {"activation": "quickgelu"})
    model, _ = engine.load(path, "cpu")
    tokens = engine.tokenize(["a cat", "a dog"])
    assert tokens.shape == (2, 16) and tokens.dtype == torch.int32
    assert engine.tokenize("a cat", context_length=20).shape == (1, 20)
    with pytest.raises(ValueError, match="too long"):
        engine.tokenize("dog " * 30)
    assert engine.tokenize("dog " * 30, truncate=True).shape == (1, 16)
    wide = engine.tokenize(["a cat", "a dog"], context_length=77)
    with torch.no_grad():
        assert relative_error(model.encode_text(wide), model.encode_text(tokens)) < 1e-6
        with pytest.raises(ValueError, match=r"32 tokens .* at most 16: pass context_length=16"):
            model.encode_text(engine.tokenize("dog " * 30, context_length=77))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("ViT-B-32", "ViT-B/32"),
        ("vit-b/32", "ViT-B/32"),
        ("ViT-B/32", "ViT-B/32"),
        ("ViT-B-32-openai", "ViT-B/32"),
        ("vit_b_16", "ViT-B/16"),
        ("RN50", "RN50"),
        ("rn50", "RN50"),
        ("rn50X64", "RN50x64"),
        ("ViT-L-14", "ViT-L/14"),
        ("ViT-L-14-336px", "ViT-L/14@336px"),
        ("ViT-L/14@336px", "ViT-L/14@336px"),
        ("ViT-L-14-336", "ViT-L/14@336px"),
        ("vit-b-32-256-datacomp", "ViT-B/32-256-DataComp"),
        ("ViT-B-32-laion2b", "ViT-B/32-LAION2B"),
        ("Starter", "starter"),
    ],
)
def test_names_as_people_type_them(written: str, meant: str) -> None:
    assert catalogue.canonical(written) == meant
    assert meant in engine.available_models()


def test_every_name_is_itself_and_no_two_look_alike() -> None:
    names = engine.available_models()
    assert [catalogue.canonical(name.lower()) for name in names] == names
    assert [catalogue.canonical(name.replace("/", "-")) for name in names] == names


def test_a_file_of_that_name_is_meant_before_a_spelling(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("rn50").touch()
    assert catalogue.canonical("rn50") == "rn50" and catalogue.canonical("RN50") == "RN50"


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("ViT-L", "There is no model 'ViT-L': did you mean ViT-L/14, ViT-L/14@336px?"),
        ("ViT-B/23", "There is no model 'ViT-B/23': did you mean ViT-B/32, ViT-B/16?"),
        (
            "there/is/nothing.safetensors",
            "There is no model 'there/is/nothing.safetensors': "
            "give a name of the catalogue or a safetensors file.",
        ),
    ],
)
def test_other_names_get_one_sentence(written: str, sentence: str) -> None:
    with pytest.raises(AlbumenError) as refused:
        engine.load(written)
    assert str(refused.value) == sentence


def test_loading_by_a_spelling_is_loading(installed: None) -> None:
    for written in ("vit-b/32", "ViT-B-32"):
        assert weights.load(written, "cpu").name == "ViT-B/32"
        model, _ = engine.load(written, "cpu", jit=False)
        assert model.activation == "quickgelu"


def test_the_library_knows_a_model_by_its_own_name(installed: None, tmp_path: Path) -> None:
    with engine.Library.open(tmp_path / "library", model="vit-b-32") as library:
        assert library.model_name() == library.model().name == "ViT-B/32"
        assert finish(library.use_model("rn50")).name == library.model_name() == "RN50"
        assert finish(library.download_model("vit-b/32")).name == "ViT-B/32"  # it is there


def test_what_is_not_there_is_downloaded(
    tiny_model_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(AlbumenError, match="a setting of this computer forbids downloads"):
        engine.load("ViT-B/32-LAION2B", "cpu")
    with pytest.raises(AlbumenError, match="a setting of this computer forbids downloads"):
        engine.load("ViT-B/16", "cpu")  # nor is OpenAI's archive asked for
    monkeypatch.setattr(download, "on_hub", lambda repo, name, mirror: tiny_model_file)
    root = tmp_path / "here"
    model, _ = engine.load("vit-b-32-laion2b", "cpu", download_root=root)
    assert [path.name for path in root.iterdir()] == ["ViT-B-32-LAION2B.safetensors"]
    assert re.fullmatch(r"(\rViT-B/32-LAION2B: \d+ of \d+ MB)+\n", capsys.readouterr().err)
    assert model.activation == "gelu"  # the file was moved, and the name still tells
    again, _ = engine.load("ViT-B/32-LAION2B", "cpu", download_root=root)
    assert capsys.readouterr().err == "" and again.activation == "gelu"
    assert not list(weights.models_directory().iterdir())


def test_a_note_is_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    checkpoint.write(path, random_clip().state_dict(), {})
    with pytest.warns(UserWarning, match=r"^m\.safetensors does not say whether"):
        engine.load(path, torch.device("cpu"))


# --------------------------------------------------------------------------------------------------
# The model at every precision


@pytest.mark.parametrize("sizes", [{}, TINY_RESNET], ids=["ViT", "ResNet"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16], ids=str)
@pytest.mark.parametrize("converted", ["both", "image encoder", "everything"])
def test_features_and_logits_at_every_precision(
    sizes: dict[str, object], dtype: torch.dtype, converted: str
) -> None:
    exact = random_clip(seed=5, **sizes)
    model = random_clip(seed=5, **sizes)
    side = model.input_resolution
    image = torch.randn(3, 3, side, side, generator=torch.Generator().manual_seed(0))
    text = engine.tokenize(["a cat", "two dogs on a sofa"])
    if converted == "both":
        engine.model.convert_weights(model, dtype)
    elif converted == "image encoder":  # as `weights.load` leaves it
        engine.model.convert_weights(model.visual, dtype)
    else:
        model.to(dtype)
    text_dtype = torch.float32 if converted == "image encoder" else dtype
    tolerance = {torch.float32: 1e-6, torch.float16: 5e-3, torch.bfloat16: 4e-2}[dtype]
    with torch.no_grad():
        for ours, theirs, expected in (
            (model.encode_image(image), exact.encode_image(image), dtype),
            (model.encode_text(text), exact.encode_text(text), text_dtype),
            (model(image, text)[0], exact(image, text)[0], torch.float32),
            (model(image, text)[1], exact(image, text)[1], torch.float32),
        ):
            assert ours.dtype == expected
            assert relative_error(ours.float(), theirs) <= tolerance


def test_converting_is_as_published_and_leads_back() -> None:
    """Which tensors are halved is written down apart, in tests/support/official.py."""
    for sizes in ({}, TINY_RESNET):
        model = random_clip(**sizes)
        before = dict(random_clip(**sizes).state_dict())
        engine.model.convert_weights(model)
        for name, tensor in model.state_dict().items():
            assert tensor.dtype == in_official_precision(name, before[name]).dtype, name
        engine.model.convert_weights(model, torch.float32)
        assert all(tensor.dtype != torch.float16 for tensor in model.state_dict().values())


def test_a_model_says_in_one_line_what_it_is() -> None:
    tiny = random_clip()
    assert repr(tiny) == (
        "CLIP(ViT of 2 blocks, width 128, patch 16, images 64 x 64, vectors of 64, float32, cpu)"
    )
    with torch.device("meta"):
        large = random_clip(
            vision_layers=24, vision_width=1024, vision_patch_size=14, input_resolution=336
        )
        small = random_clip(**{**TINY_RESNET, "vision_layers": (3, 4, 6, 3), "vision_width": 64})
    assert repr(large).startswith("CLIP(ViT-L/14, images 336 x 336, ")
    engine.model.convert_weights(small.visual)
    assert repr(small) == "CLIP(RN50, images 96 x 96, vectors of 64, float16, text float32, meta)"
    assert repr(random_clip(**TINY_RESNET)).startswith("CLIP(ResNet of 1 + 2 + 1 + 2 blocks, width")
    custom = engine.CustomCLIP(["cup"], tiny, n_ctx=2)
    assert len(repr(custom).splitlines()) < 10


# --------------------------------------------------------------------------------------------------
# CoOp as published


def published(**options: object) -> SimpleNamespace:
    given = {"N_CTX": 4, "CTX_INIT": "", "CSC": False, "CLASS_TOKEN_POSITION": "end", **options}
    return SimpleNamespace(TRAINER=SimpleNamespace(COOP=SimpleNamespace(**given)))


def test_a_published_configuration_and_our_options_are_the_same() -> None:
    clip = random_clip()
    names = ["cup", "not_cup"]
    learner = engine.PromptLearner(published(), names, clip)
    assert (learner.n_ctx, learner.class_specific, learner.classnames) == (4, False, tuple(names))
    other = engine.PromptLearner(published(CSC=True, CLASS_TOKEN_POSITION="middle"), names, clip)
    assert other.class_specific and other.class_token_position == "middle"
    words = engine.CustomCLIP(published(CTX_INIT="a photo of a"), names, clip)
    ours = engine.CustomCLIP(names, clip, ctx_init="a photo of a")
    assert torch.equal(words.prompt_learner.ctx, ours.prompt_learner.ctx)
    assert engine.PromptLearner(None, names, clip).n_ctx == 16
    with pytest.raises(AlbumenError, match=r"no TRAINER\.COOP"):
        engine.PromptLearner({"n_ctx": 4}, names, clip)
    with pytest.raises(AlbumenError, match="drop ctx_init or class_specific"):
        engine.CustomCLIP(published(CTX_INIT="a photo", CSC=True), names, clip)
    with pytest.raises(TypeError, match="n_context"):
        engine.CustomCLIP(names, clip, n_context=4)


def test_the_text_encoder_takes_what_the_published_one_takes() -> None:
    """`prompts` and `tokenized_prompts` over the whole context of 77, as trainers/coop.py makes
    them."""
    clip = random_clip()
    tokens = engine.tokenize(["X X X X cup.", "X X X X polar bear."])  # (K, 77)
    learner = engine.PromptLearner(["cup", "polar_bear"], clip, n_ctx=4)
    assert torch.equal(learner.tokenized_prompts, tokens[:, : learner.length])
    embedding = clip.token_embedding(tokens)
    ctx = learner.ctx.expand(2, -1, -1)
    prompts = torch.cat([embedding[:, :1], ctx, embedding[:, 5:]], dim=1)  # (K, 77, C)
    encoder = engine.TextEncoder(clip)
    whole = encoder(prompts, tokens)
    assert relative_error(encoder(learner(), learner.tokenized_prompts), whole) < 1e-6
    custom = engine.CustomCLIP(learner, clip)
    assert custom.image_encoder is clip.visual and custom.logit_scale is clip.logit_scale
    assert custom.dtype == torch.float32
    assert relative_error(custom.text_features(), F.normalize(whole, dim=-1)) < 1e-5


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
def test_prompts_are_learned_through_half_precision_too(dtype: torch.dtype) -> None:
    model = random_clip(seed=5)
    engine.model.convert_weights(model, dtype)
    custom = engine.CustomCLIP(["cup", "polar bear"], model, n_ctx=4)
    image = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    logits = custom(image)
    F.cross_entropy(logits, torch.arange(2)).backward()
    gradient = custom.prompt_learner.ctx.grad
    assert logits.dtype == torch.float32 and gradient is not None and gradient.isfinite().all()
    with torch.no_grad():
        features = F.normalize(model.encode_image(image), dim=-1)
    assert features.dtype == dtype
    assert relative_error(custom.logits(features), logits) < 0.02
    step = next(engine.train_prompts(custom, features, torch.arange(2)))
    assert step.done == 1 and custom.prompt_learner.ctx.isfinite().all()
    logits = custom(image)
    exact = engine.CustomCLIP(["cup", "polar bear"], random_clip(seed=5), n_ctx=4)
    with torch.no_grad():
        exact.prompt_learner.ctx.copy_(custom.prompt_learner.ctx)
    assert relative_error(logits, exact(image)) < 0.05
    encoder = custom.text_encoder
    prompts = custom.prompt_learner()
    assert encoder(prompts, custom.tokenized_prompts).dtype == dtype


# --------------------------------------------------------------------------------------------------
# The programs


PROGRAMS = re.findall(r"^```python\n(.*?)^```$", NOTEBOOK.read_text("utf-8"), re.MULTILINE | re.S)
TITLES = re.findall(r"^## (.*)$", NOTEBOOK.read_text("utf-8"), re.MULTILINE)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the pictures that the programs open."""
    monkeypatch.chdir(tmp_path)
    Image.new("RGBA", (120, 80), "white").save("CLIP.png")
    for number in range(6):
        write_photo(tmp_path / "photos" / "cup" / f"{number}.jpg", number)
        write_photo(tmp_path / "photos" / "not_cup" / f"{number}.jpg", 100 + number)
    return tmp_path


def run(program: str) -> dict[str, object]:
    names: dict[str, object] = {"__name__": "__main__"}
    exec(compile(program, str(NOTEBOOK), "exec"), names)
    return names


def test_there_are_programs() -> None:
    assert len(PROGRAMS) == 5 and len(TITLES) == 4


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_programs_of_the_page(
    number: int,
    desk: Path,
    installed: None,
    tiny_starter: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    names = run(PROGRAMS[number])
    said = capsys.readouterr()
    assert said.out.strip() and "nan" not in said.out and said.err == ""
    if number == 0:
        assert abs(float(names["probs"].sum()) - 1) < 1e-5  # type: ignore[attr-defined]


def test_the_first_program_changed_by_its_import_line_only(
    desk: Path, installed: None, capsys: pytest.CaptureFixture[str]
) -> None:
    for line in ("from engine import clip", "import engine.clip as clip"):
        run(PROGRAMS[0].replace("import engine as clip", line))
        assert capsys.readouterr().out.startswith("Label probs: [[")


@pytest.mark.parametrize(
    "half", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["fp32", "fp16"]
)
def test_training_learns(desk: Path, installed: None, half: bool) -> None:
    """The second program on one batch that it sees again and again; in fp32, and by the steps that
    it takes on a graphics processor: fp16 weights, a step in fp32, fp16 again."""
    program = (
        PROGRAMS[1].replace("EPOCHS = 2", "EPOCHS = 6").replace("BATCH_SIZE = 6", "BATCH_SIZE = 12")
    )
    program = program.replace("lr=5e-5", "lr=1e-4")
    backward = re.compile(r"^( *)total_loss\.backward\(\)", re.MULTILINE)
    program = backward.sub(r"\g<0>\n\1kept.append(total_loss.item())", program)
    if half:
        program = program.replace('if device == "cpu":', "if False:")
    losses: list[float] = []
    exec(compile(program, str(NOTEBOOK), "exec"), {"__name__": "__main__", "kept": losses})
    assert len(losses) == 6 and losses == sorted(losses, reverse=True)
    assert losses[-1] < losses[0] - 0.2


def test_prompts_of_the_last_program_can_be_kept(
    desk: Path, tiny_starter: Path, tmp_path: Path
) -> None:
    names = run(PROGRAMS[3])
    learner = names["model"].prompt_learner  # type: ignore[attr-defined]
    save_prompts(tmp_path / "p.safetensors", learner)
    again = load_prompts(tmp_path / "p.safetensors", names["clip_model"])  # type: ignore[arg-type]
    assert torch.equal(again.ctx, learner.ctx)
