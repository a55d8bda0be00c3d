"""What the verbs of a library work with: one name for each part, for `Library` and those that it
inherits verbs from.

Knows: which parts there are. Does not know: any verb.
"""

from __future__ import annotations

from engine.library.active_model import ActiveModel
from engine.library.counts import CachedCounts
from engine.library.followups import Followups
from engine.search.search import Search
from engine.store.store import Store


class Parts:
    """The parts of one library, for classes that hold its verbs.

    A verb that changes something is one act, on the disk before it returns.
    """

    def __init__(self, store: Store, model: ActiveModel) -> None:
        self._store = store
        self._model = model
        self._search = Search(store, model.recognition)
        self._counts = CachedCounts(store, self._search, model.last_number)
        self._followups = Followups(store, model, self._search, self._counts)
