"""The address book of a firm: parties that bookings were told to remember, by the name that papers have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from api.bodies import rfc3339
from api.store.columns import new_id
from api.store.models import Firm
from api.store.models_shipments import KeptParty

if TYPE_CHECKING:
    from api.bookings.particulars import Particulars
    from api.store.session import ReadSession, WriteSession

MOST_OFFERED = 300
"""Names that a form offers."""


def remember(session: WriteSession, firm: str, given: Particulars | None) -> None:
    """
    Keep those parties in the address book of a firm that are to be remembered, in place of what it has by their names.

    Nothing else may have been locked yet: the firm is, so that two who remember the same name take turns.
    """
    kept = {} if given is None else given.kept() or {}
    wanted = [] if given is None else [name for name, party in given.parties().items() if party.remember]
    wanted = [name for name in wanted if kept.get(name, {}).get("name_en")]
    if wanted:
        session.lock(select(Firm).where(Firm.id == firm))
    for name in wanted:
        _keep(session, firm, kept[name])


def _keep(session: WriteSession, firm: str, facts: dict[str, Any]) -> None:
    """Keep one party."""
    name = facts["name_en"]
    rows = session.lock(select(KeptParty).where(KeptParty.firm_id == firm, KeptParty.name == name))
    if not rows:
        now = session.now
        row = KeptParty(id=new_id("pt", now), firm_id=firm, name=name, facts=facts, created_at=now, changed_at=now)
        session.insert([row])
    elif rows[0].facts != facts:
        rows[0].facts, rows[0].changed_at = facts, session.now


def book_of(session: ReadSession, firm: str) -> list[dict[str, Any]]:
    """Return what the address book of a firm has, last changed first; as many as a form offers."""
    asked = select(KeptParty).where(KeptParty.firm_id == firm)
    rows = session.all(asked.order_by(KeptParty.changed_at.desc(), KeptParty.id).limit(MOST_OFFERED))
    return [row.facts for row in rows]


def known_as(session: ReadSession, firm: str, name: str) -> dict[str, Any] | None:
    """Return the party that has a name, Latin or Chinese, in the address book of a firm; None if none has."""
    asked = select(KeptParty).where(KeptParty.firm_id == firm)
    for row in session.all(asked.order_by(KeptParty.changed_at.desc(), KeptParty.id)):
        if name in {row.name, row.facts.get("name_zh")}:
            found: dict[str, Any] = row.facts
            return found
    return None


def party_json(row: KeptParty) -> dict[str, Any]:
    """Return a party as JSON."""
    shown = dict.fromkeys(("name_en", "name_zh", "address", "territory", "tax_id", "contact", "phone", "email"), "")
    return {
        "id": row.id,
        "firm": row.firm_id,
        **(shown | row.facts),
        "created_at": rfc3339(row.created_at),
        "changed_at": rfc3339(row.changed_at),
    }
