"""Chinese words as a text tower reads them that knows English."""

from __future__ import annotations

import pytest

import resources
from engine.clip import chinese
from engine.clip.tokenizer import tokenize
from engine.clip.zero_shot import vocabulary_words
from engine.search.query import parse

PHRASES = {
    "日落": "sunset",
    "海上日落": "sea sunset",
    "红花": "red flower",
    "桌子上的红色杯子": "red cup on table",
    "雪中的狗": "dog in snow",
    "睡觉的猫": "sleeping cat",
    "穿红裙子的女孩": "girl wearing red dress",
    "没有人的海滩": "beach without people",
    "不是杯子": "not cup",
    "我们的沙发": "our sofa",
    "一只猫。": "cat",
    "T恤": "t-shirt",
    "红色 car": "red car",  # what is no Chinese stays as it is
    "Zorbo的猫": "Zorbo cat",
    "ＡＢＣ 猫": "ABC cat",  # full-width letters
    "café": "café",
    "cat": "cat",
    "кошка": "кошка",
}


@pytest.mark.parametrize("text", PHRASES)
def test_what_is_known_is_read(text: str) -> None:
    assert chinese.read(text) == chinese.Reading(PHRASES[text])
    assert chinese.in_english(text) == PHRASES[text]


UNKNOWN = {
    "雪球": ("", "雪球"),  # snow and ball are known, but a pet is called so
    "小白": ("", "小白"),  # small and white
    "豆豆": ("", "豆豆"),
    "花莲": ("", "花莲"),  # a town; its first character alone is a flower
    "小明的猫": ("cat", "小明"),
    "外滩日落": ("sunset", "外滩"),
}


@pytest.mark.parametrize("text", UNKNOWN)
def test_names_are_not_taken_apart(text: str) -> None:
    english, unknown = UNKNOWN[text]
    assert chinese.read(text) == chinese.Reading(english, (unknown,))
    assert (
        chinese.in_english(text) == text
    )  # a label keeps its name: half a meaning would be a wrong one


@pytest.mark.parametrize(
    "text", ["", "的", "照片", "，。", "😀", "的" * 500, "雪" * 500, "猫狗" * 300, "\ud800猫"]
)
def test_nothing_that_is_typed_is_an_error(text: str) -> None:
    chinese.read(text)
    assert chinese.in_english(text) is not None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("label：猫", "label:猫"),
        ("狗　－雪", "狗 -雪"),  # a full-width blank and minus
        ("folder：“我的 旅行”", 'folder:"我的 旅行"'),
        ("“红色汽车” after：2023", '"红色汽车" after:2023'),
        ("label：", "label:"),
    ],
)
def test_the_punctuation_of_a_chinese_keyboard_is_understood(typed: str, meant: str) -> None:
    assert parse(typed) == parse(meant)


def test_the_whole_vocabulary_can_be_said() -> None:
    said = set(chinese.known().values())
    assert not [word for word in vocabulary_words() if word not in said]


def test_the_file_is_sorted_and_every_word_is_found() -> None:
    lines = resources.path("chinese.txt").read_text(encoding="utf-8").splitlines()
    words = [line.split("\t") for line in lines if not line.startswith("#")]
    assert words == sorted(words) and len(words) == len(chinese.known())
    for word, *rest in words:
        assert word == word.strip() and (not rest or rest[0] == rest[0].strip())
        assert len(rest) < 2 or rest[1] in ("after", "light")
        if not rest or len(rest) == 1:
            assert chinese.read(word).unknown == ()
    assert tokenize(list(chinese.known().values())).shape[1] == 77
