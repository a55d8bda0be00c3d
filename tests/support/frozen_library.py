"""`python -m tests.support.frozen_library FOLDER`: a small library as the code of today keeps it.

For tests/fixtures, before a step is added to the schema (docs/how-to/add-a-migration.md). Knows:
what a person must not lose. Does not know: the schema, of which only the number is asked.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

from engine.library.library import Library
from engine.store.store import Store
from tests.support.small_library import finish, write_model, write_photos


def freeze(folder: Path) -> Path:
    """Write `folder`/library-vN.db, N the number of the schema; its path.

    Raises FileExistsError where it is frozen already: it is never made again.
    """
    target = folder / f"library-v{Store.schema}.db"
    if target.exists():
        raise FileExistsError(f"{target} is frozen already")
    with tempfile.TemporaryDirectory() as home:
        photos = write_photos(Path(home) / "photos", 8)
        model = write_model(Path(home) / "model.safetensors")
        with Library.open(str(Path(home) / "library"), model=str(model), device="cpu") as library:
            library.add([str(photos[0].parent)])
            finish(library.sync())
            cat, cup = library.add_labels(["cat", "cup"])
            library.correct(cat.id, yes=[1, 2, 3], no=[4, 5, 6])
            library.correct(cup.id, yes=[7], no=[8])
            finish(library.train([cat.id], activate=False))
        shutil.copy(Path(home) / "library" / "library.db", target)
    return target


def main() -> int:
    """Freeze and print where."""
    parser = argparse.ArgumentParser(description="A library as the code of today keeps it.")
    parser.add_argument("folder", type=Path)
    print(freeze(parser.parse_args().folder))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
