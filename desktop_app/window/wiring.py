"""Which signal goes to which slot, part by part and menu by menu.

Knows: the names of signals, slots and actions. Does not know: what any of them does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtWidgets import QSlider

from desktop_app.acts.folder_watch import FolderWatch
from desktop_app.acts.history import History
from desktop_app.link.engine_link import EngineLink
from desktop_app.panels.inspector import Inspector
from desktop_app.panels.library_panel import LibraryPanel
from desktop_app.panels.search_bar import SearchBar
from desktop_app.panels.status import StatusBar
from desktop_app.parts.actions import Actions
from desktop_app.parts.banner import BannerStrip
from desktop_app.photos import desktop_files
from desktop_app.window.adding import Adding
from desktop_app.window.browsing import Browsing
from desktop_app.window.captions import Captions
from desktop_app.window.correcting import Correcting
from desktop_app.window.current_view import CurrentView
from desktop_app.window.dialogs import Dialogs
from desktop_app.window.file_acts import FileActs
from desktop_app.window.keyword_exchange import KeywordExchange
from desktop_app.window.known_labels import KnownLabels
from desktop_app.window.looking import Looking
from desktop_app.window.offers import Offers
from desktop_app.window.pages import Pages
from desktop_app.window.settings import Settings
from desktop_app.window.surroundings import Surroundings
from engine.verbs import Verbs

# -- news ------------------------------------------------------------------------------------------


def connect_notices(
    link: EngineLink, history: History, folders: FolderWatch, notices: BannerStrip
) -> None:
    """Whatever a person should read.

    The watcher's comes from another thread: Qt carries it over to a method of a QObject, and to
    nothing else.
    """
    link.unusable.connect(partial(notices.say, stay=True))
    link.problem.connect(notices.say)
    history.problem.connect(notices.say)
    folders.notice.connect(notices.say)


def connect_captions(
    captions: Captions, history: History, labels: KnownLabels, view: CurrentView, pages: Pages
) -> None:
    """Whatever changes what the status bar and the actions say."""
    view.counted.connect(captions.counted)
    view.shown.connect(captions.show_counts)
    pages.currentChanged.connect(captions.show_counts)
    pages.grid.selection_settled.connect(captions.show_counts)
    pages.lightbox.looked.connect(captions.show_counts)
    labels.changed.connect(captions.name_pinned)
    history.stack.canUndoChanged.connect(captions.name_undo)
    history.stack.canRedoChanged.connect(captions.name_undo)
    history.stack.indexChanged.connect(captions.name_undo)


def connect_offers(
    offers: Offers, adding: Adding, view: CurrentView, pages: Pages, dialogs: Dialogs
) -> None:
    """When to offer something, and what follows."""
    adding.came.connect(view.photos_came)
    adding.came.connect(offers.photos_came)
    view.counted.connect(offers.photos_counted)
    offers.labels_answered.connect(pages.grid.setFocus)  # not to whatever button comes next
    offers.labels_answered.connect(view.count)
    offers.models_requested.connect(dialogs.show_models)


# -- regions ---------------------------------------------------------------------------------------


def connect_photo_pages(
    pages: Pages, link: EngineLink, adding: Adding, browsing: Browsing, looking: Looking
) -> None:
    """The grid, the lightbox, and what is there instead of photos."""
    pages.grid.waiting.connect(partial(link.ask, Verbs.prefer))
    pages.grid.opened.connect(looking.open_lightbox)
    pages.lightbox.closed.connect(browsing.leave_lightbox)
    pages.empty.add_requested.connect(adding.choose_folder)
    pages.no_results.clear_requested.connect(browsing.show_all)


def connect_work_pages(
    pages: Pages, folders: FolderWatch, browsing: Browsing, correcting: Correcting
) -> None:
    """Problems, review and learning."""
    pages.problems.closed.connect(browsing.show_grid)
    pages.problems.retried.connect(partial(folders.look, None))
    pages.problems.show_in_folder_requested.connect(desktop_files.show_in_folder)
    pages.review.correction_requested.connect(correcting.correct)
    pages.review.closed.connect(browsing.show_grid)
    pages.review.improve_requested.connect(pages.improve)
    pages.training.closed.connect(browsing.show_grid)
    pages.training.view_requested.connect(browsing.open_query)


def connect_photo_size(slider: QSlider, pages: Pages) -> None:
    """The slider and the wheel say the same."""
    pages.grid.zoomed.connect(slider.setValue)
    slider.valueChanged.connect(pages.grid.set_thumbnail_size)


def connect_search(
    search: SearchBar, status: StatusBar, view: CurrentView, browsing: Browsing, pages: Pages
) -> None:
    """The search bar, and the one button of the status bar."""
    search.search_requested.connect(view.open)
    search.file_dropped.connect(browsing.search_by_file)
    search.left.connect(pages.focus_page)
    status.problems_requested.connect(pages.show_problems)


def connect_library_panel(
    panel: LibraryPanel,
    view: CurrentView,
    browsing: Browsing,
    correcting: Correcting,
    pages: Pages,
) -> None:
    """The left panel: views, and photos that are dropped on a label."""
    view.shown.connect(lambda _result: panel.set_current(view.query))
    panel.view_requested.connect(browsing.open_query)
    panel.correction_requested.connect(correcting.correct)
    panel.problems_requested.connect(pages.show_problems)
    panel.review_requested.connect(pages.show_review)


def connect_folder_rows(panel: LibraryPanel, adding: Adding, dialogs: Dialogs) -> None:
    """The left panel: what is done with a folder or a label itself."""
    panel.edit_labels_requested.connect(dialogs.edit_labels)
    panel.add_folder_requested.connect(adding.choose_folder)
    panel.rescan_requested.connect(adding.rescan)
    panel.remove_folder_requested.connect(adding.remove_folder)
    panel.show_in_folder_requested.connect(desktop_files.show_in_folder)


def connect_inspector(
    inspector: Inspector,
    looking: Looking,
    browsing: Browsing,
    correcting: Correcting,
    file_acts: FileActs,
    pages: Pages,
) -> None:
    """The right panel."""
    looking.settled.connect(inspector.show_photos)
    inspector.correction_requested.connect(correcting.correct)
    inspector.new_label_requested.connect(correcting.add_new_label)
    inspector.view_requested.connect(browsing.open_query)
    inspector.similar_requested.connect(browsing.show_like)
    inspector.show_in_folder_requested.connect(file_acts.show_photo_in_folder)
    inspector.improve_requested.connect(pages.improve)
    inspector.versions_requested.connect(pages.show_versions)
    inspector.open_requested.connect(looking.open_photo)


# -- menus -----------------------------------------------------------------------------------------


def connect_library_menu(
    actions: Actions, adding: Adding, folders: FolderWatch, file_acts: FileActs
) -> None:
    """Photos and files come in and go out."""
    _connect(
        actions,
        {
            "add_folder": adding.choose_folder,
            "add_files": adding.choose_files,
            "rescan": partial(folders.look, None),
            "export_photos": file_acts.export_photos,
            "export_csv": partial(file_acts.export_tags, "csv"),
            "export_json": partial(file_acts.export_tags, "json"),
            "restore_words": file_acts.restore_words,
        },
    )


def connect_words_and_choices(
    actions: Actions, keywords: KeywordExchange, dialogs: Dialogs, settings: Settings
) -> None:
    """The rest of the library's menu: keywords, the model, the settings."""
    settings.models_requested.connect(dialogs.show_models)
    _connect(
        actions,
        {
            "keywords": keywords.take_keywords,
            "models": dialogs.show_models,
            "settings": settings.show,
        },
    )


