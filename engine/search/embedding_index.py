"""All embeddings of one model in memory.

The matrix that search, tagging and learning multiply with.

Knows: which row belongs to which photo, and how to keep in step with the store while photos come
and go. Does not know: what a score means (`zero_shot`), SQL. 1M x 384 takes 0.8 GB in half
precision.

A scan takes as long as memory needs to deliver the bytes that it looks at. So where this processor
multiplies bytes, it looks at a copy of one byte per number, and computes exactly what leads: half
the bytes of half precision, a quarter of what numpy reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.clip.cpu_inference import fastest_seconds

_REFINED = 512  # products that are computed exactly
_BLOCK = 256  # rows that are turned into bytes at once: what fits into the processor's cache
STORED = np.dtype("<f2")
"""How a vector lies in the store: float16, little-endian."""


class EmbeddingIndex:
    """Rows of unit vectors (N, D) float16 with their photo ids (N,) and centres (N,) float32."""

    def __init__(self, embed_dim: int) -> None:
        self._ids = np.empty(0, np.int64)
        self._vectors = torch.empty(0, embed_dim, dtype=torch.float16)
        self._centre = torch.empty(0)
        self._row = np.full(1024, -1, np.int32)  # photo id -> row
        self._used = 0
        self._coarse = _Coarse(embed_dim) if bytes_pay() else None

    def __len__(self) -> int:
        return self._used

    @property
    def ids(self) -> npt.NDArray[np.int64]:
        """Photo ids (N,) int64, in row order; a view that the next change may invalidate."""
        return self._ids[: self._used]

    @property
    def image_features(self) -> Tensor:
        """(N, D) float16, unit length; a view that the next change may invalidate."""
        return self._vectors[: self._used]

    @property
    def centre(self) -> Tensor:
        """(N,) float32 of `Vocabulary.centre`; a view that the next change may invalidate."""
        return self._centre[: self._used]

    def reserve(self, n: int) -> None:
        """Make room for `n` rows in all.

        So a library that is loaded at once is not copied while it grows.
        """
        if n <= len(self._ids):
            return
        self._ids = np.concatenate([self._ids, np.empty(n - len(self._ids), np.int64)])
        for name in ("_vectors", "_centre"):
            old: Tensor = getattr(self, name)
            grown = old.new_empty(n, *old.shape[1:])
            grown[: self._used] = old[: self._used]
            setattr(self, name, grown)
        if self._coarse is not None:
            self._coarse.reserve(n, self._used)

    def put(
        self, ids: Sequence[int] | npt.NDArray[np.int64], vectors: Tensor, centre: Tensor
    ) -> None:
        """Add or replace the vectors (B, D), any float type, and centres (B,) of photos.

        Each id once.
        """
        if not len(ids):
            return
        photo_ids = np.asarray(ids, np.int64)
        largest = int(photo_ids.max())
        if largest >= len(self._row):
            grown = np.full(max(largest + 1, len(self._row) * 2), -1, np.int32)
            grown[: len(self._row)] = self._row
            self._row = grown
        rows = self._row[photo_ids]
        new = np.flatnonzero(rows < 0)
        end = self._used + len(new)
        if end > len(self._ids):
            self.reserve(max(end, self._used * 5 // 4))
        rows[new] = np.arange(self._used, end)
        # A library that is loaded comes as a block that is all new: copying it is several times
        # faster than spreading it.
        at = (
            slice(self._used, end)
            if len(new) == len(rows)
            else torch.from_numpy(rows.astype(np.int64))
        )
        self._used = end
        self._row[photo_ids] = rows
        self._ids[rows] = photo_ids
        self._vectors[at] = vectors.half()
        self._centre[at] = centre
        if self._coarse is not None:
            self._coarse.put(at, vectors)

    def remove(self, ids: Iterable[int]) -> None:
        """Take photos out; the last row moves into each gap."""
        for id_ in ids:
            row = int(self._row[id_]) if id_ < len(self._row) else -1
            if row < 0:
                continue
            last = self._used - 1
            if row != last:
                self._ids[row] = self._ids[last]
                self._vectors[row] = self._vectors[last]
                self._centre[row] = self._centre[last]
                if self._coarse is not None:
                    self._coarse.copy(last, row)
                self._row[self._ids[row]] = row
            self._row[id_] = -1
            self._used = last

    def products(
        self, vector: Tensor, less: npt.NDArray[np.float32] | None = None
    ) -> npt.NDArray[np.float32]:
        """image_features . vector (D,), minus `less` (N,) where given: (N,) float32.

        One scan, exact to about 0.1 % of the vector's length; the highest, whose order a person
        sees, are computed once more in single precision.
        """
        with torch.no_grad():
            if self._coarse is not None:
                products = self._coarse.products(vector.float(), self._used)  # (N,)
            else:
                # (N,)
                products = F.linear(self.image_features, vector.half()[None])[:, 0].float().numpy()
            scores = products if less is None else products - less
            best = np.arange(len(scores))
            if len(scores) > _REFINED:
                best = np.argpartition(scores, -_REFINED)[-_REFINED:]
            rows = self.image_features.index_select(0, torch.from_numpy(best))  # (512, D)
            exact = (rows.float() @ vector.float()).numpy()
        scores[best] = exact if less is None else exact - less[best]
        return scores

    def rows(self, ids: Sequence[int] | npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Rows (B,) int64 of photos, -1 for those without an embedding."""
        wanted = np.asarray(ids, np.int64)
        known = wanted < len(self._row)
        rows = np.full(len(wanted), -1, np.int64)
        rows[known] = self._row[wanted[known]]
        return rows


