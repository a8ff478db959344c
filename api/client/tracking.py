"""Events as EPCIS has them, webhooks that are told of events, and statistics."""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from pydantic import AwareDatetime

from api.client.models import Answer, Tagged
from api.client.operations import Resource, at, given, match_of, operation, tagged

Json = dict[str, Any]
DeliveryState = Literal["pending", "delivered", "failed"]


class Captured(Answer):
    """Events that are kept: their ids, and how many of them had been before."""

    capture: str
    events: list[str]
    known: int


class Webhook(Tagged):
    """An address that is told of events."""

    firm: str
    url: str
    kinds: list[str]
    all_firms: bool
    note: str
    active: bool
    disabled_why: str | None
    version: int
    created_at: AwareDatetime


class NewWebhook(Webhook):
    """A webhook with its secret, which is told once, and None when the same write is repeated."""

    secret: str | None


class Delivery(Answer):
    """A message to a webhook."""

    id: str
    webhook: str
    event: str
    kind: str
    state: DeliveryState
    attempts: int
    next_at: AwareDatetime | None
    last_status: int | None
    last_error: str | None
    created_at: AwareDatetime
    ended_at: AwareDatetime | None


class Replayed(Answer):
    """How many messages wait, and from when to ask again for the rest."""

    queued: int
    rest_from: AwareDatetime | None


class CountedShipment(Answer):
    """A shipment behind a total."""

    booking: str
    firm: str
    confirmed_at: AwareDatetime
    confirmed_month: str
    depart_month: str
    regime: str | None
    mode: str
    origin: str
    destination: str
    hs_chapter: str | None
    mass_g: int
    volume_cm3: int
    value_cny_minor: int | None
    freight_cny_minor: int
    emissions_g: int | None
    declared: bool


class Epcis(Resource):
    """Events of shipments, as EPCIS 2.0 has them."""

    @operation("post_capture")
    def capture(self, document: Json, *, key: str | None = None) -> Captured:
        """Keep the events of an EPCISDocument, whole or not at all."""
        return Captured.model_validate(self._wire.write("POST", at("events:capture"), document, key=key).json())

    @operation("get_events")
    def list(self, **query: str | int) -> Iterator[Json]:
        """Yield events; `query` has parameters of the simple event query, such as ``EQ_bizStep`` and ``perPage``."""
        path, params = at("events"), query
        while True:
            answer = self._wire.get(path, params)
            yield from answer.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
            following = answer.links.get("next")
            if following is None:
                return
            path, params = following["url"], {}

    @operation("get_event")
    def get(self, identifier: str) -> Json:
        """Read an event by the id that the service gave it."""
        found: Json = self._wire.get(at("events", identifier)).json()
        return found


class Webhooks(Resource):
    """Addresses that are told of events."""

    @operation("post_webhook")
    def add(
        self,
        url: str,
        kinds: builtins.list[str],
        *,
        note: str = "",
        all_firms: bool = False,
        key: str | None = None,
    ) -> NewWebhook:
        """Have an address told of events; the secret of its signatures is in this answer and never again."""
        body = {"url": url, "kinds": kinds, "note": note, "all_firms": all_firms}
        return tagged(NewWebhook, self._wire.write("POST", at("webhooks"), body, key=key))

    @operation("get_webhooks")
    def list(self, *, limit: int = 50) -> Iterator[Webhook]:
        """Yield webhooks, oldest first; `limit` is the size of a page."""
        return self._all(at("webhooks"), Webhook, {}, limit)

    @operation("get_webhook")
    def get(self, identifier: str) -> Webhook:
        """Read a webhook."""
        return tagged(Webhook, self._wire.get(at("webhooks", identifier)))

    @operation("patch_webhook")
    def change(
        self,
        webhook: Webhook,
        *,
        url: str | None = None,
        kinds: builtins.list[str] | None = None,
        note: str | None = None,
        active: bool | None = None,
        key: str | None = None,
    ) -> Webhook:
        """Change address, kinds or note, or switch a webhook off and on."""
        body = given(url=url, kinds=kinds, note=note, active=active)
        path, match = at("webhooks", webhook.id), match_of(webhook)
        return tagged(Webhook, self._wire.write("PATCH", path, body, key=key, match=match))

    @operation("post_rotation_of_webhooks")
    def rotate(self, webhook: Webhook, *, key: str | None = None) -> NewWebhook:
        """Give a webhook a new secret; for a day messages are signed with the old one as well."""
        path, match = at("webhooks", webhook.id, "rotate"), match_of(webhook)
        return tagged(NewWebhook, self._wire.write("POST", path, key=key, match=match))

    @operation("post_replay")
    def replay(
        self, webhook: Webhook, *, since: str | None = None, delivery: str | None = None, key: str | None = None
    ) -> Replayed:
        """Tell again what was recorded from an instant on, or one delivery; one of the two is given."""
        path, match = at("webhooks", webhook.id, "replay"), match_of(webhook)
        body = given(since=since, delivery=delivery)
        return Replayed.model_validate(self._wire.write("POST", path, body, key=key, match=match).json())

    @operation("get_deliveries")
    def deliveries(self, identifier: str, *, state: DeliveryState | None = None, limit: int = 50) -> Iterator[Delivery]:
        """Yield what was sent to a webhook and what waits, oldest first; `limit` is the size of a page."""
        return self._all(at("webhooks", identifier, "deliveries"), Delivery, {"state": state}, limit)


class Statistics(Resource):
    """Totals of confirmed shipments; months are such as ``2026-01``."""

    @operation("get_statistics")
    def totals(self, *, by: Sequence[str] = (), first: str | None = None, last: str | None = None, **more: str) -> Json:
        """
        Return totals by period and group.

        Parameters
        ----------
        by
            Groups: some of ``regime``, ``mode``, ``origin``, ``destination``, ``hs_chapter``, ``firm``; mode if none.
        first, last
            Months from which and to which shipments count.
        more
            ``period`` and ``when``, and values of groups as filters.
        """
        found: Json = self._wire.get(at("statistics"), _asked(by, first, last, more)).json()
        return found

    def workbook(
        self, *, by: Sequence[str] = (), first: str | None = None, last: str | None = None, **more: str
    ) -> bytes:
        """Return the same totals as a workbook, with the shipments behind them."""
        return self._wire.get(at("statistics"), _asked(by, first, last, more) | {"format": "xlsx"}).content

    @operation("get_counted_shipments")
    def shipments(
        self, *, first: str | None = None, last: str | None = None, limit: int = 50, **more: str
    ) -> Iterator[CountedShipment]:
        """Yield the shipments behind a total; `more` has ``when`` and values of groups as filters."""
        return self._all(at("statistics", "shipments"), CountedShipment, _asked((), first, last, more), limit)


def _asked(by: Sequence[str], first: str | None, last: str | None, more: dict[str, str]) -> dict[str, str]:
    return given(**{"by": ",".join(by) or None, "from": first, "to": last}, **more)
