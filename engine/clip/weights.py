"""From a name or a file to a model that is ready to encode: what is installed, device, precision,
model id.

Knows: where the weights of a model lie, which processor they run on and how exactly. Does not know:
which models there are (`catalogue.py`), file formats (`checkpoint.py`), HTTP (`download.py`), the
network (`model.py`), photo files (`engine.images`), the library.

"Precision" is that of the image encoder, which does nearly all the work. The text encoder always
computes in fp32, so prompts learned at one precision mean the same at another.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import platformdirs
import torch
from torch.nn import functional as F

import resources
from engine.clip import checkpoint, cpu_inference
from engine.clip import download as transfer
from engine.clip.catalogue import CATALOGUE, STARTER, canonical, file_name, near
from engine.clip.model import CLIP, Activation, build_model, convert_weights
from engine.clip.tokenizer import tokenize
from engine.images.decode import CLIP_MEAN, CLIP_STD
from engine.messages import Message, lines, message, verbatim
from engine.records import AlbumenError, ModelInfo, Progress, said_by

PRECISIONS = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
_ARCHIVES = "https://openaipublic.azureedge.net/clip/models"
_HUB_FILE = "open_clip_model.safetensors"
_TEXTS_AT_ONCE = 256
# Where a file does not tell: OpenAI's own, and what most conversions are of.
_ASSUMED: Activation = "quickgelu"


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A CLIP on its device, with what the rest of the engine must know of it.

    `model_id`: "<first 16 hex digits of the sha256 of the weights>-<precision>", then "-gelu" for
    the exact GELU; vectors of different ids are never mixed. `name`: the name or path it was loaded
    by. `precision`: "fp32", "bf16" or "fp16". `note`: sentences for the person where the model does
    not run on the device that was to be expected, or where its activation is not known; else None.
    """

    clip: CLIP
    model_id: str
    name: str
    device: torch.device
    precision: str
    input_resolution: int
    context_length: int
    embed_dim: int
    note: Message | None = None
    # The same as `clip.encode_image`, arranged for this processor.
    image_encoder: Callable[[torch.Tensor], torch.Tensor] | None = None

    def encode_images(self, pixels: npt.NDArray[np.uint8]) -> torch.Tensor:
        """RGB pixels (B, S, S, 3) uint8, resized and cropped to S = `input_resolution` ->
        image_features (B, D).

        fp32, L2-normalised, on the CPU. Pixels travel to the device as bytes and are normalised
        there. A batch that is too large for the device's memory is halved; AlbumenError if not even
        one image fits.
        """
        try:
            # Not inference mode: its tensors could not be used in training later.
            with torch.no_grad():
                x = torch.from_numpy(np.ascontiguousarray(pixels)).to(self.device)  # (B, S, S, 3)
                x = x.permute(0, 3, 1, 2).contiguous().float()  # (B, 3, S, S)
                mean = torch.tensor(CLIP_MEAN, device=self.device).view(1, 3, 1, 1)
                std = torch.tensor(CLIP_STD, device=self.device).view(1, 3, 1, 1)
                x = x.div_(255).sub_(mean).div_(std)
                features = (self.image_encoder or self.clip.encode_image)(x)  # (B, D)
                return F.normalize(features.float(), dim=-1).cpu()
        except RuntimeError as error:
            if "out of memory" not in str(error).lower():  # MPS has no exception of its own for it
                raise
            half = len(pixels) // 2
            if not half:
                raise AlbumenError(
                    "{device} has too little memory for one image: choose a smaller model or the "
                    "processor (cpu).",
                    device=str(self.device),
                ) from None
        return torch.cat([self.encode_images(pixels[:half]), self.encode_images(pixels[half:])])

    def encode_texts(self, texts: Sequence[str], truncate: bool = True) -> torch.Tensor:
        """N texts -> text_features (N, D), fp32, L2-normalised, on the CPU.

        With `truncate=False` a text longer than `context_length` raises AlbumenError.
        """
        tokens = tokenize(list(texts), self.context_length, truncate=truncate)  # (N, L)
        features = torch.empty(len(tokens), self.embed_dim)
        # Short texts apart from long ones, a few at a time: a batch is as long as its longest, and
        # thousands of texts (a vocabulary in several templates) would take gigabytes at once.
        with torch.no_grad():
            for rows in torch.split(tokens.argmax(dim=-1).argsort(), _TEXTS_AT_ONCE):
                made = self.clip.encode_text(tokens[rows].to(self.device))  # (n, D)
                features[rows] = F.normalize(made.float(), dim=-1).cpu()
        return features


