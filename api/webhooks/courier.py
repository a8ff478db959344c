"""
Delivering: what is due is leased, sent, and settled.

Between two transactions stands the sending, so a lease keeps others from sending the same meanwhile. If its holder
dies, the lease ends and somebody else sends it again: everything is delivered at least once, under one id.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import httpx
from pydantic import TypeAdapter
from sqlalchemy import and_, or_, select

from api.bodies import rfc3339
from api.events.query import event_json
from api.events.words import Vocabulary
from api.store.columns import new_id
from api.store.models_events import Delivery, ShipmentEvent, Webhook
from api.store.session import WHOLE
from api.threads import to_the_end
from api.webhooks.guard import Guard, NotAllowedError
from api.webhooks.sign import headers_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Select

    from api.clock import Clock
    from api.store.session import ReadSession, Store, WriteSession
    from data import Catalogue

_LOG = logging.getLogger("hubport")
_PLAIN: TypeAdapter[object] = TypeAdapter(object)
_AT_ONCE = 20
_LEASE = dt.timedelta(seconds=60)
_CONNECT_S, _WHOLE_S = 5.0, 15.0
_PAUSE_S = 2.0
_GONE = 410


class Task(NamedTuple):
    """A delivery that was leased, with all that sending it takes."""

    delivery: str
    lease: str
    url: str
    secrets: tuple[str, ...]
    message: str
    body: bytes


class Outcome(NamedTuple):
    """The status of the answer, or what kept from getting one."""

    status: int | None
    error: str | None

    @property
    def is_good(self) -> bool:
        """Whether the message was taken."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - success


