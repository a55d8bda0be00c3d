"""Where labels are defined and changed.

Knows: a label's name, group, colour, key and dial, and that every change can be taken back. Does
not know: what a label means to the engine, or how photos are tagged again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.acts import label_acts
from desktop_app.acts.history import Calls, History, call
from desktop_app.link.engine_link import EngineLink
from desktop_app.parts import theme
from desktop_app.parts.plain_text import ask, caption, quoted
from desktop_app.parts.rows import Row, RowList, row_of
from engine.records import Label, PhotosChanged
from engine.verbs import Verbs

T = TypeVar("T")

_DIAL = 10  # steps of the dial on either side of 0


class LabelEditor(QDialog):
    """All labels on the left, the chosen one on the right.

    Each change is an act of the undo history.
    """

    label_removed = Signal(str)  #: its name

    def __init__(self, link: EngineLink, history: History, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._history = history
        self._labels: dict[int, Label] = {}
        self._wanted = 0  # the label to choose when the list arrives
        self._filling = False
        self._asked: dict[tuple[int, str], object] = {}  # on its way: one Return ends a field twice
        self.setWindowTitle(self.tr("Labels"))
        self.resize(780, 600)
        self.list = RowList(self.tr("Labels"))
        self.list.setMinimumWidth(250)
        self.list.currentItemChanged.connect(self._chosen)
        self.new = QPlainTextEdit()
        self.new.setAccessibleName(self.tr("New labels"))
        self.new.setPlaceholderText(self.tr("New labels, one per line. Any words."))
        self.new.setTabChangesFocus(True)
        self.new.setFixedHeight(76)
        self.new.textChanged.connect(self._new_typed)
        self.add = QPushButton(self.tr("Add"))
        self.add.setAccessibleName(self.tr("Add the new labels"))
        self.add.setProperty("look", "primary")
        self.add.setEnabled(False)
        self.add.clicked.connect(self.add_new)
        self.message = theme.plain("", "warning", wrap=True)
        self.message.hide()
        self.form = self._make_form()
        self.nothing = theme.plain(
            self.tr("Choose a label to change it, or add new ones."), "muted", wrap=True
        )
        self._lay_out()
        history.problem.connect(self._say)
        link.photos_changed.connect(self._photos_changed)
        self._ask()

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addWidget(self.list, 1)
        left.addWidget(self.new)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.add)
        left.addLayout(row)
        right = QVBoxLayout()
        right.addWidget(self.nothing)
        right.addWidget(self.form)
        right.addStretch(1)
        halves = QHBoxLayout()
        halves.setSpacing(24)
        halves.addLayout(left, 2)
        halves.addLayout(right, 3)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 20, 22, 16)
        column.setSpacing(12)
        column.addWidget(theme.plain(self.tr("Labels"), "title"))
        column.addWidget(self.message)
        column.addLayout(halves, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)

    def _make_form(self) -> QWidget:
        form = QWidget()
        lines = QFormLayout(form)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setHorizontalSpacing(16)
        lines.setVerticalSpacing(12)
        lines.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.name = QLineEdit()
        self.name.setAccessibleName(self.tr("Name"))
        self.name.setMaxLength(200)
        self.name.editingFinished.connect(self._rename)
        lines.addRow(self.tr("Name"), self.name)
        self.count = theme.plain("", "muted", wrap=True)
        lines.addRow("", self.count)
        self.color = self._make_swatches()
        lines.addRow(self.tr("Colour"), self.color)
        self.pinned = self._make_keys()
        lines.addRow(self.tr("Key"), self.pinned)
        self.group = self._make_groups()
        lines.addRow(self.tr("Exclusive group"), self.group)
        self.dial = QSlider(Qt.Orientation.Horizontal)
        self.dial.setRange(-_DIAL, _DIAL)
        self.dial.setAccessibleName(self.tr("From missing fewer to making fewer mistakes"))
        self.dial.setTickPosition(QSlider.TickPosition.TicksBelow)
        self.dial.setTickInterval(_DIAL)
        self.dial.setTracking(False)  # the library is tagged anew once the handle is let go
        self.dial.valueChanged.connect(self._turn)
        ends = QHBoxLayout()
        ends.addWidget(theme.plain(self.tr("Miss fewer"), "muted"))
        ends.addStretch(1)
        ends.addWidget(theme.plain(self.tr("Fewer mistakes"), "muted"))
        dial = QVBoxLayout()
        dial.setSpacing(2)
        dial.addWidget(self.dial)
        dial.addLayout(ends)
        lines.addRow(self.tr("Strictness"), dial)
        self.merge = QPushButton(self.tr("Merge into…"))
        self.merge.setAccessibleName(self.merge.text())
        theme.set_icon(self.merge, "merge")
        self._merge_menu = QMenu(self.merge)
        self.merge.setMenu(self._merge_menu)
        self._merge_menu.aboutToShow.connect(self._fill_merge)
        self.remove = QPushButton(self.tr("Remove"))
        self.remove.setAccessibleName(self.tr("Remove this label"))
        theme.set_icon(self.remove, "trash")
        self.remove.clicked.connect(self.remove_current)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.merge)
        row.addWidget(self.remove)
        row.addStretch(1)
        lines.addRow("", row)
        form.hide()
        return form

    def _make_keys(self) -> QComboBox:
        keys = QComboBox()
        keys.setAccessibleName(self.tr("Key"))
        keys.addItem(self.tr("None"), 0)
        for number in range(1, 10):
            keys.addItem(str(number), number)
        keys.activated.connect(self._pin)
        return keys

    def _make_groups(self) -> QComboBox:
        groups = QComboBox()
        groups.setAccessibleName(self.tr("Exclusive group"))
        groups.setEditable(True)
        groups.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        groups.setToolTip(
            self.tr("Of the labels of one group, each photo gets exactly one: cup or not cup.")
        )
        groups.activated.connect(self._regroup)
        field = groups.lineEdit()
        assert field is not None, "an editable box has one"
        field.setAccessibleName(self.tr("Exclusive group"))
        field.setPlaceholderText(self.tr("None"))
        field.editingFinished.connect(self._regroup)
        return groups

    def _make_swatches(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self.swatches = QButtonGroup(self)
        self.swatches.setExclusive(True)
        for number, color in enumerate(theme.LABEL_COLORS):
            button = QToolButton()
            button.setCheckable(True)
            button.setProperty("look", "flat")
            spot = QPixmap(QSize(16, 16))
            spot.fill(QColor(color))
            button.setIcon(spot)
            button.setAccessibleName(self.tr("Colour {number}").format(number=number + 1))
            button.setToolTip(button.accessibleName())
            self.swatches.addButton(button, number)
            row.addWidget(button)
        row.addStretch(1)
        self.swatches.idClicked.connect(self._paint)
        return holder

    # -- the list ----------------------------------------------------------------------------------

    def edit(self, label_id: int) -> None:
        """Choose a label, now or as soon as the list is there."""
        self._wanted = label_id
        self._choose_wanted()
        self.name.setFocus()

    def label(self) -> Label | None:
        """The label that is being changed."""
        row = row_of(self.list.currentItem())
        return self._labels.get(row.value) if row else None

    def _ask(self) -> None:
        self._link.ask(Verbs.labels).then(self._known, self._say)

    def _photos_changed(self, changes: PhotosChanged) -> None:
        if changes.labels:
            self._ask()

    def _known(self, labels: list[Label]) -> None:
        current = self.label()
        self._wanted = self._wanted or (current.id if current else 0)
        self._labels = {label.id: label for label in labels}
        self._asked.clear()
        self.list.blockSignals(True)
        self.list.clear()
        for label in sorted(labels, key=lambda one: one.name.casefold()):
            self.list.add_row(
                Row(
                    label.name,
                    color=theme.label_color(label.color, label.id),
                    right=self.locale().toString(label.photos),
                    badge=str(label.pinned) if label.pinned else "",
                    detail=label.group or "",
                    value=label.id,
                )
            )
        self.list.blockSignals(False)
        self._choose_wanted()
        self._chosen()

    def _choose_wanted(self) -> None:
        for place in range(self.list.count()):
            row = row_of(self.list.item(place))
            if row is not None and row.value == self._wanted:
                self._wanted = 0
                self.list.setCurrentRow(place)
                return

    def _chosen(self, *_items: object) -> None:
        label = self.label()
        self.form.setVisible(label is not None)
        self.nothing.setVisible(label is None)
        if label is None:
            return
        self._filling = True
        if not self.name.hasFocus():
            self.name.setText(label.name)
        self.count.setText(
            self.tr("{photos} photos; you said {yes} yes, {no} no").format(
                photos=self.locale().toString(label.photos),
                yes=self.locale().toString(label.yes),
                no=self.locale().toString(label.no),
            )
        )
        color = theme.label_color(label.color, label.id).name()
        for button in self.swatches.buttons():
            button.setChecked(theme.LABEL_COLORS[self.swatches.id(button)] == color)
        self.pinned.setCurrentIndex(label.pinned)
        if not self.group.hasFocus():
            self.group.clear()
            self.group.addItem("")
            self.group.addItems(sorted({one.group for one in self._labels.values() if one.group}))
            self.group.setCurrentText(label.group or "")
        self.dial.setValue(round(label.threshold * _DIAL))
        self._filling = False

    # -- acts --------------------------------------------------------------------------------------

    def _say(self, sentence: str) -> None:
        self.message.setText(sentence)
        self.message.setVisible(bool(sentence))
        self._ask()

    def _new_typed(self) -> None:
        self.add.setEnabled(bool(self.new.toPlainText().strip()))

    def add_new(self) -> None:
        """Define every line of the field as a label."""
        names = list(
            dict.fromkeys(
                line.strip() for line in self.new.toPlainText().splitlines() if line.strip()
            )
        )
        if names:
            self.message.hide()
            label_acts.add_labels(self._history, self.tr("Add %Ln label(s)", "", len(names)), names)
            self.new.clear()

    def _update(
        self,
        text: str,
        label: Label,
        name: str,
        old: T,
        value: T,
        change: Callable[[T], Calls[Label]],
    ) -> None:
        """`change` the property `name` of a label from `old` to `value`; undo puts the old one
        back."""
        if self._filling or self._asked.get((label.id, name), old) == value:
            return
        self._asked[label.id, name] = value
        self.message.hide()

        self._history.push(
            text.format(label=quoted(label.name)),
            lambda _answer: change(value),
            lambda _answer: change(old),
        )

    def _rename(self) -> None:
        label = self.label()
        name = self.name.text().strip()
        if (
            label is None
            or self._filling
            or self._asked.get((label.id, "name"), label.name) == name
        ):
            return
        if not name:
            self.name.setText(label.name)
            return
        self._asked[label.id, "name"] = name
        self.message.hide()
        self._history.push(
            self.tr("Rename “{label}”").format(label=quoted(label.name)),
            lambda _answer: call(Verbs.rename_label, label.id, name),
            lambda _answer: call(Verbs.rename_label, label.id, label.name),
        )

    def _paint(self, number: int) -> None:
        label = self.label()
        if label is not None:
            self._update(
                self.tr("Colour of “{label}”"),
                label,
                "color",
                label.color,
                theme.LABEL_COLORS[number],
                lambda to: call(Verbs.update_label, label.id, color=to),
            )

    def _pin(self, _index: int) -> None:
        label = self.label()
        number = self.pinned.currentData()
        if label is None or self._filling or label.pinned == number:
            return
        self.message.hide()
        had_it = [one.id for one in self._labels.values() if number and one.pinned == number]

        def back(_answer: object) -> Calls[None]:
            yield from call(Verbs.update_label, label.id, pinned=label.pinned)
            for other_id in had_it:  # the library took the key from it
                yield from call(Verbs.update_label, other_id, pinned=number)

        self._history.push(
            self.tr("Key of “{label}”").format(label=quoted(label.name)),
            lambda _answer: call(Verbs.update_label, label.id, pinned=number),
            back,
        )

    def _regroup(self, *_index: int) -> None:
        label = self.label()
        if label is not None:
            self._update(
                self.tr("Group of “{label}”"),
                label,
                "group",
                label.group,
                self.group.currentText().strip() or None,
                lambda to: call(Verbs.update_label, label.id, group=to),
            )

    def _turn(self, value: int) -> None:
        label = self.label()
        if label is not None and value != round(label.threshold * _DIAL):
            self._update(
                self.tr("Strictness of “{label}”"),
                label,
                "threshold",
                label.threshold,
                value / _DIAL,
                lambda to: call(Verbs.update_label, label.id, threshold=to),
            )

    def _fill_merge(self) -> None:
        self._merge_menu.clear()
        label = self.label()
        for other in sorted(self._labels.values(), key=lambda one: one.name.casefold()):
            if label is not None and other.id != label.id:
                action = self._merge_menu.addAction(caption(other.name))
                action.triggered.connect(
                    lambda _checked=False, other=other: self.merge_into(other.id)
                )

    def merge_into(self, other_id: int) -> None:
        """Move the corrections of the chosen label to another and remove it, after a question."""
        label = self.label()
        other = self._labels[other_id]
        if label is None:
            return
        question = self.tr("Merge “{label}” into “{other}”?").format(
            label=quoted(label.name), other=quoted(other.name)
        )
        detail = self.tr(
            "What you said about the first counts for the second from now on. "
            "Undo separates them again."
        )
        if ask(self, self.tr("Merge labels"), question, self.tr("Merge"), detail):
            self._wanted = other_id
            text = self.tr("Merge “{label}” into “{other}”")
            text = text.format(label=quoted(label.name), other=quoted(other.name))
            label_acts.merge_labels(self._history, text, other_id, label.id)

    def remove_current(self) -> None:
        """Remove the chosen label; its corrections come back with an undo."""
        label = self.label()
        if label is not None:
            text = self.tr("Remove “{label}”").format(label=quoted(label.name))
            label_acts.remove_labels(self._history, text, [label.id])
            self.label_removed.emit(label.name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return  # Return finishes a field here, it does not close the dialog
        if event.key() == Qt.Key.Key_Delete and self.list.hasFocus():
            self.remove_current()
            return
        super().keyPressEvent(event)
