"""The models that are known by name: what they are, where their weights lie, and all the ways in
which people write their names.

Knows: published names, sizes, figures and checksums. Does not know: which of them are on this
computer (`weights.py`), torch; so a name can be read before anything heavy is imported.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from engine.messages import Message, message

if TYPE_CHECKING:
    from engine.clip.model import Activation

STARTER = "starter"  # the built-in model


@dataclass(frozen=True, slots=True)
class Known:
    """A model of the catalogue.

    `title`: its name, with words about it where they help to choose. `zero_shot`: published
    ImageNet top-1 in percent; `archive`: (file, sha256) at OpenAI.
    """

    title: str | Message
    repo: str
    megabytes: int
    resolution: int
    embed_dim: int
    zero_shot: float
    activation: Activation = "quickgelu"
    archive: tuple[str, str] | None = None
    licence: str = "MIT"


# Sizes are those of the fp32 files on the hub. ImageNet figures: the results that open_clip
# publishes.
CATALOGUE: dict[str, Known] = {
    "ViT-B/32-256-DataComp": Known(
        message("{model} (recommended)", model="ViT-B/32 at 256 px, DataComp"),
        "laion/CLIP-ViT-B-32-256x256-DataComp-s34B-b86K", 605, 256, 512, 72.8, "gelu",
    ),
    "ViT-B/16-DataComp": Known(
        message("{model} (better, four times slower)", model="ViT-B/16, DataComp"),
        "laion/CLIP-ViT-B-16-DataComp.XL-s13B-b90K", 599, 224, 512, 73.5, "gelu",
    ),
    "ViT-B/32-LAION2B": Known(
        "ViT-B/32, LAION-2B", "laion/CLIP-ViT-B-32-laion2B-s34B-b79K", 605, 224, 512, 66.6, "gelu"
    ),
    "RN50": Known(
        "RN50, OpenAI", "timm/resnet50_clip.openai", 408, 224, 1024, 59.8,
        archive=("RN50.pt", "afeb0e10f9e5a86da6080e35cf09123aca3b358a0c3e3b6c78a7b63bc04b6762"),
    ),
    "RN101": Known(
        "RN101, OpenAI", "timm/resnet101_clip.openai", 479, 224, 512, 62.3,
        archive=("RN101.pt", "8fa8567bab74a42d41c5915025a8e4538c3bdbe8804a470a72f30b0d94fab599"),
    ),
    "RN50x4": Known(
        "RN50x4, OpenAI", "timm/resnet50x4_clip.openai", 713, 288, 640, 66.3,
        archive=("RN50x4.pt", "7e526bd135e493cef0776de27d5f42653e6b4c8bf9e0f653bb11773263205fdd"),
    ),
    "RN50x16": Known(
        "RN50x16, OpenAI", "timm/resnet50x16_clip.openai", 1164, 384, 768, 70.7,
        archive=("RN50x16.pt", "52378b407f34354e150460fe41077663dd5b39c54cd0bfd2b27167a4a06ec9aa"),
    ),
    "RN50x64": Known(
        "RN50x64, OpenAI", "timm/resnet50x64_clip.openai", 2493, 448, 1024, 73.9,
        archive=("RN50x64.pt", "be1cfb55d75a9666199fb2206c106743da0f6468c9d327f3e0d0a543a9919d9c"),
    ),
    "ViT-B/32": Known(
        "ViT-B/32, OpenAI", "timm/vit_base_patch32_clip_224.openai", 605, 224, 512, 63.3,
        archive=("ViT-B-32.pt", "40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af"),
    ),
    "ViT-B/16": Known(
        "ViT-B/16, OpenAI", "timm/vit_base_patch16_clip_224.openai", 599, 224, 512, 68.3,
        archive=("ViT-B-16.pt", "5806e77cd80f8b59890b7e101eabd078d9fb84e6937f9e85e4ecb61988df416f"),
    ),
    "ViT-L/14": Known(
        "ViT-L/14, OpenAI", "timm/vit_large_patch14_clip_224.openai", 1711, 224, 768, 75.5,
        archive=("ViT-L-14.pt", "b8cca3fd41ae0c99ba7e8951adf17d267cdb84cd88be6f7c2e0eca1737a03836"),
    ),
    "ViT-L/14@336px": Known(
        "ViT-L/14 at 336 px, OpenAI",
        "timm/vit_large_patch14_clip_336.openai", 1712, 336, 768, 76.6,
        archive=(
            "ViT-L-14-336px.pt",
            "3035c92b350959924f9f00213499208652fc7ea050643e8b385c2dac08641f02",
        ),
    ),
}  # fmt: skip


def file_name(name: str) -> str:
    """The file in which an installed model of this name is kept."""
    return name.replace("/", "-").replace("@", "-") + ".safetensors"


def canonical(name_or_path: str) -> str:
    """The catalogue's name of a model, however a person writes it: "ViT-B-32", "vit-b/32" and
    "ViT-B/32-openai" are "ViT-B/32", "ViT-L-14-336px" is "ViT-L/14@336px". A path of a file that
    exists, and what is no name of the catalogue, stays as it is. Nothing is guessed."""
    if name_or_path in CATALOGUE or os.path.exists(name_or_path):
        return name_or_path
    return _spellings().get(_letters(name_or_path), name_or_path)


def near(name: str) -> list[str]:
    """Names of the catalogue that may be meant by one that it does not have, at most six: those
    that hold its letters, or else those that look like it."""
    import difflib  # here: a name that is right needs none

    wanted = _letters(name)
    names = {_letters(known): known for known in CATALOGUE}
    holding = [known for letters, known in names.items() if wanted and wanted in letters]
    alike = [names[letters] for letters in difflib.get_close_matches(wanted, names, n=4)]
    return holding[:6] or alike


def _letters(name: str) -> str:
    return re.sub(r"[^0-9a-z]", "", name.lower())


@lru_cache(maxsize=1)
def _spellings() -> dict[str, str]:
    """Letters and digits of a name -> the name."""
    spellings = {_letters(STARTER): STARTER}
    for name, known in CATALOGUE.items():
        letters = _letters(name)
        spellings[letters] = name
        spellings[letters.removesuffix("px")] = name  # open_clip writes ViT-L-14-336
        if known.archive:
            spellings[f"{letters}openai"] = name
    return spellings
