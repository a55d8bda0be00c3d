"""Tags and corrections as a text for other programs."""

from __future__ import annotations

from engine.records import Correction
from engine.store.export import export
from engine.store.store import Store


def test_export(said: Store) -> None:
    said.tags.replace([(2, 1, 1.25, False)], [2], (0, 99))
    said.corrections.correct([Correction(1, 1, False)])
    assert export(said, "csv").splitlines(keepends=True) == [
        "path,label,present,source,score\n",
        "/a/0.jpg,cat,no,person,0.0\n",
        "/a/0.jpg,dog,yes,machine,1.25\n",
    ]
    assert '"label": "dog"' in export(said, "json")
