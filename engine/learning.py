"""Learning labels from corrections: what is tried, what is offered, and what is said about it.

For each label (or exclusive group) the kinds of versions are tried in the order Tier B (`coop`: a learned prompt, with
the residual on top), Tier A (`residual`), `threshold`; each is judged on held-out answers (`acceptance`), the best that
passes is offered, else the label stays `unchanged`. Yes, no and unanswered photos are three different things: what
nobody answered is no negative.

Pure tensors in, pure tensors out: it knows neither the store nor files nor Qt. `library` calls `learn`, stores each
`Lesson`, and activates it.

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

from engine import acceptance, fewshot, prompt_tuning
from engine.answers import Case, Collection, Subject
from engine.classifier import Head, Vocabulary
from engine.fewshot import Geometry
from engine.prompt_tuning import Tuned
from engine.records import AlbumenError, Measured, Progress, TrainReport

if TYPE_CHECKING:
    from engine.weights import LoadedModel

__all__ = ["Collection", "Lesson", "Subject", "learn"]

PROMPT_UNITS = 4  # yes and no units from which a prompt is learned for a free label ...
PROMPT_UNITS_GROUP = 8  # ... and answered units of a group
GEOMETRY_SAMPLE = 4096  # photos of the library that its covariance is taken from
MIXES = (0.5, 1.0)  # b of (1 - b) w0 + b w, chosen by held-out answers


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was learned for one label. `head` replaces the label's head when the version is activated (the current head
    itself when `report.kind` is 'unchanged'); `ctx`: (n_ctx, C) of Tier B or None; `ctx_seed`: its seed. `report` has
    `version` 0 and `active` False: the library fills them in when it stores the version."""

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
    """Learn all subjects; one Lesson each, in order. Yields after every step of at most about 250 ms; closing the
    generator cancels and leaves nothing behind. `prompts=False` leaves out Tier B (CoOp): well under a second. `geometry`: of
    this library, if the caller keeps one."""
    started = time.monotonic()
    if geometry is None:
        generator = torch.Generator().manual_seed(seed)
        sample = torch.randperm(len(collection.photo_ids), generator=generator)[:GEOMETRY_SAMPLE]
        geometry = Geometry.of(collection.image_features[sample])
        yield Progress("train", 0, len(subjects), detail="covariance of the library")
    clusters: dict[str, list[int]] = {}
    for index, subject in enumerate(subjects):
        clusters.setdefault(f"group {subject.group}" if subject.group else f"label {index}", []).append(index)
    lessons: dict[int, Lesson] = {}
    for indices in clusters.values():
        members = [subjects[i] for i in indices]
        case = Case.of(members, collection, geometry, vocabulary.logit_scale, seed)
        versions = yield from _versions(case, model, vocabulary, seed, prompts)
        for index, lesson in zip(indices, _judge(case, versions, time.monotonic() - started, seed), strict=True):
            lessons[index] = lesson
        started = time.monotonic()
        yield Progress("train", len(lessons), len(subjects), detail=members[-1].name)
    return [lessons[index] for index in range(len(subjects))]


# ---------------------------------------------------------------------------------------------------------------------
# What is tried


@dataclass(frozen=True, slots=True)
class _Version:
    """A candidate: its heads from all answers, and its held-out logits (n, K), None where nothing could be held out."""

    kind: str
    heads: list[Head]
    held_out: Tensor | None
    ctx: Tensor | None = None


@dataclass(slots=True)
class _Versions:
    """The candidates, strongest kind first, and why a stronger kind was not tried."""

    found: list[_Version] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


