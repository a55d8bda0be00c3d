"""The engine's sentences in the window's language. The engine speaks English only, because it knows no Qt.

Knows: the shape of each sentence that people meet in the window: notes of a search, reports of learning, reasons of
problems, words about models. Does not know: when they are said. A sentence that it does not know stays as it is.
"""

from __future__ import annotations

import functools
import re

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

#: Names in braces stand for what differs; those that end with `_` hold a piece that is itself in this table.
_SENTENCES = (
    QT_TRANSLATE_NOOP("EngineWords", "1 photo"),
    QT_TRANSLATE_NOOP("EngineWords", "{count} photos"),
    QT_TRANSLATE_NOOP("EngineWords", "1 correction"),
    QT_TRANSLATE_NOOP("EngineWords", "{count} corrections"),
    QT_TRANSLATE_NOOP("EngineWords", "1 new correction"),
    QT_TRANSLATE_NOOP("EngineWords", "{count} new corrections"),
    QT_TRANSLATE_NOOP("EngineWords", "would add {photos_}, remove {removes}"),
    QT_TRANSLATE_NOOP("EngineWords", "Nothing to learn from yet: no corrected photo of this label has been read."),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "Unchanged: there are no new corrections since the present version was learned.",
    ),
    QT_TRANSLATE_NOOP("EngineWords", "Unchanged: after {answers_}, nothing that was tried is surely better."),
    QT_TRANSLATE_NOOP("EngineWords", "From {answers_}, too few to be checked on held-out ones: {change_}."),
    QT_TRANSLATE_NOOP("EngineWords", "On your {answers_}, held out in turn: {before} -> {after} right; {change_}."),
    QT_TRANSLATE_NOOP("EngineWords", "A learned prompt: {objection_}"),
    QT_TRANSLATE_NOOP("EngineWords", "Learning from your photos: {objection_}"),
    QT_TRANSLATE_NOOP("EngineWords", "Moving the threshold: {objection_}"),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "on held-out answers it is not surely better than learning from your photos alone.",
    ),
    QT_TRANSLATE_NOOP("EngineWords", "on held-out answers it is not surely better than the words alone."),
    QT_TRANSLATE_NOOP("EngineWords", "on held-out answers it is not surely better than the present version."),
    QT_TRANSLATE_NOOP("EngineWords", "on held-out answers it is right less often than the present version."),
    QT_TRANSLATE_NOOP("EngineWords", "two yes and two no answers are needed to check it."),
    QT_TRANSLATE_NOOP("EngineWords", "it needs answers of both kinds to be held out."),
    QT_TRANSLATE_NOOP("EngineWords", "it needs {needed} answers, bursts counted once; there are {found}."),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "it needs {yes} yes and {no} no, bursts counted once; there are {found_yes} and {found_no}.",
    ),
    QT_TRANSLATE_NOOP("EngineWords", "it would reorder the best photos of '{name}', which you did not correct."),
    QT_TRANSLATE_NOOP("EngineWords", "it would get {photos_} wrong that you confirmed and that are right now."),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "{answers_} cannot be checked by holding some out: look at them before you accept it.",
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "it would change {photos_}, many for {answers_}: look at them before you accept it.",
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "Accepted on held-out answers, but it would change {photos_}, many for {answers_}: look through them.",
    ),
    QT_TRANSLATE_NOOP("EngineWords", "There is no label '{name}'."),
    QT_TRANSLATE_NOOP("EngineWords", "No good match."),
    QT_TRANSLATE_NOOP("EngineWords", "No good match. The nearest photos follow."),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "The model understands English: '{words}' was looked for in labels and file names only.",
    ),
    QT_TRANSLATE_NOOP("EngineWords", "The model in use has not read the photos yet: sync first."),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "'{typed}' is no date; write {example}:2023, {second}:2023-06 or {third}:2023-06-01.",
    ),
    QT_TRANSLATE_NOOP("EngineWords", "'{typed}' is not known; there are {names}."),
    QT_TRANSLATE_NOOP("EngineWords", "'{typed}' needs the number of a photo."),
    QT_TRANSLATE_NOOP("EngineWords", "There is no photo {number} to compare with, or it has not been read yet."),
    QT_TRANSLATE_NOOP("EngineWords", "It is damaged or not a picture of a kind that Albumen reads."),
    QT_TRANSLATE_NOOP("EngineWords", "The picture is damaged or incomplete ({detail})."),
    QT_TRANSLATE_NOOP("EngineWords", "The file is empty."),
    QT_TRANSLATE_NOOP("EngineWords", "It changed while it was read; it will be read again once it is complete."),
    QT_TRANSLATE_NOOP("EngineWords", "It is not a file but a folder, a pipe or a device; it was left alone."),
    QT_TRANSLATE_NOOP("EngineWords", "It could not be read within {seconds} seconds."),
    QT_TRANSLATE_NOOP("EngineWords", "Its contents made the decoder crash; the file is damaged or hostile."),
    QT_TRANSLATE_NOOP("EngineWords", "There is no such folder or file."),
    QT_TRANSLATE_NOOP("EngineWords", "This folder may not be read; check its permissions."),
    QT_TRANSLATE_NOOP("EngineWords", "This is the library's own folder; choose the folder with your photos."),
    QT_TRANSLATE_NOOP("EngineWords", "This is neither a folder nor a photo in a format that Albumen reads."),
    QT_TRANSLATE_NOOP("EngineWords", "There is a label '{name}' already; merge the two instead."),
    QT_TRANSLATE_NOOP("EngineWords", "A label needs a name; this one is empty."),
    QT_TRANSLATE_NOOP("EngineWords", "Built-in starter"),
    QT_TRANSLATE_NOOP("EngineWords", "small and fast: scenes, everyday things and animals"),
    QT_TRANSLATE_NOOP("EngineWords", "{percent} % of ImageNet right without training"),
    QT_TRANSLATE_NOOP("EngineWords", "{model} (recommended)"),
    QT_TRANSLATE_NOOP("EngineWords", "{model} (better, four times slower)"),
)


def in_words(sentence: str) -> str:
    """`sentence` in the language in force; several sentences separated by line breaks one by one."""
    return "\n".join(_one(part) for part in sentence.split("\n"))


def _one(sentence: str) -> str:
    for template, shape in _shapes():
        found = shape.fullmatch(sentence)
        if found is not None:
            parts = {name: _one(text) if name.endswith("_") else text for name, text in found.groupdict().items()}
            return QCoreApplication.translate("EngineWords", template).format(**parts)
    return sentence


@functools.cache
def _shapes() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Each template with the pattern that it makes: braces match anything."""
    return tuple(
        (template, re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+?)", re.escape(template)), re.DOTALL))
        for template in _SENTENCES
    )
