"""The engine's sentences reach a Chinese window in Chinese, with every name and number in its place."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.engine_words import in_words

SENTENCES = {
    "On your 11 corrections, held out in turn: 7 -> 11 right; would add 1 photo, remove 0.": "对您的 11 处更正（轮流预留检验）：正确 7 → 11；将添加 1 张照片，移除 0 张。",
    "Moving the threshold: on held-out answers it is not surely better than the words alone.": "移动阈值：在预留的回答上，不能确定比只用词语更好。",
    "There is no label 'a {name} <b>'.": "没有标签“a {name} <b>”。",
    "72.8 % of ImageNet right without training": "未经训练时 ImageNet 正确率 72.8%",
    "A learned prompt: it needs answers of both kinds to be held out.": "学习提示词：需要“是”和“否”两种回答才能预留检验。",
    "A learned prompt: it needs 4 yes and 4 no, bursts counted once; there are 3 and 6.": "学习提示词：需要 4 个“是”和 4 个“否”（连拍只算一次）；现有 3 个和 6 个。",
    "The file is empty.\nsomething else": "文件是空的。\nsomething else",
}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_in_chinese(in_chinese: None, sentence: str) -> None:
    assert in_words(sentence) == SENTENCES[sentence]


@pytest.mark.parametrize("sentence", [*SENTENCES, "", "unknown", "1 photo of {count} photos"])
def test_in_english_it_stays_as_it_is(qtbot: QtBot, sentence: str) -> None:
    assert in_words(sentence) == sentence
