"""What a person says about labels and can take back: corrections, new labels, versions, keywords.

Knows: for each act, which verbs do it and which take it back, with what the verbs themselves
answered. Does not know: widgets, or how an act waits for its turn (`history`). Every `text` is what
Undo calls the act.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from desktop_app.acts.history import NOTHING, Calls, History, Nothing, call
from engine.records import AlbumenError, Answered, Correction, KeywordsRead, Restored
from engine.verbs import Verbs


def correct(
    history: History,
    text: str,
    label_id: int,
    yes: Sequence[int],
    no: Sequence[int],
    clear: Sequence[int],
    told: Callable[[bool], object] = lambda _said: None,
) -> None:
    """Say yes or no about a label for many photos, or take back what was said.

    `told` hears whether it is said now: True, or False after an undo.
    """
    words = [Correction(one, label_id, True) for one in yes]
    words += [Correction(one, label_id, False) for one in no]
    words += [Correction(one, label_id, None) for one in clear]
    say(history, text, words, told)


def say(
    history: History,
    text: str,
    words: list[Correction],
    told: Callable[[bool], object] = lambda _said: None,
) -> None:
    """The same for several labels at once."""

    def forward(_undone: object) -> Calls[list[Correction]]:
        try:
            before = yield from call(Verbs.correct_many, words)
        except AlbumenError:
            told(False)
            raise
        told(True)
        return before

    def back(before: list[Correction]) -> Calls[None]:
        yield from call(Verbs.correct_many, list(before))
        told(False)

    if words:
        history.push(text, forward, back)


def answer_suggestions(
    history: History,
    photos: Sequence[int],
    yes: bool,
    text: Callable[[int], str],
    told: Callable[[int], object],
) -> None:
    """Say yes or no to all that the machine suggests for these photos.

    An act only if there was a suggestion: what was undone can be done again otherwise.
    `text(number of suggestions)` names the act, `told` hears that number.
    """

    def answered(done: Answered) -> None:
        words = done.words
        if words:
            history.push_done(
                text(len(words)),
                lambda _undone: call(Verbs.correct_many, words),
                lambda previous: call(Verbs.correct_many, previous),
                list(done.previous),
            )
        told(len(words))

    history.look(Verbs.answer_suggestions, list(photos), yes).then(answered)


def add_labels(history: History, text: str, names: list[str], photos: Sequence[int] = ()) -> None:
    """Define labels, and say yes to them on `photos`.

    Undo removes exactly those that were new, with what was said about them since; redo brings
    back the same ones, with their ids.
    """
    act = _LabelsAdded(names, photos)
    history.push(text, act.forward, act.back)


def remove_labels(history: History, text: str, label_ids: Sequence[int]) -> None:
    """Remove labels; what was said about them comes back with them."""
    history.push(
        text,
        lambda _back: call(Verbs.remove_labels, list(label_ids)),
        lambda token: call(Verbs.restore_labels, token),
    )


def merge_labels(history: History, text: str, into_id: int, from_id: int) -> None:
    """Let what was said about one label count for another, and remove it."""
    history.push(
        text,
        lambda _back: call(Verbs.merge_labels, into_id, from_id),
        lambda merged: call(Verbs.unmerge_labels, merged),
    )


def activate_version(
    history: History,
    text: str,
    label_id: int,
    version: int,
    told: Callable[[bool | None], object] = lambda _accepted: None,
) -> None:
    """Make another version of a label the one that tags.

    Undo goes back to the one that was in force. `told` hears True, or None after an undo.
    """

    def forward(_back: object) -> Calls[int]:
        told(True)
        try:
            versions = yield from call(Verbs.versions, label_id)
            yield from call(Verbs.activate, version)
        except AlbumenError:
            told(None)
            raise
        return next((one.id for one in versions if one.active), version)

    def back(before: int) -> Calls[None]:
        yield from call(Verbs.activate, before)
        told(None)

    history.push(text, forward, back)


def take_keywords(history: History, text: str, told: Callable[[KeywordsRead], object]) -> None:
    """Make labels of the keywords in photos and sidecars, and confirm them.

    Only where nothing was said yet. `told` hears once what was found; nothing new is no act.
    """

    def forward(undone: tuple[KeywordsRead, str | None] | None) -> Calls[KeywordsRead | Nothing]:
        if undone is not None:  # the same labels again, not new ones of the same names
            report, token = undone
            if token is not None:
                yield from call(Verbs.restore_labels, token)
            words = [replace(word, present=True) for word in report.previous]
            yield from call(Verbs.correct_many, words)
            return report
        report = yield from call(Verbs.take_keywords)
        told(report)
        return report if report.previous else NOTHING

    def back(report: KeywordsRead) -> Calls[tuple[KeywordsRead, str | None]]:
        yield from call(Verbs.correct_many, list(report.previous))
        return report, (yield from _removed(report.labels))

    history.push(text, forward, back)


def restore_words(
    history: History, text: str, path: str, told: Callable[[Restored], object]
) -> None:
    """Labels and corrections out of a file that the library saved.

    `told` hears once what came back; nothing is no act.
    """

    def forward(
        undone: tuple[Restored, str | None, list[Correction]] | None,
    ) -> Calls[Restored | Nothing]:
        if undone is None:
            restored = yield from call(Verbs.restore_words, path)
            told(restored)
            return restored if restored.labels or restored.previous else NOTHING
        before, token, words = undone
        if token is not None:
            yield from call(Verbs.restore_labels, token)
        return Restored(before.labels, tuple((yield from call(Verbs.correct_many, words))))

    def back(restored: Restored) -> Calls[tuple[Restored, str | None, list[Correction]]]:
        words = yield from call(Verbs.correct_many, list(restored.previous))
        return restored, (yield from _removed(restored.labels)), words

    history.push(text, forward, back)


def _removed(label_ids: Sequence[int]) -> Calls[str | None]:
    """Remove these labels; the token that brings them back, None if there are none."""
    return (yield from call(Verbs.remove_labels, list(label_ids))) if label_ids else None


@dataclass(slots=True)
class _LabelsAdded:
    """New labels by name.

    A name may be known already, and a new one may move a known one into a group with it.
    """

    names: list[str]
    photos: Sequence[int]

    def forward(self, undone: _NewLabels | None) -> Calls[_NewLabels]:
        if undone is not None:
            if undone.token is not None:
                yield from call(Verbs.restore_labels, undone.token)
            for label_id, (_old, new) in undone.groups.items():
                yield from call(Verbs.update_label, label_id, group=new)
            if undone.words:
                yield from call(Verbs.correct_many, undone.words)
            return undone
        known = {label.id: label for label in (yield from call(Verbs.labels))}
        labels = yield from call(Verbs.add_labels, self.names)
        asked = {_folded(name) for name in self.names}
        made = _NewLabels([label.id for label in labels if label.id not in known])
        for label in labels:
            if label.id in known and known[label.id].group != label.group:
                made.groups[label.id] = (known[label.id].group, label.group)
            if _folded(label.name) in asked:
                made.words += [Correction(photo, label.id, True) for photo in self.photos]
        if made.words:
            made.before = yield from call(Verbs.correct_many, made.words)
        return made

    def back(self, made: _NewLabels) -> Calls[_NewLabels]:
        if made.before:
            yield from call(Verbs.correct_many, made.before)
        made.token = (yield from call(Verbs.remove_labels, made.ids)) if made.ids else None
        for label_id, (old, _new) in made.groups.items():
            yield from call(Verbs.update_label, label_id, group=old)
        return made


class _NewLabels:
    """What defining labels did.

    `ids` of the new ones, known ones that changed their group, words that were said.
    """

    def __init__(self, ids: list[int]) -> None:
        self.ids = ids
        self.groups: dict[int, tuple[str | None, str | None]] = {}
        self.words: list[Correction] = []
        self.before: list[Correction] = []
        self.token: str | None = None


def _folded(name: str) -> str:
    """Names that differ in capitals and blanks only are one label's."""
    return " ".join(name.split()).casefold()
