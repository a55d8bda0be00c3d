"""Learning labels from corrections: what is tried, what is offered, and what is said about it.

For each label (or exclusive group) the kinds of versions are tried in the order Tier B (`coop`: a
learned prompt, with the residual on top), Tier A (`residual`), `threshold`; each is judged on
held-out answers (`acceptance`), the best that passes is offered, else the label stays `unchanged`.
Yes, no and unanswered photos are three different things: what nobody answered is no negative.

Pure tensors in, pure tensors out: it knows neither the store nor files nor Qt. `train_job` of the
library calls `learn`, stores each `Lesson`, and activates it.

Letters in shape comments: n answers, N photos of the library, K labels of a group, D joint space.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.clip.chinese import in_english
from engine.clip.zero_shot import Head, Vocabulary
from engine.learning import acceptance, fewshot, prompt_tuning
from engine.learning.case import Case, Collection, Subject
from engine.learning.fewshot import Geometry
from engine.learning.prompt_tuning import Tuned
from engine.messages import Message, message
from engine.records import AlbumenError, Measured, Progress, TrainReport

if TYPE_CHECKING:
    from engine.clip.weights import LoadedModel

__all__ = ["Collection", "Lesson", "Subject", "learn"]

PROMPT_UNITS = 4  # yes and no units from which a prompt is learned for a free label ...
PROMPT_UNITS_GROUP = 8  # ... and answered units of a group
GEOMETRY_SAMPLE = 4096  # photos of the library that its covariance is taken from
MIXES = (0.5, 1.0)  # b of (1 - b) w0 + b w, chosen by held-out answers


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was learned for one label.

    `head` replaces the label's head when the version is activated (the current head itself when
    `report.kind` is 'unchanged'); `ctx`: (n_ctx, C) of Tier B or None; `ctx_seed`: its seed.
    `report` has `version` 0 and `active` False: the library fills them in when it stores the
    version.
    """

    head: Head
    ctx: Tensor | None
    ctx_seed: int
    report: TrainReport


def learn(
    model: LoadedModel,
    vocabulary: Vocabulary,
    subjects: Sequence[Subject],
    collection: Collection,
    *,
    seed: int = 0,
    prompts: bool = True,
    geometry: Geometry | None = None,
) -> Generator[Progress, None, list[Lesson]]:
    """Learn all subjects; one Lesson each, in order.

    Yields after every step of at most about 250 ms; closing the generator cancels and leaves
    nothing behind. `prompts=False` leaves out Tier B (CoOp): well under a second. `geometry`: of
    this library, if the caller keeps one.
    """
    started = time.monotonic()
    if geometry is None:
        generator = torch.Generator().manual_seed(seed)
        sample = torch.randperm(len(collection.photo_ids), generator=generator)[:GEOMETRY_SAMPLE]
        geometry = Geometry.of(collection.image_features[sample])
        yield Progress(
            "train", 0, len(subjects), detail=message("looking at how your photos differ")
        )
    clusters: dict[str, list[int]] = {}
    for index, subject in enumerate(subjects):
        clusters.setdefault(
            f"group {subject.group}" if subject.group else f"label {index}", []
        ).append(index)
    lessons: dict[int, Lesson] = {}
    for indices in clusters.values():
        members = [subjects[i] for i in indices]
        case = Case.of(members, collection, geometry, seed)
        versions = yield from _versions(case, model, vocabulary, seed, prompts)
        for index, lesson in zip(
            indices, _judge(case, versions, time.monotonic() - started, seed), strict=True
        ):
            lessons[index] = lesson
        started = time.monotonic()
        yield Progress("train", len(lessons), len(subjects), detail=members[-1].name)
    return [lessons[index] for index in range(len(subjects))]


# --------------------------------------------------------------------------------------------------
# What is tried


@dataclass(frozen=True, slots=True)
class _Version:
    """A candidate.

    Its heads from all answers, and its held-out logits (n, K), None where nothing could be held
    out.
    """

    kind: str
    heads: list[Head]
    held_out: Tensor | None
    ctx: Tensor | None = None

    def luck(self, case: Case, seed: int) -> float:
        """How probably answers at random would agree so well (`acceptance.luck`).

        With what was learned without them.
        """
        assert self.held_out is not None
        return acceptance.luck(case.likelihoods(case.rescaled(self.held_out)), case.unit, seed)


