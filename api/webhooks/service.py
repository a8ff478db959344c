"""The rules of webhooks: made, changed, given a new secret, and told again what they missed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import delete, select

from api.events.record import delivery_row
from api.refusals import Refusal
from api.store.columns import new_id
from api.store.models import table_of
from api.store.models_events import Delivery, ShipmentEvent, Webhook
from api.store.session import WHOLE
from api.webhooks.sign import new_secret
from api.writes import check_match

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.identity.principal import Principal
    from api.store.session import Store, WriteSession

OVERLAP = dt.timedelta(hours=24)
"""How long messages are signed with the old secret as well after a new one was made."""
DELIVERIES_KEPT = dt.timedelta(days=30)
"""How long it is known how a delivery ended."""
_AT_ONCE = 5000
_DELIVERIES = table_of(Delivery)


class Replayed(NamedTuple):
    """How many deliveries were made, and from when to ask again if there are more."""

    queued: int
    rest_from: dt.datetime | None


def make(
    session: WriteSession, principal: Principal, *, url: str, kinds: Sequence[str], note: str, all_firms: bool
) -> Webhook:
    """
    Make a webhook of the caller's firm.

    Raises
    ------
    Refusal
        When it is to be told of all firms, and the caller does not oversee them.
    """
    if all_firms and not (principal.is_house and principal.sees_all):
        raise Refusal(why="forbidden", detail="all_firms")
    made = Webhook(
        id=new_id("wh", session.now),
        firm_id=principal.firm,
        url=url,
        kinds=sorted(set(kinds)),
        all_firms=all_firms,
        note=note,
        secret=new_secret(),
        created_at=session.now,
        created_by=principal.user,
    )
    session.insert([made])
    return made


def locked_webhook(session: WriteSession, identifier: str, match: str | None) -> Webhook:
    """
    Return a webhook that nobody else changes meanwhile.

    Raises
    ------
    Refusal
        When there is none for the caller, or the caller has not seen it as it is.
    """
    rows = session.lock(select(Webhook).where(Webhook.id == identifier))
    if not rows:
        raise Refusal(why="not-found", subject=identifier)
    check_match(match, identifier, rows[0].version)
    return rows[0]


def switch(webhook: Webhook, *, is_active: bool) -> None:
    """Switch a webhook on, or off; what waits for it waits until it is on."""
    webhook.is_active = is_active
    webhook.disabled_why = None if is_active else "switched off"


def rotate(session: WriteSession, webhook: Webhook) -> None:
    """Give a webhook a new secret; for a while messages are signed with both."""
    webhook.old_secret, webhook.old_until = webhook.secret, session.now + OVERLAP
    webhook.secret = new_secret()
    webhook.version += 1


def replay_since(session: WriteSession, webhook: Webhook, since: dt.datetime) -> Replayed:
    """Tell a webhook again what was recorded from an instant on, as far as it is told of such things."""
    asked = select(ShipmentEvent.id, ShipmentEvent.kind, ShipmentEvent.recorded_at).where(
        ShipmentEvent.recorded_at >= since, ShipmentEvent.kind.in_(webhook.kinds)
    )
    if webhook.all_firms:
        asked = asked.where(ShipmentEvent.is_part.is_(False))
    else:
        asked = asked.where(ShipmentEvent.firm_id == webhook.firm_id)
    found = session.rows(asked.order_by(ShipmentEvent.recorded_at, ShipmentEvent.id).limit(_AT_ONCE + 1))
    rest = found[_AT_ONCE].recorded_at if len(found) > _AT_ONCE else None
    # Whoever goes on from there is told some of that second twice, and nothing never.
    told = [row for row in found[:_AT_ONCE] if rest is None or row.recorded_at < rest] or found[:_AT_ONCE]
    return Replayed(_queue(session, webhook, [(row.id, row.kind) for row in told]), rest)


def replay_one(session: WriteSession, webhook: Webhook, delivery: str) -> Replayed:
    """
    Make a delivery once more.

    Raises
    ------
    Refusal
        When the webhook has no such delivery.
    """
    columns = (Delivery.event_id, Delivery.kind)
    found = session.rows(select(*columns).where(Delivery.id == delivery, Delivery.webhook_id == webhook.id))
    if not found:
        raise Refusal(why="not-found", subject=delivery)
    return Replayed(_queue(session, webhook, [(found[0].event_id, found[0].kind)]), None)


def forget_deliveries(store: Store, now: dt.datetime) -> int:
    """Remove deliveries that ended long ago, and return how many; the events stay."""
    old = Delivery.ended_at < now - DELIVERIES_KEPT
    ended = Delivery.state.in_(("delivered", "failed"))
    return store.write(
        WHOLE, "delivery.forget", now, lambda session: session.change(delete(Delivery).where(ended, old))
    )


def _queue(session: WriteSession, webhook: Webhook, events: Sequence[tuple[str, str]]) -> int:
    """Make deliveries; that it was done stands in the trail as a new version of the webhook."""
    webhook.version += 1
    rows = [delivery_row(session, webhook.id, webhook.firm_id, event, kind) for event, kind in events]
    if rows:
        session.insert_plain(_DELIVERIES, rows)
    return len(rows)
