"""The engine's sentences reach a Chinese window in Chinese, with every name and number in its
place, and none is missed: the sentences are read out of the code of the engine, and those of the
window itself have to be marked for translation."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

import desktop_app
import engine
from desktop_app.link.engine_words import _shape_of, in_words

SENTENCES = {
    "Checked on your 11 corrections, each kept out of learning in its turn: 7 right before, 11 after; would add 1 photo, remove 0.": "用您的 11 条更正检验（每条轮流不参与学习）：之前答对 7 条，之后 11 条；将给 1 张照片添加标签，从 0 张移除。",
    "Changing the strictness: on answers kept out of learning it is not better than the label's name alone.": "调整严格程度：在未参与学习的回答上，并不比仅凭标签名称更好。",
    "There is no label 'a {name} <b>'.": "没有标签“a {name} <b>”。",
    "72.8 % of ImageNet right without training": "ImageNet 识别正确率 72.8%",
    "Learning words of its own: it needs enough answers of both kinds, yes and no, to be checked.": "学习专属词语：需要足够的“是”和“否”两种回答才能检验。",
    "Learning words of its own: it needs 4 yes and 4 no, bursts counted once; there are 3 and 6.": "学习专属词语：需要 4 个“是”和 4 个“否”（连拍只算一次）；现有 3 个和 6 个。",
    "The file is empty.\nsomething else": "文件是空的。\nsomething else",
}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_in_chinese(in_chinese: None, sentence: str) -> None:
    assert in_words(sentence) == SENTENCES[sentence]


@pytest.mark.parametrize("sentence", [*SENTENCES, "", "unknown", "1 photo of {count} photos"])
def test_in_english_it_stays_as_it_is(qtbot: QtBot, sentence: str) -> None:
    assert in_words(sentence) == sentence


# -- none is missed --------------------------------------------------------------------------------

#: Modules that a window never calls: they serve the command line.
COMMAND_LINE = {
    *(
        "pretrain",
        "distil",
        "corpus",
        "datasets",
        "evaluate",
        "reports",
        "finetune",
        "concepts",
        "evaluation",
        "synthetic_images",
        "render",
    ),
    *("__main__", "classify", "phrases", "profiled"),
}
#: What looks like a sentence and is none that a person meets in the window.
NOT_SAID = {
    "A VisionTransformer needs vision_patch_size.": "a mistake of a programmer",
    "7 words, but 7 text features.": "a mistake of a programmer",
    "look at them before you accept it.": "the end of a sentence that is there whole",
    "The nearest photos follow.": "the end of a sentence that is there whole",
}


def sentences(file: Path, marks: tuple[str, ...] = ()) -> Iterator[str]:
    """Texts of three words or more that end like a sentence, with 7 for whatever is put in; without
    docstrings, log messages, and what stands inside a call of one of `marks`."""
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
        if (
            re.search(r"\.\s*$|\w\?\s*$", text) and len(text.split()) >= 3
        ):  # SQL ends with a lonely question mark
            yield text.strip()


def test_every_sentence_of_the_engine_is_known(qtbot: QtBot) -> None:
    missing = []
    for file in sorted(Path(engine.__file__).parent.rglob("*.py")):
        if file.stem in COMMAND_LINE or file.parent.name == "bench":
            continue
        said = {
            text for text in sentences(file) if "{}" not in text
        }  # templates of prompts have these
        if file.stem == "coop":  # prompts in files and options are the command line's
            said = {text for text in said if text.startswith("Learning")}
        missing += [
            f"{file.stem}: {text}" for text in said - NOT_SAID.keys() if not _shape_of(text)[0]
        ]
    assert not missing, "put these into engine_words.py, and translate them"


def test_every_sentence_of_the_window_is_translated() -> None:
    marks = ("tr", "translate", "QT_TRANSLATE_NOOP", "add_argument", "ArgumentParser")
    untranslated = [
        f"{file.stem}: {text}"
        for file in sorted(Path(desktop_app.__file__).parent.rglob("*.py"))
        if file.parent.name != "bench" and file.stem != "bundle"
        for text in sentences(file, marks)
        if not text.startswith("albumen: ")  # said in the terminal, where there is no window
    ]
    assert not untranslated
