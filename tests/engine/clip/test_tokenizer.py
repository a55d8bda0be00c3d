"""Our tokenizer against transformers' CLIPTokenizer (built offline from the same merges), on texts
that hurt."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

import resources
from engine.clip.tokenizer import EOT, SOT, VOCAB_SIZE, decode, encode, tokenize

NASTY = [
    "",
    " ",
    "a photo of a dog.",
    "A PHOTO  of\ta\n\nDog !?",
    "don't won't I'll we've he's she'd they're I'm",
    "DON'T SHE'LL",
    "naïve café Ærøskøbing Straße ﬁ ŉ",
    "日本語の写真 与 中文字符 한국어",
    "Привет, мир! Γειά σου שלום مرحبا",
    "🙂🐕‍🦺👨‍👩‍👧‍👦 family 🇨🇳",
    "&lt;b&gt; &amp;amp; &quot;quoted&quot; &eacute; &#128054;",
    "sunsetâ€™s glow schÃ¶n",
    "1234567890 3.14 ½ Ⅷ ²",
    "x_y-z/w\\v|u~t`s^r",
    "a...b!!!c???d---e",
    "http://example.com/?q=1&r=2#top",
    "zero\u200bwidth\u00a0space\u3000wide",
    "supercalifragilisticexpialidocious antidisestablishmentarianism",
    "AaAaAaAa" * 20,
    "word " * 300,
    "e.t. U.S.A. 's 't ''",
    "１２３ ＡＢＣ ﾊﾝｶｸ",
    "İstanbul ǅ ẞ",
    "\u0301combining a\u0301 o\u0308",
]


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[int]]:
    """transformers' slow-path twin, from vocabulary files that are written here from the published
    merges."""
    from transformers import CLIPTokenizer

    directory = tmp_path_factory.mktemp("clip")
    with gzip.open(resources.path("bpe_simple_vocab_16e6.txt.gz"), "rt", encoding="utf-8") as file:
        merges = file.read().split("\n")[1 : 49152 - 256 - 2 + 1]
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    symbols = [chr(byte) for byte in printable] + [chr(256 + n) for n in range(len(others))]
    symbols += [symbol + "</w>" for symbol in symbols] + [
        merge.replace(" ", "") for merge in merges
    ]
    symbols += ["<|startoftext|>", "<|endoftext|>"]
    vocabulary = {symbol: number for number, symbol in enumerate(symbols)}
    Path(directory, "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    Path(directory, "merges.txt").write_text(
        "\n".join(["#version: 0.2", *merges]) + "\n", encoding="utf-8"
    )
    tokenizer = CLIPTokenizer(vocab=vocabulary, merges=[tuple(merge.split()) for merge in merges])
    return lambda text: tokenizer(text, add_special_tokens=False)["input_ids"]


@pytest.mark.slow  # importing transformers takes longer than the tests beside it
@pytest.mark.parametrize("text", NASTY)
def test_equals_transformers(oracle: Callable[[str], list[int]], text: str) -> None:
    from engine.clip.tokenizer import (
        _clean,  # transformers does not repair and unescape; give it what CLIP's code would
    )

    assert encode(text) == oracle(_clean(text))


def test_published_ids() -> None:
    """The ids that openai/CLIP's README example and its notebook give."""
    assert encode("a diagram") == [320, 22697]
    assert encode("hello world!") == [3306, 1002, 256]


def test_literal_special_tokens_are_plain_text() -> None:
    text = "cup <|endoftext|> of <|startoftext|> tea"
    ids = encode(text)
    assert SOT not in ids and EOT not in ids
    assert decode(ids).replace(" ", "") == text.replace(" ", "")
    row = tokenize(text)[0]
    assert int((row == EOT).sum()) == 1 and int(row.argmax()) == len(ids) + 1


def test_control_characters_and_lone_surrogates_do_no_harm() -> None:
    for text in ("\x00\x01\x7f", "bell\x07", "\ufffe\uffff", "tab\tnew\nline\r", "null\x00byte"):
        assert all(0 <= token < SOT for token in encode(text))
    assert tokenize("bad \udc80 name", truncate=True).shape == (1, 77)


def test_decode_turns_back() -> None:
    assert (
        decode(tokenize("A Photo of a naïve café 日本 🙂")[0].tolist())
        == "a photo of a naïve café 日本 🙂"
    )


def test_shape_and_padding() -> None:
    tokens = tokenize(["a", "a photo of a dog"], context_length=32)
    assert tokens.shape == (2, 32) and tokens.dtype == torch.int
    assert tokens[0].tolist() == [SOT, 320, EOT] + [0] * 29
    assert VOCAB_SIZE == 49408


def test_too_long() -> None:
    with pytest.raises(ValueError, match="300 tokens and this model reads at most 75"):
        tokenize("dog " * 300)
    row = tokenize("dog " * 300, truncate=True)[0]
    assert int(row[0]) == SOT and int(row[-1]) == EOT and int((row == EOT).sum()) == 1
    tokenize("dog " * 75)  # exactly full
    assert tokenize([], context_length=32).shape == (0, 32)
