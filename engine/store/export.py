"""Tags and corrections as a text for other programs: one row per photo and label.

Knows: the two formats. Does not know: what a tag means (`tags`), where the text goes.

`path` as text (bytes that are none are replaced), `label`, `present` (a person's no is a row too),
`source` 'person' or 'machine', `score` as in `records.Tag`.
"""

from __future__ import annotations

import csv
import io
import json
import os
from typing import Literal

from engine.store.store import Store

COLUMNS = ("path", "label", "present", "source", "score")


def export(store: Store, format: Literal["csv", "json"]) -> str:
    """Every tag and correction of photos that can be seen, as CSV or a JSON list.

    The CSV has a heading.
    """
    rows = [
        (
            os.fsdecode(path).encode("utf-8", "replace").decode(),
            name,
            bool(present),
            "person" if person else "machine",
            round(score, 4),
        )
        for path, name, present, person, score in store.tags.all_of_shown()
    ]
    if format == "json":
        return json.dumps(
            [dict(zip(COLUMNS, row, strict=True)) for row in rows], ensure_ascii=False, indent=1
        )
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(
        (path, name, "yes" if present else "no", source, score)
        for path, name, present, source, score in rows
    )
    return text.getvalue()
