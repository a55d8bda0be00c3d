"""What the engine says and what the window says, read out of their code.

Every sentence of the engine is a message with a literal template, whose places are filled by name;
those that a window may show are translated, and tell nobody to type a command. The window's own
sentences are marked for translation.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QCoreApplication

import desktop_app
from desktop_app.link.wording import CONTEXT
from desktop_app.translations.templates import (
    ENGINE,
    MAKERS,
    Made,
    files,
    made,
    reaches_a_window,
    templates,
)

CHINESE = Path(desktop_app.__file__).parent / "translations" / "albumen_zh_CN.ts"
#: What a window cannot do for anybody: commands, options, variables of the environment.
COMMANDS = re.compile(r"`|--\w|albumen-cli|\bsync\b|\b[A-Z]+_[A-Z_]+\b|python -m|\bpip\b")
#: What looks like a sentence of the engine and is none that a person meets in the window.
NOT_SAID = {
    "A VisionTransformer needs vision_patch_size.": "a mistake of a programmer",
    "7 words, but 7 text features.": "a mistake of a programmer",
    "A text has 7 tokens and this model reads at most 7: pass context_length=7 to tokenize.": (
        "a mistake of a programmer"
    ),
    "This label has no calibrated probability: nobody corrected it.": "a mistake of a programmer",
}


@functools.cache
def everything() -> list[Made]:
    return [one for file in files() for one in made(file)]


def place(one: Made) -> str:
    return f"{one.file.relative_to(ENGINE)}:{one.line}"


def test_every_template_is_a_literal() -> None:
    """Or an error passes on a message that another one carries."""
    found = everything()
    assert len(found) > 150
    assert [
        place(one)
        for one in found
        if one.template is None
        and not (isinstance(one.first, ast.Attribute) and one.first.attr == "message")
    ] == []


def test_every_place_is_filled_by_its_name() -> None:
    assert [
        place(one)
        for one in everything()
        if one.template is not None and set(re.findall(r"\{(\w+)\}", one.template)) != {*one.names}
    ] == []


def translated(context: str) -> dict[str, str]:
    """English -> Chinese of one context of the .ts file, or of all ("")."""
    return {
        message.findtext("source", ""): message.findtext("translation", "")
        for one in ElementTree.parse(CHINESE).getroot().iter("context")
        if not context or one.findtext("name") == context
        for message in one.iter("message")
    }


def test_every_template_is_in_chinese() -> None:
    chinese = translated(CONTEXT)
    assert set(templates()) == set(chinese)
    assert [template for template, text in chinese.items() if not re.search("[一-鿿]", text)] == [
        "{path}: {reason}"
    ]


def test_no_word_of_the_command_line_stands_in_the_window() -> None:
    assert [text for text in (*templates(), *translated("")) if COMMANDS.search(text)] == []


@pytest.mark.usefixtures("in_chinese")
def test_lupdate_reads_every_template_as_it_is() -> None:
    """Quotes, backslashes and what is no ASCII came through the file that it reads."""
    chinese = translated(CONTEXT)
    for template in templates():
        assert QCoreApplication.translate(CONTEXT, template) == chinese[template]


# -- none is missed --------------------------------------------------------------------------------


def sentences(file: Path, marks: tuple[str, ...] = ()) -> Iterator[str]:
    """Texts of three words or more that end like a sentence, with 7 for whatever is put in.

    Without docstrings, log messages, and what stands inside a call of one of `marks`.
    """
    tree = ast.parse(file.read_text(encoding="utf-8"))
    passed: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            passed.add(id(node.value))
        elif isinstance(node, ast.JoinedStr):
            passed.update(id(value) for value in node.values)
        elif isinstance(node, ast.Call):
            function = node.func
            name = (
                function.attr
                if isinstance(function, ast.Attribute)
                else getattr(function, "id", "")
            )
            owner = getattr(getattr(function, "value", None), "id", "")
            if name in marks or owner == "_log":
                passed.update(map(id, ast.walk(node)))
    for node in ast.walk(tree):
        if id(node) in passed:
            continue
        if isinstance(node, ast.JoinedStr):
            text = "".join(
                str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        # SQL ends with a lonely question mark.
        if re.search(r"\.\s*$|\w\?\s*$", text) and len(text.split()) >= 3:
            yield text.strip()


def test_what_the_engine_says_is_a_message() -> None:
    """The sentences in its code stand where messages are made, and nowhere else."""
    said = {
        f"{file.relative_to(ENGINE)}: {text}"
        for file in files()
        if reaches_a_window(file)
        for text in sentences(file, MAKERS)
        if "{}" not in text and text not in NOT_SAID  # templates of prompts have these braces
    }
    assert said == set()


def test_every_sentence_of_the_window_is_translated() -> None:
    marks = ("tr", "translate", "QT_TRANSLATE_NOOP", "add_argument", "ArgumentParser")
    untranslated = [
        f"{file.stem}: {text}"
        for file in sorted(Path(desktop_app.__file__).parent.rglob("*.py"))
        if file.parent.name not in ("bench", "translations") and file.stem != "bundle"
        for text in sentences(file, marks)
        if not text.startswith("albumen: ")  # said in the terminal, where there is no window
    ]
    assert not untranslated
