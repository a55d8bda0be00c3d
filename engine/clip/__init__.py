"""CLIP and CoOp, written here: the model, its tokenizer, its weights, prompts that are learned,
zero-shot decisions.

Knows: arXiv:2103.00020 and arXiv:2109.01134, where weights come from, how they are checked. Gives
`load`, `tokenize`, `available_models` (as OpenAI's `clip` package), the classes below, and to every
room above `model`, `tokenizer`, `weights`, `coop` and `zero_shot`. Does not know: a library, a
database, a folder of photos.

A name is imported when it is first used (PEP 562): `import engine.clip` costs nothing.
"""

import importlib

TYPE_CHECKING = False  # that of `typing`, whose import would cost more than all else here
if TYPE_CHECKING:
    from engine.clip import model
    from engine.clip.api import available_models, load, tokenize
    from engine.clip.coop import CustomCLIP, PromptLearner, TextEncoder, train_prompts
    from engine.clip.model import CLIP, build_model
else:
    _HOMES = {
        "load": "engine.clip.api",
        "tokenize": "engine.clip.api",
        "available_models": "engine.clip.api",
        "CLIP": "engine.clip.model",
        "build_model": "engine.clip.model",
        "PromptLearner": "engine.clip.coop",
        "TextEncoder": "engine.clip.coop",
        "CustomCLIP": "engine.clip.coop",
        "train_prompts": "engine.clip.coop",
    }

    def __getattr__(name):
        if name == "model":  # `clip.model.convert_weights`
            return importlib.import_module("engine.clip.model")
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(_HOMES[name]), name)
        globals()[name] = value
        return value


__all__ = [
    "CLIP",
    "CustomCLIP",
    "PromptLearner",
    "TextEncoder",
    "available_models",
    "build_model",
    "load",
    "model",
    "tokenize",
    "train_prompts",
]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