def _versions(
    case: Case, model: LoadedModel, vocabulary: Vocabulary, seed: int, prompts: bool
) -> Generator[Progress, None, _Versions]:
    """Learn every kind that the answers allow."""
    versions = _Versions()
    if not len(case.rows) or case.nothing_new:
        return versions
    texts = case.texts()
    residual = yield from _held_out(case, "residual", lambda train, _: case.fit(texts, train))
    lacking = _too_few_for_a_prompt(case) if prompts else "it was not asked for."
    tuned = None
    if lacking is None:
        try:
            tuned = yield from _tune(case, model, vocabulary, texts, seed)
        except AlbumenError as error:  # a name that leaves no room for a context
            lacking = str(error)
    if tuned is not None:
        for mix in MIXES:
            mixed = F.normalize((1 - mix) * texts + mix * tuned.text_features, dim=-1)  # (V, K, D)
            version = yield from _held_out(case, "coop", _around(case, mixed), tuned.ctx[-1])
            if _surely_better(case, version, residual, seed):
                versions.found.append(version)
        if not versions.found:
            lacking = "on held-out answers it is not surely better than learning from your photos alone."
    if lacking is not None:
        versions.reasons.append(f"{_TITLES['coop']}: {lacking}")
    versions.found.append(residual)
    if not case.is_group:
        current = case.subjects[0].current
        shifted = yield from _held_out(case, "threshold", lambda train, _: [_shift(case, current, train)])
        versions.found.append(shifted)
    return versions


def _too_few_for_a_prompt(case: Case) -> str | None:
    """Why no prompt is learned, or None."""
    if not (case.fold >= 0).all():
        return "it needs answers of both kinds to be held out."
    if case.is_group:
        found = len(torch.unique(case.unit))
        if found >= PROMPT_UNITS_GROUP:
            return None
        return f"it needs {PROMPT_UNITS_GROUP} answers, bursts counted once; there are {found}."
    yes, no = (len(torch.unique(case.unit[case.allowed[:, 0] == answer])) for answer in (True, False))
    if min(yes, no) < PROMPT_UNITS:
        return f"it needs {PROMPT_UNITS} yes and {PROMPT_UNITS} no, bursts counted once; there are {yes} and {no}."
    return None


def _tune(
    case: Case, model: LoadedModel, vocabulary: Vocabulary, texts: Tensor, seed: int
) -> Generator[Progress, None, Tuned]:
    """The prompts of the case with each fold left out, and with all answers as the last variant."""
    count = int(case.fold.max()) + 1
    variants = torch.stack([case.fold != fold for fold in range(count + 1)])  # (V, n); no fold has the number `count`
    names = [subject.name for subject in case.subjects]
    answers = case.allowed.long()  # (n, K)
    return (
        yield from prompt_tuning.tune(
            model, vocabulary, names, texts, case.answered, answers, variants, case.is_group, seed
        )
    )


def _around(case: Case, texts: Tensor) -> Callable[[Tensor, int], list[Head]]:
    """Fits Tier A around the texts (V, K, D) of the variant that has not seen the fold."""
    return lambda train, fold: case.fit(texts[fold], train)


def _surely_better(case: Case, version: _Version, than: _Version, seed: int) -> bool:
    """A stronger kind has to be surely better than a simpler one, or choosing among many would favour luck."""
    if version.held_out is None or than.held_out is None:
        return False
    losses = [case.losses(case.rescaled(x)) for x in (than.held_out, version.held_out)]
    return acceptance.lower_bound(losses[0] - losses[1], case.unit, seed) > 0


def _held_out(
    case: Case, kind: str, fit: Callable[[Tensor, int], list[Head]], ctx: Tensor | None = None
) -> Generator[Progress, None, _Version]:
    """Fit with each fold left out in turn, then with all answers; `fit(train mask, fold)`, fold -1 for all answers."""
    count = int(case.fold.max()) + 1 if len(case.fold) else 0
    held_out = torch.zeros(case.allowed.shape) if count else None
    for fold in range(count):
        left = case.fold == fold
        if held_out is not None:
            held_out[left] = case.logits(fit(~left, fold), left)
        yield Progress("train", fold, count + 1, detail=f"{case.subjects[0].name}: {kind}")
    heads = fit(torch.ones(len(case.rows), dtype=torch.bool), -1)
    if held_out is not None and not case.is_group and kind != "threshold":
        heads, move = _moved(case, heads[0], held_out)
        held_out = held_out + fewshot.SHARPEN * move
    return _Version(kind, heads, held_out, ctx)


