"""The desk that a process starts with: on the data set that counts, or else on the one it was told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.datasets import library
from api.desk import Desk
from api.store.session import WHOLE

if TYPE_CHECKING:
    from api.clock import Clock
    from api.store.session import Store, WriteSession


def active_desk(store: Store, clock: Clock) -> Desk | None:
    """
    Return a desk on the data set that was activated, None if none ever was.

    Raises
    ------
    TableFaultsError
        When this version's rules do not allow that data set any more.
    """
    with store.read(WHOLE) as session:
        fingerprint = library.active(session)
        return None if fingerprint is None else Desk(library.load(session, fingerprint), clock=clock)


def keep_started(store: Store, desk: Desk, *, is_active: bool = False) -> None:
    """
    Keep the data set that a process starts with, so that it can be compared with others and activated again.

    Parameters
    ----------
    store, desk
        Where, and which.
    is_active
        Whether it is to count from now on, whatever was activated before.
    """
    fingerprint = desk.catalogue.fingerprint
    with store.read(WHOLE) as session:
        is_kept = library.find(session, fingerprint) is not None
        if is_kept and (not is_active or library.active(session) == fingerprint):
            return
    found = library.packed(desk.catalogue)

    def work(session: WriteSession) -> None:
        library.keep(session, found, name="-")
        if is_active:
            library.activate(session, fingerprint)

    store.write(WHOLE, "dataset.start", desk.clock(), work)
