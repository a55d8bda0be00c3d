"""The facts of a library as a whole; what is written in a transaction is written whole."""

from __future__ import annotations

import pytest

from engine.store.store import Store
from tests.support.raw_sql import execute


def test_settings_and_text_features(opened: Store) -> None:
    assert opened.get("model", "starter") == "starter"
    opened.set("model", "other")
    assert opened.get("model") == "other"
    model = opened.embeddings.model_number("aaa", "starter")
    assert opened.embeddings.text_features(model, "cat") is None
    opened.embeddings.put_text_features(model, [("cat", b"1234")])
    assert opened.embeddings.text_features(model, "cat") == b"1234"


def test_a_failed_transaction_leaves_nothing(opened: Store) -> None:
    with pytest.raises(ZeroDivisionError), opened.transaction():
        execute(opened, "INSERT INTO settings VALUES ('a', 'b')")
        _ = 1 / 0
    assert opened.get("a") == ""