def load(
    name_or_path: str = "starter", device: str = "auto", precision: str = "auto"
) -> LoadedModel:
    """The model of the catalogue ("starter", "ViT-B/32", ...; see `catalogue.canonical`) or of a
    file, in eval mode, frozen.

    A file is safetensors (official, open_clip or HF `CLIPModel` names), or one of OpenAI's
    TorchScript archives, whose weights are then kept as safetensors among the installed models.
    `device`: "auto" takes CUDA, then MPS, then the CPU, and falls back with `note`; "cpu", "cuda",
    "cuda:1", "mps" are taken or refused. `precision`: "auto" is fp16 on CUDA and fp32 elsewhere;
    bf16 on the CPU is refused where the processor would only emulate it.

    Raises AlbumenError with one sentence: unknown name, not installed, unusable file, device or
    precision.
    """
    name = canonical(name_or_path)
    path = _installed_path(name)
    clip, assumed = _network(path, _catalogue_activation(path), mapped=_is_ours(path))
    clip.requires_grad_(False)
    clip, chosen, failed = _on_device(clip, device)
    exact = precision_for(precision, chosen)
    convert_weights(clip.visual, PRECISIONS[exact])
    image_encoder = None
    if (chosen.type, exact) == ("cpu", "fp32"):
        image_encoder = cpu_inference.on_first_use(clip.visual)
    return LoadedModel(
        clip=clip,
        model_id=_model_id(path, exact, clip.activation),
        name=name,
        device=chosen,
        precision=exact,
        input_resolution=clip.input_resolution,
        context_length=clip.context_length,
        embed_dim=clip.embed_dim,
        note=lines(failed, assumed),
        image_encoder=image_encoder,
    )


def load_network(
    name_or_path: str, device: str = "auto", precision: str = "auto", directory: Path | None = None
) -> tuple[CLIP, Message | None]:
    """The network alone, in eval mode, to be used and trained as its owner likes: its weights are
    its own and want gradients, and BOTH encoders compute in the precision, as in openai/CLIP. With
    the note of `LoadedModel`.

    Names, files, `device`, `precision` and errors as of `load`. `directory`: where a model of the
    catalogue lies, if not among the installed ones: as safetensors, or as OpenAI's archive.
    """
    name = canonical(name_or_path)
    path = _installed_path(name, directory)
    known = CATALOGUE[name].activation if name in CATALOGUE else _catalogue_activation(path)
    clip, assumed = _network(path, known, mapped=False)
    clip, chosen, failed = _on_device(clip, device)
    convert_weights(clip, PRECISIONS[precision_for(precision, chosen)])
    return clip, lines(failed, assumed)


def is_installed(name: str, directory: Path | None = None) -> bool:
    """Whether a model of the catalogue is on this computer (or in `directory`)."""
    try:
        return _installed_path(canonical(name), directory).is_file()
    except AlbumenError:
        return False


def _network(
    path: Path, activation: Activation | None, mapped: bool
) -> tuple[CLIP, Message | None]:
    """The CLIP of a safetensors file in fp32 on the CPU, and a note where neither `activation` nor
    the file says with which activation it was trained."""
    content = checkpoint.read(path, mapped)
    known = activation or content.activation
    try:
        clip = build_model(content.state_dict, known or _ASSUMED, copy=False)
    except ValueError as error:
        raise AlbumenError("{path}: {reason}", path=str(path), reason=said_by(error)) from error
    if known:
        return clip, None
    return clip, message(
        "{file} does not say whether its weights were trained with QuickGELU or GELU: "
        "QuickGELU is assumed. If they come from LAION or DataComp, put their "
        "open_clip_config.json beside the file and use it again.",
        file=path.name,
    )


