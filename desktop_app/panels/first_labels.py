"""The card that offers common labels at the first start, by category.

Knows: what is ticked. Does not know: which labels there are to offer (the library says), or what a
label means.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QLocale, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop_app.acts import label_acts
from desktop_app.acts.history import History
from desktop_app.link.engine_link import EngineLink
from desktop_app.parts import theme
from desktop_app.parts.chips import FlowLayout
from desktop_app.parts.plain_text import caption
from engine.verbs import Verbs

_LINES = 6  # categories in sight; the rest is a turn of the wheel away


class FirstLabels(QFrame):
    """'What do your photos show?': common labels, all chosen, added with one click or left."""

    finished = Signal()

    def __init__(self, link: EngineLink, history: History, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history = history
        self.setProperty("look", "banner")
        self.buttons: list[QPushButton] = []
        self.categories: list[QPushButton] = []
        self.title = theme.plain(self.tr("What do your photos show?"), "heading")
        self.sentence = theme.plain(
            self.tr(
                "Albumen looks for these labels in every photo. Untick what you never photograph; "
                "add your own later."
            ),
            "muted",
            wrap=True,
        )
        self.all = self._quiet(self.tr("All"), lambda: self._tick(self.buttons, True))
        self.none = self._quiet(self.tr("None"), lambda: self._tick(self.buttons, False))
        self.later = QPushButton(self.tr("Not now"))
        self.later.setAccessibleName(self.later.text())
        self.later.clicked.connect(self.finished)
        self.add = QPushButton()
        self.add.setProperty("look", "primary")
        self.add.clicked.connect(self._add)
        holder = QWidget()
        self._rows = QGridLayout(holder)
        self._rows.setContentsMargins(0, 0, 10, 0)
        self._rows.setHorizontalSpacing(10)
        self._rows.setVerticalSpacing(6)
        self._rows.setColumnStretch(1, 1)
        self._area = area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setProperty("look", "bare")
        area.setAccessibleName(self.title.text())
        area.setWidget(holder)
        head = QHBoxLayout()
        told = QVBoxLayout()
        told.setSpacing(1)
        told.addWidget(self.title)
        told.addWidget(self.sentence)
        head.addLayout(told, 1)
        for button in (self.all, self.none, self.later, self.add):
            head.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 16, 10)
        column.addLayout(head)
        column.addWidget(area)
        self._count()
        link.ask(Verbs.starter_categories, QLocale().language() == QLocale.Language.Chinese).then(
            self._known
        )

    def _quiet(self, text: str, act: Callable[[], None]) -> QPushButton:
        button = QPushButton(text)
        button.setAccessibleName(text)
        button.setProperty("look", "quiet")
        button.clicked.connect(act)
        return button

    def _known(self, categories: dict[str, list[str]]) -> None:
        translated = {
            "People": self.tr("People"),
            "Animals": self.tr("Animals"),
            "Nature": self.tr("Nature"),
            "Sky and weather": self.tr("Sky and weather"),
            "Places": self.tr("Places"),
            "On the way": self.tr("On the way"),
            "Food": self.tr("Food"),
            "At home": self.tr("At home"),
            "Paper and screens": self.tr("Paper and screens"),
        }
        for row, (category, names) in enumerate(categories.items()):
            whole = QPushButton(caption(translated.get(category, category)))
            whole.setAccessibleName(
                self.tr("All of {category}").format(category=translated.get(category, category))
            )
            whole.setProperty("look", "quiet")
            whole.setCheckable(True)
            whole.setChecked(True)
            flow = FlowLayout(spacing=6)
            own = [self._chip(name) for name in names]
            for button in own:
                button.toggled.connect(partial(self._mark, button, whole, own))
                flow.addWidget(button)
            whole.clicked.connect(lambda checked, own=own: self._tick(own, checked))
            self.categories.append(whole)
            self._rows.addWidget(
                whole, row, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft
            )
            self._rows.addLayout(flow, row, 1)
        lines = [
            button.sizeHint().height() + self._rows.verticalSpacing()
            for button in self.categories[:_LINES]
        ]
        self._area.setFixedHeight(sum(lines))
        self._count()

    def _chip(self, name: str) -> QPushButton:
        button = QPushButton(caption(name))
        button.setAccessibleName(name)
        button.setProperty("look", "chip")
        button.setProperty("name", name)
        button.setCheckable(True)
        button.setChecked(True)
        button.setIconSize(QSize(12, 12))
        theme.set_icon(button, "tick")
        self.buttons.append(button)
        return button

    def names(self) -> list[str]:
        """What is chosen."""
        return [button.property("name") for button in self.buttons if button.isChecked()]

    def _tick(self, buttons: list[QPushButton], checked: bool) -> None:
        for button in buttons:
            button.setChecked(checked)

    def _mark(
        self, button: QPushButton, whole: QPushButton, own: list[QPushButton], checked: bool
    ) -> None:
        theme.set_icon(button, "tick" if checked else "plus")
        whole.setChecked(all(one.isChecked() for one in own))
        self._count()

    def _count(self) -> None:
        count = len(self.names())
        self.add.setText(self.tr("Add %Ln label(s)", "", count))
        self.add.setAccessibleName(self.add.text())
        self.add.setEnabled(count > 0)

    def _add(self) -> None:
        names = self.names()
        label_acts.add_labels(self._history, self.tr("Add %Ln label(s)", "", len(names)), names)
        self.finished.emit()
