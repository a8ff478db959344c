"""Writing events: their rows, what they are about, and what webhooks are told, all in the caller's transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import or_, select

from api.store.canonical import canonical, digest
from api.store.columns import new_id
from api.store.models import table_of
from api.store.models_events import Delivery, EventSubject, ShipmentEvent, Webhook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.events.check import Subject
    from api.events.words import Kind
    from api.store.session import WriteSession

_EVENTS, _SUBJECTS, _DELIVERIES = table_of(ShipmentEvent), table_of(EventSubject), table_of(Delivery)


class Recorded(NamedTuple):
    """A row of an event that was written."""

    id: str
    firm: str
    kind: Kind
    is_part: bool


def fingerprint(document: dict[str, Any]) -> str:
    """Return the hash of the content of an event."""
    return digest(canonical(document))


def event_row(
    session: WriteSession,
    document: dict[str, Any],
    *,
    firm: str,
    kind: Kind,
    event_ms: int,
    content: str,
    is_part: bool = False,
) -> dict[str, Any]:
    """
    Return the row of an event.

    Parameters
    ----------
    session
        Says when and by whom it is recorded.
    document
        The event.
    firm
        To which it belongs.
    kind
        As webhooks are told.
    event_ms
        When it happened, in milliseconds since 1970.
    content
        Hash of what was captured.
    is_part
        Whether it is the part of a firm.
    """
    return {
        "id": new_id("ev", session.now),
        "firm_id": firm,
        "kind": kind,
        "event_id": document["eventID"],
        "is_error": "errorDeclaration" in document,
        "is_part": is_part,
        "fingerprint": content,
        "event_type": document["type"],
        "action": document["action"],
        "biz_step": document.get("bizStep"),
        "disposition": document.get("disposition"),
        "read_point": document.get("readPoint", {}).get("id"),
        "biz_location": document.get("bizLocation", {}).get("id"),
        "event_ms": event_ms,
        "recorded_at": session.now,
        "recorded_by": session.scope.actor,
        "document": document,
    }


def insert_event(session: WriteSession, row: dict[str, Any], subjects: Sequence[Subject]) -> None:
    """Insert the row of an event that nobody else can have, with what it is about."""
    session.insert_plain(_EVENTS, [row])
    insert_subjects(session, row, subjects)


def insert_subjects(session: WriteSession, row: dict[str, Any], subjects: Sequence[Subject]) -> None:
    """Insert what an event is about."""
    rows = [
        {"event_id": row["id"], "firm_id": row["firm_id"], "number": number, "role": subject.role, "uri": subject.uri}
        for number, subject in enumerate(subjects)
    ]
    if rows:
        session.insert_plain(_SUBJECTS, rows)


def tell(session: WriteSession, recorded: Sequence[Recorded]) -> None:
    """
    Have webhooks told of events: those of the firm, and those of the house that are told of all firms.

    Parts are for their firm alone; the house has the whole event.
    """
    if not recorded:
        return
    firms = sorted({event.firm for event in recorded})
    columns = (Webhook.id, Webhook.firm_id, Webhook.kinds, Webhook.all_firms)
    with session.seeing_all():
        asked = select(*columns).where(Webhook.is_active, or_(Webhook.firm_id.in_(firms), Webhook.all_firms))
        rows = [
            delivery_row(session, webhook, owner, event.id, event.kind)
            for webhook, owner, kinds, is_for_all in session.rows(asked)
            for event in recorded
            if event.kind in kinds and (event.firm == owner or (is_for_all and not event.is_part))
        ]
        if rows:
            session.insert_plain(_DELIVERIES, rows)


def delivery_row(session: WriteSession, webhook: str, firm: str, event: str, kind: str) -> dict[str, Any]:
    """Return the row of a delivery that is due at once."""
    return {
        "id": new_id("dl", session.now),
        "firm_id": firm,
        "webhook_id": webhook,
        "event_id": event,
        "kind": kind,
        "state": "pending",
        "attempts": 0,
        "next_at": session.now,
        "created_at": session.now,
    }