class _Coarse:
    """The same rows in bytes: x ~ common + step * bytes, with a step for each row.

    `common` (D,) is the mean of the first rows: CLIP's image features lie in a narrow cone, with a
    few dimensions that are large for all of them, and what all have in common would take the room
    of what tells them apart.
    """

    def __init__(self, embed_dim: int) -> None:
        self._bytes = torch.empty(0, embed_dim, dtype=torch.int8)
        self._step = np.empty(0, np.float32)
        self._common: Tensor | None = None

    def reserve(self, n: int, used: int) -> None:
        grown = self._bytes.new_empty(n, self._bytes.shape[1])
        grown[:used] = self._bytes[:used]
        self._bytes = grown
        self._step = np.concatenate([self._step[:used], np.empty(n - used, np.float32)])

    def put(self, at: slice | Tensor, vectors: Tensor) -> None:
        """Vectors (B, D) of rows `at`."""
        if self._common is None:
            self._common = vectors.float().mean(0)  # (D,)
        rows = torch.arange(at.start, at.stop) if isinstance(at, slice) else at
        for some, x in zip(torch.split(rows, _BLOCK), torch.split(vectors, _BLOCK), strict=True):
            x = x.float().sub(self._common)  # (b, D)
            step = torch.maximum(x.amax(1), -x.amin(1)).clamp_min_(1e-12) / 127  # (b,)
            self._bytes[some] = x.div_(step[:, None]).round_().to(torch.int8)
            self._step[some.numpy()] = step.numpy()

    def copy(self, source: int, target: int) -> None:
        self._bytes[target] = self._bytes[source]
        self._step[target] = self._step[source]

    def products(self, vector: Tensor, n: int) -> npt.NDArray[np.float32]:
        """About (N,) products of the first `n` rows with `vector` (D,), float32."""
        if not n or self._common is None:
            return np.zeros(n, np.float32)
        step = max(float(vector.abs().max()), 1e-12) / 127
        coarse = (vector / step).round_().to(torch.int8)  # (D,)
        products = torch._int_mm(self._bytes[:n], coarse[:, None])[:, 0].float().numpy()  # (N,)
        products *= self._step[:n] * np.float32(step)
        products += np.float32(vector @ self._common)
        return products


@lru_cache(maxsize=1)
def bytes_pay() -> bool:
    """Whether torch multiplies bytes here, rightly, and clearly faster than half precision.

    Some 10 ms, once.

    The operator is one that torch keeps for itself, and fast only where the processor has
    instructions for it.
    """
    generator = torch.Generator().manual_seed(0)
    x = torch.randint(-127, 128, (2048, 512), generator=generator, dtype=torch.int8)
    y = torch.randint(-127, 128, (512, 1), generator=generator, dtype=torch.int8)
    half = x.half()
    vector = y.T.half()
    try:
        right = torch.equal(torch._int_mm(x[:64], y), x[:64].int() @ y.int())
    except (RuntimeError, AttributeError):
        return False
    return right and 1.5 * fastest_seconds(lambda: torch._int_mm(x, y)) < fastest_seconds(
        lambda: F.linear(half, vector)
    )


def pack(vectors: Tensor) -> list[bytes]:
    """Vectors (B, D) -> one blob each, as stored."""
    return [row.tobytes() for row in vectors.numpy(force=True).astype(STORED)]


def unpack(blobs: Sequence[bytes], embed_dim: int) -> Tensor:
    """Blobs -> vectors (B, D) float16."""
    # A bytearray: tensors are writable.
    stored = np.frombuffer(bytearray().join(blobs), STORED).reshape(-1, embed_dim)
    return torch.from_numpy(stored.astype(np.float16, copy=False))