def model_id(name_or_path: str = "starter", precision: str = "auto", device: str = "auto") -> str:
    """The id that `load` would give, without building the model; the checksum of an unchanged file
    is remembered."""
    exact = precision_for(precision, _device(device)) if precision == "auto" else precision
    path = _installed_path(canonical(name_or_path))
    return _model_id(path, exact, _activation(path))


def catalogue() -> tuple[ModelInfo, ...]:
    """All models known by name: the built-in one first, then the recommended ones; `active` is left
    to the library."""
    infos = []
    for name in (STARTER, *CATALOGUE):
        try:
            path: Path | None = _installed_path(name)
        except AlbumenError:
            path = None
        identity = model_id(name) if path else ""
        if name == STARTER:
            infos.append(_starter_info(path, identity))
            continue
        known = CATALOGUE[name]
        infos.append(
            ModelInfo(
                name=name,
                title=known.title if isinstance(known.title, Message) else verbatim(known.title),
                installed=path is not None,
                active=False,
                size=path.stat().st_size if path else known.megabytes * 1_000_000,
                licence=known.licence,
                quality=message(
                    "{percent} % of ImageNet right without training", percent=known.zero_shot
                ),
                source=known.repo,
                model_id=identity,
                input_resolution=known.resolution,
                embedding_size=known.embed_dim,
            )
        )
    return tuple(infos)


def models_directory() -> Path:
    """Where downloaded models are kept: one safetensors file each."""
    return Path(platformdirs.user_data_path("albumen", appauthor=False)) / "models"


def download(name: str, directory: Path | None = None, mirror: str = "") -> Iterator[Progress]:
    """Job: install a model of the catalogue; bytes as `Progress`; close the generator to cancel,
    call again to go on.

    From the Hugging Face hub (or `mirror`, see `download.on_hub`; its cache and offline mode are
    honoured); OpenAI's own archive if the hub does not answer. Verified by sha256 before it gets
    its name. Raises AlbumenError with one sentence.
    """
    name = canonical(name)
    if name not in CATALOGUE:
        raise AlbumenError(
            "There is no model '{name}' to download: choose one of {names}.",
            name=name,
            names=", ".join(CATALOGUE),
        )
    known = CATALOGUE[name]
    target = (directory or models_directory()) / file_name(name)
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        remote = yield from transfer.meanwhile(
            lambda: transfer.on_hub(known.repo, _HUB_FILE, mirror),
            message("asking for {name}", name=known.repo),
        )
    except AlbumenError:
        if not known.archive or transfer.offline():
            raise
        file, sha256 = known.archive
        archive = target.with_name(file)
        yield from transfer.fetch(transfer.Remote(f"{_ARCHIVES}/{sha256}/{file}", sha256), archive)
        yield from transfer.meanwhile(
            lambda: _install_archive(archive, sha256, target),
            message("unpacking {name}", name=file),
        )
        archive.unlink()
        return
    if isinstance(remote, Path):
        yield from transfer.copy(remote, target)
    else:
        yield from transfer.fetch(remote, target)


# --------------------------------------------------------------------------------------------------
# Files


def _installed_path(name_or_path: str, directory: Path | None = None) -> Path:
    """The safetensors file of a canonical name (installed in `directory`) or path. Unpacks an
    official archive on the way."""
    if name_or_path == STARTER:
        if override := os.environ.get("ALBUMEN_STARTER"):
            return Path(override)
        try:
            return resources.path("starter.safetensors")
        except FileNotFoundError:
            raise AlbumenError(
                "Albumen's own file '{name}' is missing from {path}: install Albumen again.",
                name="starter.safetensors",
                path=str(Path(resources.__file__).parent),
            ) from None
    if name_or_path in CATALOGUE:
        path = (directory or models_directory()) / file_name(name_or_path)
        archive = CATALOGUE[name_or_path].archive
        if directory and archive and not path.is_file() and (directory / archive[0]).is_file():
            return _unpacked(directory / archive[0])
        if not path.is_file():
            raise AlbumenError(
                "The model '{name}' is not on this computer: download it first.", name=name_or_path
            )
        return path
    path = Path(name_or_path)
    if not path.is_file():
        if meant := near(name_or_path):
            names = ", ".join(meant)
            raise AlbumenError(
                "There is no model '{name}': did you mean {names}?", name=name_or_path, names=names
            )
        raise AlbumenError(
            "There is no model '{name}': give a name of the catalogue or a safetensors file.",
            name=name_or_path,
        )
    return _unpacked(path) if checkpoint.is_archive(path) else path


