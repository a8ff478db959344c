"""The JSON interface of webhooks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import Field, model_validator
from sqlalchemy import select

from api.bodies import Body, Identifier, Moment, Text, described, rfc3339
from api.endpoints import as_json
from api.events.words import Kind
from api.faults import RequestFaultsError, fault
from api.identity.policy import PrincipalOf, may
from api.office import StoreOf
from api.openapi_words import page_of as page_schema
from api.paging import After, Limit, page_of
from api.problem_docs import problems
from api.refusals import Refusal
from api.store.models_events import Delivery, Webhook
from api.store.session import WriteSession
from api.webhooks import service
from api.webhooks.guard import Guard
from api.webhooks.schema import DELIVERY, NEW_WEBHOOK, REPLAYED, WEBHOOK
from api.writes import Answer, Call, CallOf, ChangeOf, IfNoneMatch, etag, is_unchanged

router = APIRouter(prefix="/v1", tags=["webhooks"])
Id = Annotated[str, Path(max_length=40, pattern=r"^[a-z0-9_]+$")]
Url = Annotated[str, Field(max_length=2000, examples=["https://example.com/hooks/hubport"])]
Kinds = Annotated[list[Kind], Field(min_length=1, max_length=20, examples=[["booking.confirmed", "event.captured"]])]
_State = Annotated[Literal["pending", "delivered", "failed"] | None, Query(description="Only in this state")]


async def _get_guard(request: Request) -> Guard:
    found: Guard = request.app.state.guard
    return found


GuardOf = Annotated[Guard, Depends(_get_guard)]


class WebhookBody(Body):
    """An address that is to be told of events."""

    url: Url
    kinds: Kinds
    note: Text = ""
    all_firms: Annotated[bool, Field(description="Told of events of every firm; for those who oversee them")] = False


class WebhookChange(Body):
    """What is to change."""

    url: Url | None = None
    kinds: Kinds | None = None
    note: Text | None = None
    active: bool | None = None


class ReplayBody(Body):
    """What is to be told again: everything recorded from an instant on, or one delivery."""

    since: Moment | None = None
    delivery: Identifier | None = None

    @model_validator(mode="after")
    def check_one(self) -> Self:
        """Refuse both, and neither."""
        if (self.since is None) == (self.delivery is None):
            msg = "since or delivery, and not both"
            raise ValueError(msg)
        return self


def webhook_json(webhook: Webhook, *, secret: str | None = None) -> dict[str, Any]:
    """Return a webhook as JSON; its secret only where it is shown once."""
    shown = {
        "id": webhook.id,
        "firm": webhook.firm_id,
        "url": webhook.url,
        "kinds": webhook.kinds,
        "all_firms": webhook.all_firms,
        "note": webhook.note,
        "active": webhook.is_active,
        "disabled_why": webhook.disabled_why,
        "version": webhook.version,
        "created_at": rfc3339(webhook.created_at),
    }
    return shown if secret is None else shown | {"secret": secret}


def delivery_json(delivery: Delivery) -> dict[str, Any]:
    """Return a delivery as JSON."""
    return {
        "id": delivery.id,
        "webhook": delivery.webhook_id,
        "event": delivery.event_id,
        "kind": delivery.kind,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "next_at": rfc3339(delivery.next_at) if delivery.state == "pending" else None,
        "last_status": delivery.last_status,
        "last_error": delivery.last_error,
        "created_at": rfc3339(delivery.created_at),
        "ended_at": rfc3339(delivery.ended_at),
    }


def _check_url(guard: Guard, url: str | None) -> None:
    rule = None if url is None else guard.fault_of(url)
    if rule is not None:
        raise RequestFaultsError([fault("url", url, rule)])


def _shown(webhook: Webhook, *, status: int = 200, secret: str | None = None) -> Answer:
    headers = {"ETag": etag(webhook.id, webhook.version)}
    if status == 201:  # noqa: PLR2004 - created
        headers["Location"] = f"/v1/webhooks/{webhook.id}"
    secrets = ("secret",) if secret is not None else ()
    return Answer(content=webhook_json(webhook, secret=secret), status=status, headers=headers, secret=secrets)


@router.post(
    "/webhooks",
    dependencies=[may("webhooks:write")],
    responses={201: described("The webhook, with its secret, which is shown once", NEW_WEBHOOK), **problems()},
    status_code=201,
    response_class=Response,
    summary="Have an address told of events",
)
def post_webhook(body: WebhookBody, guard: GuardOf, call: CallOf) -> Response:
    """Make a webhook; messages are signed with its secret as the Standard Webhooks specification says."""
    _check_url(guard, body.url)

    def work(session: WriteSession) -> Answer:
        made = service.make(
            session, call.principal, url=body.url, kinds=body.kinds, note=body.note, all_firms=body.all_firms
        )
        return _shown(made, status=201, secret=made.secret)

    return call.write("webhook.make", body).do(work)


@router.get(
    "/webhooks",
    dependencies=[may("webhooks:read")],
    responses={200: described("A page of webhooks", page_schema(WEBHOOK)), **problems()},
    response_class=Response,
    summary="List webhooks",
)
def get_webhooks(store: StoreOf, principal: PrincipalOf, limit: Limit = 50, after: After = None) -> Response:
    """Return the webhooks of the caller's firm, of every firm for those who oversee all, oldest first."""
    with store.read(principal.scope) as session:
        return as_json(page_of(session, select(Webhook), Webhook.id, limit=limit, after=after, show=webhook_json))


