"""Bring the translations up to date: `python -m desktop_app.translations [NAME]`.

Qt's lupdate reads the window's sources. It cannot read the engine's messages, which know no Qt:
they are handed to it as a file that marks every template for translation (`templates`).
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import PySide6

from desktop_app.link.wording import CONTEXT
from desktop_app.translations.templates import templates

SOURCES = Path(__file__).parents[1]
FOLDER = Path(__file__).parent
#: English is the language of the code: its file holds the plurals only ("1 photo", "2 photos").
_ENGLISH = "albumen_en"


def tool(name: str) -> Path:
    """Where PySide6 keeps Qt's `lupdate` or `lrelease`; not every build of it has them."""
    return Path(PySide6.__file__).parent / (f"{name}.exe" if sys.platform == "win32" else name)


def update(translation: Path) -> None:
    """Put what the code says now into a .ts file, made where it is not there.

    New sentences are unfinished, those that are gone are left out, the others stay as they are.
    """
    options = ["-silent", "-noobsolete", "-locations", "none"]
    options += ["-pluralonly"] if translation.stem == _ENGLISH else []
    sources = sorted(file for file in SOURCES.rglob("*.py") if file.parent != FOLDER)
    with tempfile.TemporaryDirectory() as folder:
        engine = Path(folder) / "engine_messages.py"
        engine.write_text("".join(map(_mark, templates())), encoding="utf-8")
        subprocess.run(
            [tool("lupdate"), *options, *sources, engine, "-ts", translation], check=True
        )
    text = translation.read_text(encoding="utf-8")
    # What lupdate takes for hints to translators are comments of programmers.
    text = re.sub(r" *<extracomment>.*?</extracomment>\n", "", text, flags=re.DOTALL)
    translation.write_text(text, encoding="utf-8", newline="\n")


def release(translation: Path) -> None:
    """Make the .qm file beside a .ts file."""
    subprocess.run([tool("lrelease"), "-silent", translation], check=True)


def _mark(template: str) -> str:
    return f"QT_TRANSLATE_NOOP({json.dumps(CONTEXT)}, {json.dumps(template, ensure_ascii=False)})\n"


def main(words: Sequence[str]) -> int:
    """Update and release the languages that are named, or all that are there."""
    parser = argparse.ArgumentParser(
        prog="python -m desktop_app.translations",
        description="Put every sentence of the code into the .ts files, and make the .qm files.",
    )
    parser.add_argument(
        "names",
        metavar="NAME",
        nargs="*",
        help="a file without its ending: albumen_de makes a new one (default: all there are)",
    )
    names = parser.parse_args(words).names
    for name in names or sorted(file.stem for file in FOLDER.glob("*.ts")):
        translation = FOLDER / f"{name}.ts"
        update(translation)
        release(translation)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
