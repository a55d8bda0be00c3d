"""How one photo looks in the grid, and the headers between groups.

It shows thumbnail, name, tags, state, selection and focus.

Knows: fonts, colours, distances. Does not know: rows, scrolling, where records come from.
Texts are measured once per width and kept, because eliding is the dearest part of a frame.
"""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QCoreApplication, QDate, QLocale, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from desktop_app.parts import theme
from desktop_app.parts.thumbnails import Box, Thumbnails
from desktop_app.photos.grid_layout import Group
from desktop_app.photos.photo_model import Entry, printable
from engine.records import PhotoState, Source

_PAD = 6
# Height of the room for a photo by its width: what cameras make, so that little of a cell stays
# empty.
_SHAPE = 3 / 4
_KEPT_TEXTS = 4000


class PhotoCell:
    """Paints cells for `widget` (whose font, palette and pixel ratio it uses)."""

    def __init__(self, widget: QWidget) -> None:
        self._widget = widget
        self._texts: OrderedDict[tuple[str, int, bool], str] = OrderedDict()
        self._badges: dict[tuple[str, str], QPixmap] = {}
        self.forget()

    def forget(self) -> None:
        """Measure anew: font, theme or screen changed."""
        self._texts.clear()
        self._badges.clear()
        self._font = QFont(self._widget.font())
        self._small = QFont(self._font)
        self._small.setPointSizeF(max(self._font.pointSizeF() - 1, 6.0))
        self._heading = QFont(self._font)
        self._heading.setWeight(QFont.Weight.DemiBold)
        self._metrics, self._small_metrics = QFontMetrics(self._font), QFontMetrics(self._small)

    def measure(self, thumbnail_size: int) -> tuple[int, int, int]:
        """Width and height of a cell and height of a header, in logical pixels."""
        self._room = QSize(thumbnail_size, round(thumbnail_size * _SHAPE))
        lines = self._metrics.height() + self._small_metrics.height() + 2
        return (
            self._room.width() + 2 * _PAD + 4,
            self._room.height() + lines + 3 * _PAD,
            self._metrics.height() + 18,
        )

    def box(self) -> Box:
        """What a thumbnail is fitted into, in device pixels."""
        ratio = self._widget.devicePixelRatioF()
        return round(self._room.width() * ratio), round(self._room.height() * ratio)

    # -- a cell ------------------------------------------------------------------------------------

    def paint(
        self,
        painter: QPainter,
        rect: QRect,
        entry: Entry | None,
        thumbnails: Thumbnails,
        *,
        selected: bool,
        current: bool,
    ) -> None:
        """One cell. `entry` None: its record is on the way, a quiet tile stands for it."""
        colors = theme.tokens()
        frame = rect.adjusted(2, 2, -2, -2)
        if selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colors.selected))
            painter.drawRoundedRect(frame, 7, 7)
        box = QRect(
            QPoint(rect.x() + (rect.width() - self._room.width()) // 2, rect.y() + _PAD), self._room
        )
        state = entry.photo.state if entry else PhotoState.PENDING
        picture = (
            thumbnails.pixmap(entry.photo.thumbnail, self.box())
            if entry and entry.photo.thumbnail
            else None
        )
        away = state in (PhotoState.OFFLINE, PhotoState.MISSING)
        if picture is not None:
            target = _fit(picture.size(), box, self._widget.devicePixelRatioF())
            if away:
                painter.setOpacity(0.35)
            painter.drawPixmap(target, picture)
            painter.setOpacity(1.0)
        else:
            self._placeholder(painter, box, entry, state)
            target = box
        if entry is not None:
            self._badge(painter, target, entry, state)
            self._captions(painter, rect, box, entry, away)
        if current:
            painter.setPen(QPen(QColor(colors.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(frame, 7, 7)

    def _placeholder(
        self, painter: QPainter, box: QRect, entry: Entry | None, state: PhotoState
    ) -> None:
        """A quiet tile where no thumbnail is."""
        colors = theme.tokens()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors.hover))
        painter.drawRoundedRect(box, 6, 6)
        if entry is not None and state is PhotoState.FAILED:
            side = min(box.width() // 3, 48)
            picture = self._icon("problem", side, colors.warning)
            painter.drawPixmap(box.center() - QPoint(side // 2, side // 2), picture)

    def _badge(self, painter: QPainter, box: QRect, entry: Entry, state: PhotoState) -> None:
        """A small sign in the upper right corner where something is to be said.

        A failed photo has its large one.
        """
        colors = theme.tokens()
        name, color = {
            PhotoState.OFFLINE: ("folder-offline", colors.muted),
            PhotoState.MISSING: ("folder-offline", colors.muted),
        }.get(state, ("", ""))
        if not name and any(tag.source is Source.PERSON for tag in entry.tags):
            name = "tick"
            color = colors.positive
        if not name:
            return
        place = QRect(box.right() - 23, box.top() + 4, 20, 20)
        painter.setPen(Qt.PenStyle.NoPen)
        back = QColor(colors.raised)
        back.setAlphaF(0.9)
        painter.setBrush(back)
        painter.drawEllipse(place)
        painter.drawPixmap(place.topLeft() + QPoint(3, 3), self._icon(name, 14, color))

    def _captions(
        self, painter: QPainter, rect: QRect, box: QRect, entry: Entry, away: bool
    ) -> None:
        colors = theme.tokens()
        width = rect.width() - 2 * _PAD - 2
        line = QRect(rect.x() + _PAD + 1, box.bottom() + _PAD - 1, width, self._metrics.height())
        centre = (
            Qt.AlignmentFlag.AlignHCenter
            | Qt.AlignmentFlag.AlignVCenter
            | Qt.TextFlag.TextSingleLine
        )
        painter.setFont(self._font)
        painter.setPen(QColor(colors.muted if away else colors.text))
        painter.drawText(line, centre, self._elided(entry.photo.name, width, small=False))
        if entry.tags:
            words = " · ".join(tag.label for tag in entry.tags[:6])
            painter.setFont(self._small)
            confirmed = entry.tags[0].source is Source.PERSON
            painter.setPen(QColor(colors.text if confirmed and not away else colors.muted))
            line = QRect(line.x(), line.bottom() + 1, width, self._small_metrics.height())
            painter.drawText(line, centre, self._elided(words, width, small=True))

    def _elided(self, text: str, width: int, *, small: bool) -> str:
        key = (text, width, small)
        found = self._texts.get(key)
        if found is None:
            metrics = self._small_metrics if small else self._metrics
            mode = Qt.TextElideMode.ElideRight if small else Qt.TextElideMode.ElideMiddle
            found = metrics.elidedText(printable(text).replace("\n", " "), mode, width)
            self._texts[key] = found
            if len(self._texts) > _KEPT_TEXTS:
                self._texts.popitem(last=False)
        return found

    def _icon(self, name: str, size: int, color: str) -> QPixmap:
        key = (f"{name}-{size}", color)
        if key not in self._badges:
            self._badges[key] = theme.pixmap(name, size, color, self._widget.devicePixelRatioF())
        return self._badges[key]

    # -- headers and drags -------------------------------------------------------------------------

    def paint_header(self, painter: QPainter, rect: QRect, group: Group) -> None:
        """The line above a group: its date and how many photos it has."""
        colors = theme.tokens()
        title = header_text(group)
        painter.setFont(self._heading)
        painter.setPen(QColor(colors.text))
        line = rect.adjusted(14, 4, -14, 0)
        where = (
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        )
        painter.drawText(line, where, title)
        width = QFontMetrics(self._heading).horizontalAdvance(title)
        painter.setFont(self._small)
        painter.setPen(QColor(colors.muted))
        painter.drawText(line.adjusted(width + 10, 0, 0, 0), where, QLocale().toString(group.count))

    def drag_picture(self, entry: Entry | None, thumbnails: Thumbnails, count: int) -> QPixmap:
        """What hangs on the pointer during a drag: the photo, with the number of photos on it."""
        colors = theme.tokens()
        ratio = self._widget.devicePixelRatioF()
        result = QPixmap(QSize(112, 112) * ratio)
        result.setDevicePixelRatio(ratio)
        result.fill(Qt.GlobalColor.transparent)
        painter = QPainter(result)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        picture = (
            thumbnails.pixmap(entry.photo.thumbnail, self.box())
            if entry and entry.photo.thumbnail
            else None
        )
        box = QRect(8, 8, 96, 96)
        if picture is not None:
            painter.drawPixmap(box_fit(picture.size(), box), picture)
        else:
            painter.fillRect(box, QColor(colors.hover))
        if count > 1:
            text = QLocale().toString(count)
            width = max(QFontMetrics(self._heading).horizontalAdvance(text) + 14, 26)
            pill = QRectF(112 - width, 0, width, 26)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colors.accent))
            painter.drawRoundedRect(pill, 13, 13)
            painter.setPen(QColor(colors.on_accent))
            painter.setFont(self._heading)
            painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)
        painter.end()
        return result


def header_text(group: Group) -> str:
    """'Sunday, 22 November 2026', 'November 2026', or the line above the weaker matches.

    Those may be all there are.
    """
    if group.weak and group.first == 0:
        return QCoreApplication.translate("PhotoCell", "No good match. These come closest:")
    if group.weak:
        return QCoreApplication.translate("PhotoCell", "Weaker matches")
    date = QDate(1970, 1, 1).addDays(group.day or 0)
    locale = QLocale()
    if group.month:
        # The name that stands alone: many languages inflect the month beside a day.
        return (
            f"{locale.standaloneMonthName(date.month())} {date.year()}"
            if not _year_first(locale)
            else (locale.toString(date, "yyyy年M月"))
        )
    return locale.toString(date, QLocale.FormatType.LongFormat)


def _year_first(locale: QLocale) -> bool:
    return locale.language() in (QLocale.Language.Chinese, QLocale.Language.Japanese)


def _fit(size: QSize, box: QRect, ratio: float) -> QRect:
    """Where a thumbnail of `size` device pixels is drawn in `box`; unscaled if read for it."""
    if round(box.width() * ratio) == size.width() or round(box.height() * ratio) == size.height():
        target = QRect(0, 0, round(size.width() / ratio), round(size.height() / ratio))
    else:
        target = QRect(QPoint(0, 0), size.scaled(box.size(), Qt.AspectRatioMode.KeepAspectRatio))
    target.moveCenter(box.center())
    target.moveBottom(box.bottom())  # beside its name
    return target


def box_fit(size: QSize, box: QRect) -> QRect:
    """The largest rectangle of the shape of `size` in the middle of `box`."""
    target = QRect(QPoint(0, 0), size.scaled(box.size(), Qt.AspectRatioMode.KeepAspectRatio))
    target.moveCenter(box.center())
    return target