def connect_edit_menu(actions: Actions, history: History, pages: Pages, browsing: Browsing) -> None:
    """Undo, what is selected, and all photos."""
    _connect(
        actions,
        {
            "undo": history.undo,
            "redo": history.redo,
            "select_all": pages.grid.selectAll,
            "select_none": pages.grid.select_none,
            "all_photos": browsing.show_all,
        },
    )


def connect_photo_menu(
    actions: Actions,
    looking: Looking,
    browsing: Browsing,
    correcting: Correcting,
    file_acts: FileActs,
) -> None:
    """What is done with the chosen photos; keys 1-9."""
    _connect(
        actions,
        {
            "look": looking.toggle_lightbox,
            "similar": browsing.show_similar,
            "accept": partial(correcting.judge, True),
            "reject": partial(correcting.judge, False),
            "next_to_review": correcting.next_to_review,
            "show_in_folder": file_acts.show_in_folder,
            "copy_path": file_acts.copy_path,
            "open_elsewhere": file_acts.open_elsewhere,
            "trash": file_acts.trash,
        },
    )
    for action in actions.pinned:
        pinned = partial(correcting.toggle_pinned, action.data())
        action.triggered.connect(partial(_quietly, pinned))


def connect_labels_menu(actions: Actions, pages: Pages, dialogs: Dialogs) -> None:
    """What is said, and what was learned from it."""
    _connect(
        actions,
        {
            "review": pages.show_review,
            "improve": pages.improve,
            "labels": dialogs.edit_labels,
            "versions": pages.show_versions,
        },
    )


def connect_view_menu(
    actions: Actions, looking: Looking, surroundings: Surroundings, pages: Pages
) -> None:
    """How large the photos are, and what stands around them."""
    _connect(
        actions,
        {
            "zoom_in": looking.zoom_in,
            "zoom_out": looking.zoom_out,
            "info": surroundings.toggle_info,
            "full_screen": surroundings.toggle_full_screen,
            "problems": pages.show_problems,
        },
    )
    for name in ("left_panel", "right_panel"):
        actions[name].toggled.connect(surroundings.show)


def connect_panel_keys(
    actions: Actions, surroundings: Surroundings, search: SearchBar, inspector: Inspector
) -> None:
    """Keys that go to a field of a panel."""
    _connect(
        actions,
        {
            "search": partial(surroundings.focus_search, search),
            "add_label": partial(surroundings.focus_add_label, inspector),
        },
    )


def connect_help_menu(actions: Actions, dialogs: Dialogs) -> None:
    """What the program can do, and what it is."""
    _connect(actions, {"shortcuts": dialogs.show_shortcuts, "about": dialogs.show_about})


def _connect(actions: Actions, acts: Mapping[str, Callable[[], object]]) -> None:
    for name, act in acts.items():
        actions[name].triggered.connect(partial(_quietly, act))


def _quietly(act: Callable[[], object], *_checked: object) -> None:
    """Call an act of an action, without the `checked` that Qt passes along."""
    act()