def _unpacked(archive: Path) -> Path:
    """The safetensors file of an official archive, made if it is not there; a file that is not
    known stays what it is, and is refused when it is read."""
    sha256 = _checksum(archive)
    archives = {name: known.archive for name, known in CATALOGUE.items() if known.archive}
    for name, (_, official) in archives.items():
        if official == sha256:
            target = models_directory() / file_name(name)
            if not target.exists():
                _install_archive(archive, sha256, target)
            return target
    if archive.name in {file for file, _ in archives.values()}:
        raise AlbumenError(
            "{path} has a wrong checksum: it is damaged or not OpenAI's file; download it again.",
            path=str(archive),
        )
    return archive


def _install_archive(archive: Path, sha256: str, target: Path) -> None:
    """Keep the weights of a verified archive as safetensors, in the precision they came in."""
    if transfer.sha256_of(archive) != sha256:
        raise AlbumenError("{path} changed while it was read: try again.", path=str(archive))
    state_dict = checkpoint.read_archive(archive)
    constants = ("input_resolution", "context_length", "vocab_size")  # of the archive, not weights
    weights = {name: tensor for name, tensor in state_dict.items() if name not in constants}
    checkpoint.write(
        target, weights, {"activation": "quickgelu", "source": f"OpenAI {archive.name} {sha256}"}
    )


def _is_ours(path: Path) -> bool:
    """Whether Albumen itself put the file there, so that nobody unplugs or overwrites it while it
    is mapped."""
    return path.parent in (models_directory(), Path(resources.__file__).parent)


def _catalogue_activation(path: Path) -> Activation | None:
    """Hub files do not tell their activation; an installed one is known by its place."""
    if path.parent == models_directory():
        for name, known in CATALOGUE.items():
            if path.name == file_name(name):
                return known.activation
    return None


def _activation(path: Path) -> Activation:
    return _catalogue_activation(path) or checkpoint.activation(path) or _ASSUMED


def _model_id(path: Path, precision: str, activation: Activation) -> str:
    """The same weights with another activation make other vectors, so it is part of the id."""
    return f"{_checksum(path)[:16]}-{precision}{'-gelu' if activation == 'gelu' else ''}"


