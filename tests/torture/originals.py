"""Photos are sacred: after all that the engine can do, no file of the folder has changed.

No other byte, no other mtime, no other mode, none added, none gone. The folder holds hostile files
too.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from engine.disk import scan
from engine.images.decode_pool import DecodePool
from tests.support.small_library import finish, write_model, write_photos
from tests.torture import corpus, stage


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument(
        "--damages", type=int, default=1, help="cuts and flips of each picture; 0: none"
    )


def run(arguments: argparse.Namespace) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        folder = scratch / "photos"
        photos = write_photos(folder, arguments.files)
        corpus.write(folder / "hostile", 0, arguments.damages, arguments.damages, bombed=False)
        before = stage.fingerprint(folder)
        everything(scratch, folder, str(photos[0]))
        after = stage.fingerprint(folder)
        changed = [
            path for path in before.keys() | after.keys() if before.get(path) != after.get(path)
        ]
        assert not changed, changed
        return {"files": len(before), "files changed, added or gone": 0}


def everything(scratch: Path, folder: Path, one: str) -> None:
    """Every verb that touches photos."""
    with stage.open_library(scratch) as library:
        library.add([str(folder)])
        finish(library.sync())
        ids = [
            library.photo_id(os.fsdecode(path))
            for path in sorted(stage.files(folder))
            if b"photo 0" in path
        ]
        cat, dog = library.add_labels(stage.LABELS)
        library.correct(cat.id, yes=ids[:12], no=ids[12:24])
        finish(library.train([cat.id]))
        for query in ("a cat", "label:cat", "is:problem", f"like:{library.photo_id(one)}"):
            library.view(query)
        library.similar(library.photo_id(one))
        library.similar_to_file(one)
        library.rename_label(dog.id, "hound")
        library.remove_labels([dog.id])
        library.recall(library.forget(ids[:3]))
        library.retry([failure.photo_id for failure in library.failures()])
        finish(library.sync())
        finish(library.retag())
        finish(library.use_model(str(write_model(scratch / "other.safetensors", seed=9))))
        library.export("json")
        library.remove_folder(library.folders()[0].id)
    with DecodePool(32) as pool:
        paths = [file.path for step in scan.walk(os.fsencode(folder)) for file in step]
        for path in paths[:40]:
            pool.view(path, 300)
        # 8 GiB of nothing would take a while
        list(pool.hash(path for path in paths if b"sparse" not in path))
