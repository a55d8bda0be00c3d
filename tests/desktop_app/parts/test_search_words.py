"""What the search field offers while a word is typed."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.parts.search_words import offers
from engine.records import Folder, FolderState, Label


@pytest.mark.parametrize("typed", ["straße", "STRASSE", "Strasse"])
def test_offers_look_past_capitals_of_every_language(qtbot: QtBot, typed: str) -> None:
    labels = [Label(1, "Straße"), Label(2, "Gasse")]
    folders = [
        Folder(1, "/photos/Straße", FolderState.ONLINE, 3),
        Folder(2, "/photos/else", FolderState.ONLINE, 2),
    ]
    history = ["Straße bei Nacht", "straße", "night"]
    assert [row.value for row in offers(typed, typed, labels, folders, history)] == [
        "+label:Straße ",
        "+folder:/photos/Straße ",
        "=Straße bei Nacht",  # 'straße' is what stands there already
    ]
    assert [row.value for row in offers(f"-label:{typed}", "", labels, folders, history)] == [
        "+-label:Straße "
    ]
