"""Rows of the matrix follow photos that come, change and go."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from engine.search.embedding_index import EmbeddingIndex, bytes_pay, pack, unpack


def vectors(*numbers: float) -> torch.Tensor:
    return torch.tensor(numbers)[:, None].expand(-1, 3).clone()


def test_put_replace_remove() -> None:
    index = EmbeddingIndex(3)
    index.put([5, 2000, 7], vectors(1, 2, 3), torch.tensor([0.1, 0.2, 0.3]))
    index.put([2000, 9], vectors(4, 5), torch.tensor([0.4, 0.5]))
    assert index.ids.tolist() == [5, 2000, 7, 9]
    assert index.image_features[:, 0].tolist() == [1, 4, 3, 5]
    assert np.allclose(index.centre, [0.1, 0.4, 0.3, 0.5])
    index.remove([5, 123456, 6])
    assert index.ids.tolist() == [9, 2000, 7]
    assert index.image_features[:, 0].tolist() == [5, 4, 3]
    assert index.rows([7, 5, 99999, 9]).tolist() == [2, -1, -1, 0]
    assert len(index) == 3


def test_against_a_dictionary() -> None:
    """Random changes leave the same content as a plain dictionary."""
    random = np.random.default_rng(0)
    index = EmbeddingIndex(3)
    truth = dict[int, float]()
    for _ in range(200):
        ids = random.choice(60, size=4, replace=False).tolist()
        if random.random() < 0.4:
            index.remove(ids)
            truth = {id_: value for id_, value in truth.items() if id_ not in ids}
        else:
            values = random.integers(0, 1000, 4).astype(float)
            index.put(ids, vectors(*values), torch.tensor(values).float())
            truth |= dict(zip(ids, values.tolist(), strict=True))
    assert dict(zip(index.ids.tolist(), index.image_features[:, 0].tolist(), strict=True)) == truth
    assert dict(zip(index.ids.tolist(), index.centre.tolist(), strict=True)) == truth


@pytest.fixture(params=["bytes", "halves"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways of scanning, whichever this processor would take."""
    monkeypatch.setattr("engine.search.embedding_index.bytes_pay", lambda: request.param == "bytes")
    return str(request.param)


def test_products(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The scan is coarse: what leads is computed exactly, with or without something to subtract."""
    generator = torch.Generator().manual_seed(0)
    x = F.normalize(torch.randn(50, 64, generator=generator), dim=1)
    index = EmbeddingIndex(64)
    assert index.products(x[0]).shape == (0,)
    index.put(range(50), x, torch.zeros(50))
    vector = 100 * x[7]
    less = torch.randn(50, generator=generator).numpy()
    exact = (index.image_features.float() @ vector).numpy()
    monkeypatch.setattr("engine.search.embedding_index._REFINED", 3)
    tolerance = 0.5 if way == "bytes" else 0.1
    for scores, expected in (
        (index.products(vector), exact),
        (index.products(vector, less), exact - less),
    ):
        best = np.argsort(-expected)
        assert np.allclose(scores[best[:3]], expected[best[:3]], atol=1e-5)
        assert np.allclose(scores, expected, atol=tolerance) and scores.dtype == np.float32
        assert not np.array_equal(scores[best[3:]], expected[best[3:]])


def test_products_follow_changes(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever comes, changes or goes, and in however large blocks.

    The coarse products are those of the rows there are.
    """
    monkeypatch.setattr("engine.search.embedding_index._REFINED", 1)
    random = np.random.default_rng(0)
    index = EmbeddingIndex(32)
    # What all rows have in common is large.
    offset = 5 * torch.randn(32, generator=torch.Generator().manual_seed(1))
    for turn in range(30):
        ids = random.choice(2000, size=int(random.integers(1, 700)), replace=False)
        if turn % 3 == 2:
            index.remove(ids.tolist())
        else:
            index.put(ids, offset + torch.randn(len(ids), 32), torch.zeros(len(ids)))
        vector = torch.randn(32)
        exact = index.image_features.float() @ vector
        assert np.abs(index.products(vector) - exact.numpy()).max() < 0.5


def test_exact_numbers_are_right_where_bytes_are_slow_or_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The operator is torch's own affair.

    Without it, or with wrong results, the other way is taken.
    """

    def missing(*_: object) -> torch.Tensor:
        raise RuntimeError("not implemented")

    for operator in (missing, lambda x, y: torch.zeros(len(x), 1, dtype=torch.int32)):
        bytes_pay.cache_clear()
        monkeypatch.setattr(torch, "_int_mm", operator)
        assert not bytes_pay()
    bytes_pay.cache_clear()


def test_stored_form_is_half_precision_little_endian() -> None:
    blobs = pack(torch.tensor([[1.0, -2.0], [0.5, 0.0]]))
    assert blobs == [b"\x00\x3c\x00\xc0", b"\x00\x38\x00\x00"]
    assert unpack(blobs, 2).tolist() == [[1.0, -2.0], [0.5, 0.0]]
