"""Files that ship with Albumen (model, vocabulary, word lists). Knows where they lie, not what is
in them."""

from importlib import resources as _resources
from pathlib import Path


def path(name: str) -> Path:
    """The packaged file `name` as a path on disk, e.g. `path("starter.safetensors")`.

    Raises FileNotFoundError, with a sentence, if the installation lacks that file. The package is
    always installed unpacked (it is never run from a zip), so the path stays valid for the life of
    the process.
    """
    file = Path(str(_resources.files(__name__).joinpath(name)))
    if not file.is_file():
        raise FileNotFoundError(
            f"Albumen's own file '{name}' is missing from {file.parent}: install Albumen again."
        )
    return file