@dataclass(slots=True)
class _Versions:
    """The candidates, strongest kind first, and why a stronger kind was not tried."""

    found: list[_Version] = field(default_factory=list)
    reasons: list[Message] = field(default_factory=list)


_Fit = Callable[
    [Tensor, int], list[Head]
]  # (weights (n,) of the answers, fold that is left out or -1) -> K heads


def _versions(
    case: Case, model: LoadedModel, vocabulary: Vocabulary, seed: int, prompts: bool
) -> Generator[Progress, None, _Versions]:
    """Learn every kind that the answers allow."""
    versions = _Versions()
    if not len(case.rows) or case.nothing_new:
        return versions
    residual = yield from _held_out(
        case, "residual", lambda weights, _: case.fit(case.words, weights)
    )
    lacking = _too_few_for_a_prompt(case) if prompts else message("it was not asked for.")
    tuned = None
    if lacking is None:
        try:
            tuned = yield from _tune(case, model, vocabulary, seed)
        except AlbumenError as error:  # a name that leaves no room for a context
            lacking = error.message
    if tuned is not None:
        for mix in MIXES:
            version = yield from _held_out(
                case, "coop", _around(case, tuned.text_features, mix), tuned.ctx[-1]
            )
            if _surely_better(case, version, residual, seed):
                versions.found.append(version)
        if not versions.found:
            lacking = message(
                "on answers kept out of learning it is not surely better than learning from your "
                "photos alone."
            )
    if lacking is not None:
        versions.reasons.append(_about("coop", lacking))
    versions.found.append(residual)
    if not case.is_group:
        current = case.subjects[0].current
        shifted = yield from _held_out(
            case, "threshold", lambda weights, _: [_shift(case, current, weights)]
        )
        versions.found.append(shifted)
    return versions


def _too_few_for_a_prompt(case: Case) -> Message | None:
    """Why no prompt is learned, or None."""
    if not (case.fold >= 0).all():
        return _NEEDS_BOTH
    if case.is_group:
        found = len(torch.unique(case.unit))
        if found >= PROMPT_UNITS_GROUP:
            return None
        return message(
            "it needs {needed} answers, bursts counted once; there are {found}.",
            needed=PROMPT_UNITS_GROUP,
            found=found,
        )
    yes, no = (
        len(torch.unique(case.unit[case.allowed[:, 0] == answer])) for answer in (True, False)
    )
    if min(yes, no) < PROMPT_UNITS:
        return message(
            "it needs {needed} yes and {needed} no, bursts counted once; there are {yes} and {no}.",
            needed=PROMPT_UNITS,
            yes=yes,
            no=no,
        )
    return None


def _tune(
    case: Case, model: LoadedModel, vocabulary: Vocabulary, seed: int
) -> Generator[Progress, None, Tuned]:
    """The prompts of the case with each fold left out, and with all answers as the last variant."""
    count = int(case.fold.max()) + 1
    # (V, n); no fold has the number `count`
    variants = torch.stack([case.fold != fold for fold in range(count + 1)])
    names = [in_english(subject.name) for subject in case.subjects]
    answers = case.allowed.long()  # (n, K)
    return (
        yield from prompt_tuning.tune(
            model,
            vocabulary,
            names,
            case.words,
            case.answered,
            answers,
            variants,
            case.is_group,
            seed,
        )
    )


def _around(case: Case, texts: Tensor, mix: float) -> _Fit:
    """Fits Tier A around the words moved towards the prompts' text features (V, K, D).

    Those of the variant that has not seen the fold.
    """

    def fit(weights: Tensor, fold: int) -> list[Head]:
        moved = [
            replace(head, vector=(1 - mix) * head.vector + mix * head.anchor * text)
            for head, text in zip(case.words, texts[fold], strict=True)
        ]
        return case.fit(moved, weights)

    return fit


