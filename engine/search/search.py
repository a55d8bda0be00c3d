"""Which photos a query shows, and in which order.

The one place where columns, labels and meaning come together.

Knows: how each part of a query becomes a mask or a score over photo ids, and the orders a person
may choose. Does not know: the language (`query`), how a score is made (`recognition`). Without
words in the query no torch is imported.

Every column is indexed by photo id (ids are small integers that are never reused), so that a part
of a query is one vector operation and a million photos take a few megabytes.
"""

from __future__ import annotations

import unicodedata
from array import array
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from engine.clip import chinese
from engine.messages import Message, message
from engine.records import NEAREST_FOLLOW, NO_GOOD_MATCH, PhotoState, SearchResult
from engine.search.name_index import NameIndex
from engine.search.query import Part, Query, parse, ranks
from engine.store.labels import fold
from engine.store.store import Store

if TYPE_CHECKING:
    from engine.search.recognition import Recognition

Mask = npt.NDArray[np.bool_]
Scores = npt.NDArray[np.float32]

_BEYOND = 1000  # rows shown after the good matches
_NAMED = 1000.0  # lifts photos whose file or label says so above those that only look like it
_NOWHERE = np.float32(-np.inf)


class Search:
    """Answers queries about one store."""

    def __init__(self, store: Store, recognition: Callable[[], Recognition]) -> None:
        self._store = store
        self._recognition = recognition
        self._names = NameIndex(store)
        self._loaded = False
        self._shown: Mask = np.zeros(0, bool)
        self._taken_at: npt.NDArray[np.float64] = np.zeros(0)
        self._day: npt.NDArray[np.int32] = np.zeros(0, np.int32)
        self._by_date: npt.NDArray[np.int64] | None = None

    # columns
    # ----------------------------------------------------------------------------------------------

    def refresh(self, ids: Sequence[int]) -> None:
        """These photos changed in the store."""
        self._by_date = None
        self._names.refresh(ids)
        if not self._loaded or not ids:
            return
        self._grow(max(ids) + 1)
        self._shown[list(ids)] = False
        self._read(ids)

    def _load(self) -> None:
        if not self._loaded:
            self._grow(self._store.photos.end())
            self._read()
            self._loaded = True

    def _read(self, photo_ids: Sequence[int] | None = None) -> None:
        for rows in filter(None, self._store.photos.dates(photo_ids)):
            some, moments, days = zip(*rows, strict=True)
            ids = np.array(some, np.int64)
            self._shown[ids] = True
            self._taken_at[ids] = moments
            self._day[ids] = days

    def _grow(self, size: int) -> None:
        if size > len(self._shown):
            more = max(size, len(self._shown) * 5 // 4) - len(self._shown)
            self._shown = np.concatenate([self._shown, np.zeros(more, bool)])
            self._taken_at = np.concatenate([self._taken_at, np.zeros(more)])
            self._day = np.concatenate([self._day, np.zeros(more, np.int32)])

    # answers
    # ----------------------------------------------------------------------------------------------

    def answer(self, text: str, sort: str, strictness: float) -> SearchResult:
        """The photos that answer a query (see `Library.view`)."""
        self._load()
        query = parse(text)
        notes = list(query.notes)
        if query.ranked:
            ids, scores, matched = self._ranked(query, strictness, notes)
            if sort in ("auto", "relevance"):
                return self._result(text, query, ids, scores, matched, notes)
            ids = self._sorted(ids[:matched], sort)
        else:
            ids = self._sorted(np.flatnonzero(self._allowed(query, notes)), sort)
        return self._result(text, query, ids, None, len(ids), notes)

    def number(self, text: str) -> int:
        """How many photos a query without words shows."""
        self._load()
        return int(self._allowed(parse(text), []).sum())

    def taken_at(self, ids: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """When photos were taken, in seconds since the epoch: (N,) for ids (N,)."""
        self._load()
        return self._taken_at[ids]

    def like(self, vector: object, n: int, leave_out: int = 0) -> SearchResult:
        """The `n` photos whose image features are most like `vector` (D,)."""
        self._load()
        scores = self._spread(self._recognition().index.products(vector))  # type: ignore[arg-type]
        if leave_out < len(scores):
            scores[leave_out] = _NOWHERE
        ids = _best(scores, n)
        return self._result("", Query(), ids, scores[ids], len(ids), [])

    def _result(
        self,
        text: str,
        query: Query,
        ids: npt.NDArray[np.int64],
        scores: Scores | None,
        matched: int,
        notes: list[Message],
    ) -> SearchResult:
        return SearchResult(
            query=text,
            ids=array("q", ids.tobytes()),
            scores=array("f", b"" if scores is None else scores.tobytes()),
            days=array("i", self._day[ids].tobytes()),
            matched=matched,
            notes=tuple(dict.fromkeys(notes)),
            chips=query.chips,
        )

    def _sorted(self, ids: npt.NDArray[np.int64], sort: str) -> npt.NDArray[np.int64]:
        if sort == "oldest":
            return self._sorted(ids, "date")[::-1]
        if sort in ("name", "folder"):
            return ids[np.argsort(self._names.places(sort)[ids], kind="stable")]
        if self._by_date is None:  # newest first; of one moment, the order they came in
            shown = np.flatnonzero(self._shown)
            self._by_date = shown[np.argsort(-self._taken_at[shown], kind="stable")]
        if len(ids) == len(self._by_date):
            return self._by_date
        return ids[np.argsort(-self._taken_at[ids], kind="stable")]

    # yes or no
    # ----------------------------------------------------------------------------------------------

    def _allowed(self, query: Query, notes: list[Message]) -> Mask:
        """Photos that pass the yes-or-no parts of any branch."""
        if not query.branches:
            return self._shown
        allowed = np.zeros_like(self._shown)
        for branch in query.branches:
            allowed |= self._filtered(branch, notes)
        return allowed

    def _filtered(self, branch: Sequence[Part], notes: list[Message]) -> Mask:
        unseen = any(
            part.kind == "is" and part.value == "missing" and not part.negated for part in branch
        )
        mask = np.ones_like(self._shown) if unseen else self._shown.copy()
        for part in branch:
            if not ranks(part):
                here = self._mask(part, notes)
                mask &= ~here if part.negated else here
        return mask

    def _mask(self, part: Part, notes: list[Message]) -> Mask:
        if part.kind == "label":
            label_id = self._store.labels.find(part.value)
            if label_id is None:
                notes.append(message("There is no label '{name}'.", name=part.value))
                return np.zeros_like(self._shown)
            return self._mask_of(self._store.tags.with_label(label_id))
        if part.kind == "folder":
            mask = np.zeros_like(self._shown)
            mask[self._names.in_folder(part.value)] = True
            return mask
        if part.kind == "after":
            return self._day >= part.day
        if part.kind == "before":
            return self._day < part.day
        if part.kind == "is":
            return self._in_state(part.value)
        if part.kind == "like":
            return np.zeros_like(self._shown)
        scores = self._text_scores(part.value, 0.0, notes)
        return scores >= 0

    def _in_state(self, state: str) -> Mask:
        tags = self._store.tags
        if state == "review":
            return self._judged(tags.uncertain(), tags.uncertain_besides_words())
        if state == "untagged":
            labelled = self._judged(tags.labelled(), tags.labelled_by_words())
            return self._shown & ~self._mask_of(self._store.photos.unread()) & ~labelled
        if state == "problem":
            return self._mask_of(self._store.photos.problems())
        if state == "corrected":
            return self._mask_of(self._store.corrections.photos())
        if state == "duplicate":
            return self._mask_of(self._store.photos.duplicates())
        return self._mask_of(self._store.photos.in_state(PhotoState(state)))

    def _judged(self, by_machine: array[int], corrected: array[int]) -> Mask:
        """Photos by what the machine says of them.

        Save those with corrections: of these, `corrected`.
        """
        mask = self._mask_of(by_machine)
        mask &= ~self._mask_of(self._store.corrections.photos())
        mask |= self._mask_of(corrected)
        return mask

    def _mask_of(self, photo_ids: array[int]) -> Mask:
        mask = np.zeros_like(self._shown)
        ids = np.asarray(photo_ids, np.int64)
        mask[ids[ids < len(mask)]] = True
        return mask

    # by meaning
    # ----------------------------------------------------------------------------------------------

    def _ranked(
        self, query: Query, strictness: float, notes: list[Message]
    ) -> tuple[npt.NDArray[np.int64], Scores, int]:
        """Ids and scores, best first, and how many are good matches (score >= 0)."""
        best = np.full(len(self._shown), _NOWHERE)
        for branch in query.branches:
            scores = np.full(len(self._shown), np.float32(np.inf))
            for part in filter(ranks, branch):
                if part.kind == "words":
                    here = self._text_scores(part.value, strictness, notes)
                else:
                    here = self._likeness(part.photo_id, notes)
                np.minimum(scores, here, out=scores)
            scores[np.isposinf(scores)] = 0.0  # a branch of yes-or-no parts beside a ranked one
            scores[~self._filtered(branch, notes)] = _NOWHERE
            np.maximum(best, scores, out=best)
        matched = int((best >= 0).sum())
        ids = _best(best, matched + _BEYOND)
        if not matched and any(
            part.kind == "words" for branch in query.branches for part in branch
        ):
            notes.append(NEAREST_FOLLOW if len(ids) else NO_GOOD_MATCH)
        return ids, best[ids], matched

    def _text_scores(self, words: str, strictness: float, notes: list[Message]) -> Scores:
        """Per photo id: how far it stands above the line for these words.

        A name that says so lifts it, a person's no sinks it below everything.
        """
        english = self._english(words, notes)
        if english:
            scores = self._spread(self._recognition().scores(english, strictness))
            if not len(self._recognition().index.ids) and self._shown.any():
                notes.append(
                    message(
                        "The model in use has not read any photo yet; search again once it has."
                    )
                )
        else:
            scores = np.full(len(self._shown), _NOWHERE)
        named = self._named(words)
        if english not in ("", words):
            named |= self._named(english)
        label_id = self._store.labels.find(words) or self._store.labels.find(english)
        if label_id is not None:
            said = self._store.corrections.about(label_id)
            if not english:
                named |= self._mask_of(self._store.tags.tagged(label_id))
            named[[id_ for id_, yes in said.items() if yes and id_ < len(named)]] = True
            refused = [id_ for id_, yes in said.items() if not yes and id_ < len(named)]
            named[refused] = False
            scores[refused] -= _NAMED
        scores[named] = np.where(np.isneginf(scores[named]), _NAMED, scores[named] + _NAMED)
        return scores

    def _english(self, words: str, notes: list[Message]) -> str:
        """What the model is asked for.

        The words, Chinese ones in English as far as they are known; "" if nothing is.
        """
        reading = chinese.read(words)
        if not reading.english or _foreign(reading.english):
            notes.append(
                message(
                    "The model understands English: '{words}' was looked for in labels and file "
                    "names only.",
                    words=words,
                )
            )
            return ""
        if reading.unknown:
            lost = " ".join(reading.unknown)
            notes.append(
                message(
                    "'{words}' was searched as '{english}'; for '{lost}' the English is not known.",
                    words=words,
                    english=reading.english,
                    lost=lost,
                )
            )
        elif reading.english != words:
            notes.append(
                message(
                    "'{words}' was searched as '{english}'.", words=words, english=reading.english
                )
            )
        return reading.english

    def _named(self, words: str) -> Mask:
        """Photos in whose file name the words stand."""
        mask = np.zeros_like(self._shown)
        folded = fold(words)
        if len(folded) > 1 or _foreign(folded):
            mask[self._names.named(folded)] = True
        return mask

    def _likeness(self, photo_id: int, notes: list[Message]) -> Scores:
        """Per photo id: how much more than usual it is like a photo.

        In the library's standard deviations, less one.
        """
        vector = self._recognition().vector(photo_id)
        if vector is None:
            notes.append(
                message(
                    "There is no photo {number} to compare with, or it has not been read yet.",
                    number=photo_id,
                )
            )
            return np.full(len(self._shown), _NOWHERE)
        cosines = self._recognition().index.products(vector)
        return self._spread((cosines - cosines.mean()) / max(float(cosines.std()), 1e-6) - 1)

    def _spread(self, by_row: Scores) -> Scores:
        """From rows of the index to photo ids."""
        scores = np.full(len(self._shown), _NOWHERE)
        ids = self._recognition().index.ids
        if len(ids) and ids.max() >= len(scores):
            self._grow(int(ids.max()) + 1)
            scores = np.full(len(self._shown), _NOWHERE)
        scores[ids] = by_row
        return scores


def _best(scores: Scores, n: int) -> npt.NDArray[np.int64]:
    """Ids of the `n` highest finite scores, best first; equal scores by id."""
    candidates = np.flatnonzero(scores > _NOWHERE)
    if n < len(candidates):
        cut = np.argpartition(scores[candidates], len(candidates) - n)[len(candidates) - n :]
        candidates = np.sort(candidates[cut])
    return candidates[np.argsort(-scores[candidates], kind="stable")]


def _foreign(words: str) -> bool:
    """True when letters of another script than the Latin one occur.

    The text tower has never seen them.
    """
    return any(
        character.isalpha() and not unicodedata.name(character, "").startswith("LATIN")
        for character in words
    )
