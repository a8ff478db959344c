"""Capturing events: whole or not at all, each once, and each for those alone whom it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select

from api.events.check import Checked
from api.events.record import Recorded, event_row, fingerprint, insert_subjects, tell
from api.events.words import BOOKING, CAPTURED, URN
from api.faults import Findings, RequestFaultsError
from api.statistics.count import DECLARED, note_declared
from api.store.columns import new_id
from api.store.models import Booking
from api.store.models_events import Capture, ShipmentEvent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from api.store.session import WriteSession

_AT_ONCE = 500
_LISTS = ("epcList", "childEPCs")
_OF_ONE = ("type", "eventID", "eventTime", "eventTimeZoneOffset", "action", "bizStep", "disposition", "readPoint")
_KEPT = (*_OF_ONE, "bizLocation", "parentID", "errorDeclaration")

Key = tuple[str, str, bool]
"""Firm, id of the event, and whether it declares an error: what is kept once."""


class Captured(NamedTuple):
    """Id of what was captured, ids of the events in their order, and how many of them were there already."""

    id: str
    events: list[str]
    known: int


class _Share(NamedTuple):
    """An event, or the part of it that is a firm's."""

    firm: str
    event: Checked
    content: str
    is_part: bool

    @property
    def key(self) -> Key:
        """What is kept once."""
        return self.firm, self.event.event_id, "errorDeclaration" in self.event.document


def capture(session: WriteSession, events: Sequence[Checked]) -> Captured:
    """
    Write events.

    Raises
    ------
    RequestFaultsError
        When they name bookings that the caller does not have, or say otherwise what is known by their ids.
    """
    found = Findings()
    owners = _owners(session, events, found)
    if found.faults:
        raise RequestFaultsError(found.faults)
    shares = [share for event in events for share in _shares(event, owners, session.scope.firm)]
    known = _known(session, shares)
    fresh: dict[Key, _Share] = {}
    for share in shares:
        before = known.get(share.key) or (fresh[share.key].content if share.key in fresh else None)
        if before is None and share.event.event_id.startswith(URN):
            found.add(f"{share.event.path}.eventID", share.event.event_id, "event_reserved")
        elif before is None:
            fresh[share.key] = share
        elif before != share.content:
            found.add(f"{share.event.path}.eventID", share.event.event_id, "event_differs")
    if found.faults:
        raise RequestFaultsError(found.faults)
    return _write(session, events, list(fresh.values()))


def _write(session: WriteSession, events: Sequence[Checked], fresh: Sequence[_Share]) -> Captured:
    recorded = []
    for share in fresh:
        row = event_row(
            session,
            share.event.document,
            firm=share.firm,
            kind=CAPTURED,
            event_ms=share.event.event_ms,
            content=share.content,
            is_part=share.is_part,
        )
        if session.insert_missing(ShipmentEvent, [row]):
            insert_subjects(session, row, share.event.subjects)
            recorded.append(Recorded(row["id"], share.firm, CAPTURED, share.is_part))
        elif _known(session, [share])[share.key] != share.content:
            # Somebody else has captured another event with this id at the same moment.
            late = Findings()
            late.add(f"{share.event.path}.eventID", share.event.event_id, "event_differs")
            raise RequestFaultsError(late.faults)
    tell(session, recorded)
    about = [share.event for share in fresh if share.event.document.get("bizStep") in DECLARED]
    note_declared(session, {identifier for event in about for identifier in booking_ids(event)})
    ids = list(dict.fromkeys(event.event_id for event in events))
    new = {share.event.event_id for share in fresh}
    made = Capture(
        id=new_id("cp", session.now),
        firm_id=session.scope.firm,
        at=session.now,
        created_by=session.scope.actor,
        events=[[share.event.event_id, share.content] for share in fresh],
    )
    session.insert([made])
    return Captured(made.id, ids, len(ids) - len(new))


def booking_ids(document: Checked) -> Iterator[str]:
    """Yield the ids of the bookings that an event names."""
    for subject in document.subjects:
        identifier = booking_of(subject.uri)
        if identifier is not None:
            yield identifier


def booking_of(uri: str) -> str | None:
    """
    Return the id of the booking that a URI names, None if it names none.

    Examples
    --------
    >>> booking_of("urn:hubport:booking:bk_1"), booking_of("urn:epc:id:bic:CSQU3054383")
    ('bk_1', None)
    """
    return uri.removeprefix(BOOKING) if uri.startswith(BOOKING) else None


def _owners(session: WriteSession, events: Sequence[Checked], found: Findings) -> dict[str, str]:
    """Return the firms of the bookings that are named; a fault for each that the caller does not have."""
    named = [(event, identifier) for event in events for identifier in booking_ids(event)]
    wanted = sorted({identifier for _, identifier in named})
    owners: dict[str, str] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        owners |= dict(map(tuple, session.rows(select(Booking.id, Booking.firm_id).where(Booking.id.in_(some)))))
    for event, identifier in named:
        if identifier not in owners:
            found.add(event.path, f"{BOOKING}{identifier}", "event_booking")
    return owners


def _known(session: WriteSession, shares: Sequence[_Share]) -> dict[Key, str]:
    """Return the hashes of the content of events that are there."""
    wanted = sorted({share.event.event_id for share in shares})
    columns = (ShipmentEvent.firm_id, ShipmentEvent.event_id, ShipmentEvent.is_error, ShipmentEvent.fingerprint)
    known: dict[Key, str] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        rows = session.rows(select(*columns).where(ShipmentEvent.event_id.in_(some)))
        known |= {(firm, identifier, is_error): content for firm, identifier, is_error, content in rows}
    return known


def _shares(event: Checked, owners: dict[str, str], own: str) -> list[_Share]:
    """Return an event for its one firm; or the whole for whoever captures it, and a part for every other firm."""
    firms = sorted({owners[identifier] for identifier in booking_ids(event)})
    if len(firms) <= 1:
        return [_Share(firms[0] if firms else own, event, fingerprint(_bare(event.document)), is_part=False)]
    whole = [_Share(own, event, fingerprint(_bare(event.document)), is_part=False)]
    for firm in firms:
        if firm != own:
            part = event._replace(document=_part(event.document, owners, firm))
            whole.append(_Share(firm, part, fingerprint(part.document), is_part=True))
    return whole


def _bare(document: dict[str, Any]) -> dict[str, Any]:
    """Return an event without definitions of prefixes, which change nothing of what it says."""
    return {name: value for name, value in document.items() if name != "@context"}


def _part(document: dict[str, Any], owners: dict[str, str], firm: str) -> dict[str, Any]:
    """Return what of an event is a firm's: lists that name bookings are narrowed to its own, parties are left out."""
    kept = {name: document[name] for name in _KEPT if name in document}
    if owners.get(booking_of(kept.get("parentID", "")) or "", firm) != firm:
        del kept["parentID"]
    for name in _LISTS:
        uris = document.get(name, [])
        mine = [uri for uri in uris if owners.get(booking_of(uri) or "") == firm]
        if mine or (uris and not any(booking_of(uri) for uri in uris)):
            kept[name] = mine or uris
    own = [
        one
        for one in document.get("bizTransactionList", ())
        if owners.get(booking_of(one["bizTransaction"]) or "") == firm
    ]
    return kept | ({"bizTransactionList": own} if own else {})
