"""The engine's messages reach a Chinese window in Chinese, pieces and all, and an English one as
they are."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.link.wording import in_words
from engine.messages import Message, from_json, lines, message, verbatim

MESSAGES = [
    (
        message(
            "Checked on your {answers}, each kept out of learning in its turn: {before} right "
            "before, {after} after; would add {photos}, remove {removes}.",
            answers=message("{count} corrections", count=11),
            before=7,
            after=11,
            photos=message("1 photo"),
            removes=0,
        ),
        "用您的 11 条更正检验（每条轮流不参与学习）：之前答对 7 条，之后 11 条；"
        "将给 1 张照片添加标签，从 0 张移除。",
    ),
    (
        message(
            "Changing the strictness: {objection}",
            objection=message(
                "on answers kept out of learning it is not better than the label's name alone."
            ),
        ),
        "调整严格程度：在未参与学习的回答上，并不比仅凭标签名称更好。",
    ),
    (
        message("There is no label '{name}'.", name="a {name} <b>"),
        "没有标签“a {name} <b>”。",
    ),
    (
        message("{percent} % of ImageNet right without training", percent=72.8),
        "ImageNet 识别正确率 72.8%",
    ),
    (
        message(
            "Learning words of its own: {objection}",
            objection=message(
                "it needs {needed} yes and {needed} no, bursts counted once; there are {yes} and "
                "{no}.",
                needed=4,
                yes=3,
                no=6,
            ),
        ),
        "学习专属词语：需要 4 个“是”和 4 个“否”（连拍只算一次）；现有 3 个和 6 个。",
    ),
    (
        lines(message("The file is empty."), verbatim("something else")),
        "文件是空的。\nsomething else",
    ),
    (verbatim("The file is empty."), "The file is empty."),
    # an older library said so: the whole is still a template, or was filled already
    (from_json("The file is empty."), "文件是空的。"),
    (from_json("There is no label 'cat'."), "There is no label 'cat'."),
    (
        from_json("The picture is damaged or incomplete (it ends too early)."),
        "图片已损坏或不完整（文件过早结束）。",
    ),
]


@pytest.mark.parametrize(("said", "chinese"), MESSAGES, ids=range(len(MESSAGES)))
def test_in_chinese(in_chinese: None, said: Message, chinese: str) -> None:
    assert in_words(said) == chinese


@pytest.mark.parametrize("said", [said for said, _ in MESSAGES], ids=range(len(MESSAGES)))
def test_in_english_it_stays_as_it_is(qtbot: QtBot, said: Message) -> None:
    assert in_words(said) == str(said)
