"""Scores against the vocabulary, decisions, groups, the dial, and 'no good match'."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.clip.weights import load
from engine.clip.zero_shot import (
    AVERAGE_WORD,
    BEST_MATCH_THRESHOLD,
    DEFAULT_THRESHOLD,
    DENIAL,
    DIAL,
    LONE_MATCH_THRESHOLD,
    MATCH_THRESHOLD,
    TEMPLATES,
    Head,
    Scorer,
    Vocabulary,
    decide,
    good_match_line,
    match,
    negated,
    probability,
    text_features,
    understands_not,
    vocabulary,
    vocabulary_words,
    zero_shot_heads,
)

SCALE = 50.0


@pytest.fixture
def words() -> Vocabulary:
    generator = torch.Generator().manual_seed(0)
    features = F.normalize(torch.randn(40, 16, generator=generator), dim=1)
    return Vocabulary(tuple(f"word {i}" for i in range(40)), features, SCALE)


def photos(n: int, seed: int = 1) -> Tensor:
    return F.normalize(torch.randn(n, 16, generator=torch.Generator().manual_seed(seed)), dim=1)


def test_z_is_the_log_odds_against_the_average_word_in_clips_softmax(words: Vocabulary) -> None:
    x = photos(5)
    (head,) = zero_shot_heads(words, ["new"], photos(1, 2), [None])
    z = Scorer([head]).scores(x, words.centre(x))[:, 0]
    cosines = x.double() @ words.features.double().T  # (5, 40)
    average = torch.exp(SCALE * cosines).mean(1)
    expected = torch.log(torch.exp(SCALE * (x.double() @ photos(1, 2)[0].double())) / average)
    torch.testing.assert_close(z.double(), expected, atol=1e-3, rtol=1e-4)


def test_half_precision_libraries_score_alike_whatever_the_chunk(
    words: Vocabulary, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = photos(50)
    whole = words.centre(x)
    monkeypatch.setattr("engine.clip.zero_shot._CHUNK", 7)
    torch.testing.assert_close(words.centre(x), whole)
    head = Head(SCALE * words.features[0], SCALE)
    torch.testing.assert_close(
        Scorer([head]).scores(x.half(), whole), Scorer([head]).scores(x, whole), atol=0.1, rtol=0.02
    )


def test_a_free_label_is_decided_by_its_threshold_and_the_dial() -> None:
    z = torch.tensor([[3.0], [5.0]])
    thresholds = torch.tensor([4.0])
    assert decide(z, thresholds, [None]).tolist() == [[False], [True]]
    assert decide(z, thresholds, [None], torch.tensor([-1.0])).tolist() == [
        [4.0 - DIAL <= 3.0],
        [True],
    ]
    assert decide(z, thresholds, [None], torch.tensor([1.0])).tolist() == [
        [False],
        [4.0 + DIAL <= 5.0],
    ]


def test_exactly_one_label_of_a_group_wins_and_others_are_untouched() -> None:
    z = torch.tensor([[-9.0, -8.0, 7.0], [2.0, 1.0, -7.0]])
    present = decide(z, torch.tensor([0.0, 0.0, 4.0]), ["room", "room", None])
    assert present.tolist() == [[False, True, True], [True, False, False]]


def test_a_group_of_one_label_excludes_nothing() -> None:
    assert decide(torch.tensor([[-9.0]]), torch.tensor([0.0]), ["alone"]).tolist() == [[False]]


def test_not_cup_means_anything_but_a_cup(words: Vocabulary) -> None:
    vectors = torch.stack([words.features[0], words.features[1]])
    cup, other = zero_shot_heads(words, ["cup", "not cup"], vectors, ["g", "g"])
    assert cup.threshold == 0.0
    torch.testing.assert_close(
        other.vector, SCALE * words.features.mean(0)
    )  # not the text 'not cup'
    # At the z of the average word on a typical photo, 'cup' wins from the default threshold on.
    z = torch.tensor(
        [[DEFAULT_THRESHOLD + 0.1, AVERAGE_WORD], [DEFAULT_THRESHOLD - 0.1, AVERAGE_WORD]]
    )
    assert decide(z, torch.tensor([cup.threshold, other.threshold]), ["g", "g"])[:, 0].tolist() == [
        True,
        False,
    ]


def test_not_cup_is_partly_its_own_text_where_the_model_knows_what_not_means(
    words: Vocabulary,
) -> None:
    vectors = torch.stack([words.features[0], words.features[1]])
    (_, plain), (_, read) = (
        zero_shot_heads(replace(words, knows_not=knows), ["cup", "not cup"], vectors, ["g", "g"])
        for knows in (False, True)
    )
    assert read.vector @ vectors[1] > plain.vector @ vectors[1] + 0.1 * SCALE
    # Halfway between the line of the average word and that of a text, in the same part.
    assert read.threshold == pytest.approx((1 - DENIAL) * plain.threshold)
    assert (
        zero_shot_heads(replace(words, knows_not=True), ["cup"], vectors[:1], ["g"])[0].threshold
        == 0.0
    )


def test_a_model_that_reads_not_x_as_x_does_not_know_not() -> None:
    x = photos(20)
    average = x.mean(0)
    near = F.normalize(x + 0.1 * photos(20, 5), dim=1)
    assert not understands_not(x, near, average)
    assert understands_not(x, photos(20, 6), average)
    far = F.normalize(x.roll(1, 0) + 0.3 * x, dim=1)  # a little of the word stays
    assert understands_not(x, far, average)


@pytest.mark.slow
def test_the_starter_knows_what_not_means() -> None:
    starter = load("starter")
    assert vocabulary(starter).knows_not
    assert len(vocabulary(starter).features) == len(vocabulary_words())


@pytest.mark.parametrize(
    ("name", "expected"),
    [("not cup", True), ("No people", True), ("notebook", False), ("cup", False), ("north", False)],
)
def test_negated_names(name: str, expected: bool) -> None:
    assert negated(name) is expected


def test_match_ranks_and_counts_good_ones_and_none_for_what_is_absent(words: Vocabulary) -> None:
    wanted = photos(1, 77)[0]
    x = torch.cat([photos(30), F.normalize(wanted + 0.05 * photos(2, 9), dim=1)])
    x[:30] -= (x[:30] @ wanted)[:, None] * wanted  # nothing of it in the others
    x = F.normalize(x, dim=1)
    found = match(words, wanted, x, words.centre(x))
    assert set(found.order[:2].tolist()) == {30, 31}
    assert found.good == 2
    assert torch.equal(found.scores, found.scores.sort(descending=True).values)
    assert match(words, wanted, x[:30], words.centre(x[:30])).good == 0


def test_many_mild_photos_are_no_good_match_without_a_best_one() -> None:
    mild = (MATCH_THRESHOLD + BEST_MATCH_THRESHOLD) / 2
    assert good_match_line([mild, mild, mild]) > mild
    assert (
        good_match_line([BEST_MATCH_THRESHOLD + 1, BEST_MATCH_THRESHOLD, BEST_MATCH_THRESHOLD])
        == MATCH_THRESHOLD
    )
    assert (
        mild < good_match_line([LONE_MATCH_THRESHOLD, 0.0, 0.0]) <= LONE_MATCH_THRESHOLD
    )  # the only photo of it
    assert good_match_line([]) > mild  # an empty library


def test_strictness_moves_the_line(words: Vocabulary) -> None:
    x = photos(200)
    x[0] = query = photos(1, 5)[0]
    counts = [match(words, query, x, words.centre(x), s).good for s in (-1.0, 0.0, 1.0)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[2]


def test_probability_only_where_it_was_fitted() -> None:
    head = Head(torch.zeros(2), 1.0, 1.0, (2.0, -2.0))
    assert probability(torch.tensor([1.0]), head).item() == pytest.approx(0.5)
    with pytest.raises(ValueError, match="nobody corrected"):
        probability(torch.tensor([1.0]), Head(torch.zeros(2), 1.0))


def test_the_vocabulary_file_is_wide_and_has_no_doubles() -> None:
    words = vocabulary_words()
    assert len(words) >= 900
    assert len(set(words)) == len(words)
    assert all(word == word.strip() and word for word in words)


def test_text_features_are_the_mean_of_the_templates(tiny_starter: object) -> None:
    model = load()
    features = text_features(model, ["tree  house.", "cup"])
    each = model.encode_texts([template.format("tree house") for template in TEMPLATES])
    torch.testing.assert_close(features[0], F.normalize(each.mean(0), dim=0), atol=1e-5, rtol=1e-4)
    assert text_features(model, []).shape == (0, model.embed_dim)


def test_the_vocabulary_is_encoded_once_per_model(
    tiny_starter: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.clip.zero_shot.vocabulary_words", lambda: ("cup", "dog", "tree"))
    monkeypatch.setattr("engine.clip.zero_shot._vocabularies", {})
    model = load()
    first = vocabulary(model)
    assert vocabulary(model) is first
    assert first.logit_scale == pytest.approx(math.exp(float(model.clip.logit_scale)))


def test_a_vocabulary_needs_a_feature_for_every_word() -> None:
    with pytest.raises(ValueError, match="2 words, but 3"):
        Vocabulary(("a", "b"), torch.zeros(3, 4), 1.0)