def _checksum(path: Path) -> str:
    """sha256 of a file in hex, remembered by path, size, time of change and inode (two files may
    come in one tick of the clock): hashing 600 MB at each start costs 1 s."""
    memory = Path(platformdirs.user_cache_path("albumen", appauthor=False)) / "checksums.json"
    status = path.stat()
    key = str(path.absolute())
    version = [status.st_size, status.st_mtime_ns, status.st_ino]
    try:
        known = dict(json.loads(memory.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        known = {}
    entry = known.get(key)
    if isinstance(entry, list) and entry[:-1] == version:
        return str(entry[-1])
    value = transfer.sha256_of(path)
    try:
        memory.parent.mkdir(parents=True, exist_ok=True)
        temporary = memory.with_name(f"checksums.{os.getpid()}.part")
        temporary.write_text(json.dumps({**known, key: [*version, value]}), encoding="utf-8")
        os.replace(temporary, memory)
    except OSError:
        pass  # a memory only: without it the next start takes longer
    return value


def _starter_info(path: Path | None, identity: str) -> ModelInfo:
    sizes = checkpoint.sizes(path) if path else (0, 0)
    return ModelInfo(
        name="starter",
        title=message("Built-in starter"),
        installed=path is not None,
        active=False,
        size=path.stat().st_size if path else 0,
        licence="MIT",
        quality=message("small and fast: scenes, everyday things and animals"),
        source="ships with Albumen",
        model_id=identity,
        input_resolution=sizes[0],
        embedding_size=sizes[1],
    )


# --------------------------------------------------------------------------------------------------
# Device and precision


def _device(device: str) -> torch.device:
    """The device of this name; "auto" is the first that this computer has of CUDA, MPS, CPU."""
    if device == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        chosen = torch.device(device)
    except RuntimeError:
        raise AlbumenError(
            "There is no device '{device}': choose auto, cpu, cuda or mps.", device=device
        ) from None
    if chosen.type == "cuda" and not (
        torch.cuda.is_available() and (chosen.index or 0) < torch.cuda.device_count()
    ):
        raise AlbumenError(
            "'{device}' cannot be used: this computer has no such NVIDIA graphics card, or its "
            "driver is missing; choose the processor (cpu).",
            device=device,
        )
    if chosen.type == "mps" and not torch.backends.mps.is_available():
        raise AlbumenError(
            "Apple graphics (mps) cannot be used: that needs a Mac with Apple's graphics "
            "processor; choose the processor (cpu)."
        )
    if chosen.type not in ("cpu", "cuda", "mps"):
        raise AlbumenError(
            "Albumen does not run on '{device}': choose auto, cpu, cuda or mps.", device=device
        )
    return chosen


def _on_device(clip: CLIP, device: str) -> tuple[CLIP, torch.device, Message | None]:
    """The model where it was asked to be; with "auto" on the CPU, with a sentence, if the graphics
    processor fails."""
    chosen = _device(device)
    if chosen.type == "cpu":
        return clip, chosen, None
    try:
        moved = clip.to(chosen)
        side = clip.input_resolution
        text = torch.full((1, 2), clip.vocab_size - 1, dtype=torch.int, device=chosen)
        image = torch.zeros(1, 3, side, side, device=chosen)
        with torch.no_grad():  # a driver or kernel that does not fit shows only when something runs
            moved.encode_text(text)
            moved.encode_image(image).cpu()  # waits until it has run
        return moved, chosen, None
    except RuntimeError as error:
        reason = (str(error).strip().splitlines() or ["unknown error"])[0][:120]
        if device != "auto":
            raise AlbumenError(
                "The model does not run on '{device}' ({detail}); choose the processor (cpu).",
                device=device,
                detail=reason,
            ) from error
        note = message("The graphics processor failed ({detail}); the CPU is used.", detail=reason)
        return clip.to("cpu"), torch.device("cpu"), note


def precision_for(precision: str, device: torch.device) -> str:
    """The precision to compute with on this device; AlbumenError with a sentence if it cannot be
    had or would not pay.
    """
    if precision == "auto":
        return "fp16" if device.type == "cuda" else "fp32"
    if precision not in PRECISIONS:
        raise AlbumenError(
            "There is no precision '{name}': choose auto, {names}.",
            name=precision,
            names=", ".join(PRECISIONS),
        )
    if device.type == "cpu" and precision == "fp16":
        raise AlbumenError(
            "fp16 is for graphics processors: on the CPU use fp32 (or bf16 where it has it)."
        )
    if device.type == "cpu" and precision == "bf16" and not cpu_has_bf16():
        raise AlbumenError(
            "This processor has no bf16 arithmetic (avx512_bf16 or AMX) and would be slower: "
            "use fp32."
        )
    if (
        device.type == "cuda"
        and precision == "bf16"
        and not torch.cuda.is_bf16_supported(including_emulation=False)
    ):
        raise AlbumenError("This graphics processor has no bf16 arithmetic: use fp16.")
    return precision


def precisions(device: str) -> list[str]:
    """The precisions that can be had and pay on the device of this name, the one that "auto" takes
    first."""
    chosen = _device(device)
    found = [precision_for("auto", chosen)]
    for precision in PRECISIONS:
        with contextlib.suppress(AlbumenError):
            exact = precision_for(precision, chosen)
            if exact != "bf16" or chosen.type != "cpu" or cpu_inference.bf16_pays():
                found.append(exact)
    return list(dict.fromkeys(found))


def cpu_has_bf16() -> bool:
    """Whether this CPU multiplies bf16 itself; elsewhere torch emulates it, 2.5 times slower than
    fp32."""
    # Private in torch, hence guarded.
    checks = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(bool(getattr(torch.cpu, check, lambda: False)()) for check in checks)