def _surely_better(case: Case, version: _Version, than: _Version, seed: int) -> bool:
    """Whether a stronger kind is surely better than a simpler one.

    Otherwise choosing among many would favour luck.
    """
    if version.held_out is None or than.held_out is None:
        return False
    losses = [case.losses(case.rescaled(x)) for x in (than.held_out, version.held_out)]
    return acceptance.lower_bound(losses[0] - losses[1], case.unit, seed) > 0


def _held_out(
    case: Case, kind: str, fit: _Fit, ctx: Tensor | None = None
) -> Generator[Progress, None, _Version]:
    """Fit with each fold left out in turn, then with all answers."""
    count = int(case.fold.max()) + 1 if len(case.fold) else 0
    held_out = torch.zeros(case.allowed.shape) if count else None
    for fold in range(count):
        left = case.fold == fold
        if held_out is not None:
            held_out[left] = case.logits(fit((~left).float(), fold), left)
        yield Progress("train", fold, count + 1, detail=_trying(kind, case.subjects[0].name))
    return _Version(kind, _keeping(case, fit), held_out, ctx)


def _keeping(case: Case, fit: _Fit) -> list[Head]:
    """The heads from all answers.

    An answer that is right now and would turn wrong weighs more and more, until it is right again.
    """
    right = case.right(case.logits([subject.current for subject in case.subjects]))  # (n,)
    weights = torch.ones(len(case.rows))
    heads = fit(weights, -1)
    for weight in _INSIST:
        lost = right & ~case.right(case.logits(heads))
        if not lost.any():
            break
        weights[lost] = weight
        heads = fit(weights, -1)
    return heads


_INSIST = (4.0, 16.0, 64.0)


def _shift(case: Case, head: Head, weights: Tensor) -> Head:
    """The same head with its threshold moved to where the answers want it.

    By MAP around where it is (2 units of z).
    """
    z = case.logits([replace(head, calibration=None)])[weights > 0, 0]  # (n,)
    present = case.allowed[weights > 0, 0].float() * (1 - 2 * fewshot.SOFT) + fewshot.SOFT
    slope = head.calibration[0] if head.calibration else 1.0
    moves = torch.linspace(-6, 6, 121)  # (M,)
    logits = slope * (z - moves[:, None])  # (M, n)
    loss = F.binary_cross_entropy_with_logits(
        logits, present.expand_as(logits), reduction="none"
    ).sum(1)
    threshold = head.threshold + float(moves[(loss + moves.square() / 8).argmin()])
    return replace(head, threshold=threshold, calibration=(slope, -slope * threshold))


# --------------------------------------------------------------------------------------------------
# Which version is offered, and what is said


def _judge(case: Case, versions: _Versions, seconds: float, seed: int) -> list[Lesson]:
    """The best version that passes every gate.

    If none does: the best that does not (not accepted), else unchanged.
    """
    currents = [subject.current for subject in case.subjects]
    now = case.logits(currents)
    zero_shot = case.logits([subject.zero_shot for subject in case.subjects])
    tags_now, scores_now = case.library_tags(currents)
    reasons = list(versions.reasons)
    ranked = sorted(versions.found, key=lambda version: _rank(case, version))
    refused: tuple[_Version, list[acceptance.Flips]] | None = None
    for version in ranked:
        tags, scores = case.library_tags(version.heads)
        flips = [
            acceptance.Flips.between(tags_now[:, k], tags[:, k], case.rows)
            for k in range(len(case.subjects))
        ]
        objection = _objection(case, version, now, zero_shot, flips, scores_now, scores, seed)
        if objection is None:
            if changed := _many_changes(case, flips):
                reasons.append(
                    message(
                        "Better on answers kept out of learning, but it would change {photos}, "
                        "many for {answers}: look through them.",
                        photos=_photos(changed),
                        answers=_answers(len(case.rows)),
                    )
                )
            return _lessons(case, version, flips, now, reasons, True, seconds)
        reasons.append(_about(version.kind, objection.said))
        if refused is None and objection.only_doubt:
            refused = version, flips
    if refused is not None:
        return _lessons(case, refused[0], refused[1], now, reasons, False, seconds)
    none = [acceptance.Flips(torch.empty(0).long(), torch.empty(0).long()) for _ in case.subjects]
    return _lessons(case, _Version("unchanged", currents, now), none, now, reasons, False, seconds)


