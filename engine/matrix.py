"""All embeddings of one model in memory: the matrix that search, tagging and learning multiply with.

Knows: which row belongs to which photo, and how to keep in step with the store while photos come and go. Does not know:
what a score means (`classifier`), SQL. 1M x 384 takes 0.8 GB: half precision, because the scan reads every byte of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

_REFINED = 1024  # products that are computed exactly
STORED = np.dtype("<f2")
"""How a vector lies in the store: float16, little-endian."""


class Matrix:
    """Rows of unit vectors (N, D) float16 with their photo ids (N,) and centres (N,) float32."""

    def __init__(self, embed_dim: int) -> None:
        self._ids = np.empty(0, np.int64)
        self._vectors = torch.empty(0, embed_dim, dtype=torch.float16)
        self._centre = torch.empty(0)
        self._row = np.full(1024, -1, np.int32)  # photo id -> row
        self._used = 0

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
        """Make room for `n` rows in all, so that a library that is loaded at once is not copied while it grows."""
        if n <= len(self._ids):
            return
        self._ids = np.concatenate([self._ids, np.empty(n - len(self._ids), np.int64)])
        for name in ("_vectors", "_centre"):
            old: Tensor = getattr(self, name)
            grown = old.new_empty(n, *old.shape[1:])
            grown[: self._used] = old[: self._used]
            setattr(self, name, grown)

    def put(self, ids: Sequence[int] | npt.NDArray[np.int64], vectors: Tensor, centre: Tensor) -> None:
        """Add or replace the vectors (B, D), any float type, and centres (B,) of photos; each id once."""
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
        # A library that is loaded comes as a block that is all new: copying it is several times faster than spreading it.
        at = slice(self._used, end) if len(new) == len(rows) else torch.from_numpy(rows.astype(np.int64))
        self._used = end
        self._row[photo_ids] = rows
        self._ids[rows] = photo_ids
        self._vectors[at] = vectors.half()
        self._centre[at] = centre

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
                self._row[self._ids[row]] = row
            self._row[id_] = -1
            self._used = last

    def products(self, vector: Tensor, less: npt.NDArray[np.float32] | None = None) -> npt.NDArray[np.float32]:
        """image_features . vector (D,), minus `less` (N,) where given: (N,) float32.

        One scan of the half-precision matrix with sums in single precision; where products in half precision tie, among
        the highest, they are computed once more from the same vectors in single precision.
        """
        with torch.no_grad():
            products = F.linear(self.image_features, vector.half()[None])[:, 0].float().numpy()  # (N,)
            scores = products if less is None else products - less
            best = np.arange(len(scores))
            if len(scores) > _REFINED:
                best = np.argpartition(scores, -_REFINED)[-_REFINED:]
            exact = (self.image_features[torch.from_numpy(best)].float() @ vector.float()).numpy()
        scores[best] = exact if less is None else exact - less[best]
        return scores

    def rows(self, ids: Sequence[int] | npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Rows (B,) int64 of photos, -1 for those without an embedding."""
        wanted = np.asarray(ids, np.int64)
        known = wanted < len(self._row)
        rows = np.full(len(wanted), -1, np.int64)
        rows[known] = self._row[wanted[known]]
        return rows


def pack(vectors: Tensor) -> list[bytes]:
    """Vectors (B, D) -> one blob each, as stored."""
    return [row.tobytes() for row in vectors.numpy(force=True).astype(STORED)]


def unpack(blobs: Sequence[bytes], embed_dim: int) -> Tensor:
    """Blobs -> vectors (B, D) float16."""
    stored = np.frombuffer(bytearray().join(blobs), STORED).reshape(-1, embed_dim)  # a bytearray: tensors are writable
    return torch.from_numpy(stored.astype(np.float16, copy=False))