def _moved(case: Case, head: Head, held_out: Tensor) -> tuple[list[Head], float]:
    """The head with its threshold where held-out answers want it, or the nearest place where no answer turns wrong."""
    present = case.allowed[:, 0]
    wanted, move = fewshot.moved_threshold(head, held_out[:, 0] / fewshot.SHARPEN, present)
    now_right = case.right(case.logits([case.subjects[0].current]))
    margin = case.logits([wanted])[:, 0] / fewshot.SHARPEN  # (n,)
    more = torch.linspace(-_MOST, _MOST, 81)
    wrong = ((margin + more[:, None] >= 0) != present) & now_right  # (81, n)
    allowed = more[~wrong.any(1)]
    if not len(allowed):
        return [wanted], move
    extra = float(allowed[allowed.abs().argmin()])
    return [fewshot.with_threshold(wanted, wanted.threshold - extra)], move + extra


_MOST = 2.0  # how far a threshold gives way, in units of z


def _shift(case: Case, head: Head, train: Tensor) -> Head:
    """The same head with its threshold moved to where the answers want it, by MAP around where it is (2 units of z)."""
    z = case.logits([replace(head, calibration=None)])[train, 0]  # (n,)
    present = case.allowed[train, 0].float() * (1 - 2 * fewshot.SOFT) + fewshot.SOFT
    slope = head.calibration[0] if head.calibration else fewshot.SLOPE
    moves = torch.linspace(-6, 6, 121)  # (M,)
    logits = slope * (z - moves[:, None])  # (M, n)
    loss = F.binary_cross_entropy_with_logits(logits, present.expand_as(logits), reduction="none").sum(1)
    threshold = head.threshold + float(moves[(loss + moves.square() / 8).argmin()])
    return replace(head, threshold=threshold, calibration=(slope, -slope * threshold))


# ---------------------------------------------------------------------------------------------------------------------
# Which version is offered, and what is said


def _judge(case: Case, versions: _Versions, seconds: float, seed: int) -> list[Lesson]:
    """The best version that passes every gate, else the best that does not (not accepted), else unchanged."""
    currents = [subject.current for subject in case.subjects]
    now = case.logits(currents)
    zero_shot = case.logits([subject.zero_shot for subject in case.subjects])
    tags_now, scores_now = case.library_tags(currents)
    reasons = list(versions.reasons)
    ranked = sorted(versions.found, key=lambda version: _rank(case, version))
    refused: tuple[_Version, list[acceptance.Flips], str] | None = None
    for version in ranked:
        tags, scores = case.library_tags(version.heads)
        flips = [acceptance.Flips.between(tags_now[:, k], tags[:, k], case.rows) for k in range(len(case.subjects))]
        objection = _objection(case, version, now, zero_shot, flips, scores_now, scores, seed)
        if objection is None:
            if _many_changes(case, flips):
                reasons.append(f"Accepted on held-out answers, but {_many_changes(case, flips)}: look through them.")
            return _lessons(case, version, flips, now, reasons, True, seconds)
        reasons.append(f"{_TITLES[version.kind]}: {objection}")
        if refused is None and objection.endswith(_LOOK_FIRST):
            refused = (version, flips, objection)
    if refused is not None:
        return _lessons(case, refused[0], refused[1], now, reasons, False, seconds)
    none = [acceptance.Flips(torch.empty(0).long(), torch.empty(0).long()) for _ in case.subjects]
    return _lessons(case, _Version("unchanged", currents, now), none, now, reasons, False, seconds)


_TITLES = {
    "coop": "A learned prompt",
    "residual": "Learning from your photos",
    "threshold": "Moving the threshold",
}
_LOOK_FIRST = "look at them before you accept it."


def _many_changes(case: Case, flips: Sequence[acceptance.Flips]) -> str:
    """Words for more changed tags than so few answers should cause, else "". What was held out decides; they are shown."""
    if not any(flip.too_many(len(case.rows), len(case.collection.photo_ids)) for flip in flips):
        return ""
    changed = max(len(flip.adds) + len(flip.removes) for flip in flips)
    return f"it would change {_photos(changed)}, many for {_answers(len(case.rows))}"