@dataclass(frozen=True, slots=True)
class _Objection:
    """Why a version is not accepted. `only_doubt`: nothing speaks against it but that too little
    speaks for it; a person may look at what would change, and accept it."""

    said: Message
    only_doubt: bool = False


_KINDS = ("coop", "residual", "threshold")  # strongest first
_NEEDS_BOTH = message("it needs enough answers of both kinds, yes and no, to be checked.")


def _about(kind: str, objection: Message) -> Message:
    """A sentence that says which kind is meant."""
    match kind:
        case "coop":
            return message("Learning words of its own: {objection}", objection=objection)
        case "residual":
            return message("Learning from your photos: {objection}", objection=objection)
    return message("Changing the strictness: {objection}", objection=objection)


def _trying(kind: str, name: str) -> Message:
    """What is being tried, for the person who waits."""
    match kind:
        case "coop":
            return message("{name}: learning words of its own", name=name)
        case "residual":
            return message("{name}: learning from your photos", name=name)
    return message("{name}: changing the strictness", name=name)


def _better(case: Case, version: _Version, than: Tensor, judged: Tensor, seed: int) -> bool:
    """Whether the version is as often right as the logits `than` (n, K), and surely better.

    On these held-out answers (mask (n,)). Better: what was learned in log-loss, a moved threshold
    in how often it is right.
    """
    assert version.held_out is not None
    more_right = (case.right(version.held_out).float() - case.right(than).float())[judged]  # (n,)
    gains = (case.losses(case.rescaled(than)) - case.losses(case.rescaled(version.held_out)))[
        judged
    ]
    surely = more_right if version.kind == "threshold" else gains
    return (
        bool(more_right.sum() >= 0) and acceptance.lower_bound(surely, case.unit[judged], seed) > 0
    )


def _many_changes(case: Case, flips: Sequence[acceptance.Flips]) -> int:
    """How many tags would change, where that is more than so few answers should cause, else 0.

    What was held out decides; they are shown.
    """
    if not any(flip.too_many(len(case.rows), len(case.collection.photo_ids)) for flip in flips):
        return 0
    return max(len(flip.adds) + len(flip.removes) for flip in flips)


def _rank(case: Case, version: _Version) -> float:
    """Held-out log-loss, or the order of the kinds where nothing could be held out."""
    order = _KINDS.index(version.kind)
    if version.held_out is None:
        return 1e3 + order
    return float(case.losses(case.rescaled(version.held_out)).mean())


def _objection(
    case: Case,
    version: _Version,
    now: Tensor,
    zero_shot: Tensor,
    flips: Sequence[acceptance.Flips],
    scores_now: Tensor,
    scores: Tensor,
    seed: int,
) -> _Objection | None:
    """Why the version is not accepted, or None."""
    checked = version.held_out is not None
    said_yes = case.allowed[:, 0]
    nothing_to_lose = (
        not case.is_group and bool(said_yes.any()) and not (case.right(now) & said_yes).any()
    )
    unsure = False
    if checked:
        if not _better(case, version, zero_shot, torch.ones_like(case.fresh), seed):
            if not nothing_to_lose or version.kind == "threshold":
                return _Objection(
                    message(
                        "on answers kept out of learning it is not better than the label's name "
                        "alone."
                    )
                )
            unsure = True
        elif case.fresh.any() and not _better(case, version, now, case.fresh, seed):
            return _Objection(
                message(
                    "on answers kept out of learning it is not better than the present version."
                )
            )
    elif version.kind == "threshold":
        return _Objection(_NEEDS_BOTH)
    elif (
        not case.is_group
        and len(torch.unique(case.allowed[:, 0])) == 1
        and (changed := _many_changes(case, flips))
    ):
        return _Objection(
            message(
                "it would change {photos}, many for {answers}, and none of the other kind: answer "
                "some of both.",
                photos=_photos(changed),
                answers=_answers(len(case.rows)),
            )
        )
    wrong = acceptance.newly_wrong(case.right(now), case.right(case.logits(version.heads)))
    if wrong:
        return _Objection(
            message(
                "it would get {photos} wrong that you confirmed and that are right now.",
                photos=_photos(wrong),
            )
        )
    for column, subject in enumerate(case.subjects):
        if not subject.corrections and not acceptance.keeps_top(
            scores_now[:, column], scores[:, column]
        ):
            return _Objection(
                message(
                    "it would reorder the best photos of '{name}', which you did not correct.",
                    name=subject.name,
                )
            )
    return _doubt(case, version, seed, unsure)


