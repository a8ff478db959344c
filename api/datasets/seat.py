"""
The place of the desk: which data set a process answers from, changed whole while it serves.

A request takes the desk once and ends on it. Another desk is made ready beside it and then put in its place with one
assignment, so that nobody ever meets half of each.
"""

from __future__ import annotations

import gc
import logging
import threading
import time
from typing import TYPE_CHECKING, Any

from api.datasets.library import active, load
from api.store.session import WHOLE

if TYPE_CHECKING:
    from api.desk import Desk
    from api.store.session import Store
    from data import Catalogue

_LOG = logging.getLogger("hubport")
_SETTLED_S = 60.0
"""After this time no request can still be on the desk before."""
_AGAIN_S = 60.0
"""How long a data set that cannot be read is left alone."""


class Seat:
    """
    Keeps the desk of an application on the data set that counts.

    Parameters
    ----------
    state
        Holds the desk as `desk`.
    store
        Says which data set counts.
    """

    def __init__(self, state: Any, store: Store) -> None:  # noqa: ANN401 - what Starlette has as state
        self._state = state
        self._store = store
        self._turn = threading.Lock()
        self._swapped_at: float | None = None
        self._failed: tuple[str, float] | None = None

    @classmethod
    def of(cls, state: Any, store: Store) -> Seat:  # noqa: ANN401 - what Starlette has as state
        """Return the one seat of an application."""
        found: Seat | None = getattr(state, "seat", None)
        if found is None:
            found = state.seat = cls(state, store)
        return found

    @property
    def desk(self) -> Desk:
        """The desk that answers now."""
        found: Desk = self._state.desk
        return found

    def ready(self, catalogue: Catalogue) -> Desk:
        """Return a desk for another data set that has answered once."""
        desk = self.desk.anew(catalogue)
        desk.rehearse()
        return desk

    def follow(self, prepared: Desk | None = None) -> bool:
        """
        Put a desk for the data set that counts in place, and return whether that was needed.

        Parameters
        ----------
        prepared
            A desk that is taken if it is for that data set.
        """
        with self._turn:
            self._settle()
            with self._store.read(WHOLE) as session:
                wanted = active(session)
                if wanted is None or wanted == self.desk.catalogue.fingerprint or self._is_hopeless(wanted):
                    return False
                if prepared is None or prepared.catalogue.fingerprint != wanted:
                    prepared = self._loaded(wanted)
            if prepared is None:
                return False
            # What is frozen would never be freed, the desk that goes least of all.
            gc.unfreeze()
            self._state.desk = prepared
            self._swapped_at = time.monotonic()
        _LOG.info("data set %s", wanted)
        return True

    def _loaded(self, fingerprint: str) -> Desk | None:
        try:
            with self._store.read(WHOLE) as session:
                catalogue = load(session, fingerprint)
            return self.ready(catalogue)
        except Exception:  # noqa: BLE001 - whatever it was, requests have to be answered
            # The one before goes on answering; trying again at once would take the whole processor.
            _LOG.exception("data set %s", fingerprint)
            self._failed = (fingerprint, time.monotonic())
            return None

    def _is_hopeless(self, fingerprint: str) -> bool:
        return (
            self._failed is not None
            and self._failed[0] == fingerprint
            and time.monotonic() < self._failed[1] + _AGAIN_S
        )

    def _settle(self) -> None:
        """Once nobody is on the desk before, free it, and leave what stays alone from then on."""
        if self._swapped_at is not None and time.monotonic() > self._swapped_at + _SETTLED_S:
            self._swapped_at = None
            gc.collect()
            gc.freeze()
