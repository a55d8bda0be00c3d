"""What a bug report needs: versions, device, model, the store's health.

Knows: which packages matter, and how to ask without changing anything. Does not know: how an answer
looks.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
from dataclasses import asdict

from engine.records import AlbumenError, Counts
from engine.store.store import Store

PACKAGES = (
    "albumen",
    "torch",
    "PySide6-Essentials",
    "pillow",
    "pillow-heif",
    "numpy",
    "safetensors",
    "sqlite-utils",
    "ftfy",
    "regex",
    "watchdog",
    "huggingface_hub",
    "platformdirs",
)


def examine(store: Store, model: str, device: str, counts: Counts) -> dict[str, object]:
    """Plain values, and messages where there is something to say.

    A model that cannot be loaded is a finding here, not an error.
    """
    return {
        "system": {
            "platform": platform.platform(),
            "python": platform.python_version(),
            "sqlite": store.sqlite_version,
            "processors": os.cpu_count(),
        },
        "packages": {name: _version(name) for name in PACKAGES},
        "library": {
            "directory": str(store.directory),
            "schema": store.schema,
            "integrity": store.integrity(),
            "database_bytes": store.path.stat().st_size,
            "embeddings": store.embeddings.total(),
            "corrections": store.corrections.total(),
            **asdict(counts),
        },
        "model": _model(model, device),
    }


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _model(name: str, device: str) -> dict[str, object]:
    from engine.clip import weights

    try:
        model = weights.load(name, device)
    except AlbumenError as error:
        return {"name": name, "problem": error.message}
    return {
        "name": name,
        "model_id": model.model_id,
        "device": str(model.device),
        "precision": model.precision,
        "input_resolution": model.input_resolution,
        "embedding_size": model.embed_dim,
        "note": model.note or "",
    }