def _doubt(case: Case, version: _Version, seed: int, unsure: bool) -> _Objection | None:
    """What a person who looks can decide. `unsure`: it is not surely better, but the label is on
    none of the yes photos now."""
    answers = _answers(len(case.rows))
    if unsure:
        doubt = message(
            "not surely better, but now the label is on none of the photos that you said yes to: "
            "look at them before you accept it."
        )
    elif version.held_out is None:
        doubt = message(
            "{answers} cannot be checked by holding some out: look at them before you accept it.",
            answers=answers,
        )
    elif version.luck(case, seed) > acceptance.CHANCE:
        doubt = message(
            "{answers} could agree this well by luck: look at them before you accept it.",
            answers=answers,
        )
    else:
        return None
    return _Objection(doubt, only_doubt=True)


def _lessons(
    case: Case,
    version: _Version,
    flips: Sequence[acceptance.Flips],
    now: Tensor,
    reasons: Sequence[Message],
    accepted: bool,
    seconds: float,
) -> list[Lesson]:
    # The present version has seen the answers it was learned from: before and after are compared on
    # the others.
    judged = case.fresh if case.fresh.any() else torch.ones_like(case.fresh)
    before = _measured(case, now, judged)
    after = _measured(case, version.held_out, judged) if version.held_out is not None else before
    lessons = []
    for subject, head, flip in zip(case.subjects, version.heads, flips, strict=True):
        report = TrainReport(
            label=subject.name,
            label_id=subject.label_id,
            version=0,
            kind=version.kind,
            accepted=accepted,
            active=False,
            before=before,
            after=after,
            yes=sum(subject.corrections.values()),
            no=sum(not answer for answer in subject.corrections.values()),
            adds=tuple(case.collection.photo_ids[flip.adds].tolist()),
            removes=tuple(case.collection.photo_ids[flip.removes].tolist()),
            sentence=_sentence(case, version, before, after, flip),
            reasons=tuple(reasons),
            seconds=seconds,
            held_out=version.held_out is not None and version.kind != "unchanged",
        )
        lessons.append(Lesson(head, version.ctx, 0, report))
    return lessons


def _measured(case: Case, logits: Tensor, judged: Tensor) -> Measured:
    total = int(judged.sum())
    loss = float(case.losses(case.rescaled(logits))[judged].mean()) if total else 0.0
    return Measured(int(case.right(logits)[judged].sum()), total, loss)


def _sentence(
    case: Case, version: _Version, before: Measured, after: Measured, flip: acceptance.Flips
) -> Message:
    count = len(case.rows)
    if not count:
        return message("Nothing to learn from yet: no corrected photo of this label has been read.")
    if case.nothing_new:
        return message(
            "Unchanged: there are no new corrections since the present version was learned."
        )
    if version.kind == "unchanged":
        return message(
            "Unchanged: after {answers}, nothing that was tried is surely better.",
            answers=_answers(count),
        )
    if version.held_out is None:
        return message(
            "Learned from {answers}, too few to check it: would add {photos}, remove {removes}.",
            answers=_answers(count),
            photos=_photos(len(flip.adds)),
            removes=len(flip.removes),
        )
    return message(
        "Checked on your {answers}, each kept out of learning in its turn: {before} right before, "
        "{after} after; would add {photos}, remove {removes}.",
        answers=_answers(count) if before.total == count else _new_answers(before.total),
        before=before.right,
        after=after.right,
        photos=_photos(len(flip.adds)),
        removes=len(flip.removes),
    )


def _answers(count: int) -> Message:
    return message("1 correction") if count == 1 else message("{count} corrections", count=count)


def _new_answers(count: int) -> Message:
    if count == 1:
        return message("1 new correction")
    return message("{count} new corrections", count=count)


def _photos(count: int) -> Message:
    return message("1 photo") if count == 1 else message("{count} photos", count=count)
