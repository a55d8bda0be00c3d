"""Text -> token ids by CLIP's byte-pair encoding (Sennrich et al. 2016, arXiv:1508.07909;
vocabulary of openai/CLIP).

Knows the vocabulary and the cleaning of text; knows nothing of models: the caller passes the
model's `context_length`.
"""

import gzip
import html
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import ftfy
import regex
import torch

import resources
from engine.records import UnusableValue

VOCAB_SIZE = 49408
SOT = VOCAB_SIZE - 2  # start of text
EOT = VOCAB_SIZE - 1  # end of text: the highest id, which is how the model finds it

# The official pattern also matches '<|startoftext|>' and '<|endoftext|>' as special tokens. They
# are left out here: a label or a query is a person's plain text, and a literal '<|endoftext|>' in
# it must not end the text early.
_WORD = regex.compile(
    r"""'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+""", regex.IGNORECASE
)


def tokenize(
    texts: str | Sequence[str], context_length: int = 77, truncate: bool = False
) -> torch.Tensor:
    """One text or N texts -> token ids (N, context_length), int32, rows `[SOT] ... [EOT] 0 0 ...`.

    Pass the model's own `context_length` (77 in the official models, 32 in the starter). A text
    that does not fit raises UnusableValue (a ValueError) with a sentence for the user; with
    `truncate=True` it is cut and still ends in EOT.
    """
    if isinstance(texts, str):
        texts = [texts]
    tokens = torch.zeros(len(texts), context_length, dtype=torch.int)  # (N, L)
    for row, text in zip(tokens, texts, strict=True):
        ids = [SOT, *encode(text), EOT]
        if len(ids) > context_length:
            if not truncate:
                shown = text if len(text) <= 40 else text[:37] + "..."
                raise UnusableValue(
                    "The text '{text}' is too long: it has {length} tokens and this model reads "
                    "at most {limit}. Use fewer words.",
                    text=shown,
                    length=len(ids) - 2,
                    limit=context_length - 2,
                )
            ids = [*ids[: context_length - 1], EOT]
        row[: len(ids)] = torch.tensor(ids)
    return tokens


def encode(text: str) -> list[int]:
    """Token ids of a text without SOT and EOT: cleaned, lower-cased, split into words, each word
    merged bottom-up."""
    ids: list[int] = []
    for word in _WORD.findall(_clean(text)):
        ids.extend(_bpe(word))
    return ids


def decode(ids: Sequence[int]) -> str:
    """The text of these token ids, lower case and with single spaces; SOT, EOT and all behind EOT
    are dropped."""
    symbols = _symbols()
    words: list[str] = []
    for token in map(int, ids):
        if token == EOT:
            break
        if token != SOT:
            words.append(symbols[token])
    byte_of = {character: byte for byte, character in _byte_characters().items()} | {" ": ord(" ")}
    raw = bytearray(byte_of[character] for character in "".join(words).replace("</w>", " "))
    return raw.decode("utf-8", errors="replace").strip()


def _clean(text: str) -> str:
    """As the official tokenizer: repair mojibake, unescape HTML twice (web texts may be escaped
    twice), lower case."""
    text = html.unescape(html.unescape(ftfy.fix_text(text)))
    return " ".join(text.split()).lower()


@lru_cache(maxsize=1)
def _byte_characters() -> dict[int, str]:
    """A printable character for each byte: itself if it is printable Latin-1, else one from U+0100
    on (as GPT-2)."""
    printable = [
        *range(ord("!"), ord("~") + 1),
        *range(ord("¡"), ord("¬") + 1),
        *range(ord("®"), ord("ÿ") + 1),
    ]
    others = [byte for byte in range(256) if byte not in printable]
    table = {byte: chr(byte) for byte in printable}
    table.update({byte: chr(256 + n) for n, byte in enumerate(others)})
    return table


@lru_cache(maxsize=1)
def _ranks() -> dict[tuple[str, str], int]:
    """The merges in order of preference: (left, right) -> rank."""
    with gzip.open(resources.path("bpe_simple_vocab_16e6.txt.gz"), "rt", encoding="utf-8") as file:
        lines = file.read().split("\n")
    # Line 0 is a header; of the merges CLIP uses as many as its vocabulary leaves beside 2 x 256
    # bytes and 2 specials.
    merges = lines[1 : VOCAB_SIZE - 512 - 2 + 1]
    return {
        (left, right): rank for rank, (left, right) in enumerate(line.split() for line in merges)
    }


@lru_cache(maxsize=1)
def _symbols() -> list[str]:
    """Symbol of each id: 256 bytes, the same bytes as word ends, the merges in order, SOT, EOT."""
    characters = list(_byte_characters().values())
    merged = ("".join(pair) for pair in _ranks())
    return [
        *characters,
        *(c + "</w>" for c in characters),
        *merged,
        "<|startoftext|>",
        "<|endoftext|>",
    ]


@lru_cache(maxsize=1)
def _ids() -> dict[str, int]:
    return {symbol: number for number, symbol in enumerate(_symbols()[:SOT])}


@lru_cache(maxsize=65536)
def _bpe(word: str) -> tuple[int, ...]:
    """Ids of one word: start from its bytes and always merge the pair of the best rank, everywhere
    it occurs."""
    table = _byte_characters()
    ranks = _ranks()
    ids = _ids()
    parts = [table[byte] for byte in word.encode("utf-8")]
    parts[-1] += "</w>"
    while len(parts) > 1:
        best = min(pairwise(parts), key=lambda pair: ranks.get(pair, len(ranks)))
        if best not in ranks:
            break
        merged: list[str] = []
        position = 0
        while position < len(parts):
            if tuple(parts[position : position + 2]) == best:
                merged.append(parts[position] + parts[position + 1])
                position += 2
            else:
                merged.append(parts[position])
                position += 1
        parts = merged
    return tuple(ids[part] for part in parts)
