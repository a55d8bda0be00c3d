"""What a person does in the window, and what follows.

Which page, panel or dialog belongs to each act.

Knows: every action and panel by name, and who handles it. Does not know: layout, painting, the
engine. Folders are `Adding`'s, words about labels `Judging`'s, files `FileActs`', views
`Viewing`'s.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QApplication, QMessageBox
from shiboken6 import isValid

from desktop_app.parts import theme
from desktop_app.photos import desktop_files
from desktop_app.photos.lightbox import Lightbox
from desktop_app.photos.photo_grid import PhotoGrid
from desktop_app.window.adding import Adding
from desktop_app.window.correcting import Judging
from desktop_app.window.current_view import Viewing
from desktop_app.window.file_acts import FileActs
from desktop_app.window.keyword_exchange import Exchange
from desktop_app.window.photo_menu import photo_menu
from engine.records import Counts, ModelInfo, SearchResult
from engine.verbs import Verbs

if TYPE_CHECKING:
    from desktop_app.panels.settings_dialog import SettingsDialog
    from desktop_app.window.main_window import MainWindow


class Desk(QObject):
    """Connects the window's actions and panels to the library's verbs."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.window = window
        self.link = window.link
        self.history = window.history
        self.viewing = Viewing(window)
        self.adding = Adding(self)
        self.judging = Judging(self)
        self.files = FileActs(self)
        self.exchange = Exchange(self)
        self._dialogs: dict[str, Any] = {}
        self._wire_actions()
        self._wire_panels()

    @property
    def query(self) -> str:
        return self.viewing.query

    def restore(self, query: str, photo_id: int) -> None:
        self.viewing.restore(query, photo_id)
        self.window.search.set_query(query, search=False)

    def start(self) -> None:
        """The library is open: show what it has, then look at the disk."""
        self.viewing.open(self.viewing.query)
        self.viewing.count()
        self.judging.ask_labels()
        self.window.folders.start()

    def close(self) -> None:
        self.files.close()

    # -- wiring ------------------------------------------------------------------------------------

    def _wire_actions(self) -> None:
        window = self.window
        acts = {
            "add_folder": self.adding.choose_folder,
            "add_files": self.adding.choose_files,
            "rescan": partial(window.folders.look, None),
            "export_photos": self.files.export_photos,
            "export_csv": partial(self.files.export_tags, "csv"),
            "export_json": partial(self.files.export_tags, "json"),
            "restore_words": self.files.restore_words,
            "keywords": self.exchange.take_keywords,
            "models": self.show_models,
            "settings": self.show_settings,
            "quit": window.close,
            "undo": self.history.undo,
            "redo": self.history.redo,
            "select_all": window.grid.selectAll,
            "select_none": window.grid.select_none,
            "search": self.search,
            "all_photos": self.show_all,
            "look": self.toggle_lightbox,
            "similar": self.show_similar,
            "accept": partial(self.judging.judge, True),
            "reject": partial(self.judging.judge, False),
            "next_to_review": self.judging.next_to_review,
            "add_label": self.judging.add_label,
            "show_in_folder": self.files.show_in_folder,
            "copy_path": self.files.copy_path,
            "open_elsewhere": self.files.open_elsewhere,
            "trash": self.files.trash,
            "review": self.show_review,
            "improve": partial(self.improve, None),
            "labels": partial(self.edit_labels, 0),
            "versions": self.show_versions,
            "zoom_in": self.zoom_in,
            "zoom_out": self.zoom_out,
            "info": self.toggle_info,
            "full_screen": self.toggle_full_screen,
            "problems": self.show_problems,
            "shortcuts": self.show_shortcuts,
            "about": self.about,
        }
        for name, act in acts.items():
            window.actions_[name].triggered.connect(partial(_quietly, act))
        window.actions_["left_panel"].toggled.connect(window.show_panels)
        window.actions_["right_panel"].toggled.connect(window.show_panels)
        for action in window.actions_.pinned:
            action.triggered.connect(
                partial(_quietly, partial(self.judging.toggle_pinned, action.data()))
            )
        stack = self.history.stack
        stack.canUndoChanged.connect(self._undo_changed)
        stack.canRedoChanged.connect(self._undo_changed)
        stack.indexChanged.connect(self._undo_changed)
        self._undo_changed()

    def _wire_panels(self) -> None:
        window = self.window
        link = self.link
        link.ready.connect(self.start)
        link.unusable.connect(self._unusable)
        link.problem.connect(self.say)
        self.history.problem.connect(self.say)
        window.folders.folders_known.connect(self.viewing.folders_known)
        window.folders.notice.connect(self.say)
        self.viewing.shown.connect(self._view_shown)
        self.viewing.counted.connect(self._counted)
        window.stack.currentChanged.connect(self._show_counts)
        window.grid.selection_settled.connect(self._selection_settled)
        window.grid.waiting.connect(partial(self.link.ask, Verbs.prefer))
        window.grid.opened.connect(self.open_lightbox)
        window.grid.zoomed.connect(window.size.setValue)
        window.size.valueChanged.connect(window.grid.set_thumbnail_size)
        window.grid.context_requested.connect(self.show_context_menu)
        window.lightbox.context_requested.connect(self.show_context_menu)
        window.lightbox.closed.connect(self._lightbox_closed)
        window.lightbox.row_changed.connect(self._lightbox_moved)
        window.lightbox.looked.connect(self._show_counts)
        window.empty.add_requested.connect(self.adding.choose_folder)
        window.no_results.clear_requested.connect(self.show_all)
        window.status.problems_requested.connect(self.show_problems)
        window.problems.closed.connect(self.show_grid)
        window.problems.retried.connect(partial(window.folders.look, None))
        window.problems.show_in_folder_requested.connect(desktop_files.show_in_folder)
        window.search.search_requested.connect(self.viewing.open)
        window.search.file_dropped.connect(self.search_by_file)
        window.search.left.connect(lambda: window.stack.currentWidget().setFocus())
        window.preferences.changed.connect(self.preference_changed)
        panel = window.library_panel
        panel.view_requested.connect(self.open_query)
        panel.correction_requested.connect(self.judging.correct)
        panel.add_folder_requested.connect(self.adding.choose_folder)
        panel.edit_labels_requested.connect(self.edit_labels)
        panel.problems_requested.connect(self.show_problems)
        panel.review_requested.connect(self.show_review)
        panel.rescan_requested.connect(self.adding.rescan)
        panel.remove_folder_requested.connect(self.adding.remove_folder)
        panel.show_in_folder_requested.connect(desktop_files.show_in_folder)
        inspector = window.inspector
        inspector.correction_requested.connect(self.judging.correct)
        inspector.new_label_requested.connect(self.judging.add_new_label)
        inspector.view_requested.connect(self.open_query)
        inspector.similar_requested.connect(self.show_like)
        inspector.show_in_folder_requested.connect(self.files.show_photo_in_folder)
        inspector.improve_requested.connect(self.improve)
        inspector.versions_requested.connect(self.show_versions)
        inspector.open_requested.connect(self._open_photo)
        window.review.correction_requested.connect(self.judging.correct)
        window.review.closed.connect(self.show_grid)
        window.review.improve_requested.connect(self.improve)
        window.training.closed.connect(self.show_grid)
        window.training.view_requested.connect(self.open_query)

    # -- messages ----------------------------------------------------------------------------------

    def say(self, sentence: str) -> None:
        self.window.strip.say(sentence)

    def _unusable(self, sentence: str) -> None:
        self.window.strip.say(sentence, stay=True)

    def _counted(self, counts: Counts) -> None:
        if counts.photos:
            self._offer_better_model()
        locale = self.window.locale()
        review = self.window.actions_["review"]
        review.setText(
            self.tr("Review ({count})").format(count=locale.toString(counts.review))
            if counts.review
            else self.tr("Review")
        )
        self.window.status.show_problems(counts.problems)
        improve = self.window.actions_["improve"]
        improve.setText(
            self.tr("Improve labels (%Ln correction(s))", "", counts.corrections_since_training)
            if counts.corrections_since_training
            else self.tr("Improve labels")
        )

    # -- browsing ----------------------------------------------------------------------------------

    def open_query(self, query: str) -> None:
        """Show a view, as if it had been typed."""
        self.window.search.set_query(query, search=True)

    def show_all(self) -> None:
        self.open_query("")
        self.show_grid()

    def show_grid(self) -> None:
        """Back from another page to the photos."""
        self.window.show_page(self.window.grid)
        self.viewing.choose_page(fresh=True)
        self.window.grid.setFocus()

    def search(self) -> None:
        """Ctrl+F: type what to look for."""
        self.window.with_panels()
        self.window.search.focus_words()

    def search_by_file(self, path: str) -> None:
        """A dropped photo as the query: by its id if it is in the library."""
        self.link.ask(Verbs.photo_id, path).then(self.show_like, lambda _s: self._like_file(path))

    def _like_file(self, path: str) -> None:
        self.link.ask(Verbs.similar_to_file, path).then(self._like_file_found)

    def _like_file_found(self, result: SearchResult) -> None:
        self.viewing.show_result(result, fresh=True)

    def show_like(self, photo_id: int) -> None:
        self.open_query(f"like:{photo_id}")

    def show_similar(self) -> None:
        ids = self.chosen()
        if len(ids):
            self.show_like(ids[0])

    def _view_shown(self, result: SearchResult) -> None:
        self._show_counts()
        self.window.library_panel.set_current(self.viewing.query)

    def _selection_settled(self) -> None:
        self._show_counts()
        if self.window.stack.currentWidget() is not self.window.lightbox:
            self.window.inspector.show_photos(list(self.window.grid.selected_ids()))

    def _show_counts(self, *_page: int) -> None:
        result = self.window.model.result
        page = self.window.stack.currentWidget()
        if page is self.window.lightbox:
            self.window.status.show_caption(self.window.lightbox.caption())
            return
        if page not in (self.window.grid, self.window.empty):
            self.window.status.show_caption("")  # how many are selected elsewhere is no news here
            return
        matched = result.matched if len(result.scores) else -1
        self.window.status.show_counts(len(result.ids), self.window.grid.selected_count(), matched)

    def chosen(self) -> list[int]:
        """Ids that an act is about: the photo in the lightbox, or the selected ones."""
        if self.window.stack.currentWidget() is self.window.lightbox:
            return [self.window.lightbox.photo_id()]
        return list(self.window.grid.selected_ids())

    def toggle_lightbox(self) -> None:
        if self.window.stack.currentWidget() is self.window.lightbox:
            self.window.lightbox.close_lightbox()
        else:
            self.open_lightbox(max(self.window.grid.current_row(), 0))

    def open_lightbox(self, row: int) -> None:
        """One photo, large."""
        if 0 <= row < self.window.model.rowCount():
            self.window.show_page(self.window.lightbox)
            self.window.lightbox.show_row(row)
            self.window.lightbox.setFocus()

    def _open_photo(self, photo_id: int) -> None:
        self.open_lightbox(self.window.model.row_of(photo_id))

    def _lightbox_moved(self, row: int) -> None:
        self.window.inspector.show_photos([self.window.model.id_at(row)])

    def _lightbox_closed(self, row: int) -> None:
        self.show_grid()
        if row >= 0:
            self.window.grid.set_current_row(row)

    def zoom_in(self) -> None:
        self.front().zoom_in()

    def zoom_out(self) -> None:
        self.front().zoom_out()

    def front(self) -> PhotoGrid | Lightbox:
        """The one of grid and lightbox that acts are about."""
        lightbox = self.window.lightbox
        return lightbox if self.window.stack.currentWidget() is lightbox else self.window.grid

    def toggle_info(self) -> None:
        """I: the right panel beside the grid, the facts of the file in the lightbox."""
        if self.window.stack.currentWidget() is self.window.lightbox:
            self.window.lightbox.toggle_facts()
        else:
            self.window.actions_["right_panel"].toggle()

    def toggle_full_screen(self) -> None:
        if self.window.isFullScreen():
            self.window.showNormal()
        else:
            self.window.showFullScreen()

    # -- correcting --------------------------------------------------------------------------------

    def _undo_changed(self, *_args: object) -> None:
        stack = self.history.stack
        for name, can, act, plain, named in (
            ("undo", stack.canUndo(), stack.undoText(), self.tr("Undo"), self.tr("Undo: {act}")),
            ("redo", stack.canRedo(), stack.redoText(), self.tr("Redo"), self.tr("Redo: {act}")),
        ):
            action = self.window.actions_[name]
            action.setEnabled(can)
            action.setText(named.format(act=act).replace("&", "&&") if act else plain)

    # -- learning ----------------------------------------------------------------------------------

    def show_review(self) -> None:
        self.window.show_page(self.window.review)
        self.window.review.start()
        self.window.review.setFocus()

    def improve(self, label_ids: list[int] | None) -> None:
        """Learn from the corrections, and show before and after."""
        self.window.show_page(self.window.training)
        self.window.training.improve(label_ids or None)
        self.window.training.setFocus()

    def show_versions(self) -> None:
        self.window.show_page(self.window.training)
        self.window.training.show_versions()
        self.window.training.setFocus()

    # -- pages and dialogs -------------------------------------------------------------------------

    def show_problems(self) -> None:
        self.window.problems.refresh()
        self.window.show_page(self.window.problems)
        self.window.problems.table.setFocus()

    def edit_labels(self, label_id: int) -> None:
        from desktop_app.panels.label_editor import LabelEditor

        editor = LabelEditor(self.link, self.history, self.window)
        editor.label_removed.connect(self._label_removed)
        if label_id:
            editor.edit(label_id)
        editor.exec()
        editor.deleteLater()

    def _label_removed(self, name: str) -> None:
        self.window.strip.say(
            self.tr("Removed {labels}.").format(labels=name), self.tr("Undo"), self.history.undo
        )

    def show_models(self) -> None:
        from desktop_app.panels.model_dialog import ModelDialog

        if "models" not in self._dialogs:
            self._dialogs["models"] = ModelDialog(self.link, self.window.preferences, self.window)
        self._dialogs["models"].show()
        self._dialogs["models"].raise_()

    def _offer_better_model(self) -> None:
        """The banner that says what the built-in model is; one question at a time.

        It stays until it is dismissed or another model is in use.
        """
        from desktop_app.panels.model_dialog import StarterBanner

        if self.adding.offering_labels():
            self.withdraw_better_model()
            return
        if self.window.preferences.starter_banner_dismissed:
            return
        if "starter" not in self._dialogs:
            banner = self._dialogs["starter"] = StarterBanner(self.link)
            banner.models_requested.connect(self.show_models)
            banner.dismissed.connect(
                partial(self.window.preferences.set, "starter_banner_dismissed", True)
            )
            self.window.strip.add(banner)
            # Another may be in use now.
            self.link.job_ended.connect(partial(_quietly, self._offer_better_model))
        self._dialogs["starter"].check()

    def withdraw_better_model(self) -> None:
        """Take that banner away until the next job ends or photos are counted."""
        if "starter" in self._dialogs:
            self._dialogs["starter"].hide()

    def show_settings(self) -> None:
        from desktop_app.panels.settings_dialog import SettingsDialog

        dialog = SettingsDialog(self.link, self.window.preferences, self.window)
        dialog.model_dialog_requested.connect(self.show_models)
        dialog.compute_requested.connect(partial(self._compute, dialog))
        dialog.add_folder_requested.connect(self.adding.choose_folder)
        dialog.remove_folder_requested.connect(self.adding.remove_folder)
        dialog.exclusions_chosen.connect(self.adding.set_exclusions)
        dialog.thumbnails_cleared.connect(self._thumbnails_cleared)
        dialog.sidecars_chosen.connect(self.exchange.write)
        dialog.exec()
        dialog.deleteLater()

    def _compute(self, dialog: SettingsDialog, device: str, precision: str) -> None:
        """Another device or precision is a switch of the model.

        It is remembered once every photo is known to it.
        """

        def refused(sentence: str) -> None:
            dialog.refuse(sentence) if isValid(dialog) else self.say(sentence)

        self.link.ask(Verbs.use_model, "", device, precision).then(
            partial(self._computes, device, precision), refused
        )

    def _computes(self, device: str, precision: str, _model: ModelInfo) -> None:
        self.window.preferences.set("device", device)
        self.window.preferences.set("precision", precision)

    def _thumbnails_cleared(self) -> None:
        self.window.thumbnails.clear()
        self.window.folders.look(None)

    def show_shortcuts(self) -> None:
        from desktop_app.panels.shortcuts import ShortcutSheet

        sheet = ShortcutSheet(self.window.actions_, self.window)
        sheet.exec()
        sheet.deleteLater()

    def about(self) -> None:
        self.link.ask(Verbs.doctor).then(self._about)

    def _about(self, facts: dict[str, object]) -> None:
        box = QMessageBox(self.window)
        box.setWindowTitle(self.tr("About Albumen"))
        box.setIconPixmap(theme.application_icon().pixmap(64, 64))
        box.setText(self.tr("Albumen: a photo organizer that learns your labels, offline."))
        box.setDetailedText("\n".join(f"{name}: {value}" for name, value in facts.items()))
        box.exec()
        box.deleteLater()

    def show_context_menu(self, place: QPoint) -> None:
        """What can be done with the chosen photos; `place` in screen coordinates."""
        menu = photo_menu(self)
        menu.exec(place)
        menu.deleteLater()

    def preference_changed(self, name: str) -> None:
        """A setting that shows at once."""
        application = QApplication.instance()
        if name == "theme" and isinstance(application, QApplication):
            theme.apply(application, self.window.preferences.theme)
        elif name == "thumbnail_memory":
            self.window.thumbnails.set_budget(self.window.preferences.thumbnail_memory * 2**20)


def _quietly(act: Callable[[], object], *_checked: object) -> None:
    """Call an act of an action, without the `checked` that Qt passes along."""
    act()