class Courier:
    """
    Delivers what is due.

    Parameters
    ----------
    store, catalogue, clock
        Where deliveries wait, the tables with waits and words, and the present.
    guard
        Says where messages may go.
    """

    def __init__(self, store: Store, catalogue: Catalogue, clock: Clock, guard: Guard) -> None:
        self._store = store
        self._clock = clock
        self._guard = guard
        self._vocabulary = catalogue.derived(Vocabulary)
        self._waits = {row.attempt: dt.timedelta(seconds=row.wait_s) for row in catalogue.webhook_waits}

    async def run(self) -> None:
        """Deliver, again and again; what goes wrong is tried again the next time."""
        while True:
            try:
                sent = await self.deliver_due()
            except Exception:  # noqa: BLE001 - whatever it was, others wait to be told
                _LOG.exception("webhooks")
                sent = 0
            if not sent:
                await asyncio.sleep(_PAUSE_S)

    async def deliver_due(self) -> int:
        """Deliver some of what is due, and return how many were tried."""
        tasks = await to_the_end(self._claim)
        if tasks:
            async with httpx.AsyncClient(
                trust_env=False, follow_redirects=False, timeout=httpx.Timeout(_WHOLE_S, connect=_CONNECT_S)
            ) as client:
                await asyncio.gather(*(self._deliver(client, task) for task in tasks))
        return len(tasks)

    async def _deliver(self, client: httpx.AsyncClient, task: Task) -> None:
        outcome = await self._send(client, task)
        await to_the_end(self._settle, task, outcome)

    async def _send(self, client: httpx.AsyncClient, task: Task) -> Outcome:
        """Send a message to the address that was checked, and read no more of the answer than its status."""
        second = int(self._clock().timestamp())
        headers = headers_of(task.secrets, task.message, second, task.body)
        parts = urlsplit(task.url)
        headers |= {"content-type": "application/json", "user-agent": "Hubport", "host": parts.netloc}
        try:
            async with asyncio.timeout(_WHOLE_S):
                target = httpx.URL(task.url).copy_with(host=await self._guard.address_of(task.url))
                request = client.build_request(
                    "POST",
                    target,
                    headers=headers,
                    content=task.body,
                    extensions={"sni_hostname": parts.hostname or ""},
                )
                response = await client.send(request, stream=True)
                await response.aclose()
        except NotAllowedError as error:
            return Outcome(None, str(error))
        except (TimeoutError, httpx.TimeoutException):
            return Outcome(None, "timeout")
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
            return Outcome(None, "no-connection")
        return Outcome(response.status_code, None)

    def _claim(self) -> list[Task]:
        """Lease what is due; nothing is written when nothing is."""
        now = self._clock()
        with self._store.read(WHOLE) as session:
            if session.one(self._due(now).limit(1)) is None:
                return []
        return self._store.write(WHOLE, "delivery.lease", now, self._lease)

    def _due(self, now: dt.datetime) -> Select[Delivery]:
        first = self._waits.get(1, dt.timedelta())
        return select(Delivery).where(
            Delivery.state == "pending",
            Delivery.next_at <= now,
            or_(Delivery.attempts > 0, Delivery.next_at <= now - first),
            or_(Delivery.leased_until.is_(None), and_(Delivery.leased_until <= now)),
            Delivery.webhook_id.in_(select(Webhook.id).where(Webhook.is_active)),
        )

    def _lease(self, session: WriteSession) -> list[Task]:
        due = self._due(session.now).order_by(Delivery.next_at, Delivery.id).limit(_AT_ONCE)
        found = session.lock(due, skip_locked=True)
        for delivery in found:
            delivery.lease = new_id("ls", session.now)
            delivery.leased_until = session.now + _LEASE
            delivery.attempts += 1
        session.flush()
        return self._tasks(session, found)

    def _tasks(self, session: ReadSession, found: Sequence[Delivery]) -> list[Task]:
        """Return what sending takes."""
        hooks = session.all(select(Webhook).where(Webhook.id.in_({one.webhook_id for one in found})))
        events = session.all(select(ShipmentEvent).where(ShipmentEvent.id.in_({one.event_id for one in found})))
        by_id = {event.id: event for event in events}
        webhooks = {hook.id: hook for hook in hooks}
        return [self._task(delivery, webhooks[delivery.webhook_id], by_id[delivery.event_id]) for delivery in found]

    def _task(self, delivery: Delivery, webhook: Webhook, event: ShipmentEvent) -> Task:
        keys = [webhook.secret]
        if webhook.old_secret is not None and webhook.old_until is not None and self._clock() < webhook.old_until:
            keys.append(webhook.old_secret)
        message = {
            "type": delivery.kind,
            "timestamp": rfc3339(event.recorded_at),
            "data": event_json(event, self._vocabulary) | {"hubport:firm": event.firm_id},
        }
        body = _PLAIN.dump_json(message)
        return Task(delivery.id, delivery.lease or "", webhook.url, tuple(keys), event.id, body)

    def _settle(self, task: Task, outcome: Outcome) -> None:
        """Write down how an attempt ended, unless its lease has passed to somebody else."""
        self._store.write(WHOLE, "delivery.settle", self._clock(), lambda session: self._end(session, task, outcome))

    def _end(self, session: WriteSession, task: Task, outcome: Outcome) -> None:
        held = session.lock(select(Delivery).where(Delivery.id == task.delivery, Delivery.lease == task.lease))
        for delivery in held:
            delivery.lease = delivery.leased_until = None
            delivery.last_status, delivery.last_error = outcome
            if outcome.is_good:
                delivery.state, delivery.ended_at = "delivered", session.now
                continue
            wait = self._waits.get(delivery.attempts + 1)
            if wait is not None and outcome.status != _GONE:
                delivery.next_at = session.now + wait
                continue
            delivery.state, delivery.ended_at = "failed", session.now
            session.flush()
            _give_up(session, delivery, outcome)


def _give_up(session: WriteSession, delivery: Delivery, outcome: Outcome) -> None:
    """Switch a webhook off that wants no more, or that has taken nothing since a delivery that failed was made."""
    taken = select(Delivery.id).where(
        Delivery.webhook_id == delivery.webhook_id,
        Delivery.state == "delivered",
        Delivery.ended_at >= delivery.created_at,
    )
    if outcome.status != _GONE and session.one(taken) is not None:
        return
    said = f"status {outcome.status}" if outcome.error is None else outcome.error
    for webhook in session.lock(select(Webhook).where(Webhook.id == delivery.webhook_id, Webhook.is_active)):
        webhook.is_active = False
        webhook.disabled_why = f"{delivery.id}: {said}, {delivery.attempts} attempts"
        webhook.version += 1