def _words_mean_something(case: Case) -> bool:
    """Whether the words alone find some of the answered photos: then there is something to lose. A pet's name does not:
    to CLIP the photos that carry it are nearer to the average word."""
    z = case.logits([subject.zero_shot for subject in case.subjects])  # (n, K)
    if case.is_group:
        return bool(case.right(z).float().mean() >= 0.5)
    yes = case.allowed[:, 0]
    return not yes.any() or bool((z[yes, 0] + case.subjects[0].zero_shot.threshold).max() >= _MEANINGLESS)


_MEANINGLESS = 1.0  # z below which a photo does not show what the words say


def _rank(case: Case, version: _Version) -> float:
    """Held-out log-loss, or the order of the kinds where nothing could be held out."""
    order = list(_TITLES).index(version.kind)
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
) -> str | None:
    """Why the version is not accepted, in a sentence, or None."""
    if version.held_out is not None:
        after = case.losses(case.rescaled(version.held_out))
        if acceptance.lower_bound(case.losses(case.rescaled(zero_shot)) - after, case.unit, seed) <= 0:
            return "on held-out answers it is not surely better than the words alone."
        fresh = case.fresh
        if fresh.any():
            unit = torch.unique(case.unit[fresh], return_inverse=True)[1]
            gains = (case.losses(case.rescaled(now)) - after)[fresh]
            if acceptance.lower_bound(gains, unit, seed) <= 0:
                return "on held-out answers it is not surely better than the present version."
            if (case.right(version.held_out) & fresh).sum() < (case.right(now) & fresh).sum():
                return "on held-out answers it is right less often than the present version."
    elif version.kind == "threshold":
        return "two yes and two no answers are needed to check it."
    before, after_all = case.right(now), case.right(case.logits(version.heads))
    wrong = acceptance.newly_wrong(before, after_all)
    if wrong:
        return f"it would get {_photos(wrong)} wrong that you confirmed and that are right now."
    if version.held_out is None and _words_mean_something(case):
        return f"{_answers(len(case.rows))} cannot be checked by holding some out: {_LOOK_FIRST}"
    for column, subject in enumerate(case.subjects):
        if not subject.corrections and not acceptance.keeps_top(scores_now[:, column], scores[:, column]):
            return f"it would reorder the best photos of '{subject.name}', which you did not correct."
    if version.held_out is None and _many_changes(case, flips):
        return f"{_many_changes(case, flips)}: {_LOOK_FIRST}"
    return None


def _lessons(
    case: Case,
    version: _Version,
    flips: Sequence[acceptance.Flips],
    now: Tensor,
    reasons: Sequence[str],
    accepted: bool,
    seconds: float,
) -> list[Lesson]:
    # The present version has seen the answers it was learned from: before and after are compared on the others.
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
        )
        lessons.append(Lesson(head, version.ctx, 0, report))
    return lessons


def _measured(case: Case, logits: Tensor, judged: Tensor) -> Measured:
    total = int(judged.sum())
    loss = float(case.losses(case.rescaled(logits))[judged].mean()) if total else 0.0
    return Measured(int(case.right(logits)[judged].sum()), total, loss)


def _sentence(case: Case, version: _Version, before: Measured, after: Measured, flip: acceptance.Flips) -> str:
    count = len(case.rows)
    if not count:
        return "Nothing to learn from yet: no corrected photo of this label has been read."
    if case.nothing_new:
        return "Unchanged: there are no new corrections since the present version was learned."
    if version.kind == "unchanged":
        return f"Unchanged: after {_answers(count)}, nothing that was tried is surely better."
    change = f"would add {_photos(len(flip.adds))}, remove {len(flip.removes)}"
    if version.held_out is None:
        return f"From {_answers(count)}, too few to be checked on held-out ones: {change}."
    new = "" if before.total == count else "new "
    return f"On your {_answers(before.total, new)}, held out in turn: {before.right} -> {after.right} right; {change}."


def _answers(count: int, new: str = "") -> str:
    return f"1 {new}correction" if count == 1 else f"{count} {new}corrections"


def _photos(count: int) -> str:
    return "1 photo" if count == 1 else f"{count} photos"
