"""Tags of the machine and words of a person: the person wins, whatever the machine says later."""

from __future__ import annotations

from engine.records import Correction, Source, Tag
from engine.store.store import Store


def test_corrections_win_and_survive_the_machine(said: Store) -> None:
    said.tags.replace([(1, 1, 0.5, False), (1, 2, 2.0, False), (2, 1, 1.0, True)], [1, 2], (0, 99))
    assert said.corrections.correct([Correction(2, 1, False), Correction(3, 1, True)]) == [
        Correction(3, 1, None),
        Correction(2, 1, None),
    ]
    expected = [
        Tag(1, 2, "dog", 1.0, Source.MACHINE, True, True),
        Tag(1, 1, "cat", 0.5, Source.MACHINE, True, False),
        Tag(2, 1, "cat", 0.0, Source.PERSON, False, False),
        Tag(3, 1, "cat", 1.0, Source.PERSON, True, False),
    ]
    assert said.tags.of([1, 2, 3, 4, 1]) == expected
    said.tags.replace(
        [(1, 2, 9.0, False), (1, 3, 9.0, False), (1, 1, 0.5, False), (2, 1, 1.0, True)],
        [1, 2],
        (0, 99),
    )
    assert said.tags.of([1, 2, 3, 4]) == expected
    assert [(label.name, label.photos, label.yes, label.no) for label in said.labels.counted()] == [
        ("cat", 2, 1, 1),
        ("dog", 1, 0, 0),
    ]