@router.get(
    "/webhooks/{webhook_id}",
    dependencies=[may("webhooks:read")],
    responses={200: described("The webhook", WEBHOOK), **problems(404)},
    response_class=Response,
    summary="Read a webhook",
)
def get_webhook(webhook_id: Id, store: StoreOf, principal: PrincipalOf, none_match: IfNoneMatch = None) -> Response:
    """Return a webhook with its ETag, which a change must name."""
    with store.read(principal.scope) as session:
        found = session.one(select(Webhook).where(Webhook.id == webhook_id))
    if found is None:
        raise Refusal(why="not-found", subject=webhook_id)
    tag = etag(found.id, found.version)
    if is_unchanged(none_match, tag):
        return Response(status_code=304, headers={"ETag": tag})
    response = as_json(webhook_json(found))
    response.headers["ETag"] = tag
    return response


def _changed(
    call: Call, action: str, identifier: str, body: object, change: Callable[[WriteSession, Webhook], Answer]
) -> Response:
    """Change a webhook that the caller has seen as it is."""

    def work(session: WriteSession) -> Answer:
        return change(session, service.locked_webhook(session, identifier, call.match))

    return call.write(action, body).do(work)


@router.patch(
    "/webhooks/{webhook_id}",
    dependencies=[may("webhooks:write")],
    responses={200: described("The webhook", WEBHOOK), **problems(404, 412, 428)},
    response_class=Response,
    summary="Change a webhook",
)
def patch_webhook(webhook_id: Id, body: WebhookChange, guard: GuardOf, call: ChangeOf) -> Response:
    """Change address, kinds or note, or switch a webhook off and on; what waits for it is sent when it is on again."""
    _check_url(guard, body.url)

    def change(_: WriteSession, webhook: Webhook) -> Answer:
        webhook.url = webhook.url if body.url is None else body.url
        webhook.kinds = webhook.kinds if body.kinds is None else sorted(set(body.kinds))
        webhook.note = webhook.note if body.note is None else body.note
        if body.active is not None and body.active != webhook.is_active:
            service.switch(webhook, is_active=body.active)
        webhook.version += 1
        return _shown(webhook)

    return _changed(call, "webhook.change", webhook_id, body, change)


@router.post(
    "/webhooks/{webhook_id}/rotate",
    dependencies=[may("webhooks:write")],
    responses={
        200: described("The webhook, with its new secret, which is shown once", NEW_WEBHOOK),
        **problems(404, 412, 428),
    },
    response_class=Response,
    summary="Give a webhook a new secret",
)
def post_rotation(webhook_id: Id, call: ChangeOf) -> Response:
    """Make a new secret; for a day messages are signed with the old one as well."""

    def change(session: WriteSession, webhook: Webhook) -> Answer:
        service.rotate(session, webhook)
        return _shown(webhook, secret=webhook.secret)

    return _changed(call, "webhook.rotate", webhook_id, None, change)


@router.post(
    "/webhooks/{webhook_id}/replay",
    dependencies=[may("webhooks:write")],
    responses={
        200: described("How many messages wait, and from when to ask again", REPLAYED),
        **problems(404, 412, 428),
    },
    response_class=Response,
    summary="Tell a webhook again",
)
def post_replay(webhook_id: Id, body: ReplayBody, call: ChangeOf) -> Response:
    """Send again what was recorded from an instant on, or one delivery; each message keeps its id."""

    def change(session: WriteSession, webhook: Webhook) -> Answer:
        if body.since is not None:
            done = service.replay_since(session, webhook, body.since)
        else:
            done = service.replay_one(session, webhook, body.delivery or "")
        content = {"queued": done.queued, "rest_from": rfc3339(done.rest_from)}
        return Answer(content=content, headers={"ETag": etag(webhook.id, webhook.version)})

    return _changed(call, "webhook.replay", webhook_id, body, change)


@router.get(
    "/webhooks/{webhook_id}/deliveries",
    dependencies=[may("webhooks:read")],
    responses={200: described("A page of deliveries", page_schema(DELIVERY)), **problems(404)},
    response_class=Response,
    summary="List deliveries of a webhook",
)
def get_deliveries(
    webhook_id: Id,
    store: StoreOf,
    principal: PrincipalOf,
    state: _State = None,
    limit: Limit = 50,
    after: After = None,
) -> Response:
    """Return what was sent to a webhook and what waits, with how the last attempt ended, oldest first."""
    with store.read(principal.scope) as session:
        if session.one(select(Webhook.id).where(Webhook.id == webhook_id)) is None:
            raise Refusal(why="not-found", subject=webhook_id)
        statement = select(Delivery).where(Delivery.webhook_id == webhook_id)
        if state is not None:
            statement = statement.where(Delivery.state == state)
        return as_json(page_of(session, statement, Delivery.id, limit=limit, after=after, show=delivery_json))
