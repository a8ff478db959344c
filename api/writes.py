"""
Writes over HTTP: once for each idempotency key, and only of what the caller has seen.

The answer to a write is kept in the transaction that makes it: either both are there or neither is. Whoever sends the
same again with the same key gets the same answer; with another body it is refused.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from pydantic import TypeAdapter
from sqlalchemy import select

from api.faults import RequestFaultsError
from api.identity.policy import PrincipalOf
from api.identity.principal import Principal
from api.logs import note_action
from api.office import Office, OfficeOf
from api.plain import json_bytes
from api.problems import refused
from api.refusals import Refusal
from api.store.canonical import canonical, digest
from api.store.models import KeptAnswer
from api.store.session import ReadSession, Store, WriteSession
from data.errors import TableFaultsError

JSON = "application/json"
_PLAIN: TypeAdapter[Any] = TypeAdapter(Any)
_LONG = 4096
_PACKED = "packed"
"""Stands among the headers of an answer whose body is kept compressed."""
_KEPT_AS = "kept-as"
"""Stands among them with the name of what has the body, where that is kept as something else."""
_KEY = re.compile(r"[\x21-\x7e]{1,255}")

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Chosen by the caller, 1 to 255 visible ASCII characters; the same again means the same write",
        examples=["6f3c2e6a-order-17"],
        json_schema_extra={"pattern": r"^[!-~]{1,255}$"},
    ),
]
IfMatch = Annotated[
    str | None, Header(alias="If-Match", description="The ETag of what is to be changed, or *", examples=['"bk_0.1"'])
]
IfNoneMatch = Annotated[str | None, Header(alias="If-None-Match", description="An ETag; 304 if it still holds")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """
    The answer to a write.

    Parameters
    ----------
    content
        As JSON.
    raw
        The same as bytes, where it has been put into them already.
    kept_as
        What the write's `reopen` finds the same bytes by, where they are kept already.
    status, headers
        Of the answer.
    secret
        Members of the content that are shown once and not kept: whoever repeats the write finds null there.
    """

    content: Any = None
    raw: bytes | None = None
    kept_as: str | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    secret: tuple[str, ...] = ()


class _TakenError(Exception):
    """There is an answer with this key already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """
    One write: who, what, and the key that makes it happen once.

    Parameters
    ----------
    office, store
        Where.
    principal
        Who.
    action
        What, as it stands in the audit trail.
    key
        The idempotency key.
    fingerprint
        Of the request, to tell another one with the same key.
    reopen
        Finds the bytes of answers that are kept as something else.
    """

    office: Office
    store: Store
    principal: Principal
    action: str
    key: str | None
    fingerprint: str
    reopen: Callable[[ReadSession, str], bytes] | None = None

    def do(self, work: Callable[[WriteSession], Answer]) -> Response:
        """Do work that needs no preparation, once, and return its answer; see `run`."""
        return self.run(lambda: work)

    def run(
        self,
        prepare: Callable[[], Callable[[WriteSession], Answer]],
        *,
        again: Callable[[Refusal], bool] = lambda _: False,
    ) -> Response:
        """
        Do some work once, and return its answer.

        The answer that is kept with the key wins over whatever happens: whoever finds one undoes their own work.

        Parameters
        ----------
        prepare
            Reads what the work needs, outside its transaction, and returns the work.
        again
            Asked about a refusal; whether it has been seen to, so that the work is worth another try.

        Raises
        ------
        Refusal
            When a rule does not allow it; with a key that is kept as well.
        """
        now, scope = self.office.clock(), self.principal.scope
        try:
            try:
                work = prepare()
                return self.store.write(scope, self.action, now, lambda session: self._once(session, work))
            except Refusal as refusal:
                if not again(refusal):
                    raise
            return self.store.write(scope, self.action, now, lambda session: self._once(session, work))
        except Refusal as refusal:
            if self.key is None:
                raise
            answer = refused(refusal)
            headers = {"content-type": answer.headers["content-type"]}
            try:
                self.store.write(
                    scope,
                    self.action,
                    now,
                    lambda session: self._keep(session, answer.status_code, headers, bytes(answer.body)),
                )
            except _TakenError:
                return self._replayed()
            return answer
        except (RequestFaultsError, TableFaultsError):
            # What was fine the first time may be refused the second time because of the first.
            if self.key is None or self._kept() is None:
                raise
            return self._replayed()
        except _TakenError:
            return self._replayed()

    def _once(self, session: WriteSession, work: Callable[[WriteSession], Answer]) -> Response:
        """Work, and keep the answer."""
        answer = work(session)
        raw = json_bytes(answer.content) if answer.raw is None else answer.raw
        kept = raw
        if answer.secret:
            shown = {name: None if name in answer.secret else value for name, value in answer.content.items()}
            kept = json_bytes(shown)
        headers = {"content-type": JSON} | answer.headers
        if answer.kept_as is not None:
            headers, kept = headers | {_KEPT_AS: answer.kept_as}, b""
        self._keep(session, answer.status, headers, kept)
        return Response(raw, status_code=answer.status, headers=answer.headers, media_type=JSON)

    def _keep(self, session: WriteSession, status: int, headers: dict[str, str], body: bytes) -> None:
        """Keep an answer with the key; fail if there is one, waiting for whoever is about to keep it."""
        if self.key is None:
            return
        if len(body) > _LONG:
            headers, body = headers | {_PACKED: "1"}, zlib.compress(body, 1)
        row = {
            "actor": self.principal.user,
            "key": self.key,
            "fingerprint": self.fingerprint,
            "created_at": session.now,
            "status": status,
            "headers": headers,
            "body": body,
        }
        session.flush()
        if not session.insert_missing(KeptAnswer, [row]):
            raise _TakenError

    def _replayed(self) -> Response:
        """Return the answer that was kept with the key, if it was for the same request."""
        kept = self._kept()
        if kept is None or kept.fingerprint != self.fingerprint:
            raise Refusal(why="key-reused")
        headers = dict(kept.headers)
        name = headers.pop(_KEPT_AS, None)
        body = zlib.decompress(kept.body) if headers.pop(_PACKED, None) else kept.body
        if name is not None and self.reopen is not None:
            with self.store.read(self.principal.scope) as session:
                body = self.reopen(session, name)
        return Response(body, status_code=kept.status, headers=headers | {"Idempotency-Replayed": "true"})

    def _kept(self) -> KeptAnswer | None:
        """Return the answer that was kept with the key, None if there is none."""
        with self.store.read(self.principal.scope) as session:
            return session.one(select(KeptAnswer).where(*self._mine()))

    def _mine(self) -> tuple[Any, Any]:
        return KeptAnswer.actor == self.principal.user, KeptAnswer.key == self.key


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request that writes, who makes it, and the headers that make it safe to repeat."""

    request: Request
    office: Office
    principal: Principal
    key: str | None
    match: str | None = None

    @property
    def store(self) -> Store:
        """The store; refused when there is none."""
        if self.office.store is None:
            raise Refusal(why="no-store")
        return self.office.store

    def write(
        self,
        action: str,
        body: object = None,
        *,
        needs_key: bool = True,
        reopen: Callable[[ReadSession, str], bytes] | None = None,
    ) -> Write:
        """Return the write it makes; see `new_write`."""
        return new_write(
            self.request,
            self.office,
            self.principal,
            action=action,
            key=self.key,
            body=body,
            needs_key=needs_key,
            reopen=reopen,
        )


async def get_call(request: Request, office: OfficeOf, principal: PrincipalOf, key: IdempotencyKey = None) -> Call:
    """Return a request that writes something new."""
    return Call(request=request, office=office, principal=principal, key=key)


async def get_question(request: Request, office: OfficeOf, principal: PrincipalOf, key: IdempotencyKey = None) -> Call:
    """Return a request that does no harm if it is made twice, so that its key may be missing."""
    return Call(request=request, office=office, principal=principal, key=key)


async def get_change(
    request: Request, office: OfficeOf, principal: PrincipalOf, key: IdempotencyKey = None, match: IfMatch = None
) -> Call:
    """Return a request that changes what the caller has seen."""
    return Call(request=request, office=office, principal=principal, key=key, match=match)


CallOf = Annotated[Call, Depends(get_call)]
"""A request that writes something new."""
QuestionOf = Annotated[Call, Depends(get_question)]
"""A request that may be made twice, and whose answer is kept; see `Call.write` with ``needs_key=False``."""
ChangeOf = Annotated[Call, Depends(get_change)]
"""A request that changes what the caller has seen."""


def new_write(
    request: Request,
    office: Office,
    principal: Principal,
    *,
    action: str,
    key: str | None,
    body: object = None,
    needs_key: bool = True,
    reopen: Callable[[ReadSession, str], bytes] | None = None,
) -> Write:
    """
    Return a write.

    Parameters
    ----------
    request
        Of which method and path count in the fingerprint.
    office, principal
        Where and who.
    action
        What, as it stands in the audit trail.
    key
        The idempotency key that was given.
    body
        What was sent, as JSON.
    needs_key
        Whether it is refused without a key.
    reopen
        Finds the bytes of answers that are kept as something else.

    Raises
    ------
    Refusal
        When there is no key, or no store.
    """
    note_action(action)
    if office.store is None:
        raise Refusal(why="no-store")
    if key is None and needs_key:
        raise Refusal(why="key-missing")
    if key is not None and not _KEY.fullmatch(key):
        raise Refusal(why="key-missing", detail="1 to 255 visible ASCII characters")
    fingerprint = digest(canonical([request.method, request.url.path, json.loads(_PLAIN.dump_json(body))]))
    return Write(
        office=office,
        store=office.store,
        principal=principal,
        action=action,
        key=key,
        fingerprint=fingerprint,
        reopen=reopen,
    )


def etag(identifier: str, version: int) -> str:
    """
    Return the ETag of a version of something.

    Examples
    --------
    >>> etag("bk_1", 3)
    '"bk_1.3"'
    """
    return f'"{identifier}.{version}"'


def check_match(given: str | None, identifier: str, version: int) -> None:
    """
    Refuse a change of something that the caller has not seen as it is.

    Raises
    ------
    Refusal
        Without an ETag, or with that of another version.
    """
    if given is None:
        raise Refusal(why="match-missing", subject=identifier)
    if given.strip() != "*" and etag(identifier, version) not in {item.strip() for item in given.split(",")}:
        raise Refusal(why="match-failed", subject=identifier)


def is_unchanged(given: str | None, tag: str) -> bool:
    """Say whether a caller has something already."""
    return given is not None and (given.strip() == "*" or tag in {item.strip() for item in given.split(",")})
