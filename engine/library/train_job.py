"""The job 'Improve labels': from the corrections in the store to stored versions and reports.

Knows: which labels are learned together, how a lesson is stored, when it is activated. Does not
know: how anything is learned or judged (`engine.learning`), tensors beyond passing them on.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Generator, Sequence

import numpy as np
import numpy.typing as npt
import torch

from engine.learning import learn
from engine.learning.learn import Collection, Lesson, Subject
from engine.learning.review import next_questions
from engine.messages import to_json
from engine.records import AlbumenError, PhotosChanged, Progress, ReviewItem, Step, TrainReport
from engine.search.recognition import Recognition, as_bytes, tensor_head
from engine.store.store import Store
from engine.store.versions import StoredHead


class TrainJob:
    """Learns labels of one library with one model.

    `taken_at` maps photo ids (N,) to seconds (N,).
    """

    def __init__(
        self,
        store: Store,
        recognition: Recognition,
        taken_at: Callable[[npt.NDArray[np.int64]], npt.NDArray[np.float64]],
    ) -> None:
        self._store = store
        self._recognition = recognition
        self._taken_at = taken_at

    def run(
        self, label_ids: Sequence[int] | None, activate: bool
    ) -> Generator[Step, None, list[TrainReport]]:
        """The whole job (see `Library.train`)."""
        started = time.time()
        number = self._recognition.number
        if label_ids is None:
            label_ids = sorted(self._store.corrections.untrained(number))
        subjects = self._subjects(label_ids)
        if not subjects:
            return []
        lessons = yield from learn.learn(
            self._recognition.model, self._recognition.vocabulary, subjects, self.collection()
        )
        heads = {head.label_id: head for head in self._recognition.heads}
        reports = [
            self._keep(lesson, subject, heads[subject.label_id], activate)
            for subject, lesson in zip(subjects, lessons, strict=True)
        ]
        self._store.corrections.mark_trained(
            number, [subject.label_id for subject in subjects], started
        )
        changed = [report for report in reports if report.active and report.kind != "unchanged"]
        if changed:
            self._recognition.heads_changed()
            for done in self._recognition.tag_labels([report.label_id for report in changed]):
                yield Progress("tag", done, len(self._recognition.index))
            moved = {id_ for report in changed for id_ in (*report.adds, *report.removes)}
            yield PhotosChanged(ids=tuple(sorted(moved)), labels=True)
        return reports

    def collection(self) -> Collection:
        """The library as `learning` and `review` see it."""
        index = self._recognition.index
        return Collection(
            torch.from_numpy(index.ids.copy()),
            index.image_features,
            index.centre,
            torch.from_numpy(self._taken_at(index.ids)),
        )

    def questions(self, n: int, label_id: int | None) -> list[ReviewItem]:
        """The review queue (see `Library.review`)."""
        heads = {
            head.label_id: head
            for head in self._recognition.heads
            if label_id in (None, head.label_id)
        }
        questions = next_questions(
            self.collection(),
            {id_: tensor_head(head) for id_, head in heads.items()},
            self._store.corrections.answered(),
            n,
            dials={id_: head.dial for id_, head in heads.items()},
        )
        return [
            ReviewItem(
                q.photo_id, q.label_id, heads[q.label_id].name, q.score, q.suggested, q.reason
            )
            for q in questions
        ]

    def _subjects(self, label_ids: Sequence[int]) -> list[Subject]:
        """The corrected labels, with the rivals in their exclusive groups."""
        names = self._store.labels.names()
        groups = {names[id_][1] for id_ in label_ids} - {None}
        chosen = [id_ for id_ in names if id_ in label_ids or names[id_][1] in groups]
        heads = {head.label_id: head for head in self._recognition.heads}
        originals = self._store.versions.zero_shot(self._recognition.number)
        subjects = [
            Subject(
                id_,
                names[id_][0],
                self._store.corrections.implied(id_),
                tensor_head(heads[id_]),
                tensor_head(originals[id_]),
                names[id_][1],
                self._store.versions.learned_from(heads[id_].version),
            )
            for id_ in chosen
        ]
        for subject in subjects:
            if subject.label_id in label_ids and not subject.corrections and subject.group is None:
                raise AlbumenError(
                    "Nobody has corrected '{name}' yet; say yes or no to a few photos of it first.",
                    name=subject.name,
                )
        return [subject for subject in subjects if subject.corrections or subject.group is not None]

    def _keep(
        self, lesson: Lesson, subject: Subject, current: StoredHead, activate: bool
    ) -> TrainReport:
        """Store what was learned as a version and fill in the report's blanks."""
        report = lesson.report
        if report.kind == "unchanged":
            return dataclasses.replace(report, version=current.version, active=True)
        active = activate and report.accepted
        summary = dataclasses.asdict(report) | {
            "adds": len(report.adds),
            "removes": len(report.removes),
            "sentence": to_json(report.sentence),
            "reasons": [to_json(reason) for reason in report.reasons],
        }
        summary["learned_from"] = sorted(subject.corrections)
        version = self._store.versions.add(
            report.label_id,
            self._recognition.number,
            report.kind,
            as_bytes(lesson.head.vector),
            (lesson.head.anchor, lesson.head.threshold),
            lesson.head.calibration,
            None if lesson.ctx is None else as_bytes(lesson.ctx),
            lesson.ctx_seed,
            accepted=report.accepted,
            active=active,
            report=summary,
        )
        return dataclasses.replace(report, version=version, active=active)
