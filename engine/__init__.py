"""The engine of Albumen: CLIP, CoOp, the photo library. It never imports Qt, and importing the
package loads nothing heavy.

For notebooks it is OpenAI's `clip` package under another name (`import engine as clip`), with CoOp
and the library beside it: docs/notebook.md. A name is imported when it is first used (PEP 562).
"""

import os

# Two spinning OpenMP threads collapse when another program takes a core, which is the normal state
# of a desktop. OpenMP reads this when torch is imported: whoever imports torch through the engine,
# the window too, has passed here before.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

__version__ = "0.1.0"

TYPE_CHECKING = False  # that of `typing`, whose import would cost more than all else here
if TYPE_CHECKING:
    from engine import clip
    from engine.clip import (
        CLIP,
        CustomCLIP,
        PromptLearner,
        TextEncoder,
        available_models,
        build_model,
        load,
        model,
        tokenize,
        train_prompts,
    )
    from engine.library.library import Library
else:

    def __getattr__(name):
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        import importlib

        if name == "clip":
            return importlib.import_module("engine.clip")
        home = "engine.library.library" if name == "Library" else "engine.clip"
        value = getattr(importlib.import_module(home), name)
        globals()[name] = value
        return value


__all__ = [
    "CLIP",
    "CustomCLIP",
    "Library",
    "PromptLearner",
    "TextEncoder",
    "available_models",
    "build_model",
    "clip",
    "load",
    "model",
    "tokenize",
    "train_prompts",
]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
