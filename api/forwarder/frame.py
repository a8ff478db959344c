"""What the pages of the forwarder's desk share: how they are shown, and how their forms are read."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from fastapi import Depends, Form, Path, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ValidationError

from api.endpoints import DeskOf
from api.forwarder.quote_view import left
from api.identity.page_faults import NO_STORE, other_language
from api.identity.policy import PrincipalOf, TokenOf
from api.identity.principal import Principal
from api.local_words import moment
from api.office import Office, OfficeOf
from api.pages import language, templates
from api.refusals import Refusal
from api.writes import Call

if TYPE_CHECKING:
    from api.desk import Desk
    from viz.theme import Lang

B = TypeVar("B", bound=BaseModel)

Id = Annotated[str, Path(max_length=40, pattern=r"^[a-z0-9_]+$")]
Field = Annotated[str, Form(max_length=2000)]
PER_PAGE = 25
"""Rows of a list on one page."""
_REFUSED = 400


class Visit(NamedTuple):
    """Who looks at a page, and what it is made with."""

    request: Request
    office: Office
    desk: Desk
    principal: Principal
    token: str

    @property
    def lang(self) -> Lang:
        """The language of the page."""
        return language(self.request)

    @property
    def now(self) -> dt.datetime:
        """The present."""
        return self.office.clock()

    def may(self, *scopes: str) -> bool:
        """Say whether the visitor may do some things, and there is a database for them."""
        return self.office.store is not None and set(scopes) <= set(self.principal.permissions)

    def show(self, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:  # noqa: ANN401 - for the template
        """Return a page of the desk, which nobody keeps."""
        html = templates.get_template(f"forwarder/{template}").render(self.common() | values)
        return HTMLResponse(html, status_code=status, headers=NO_STORE)

    def common(self) -> dict[str, Any]:
        """Return what every template of the desk may use."""
        lang, now = self.lang, self.now
        return {
            "here": "forwarder",
            "lang": lang,
            "other": other_language(self.request, lang),
            "fingerprint": self.desk.catalogue.fingerprint,
            "token": self.token,
            # Each form is sent once, however often its button is pressed.
            "once": once,
            "permissions": self.principal.permissions,
            "now": now,
            "left": partial(left, now=now, lang=lang),
            "place": partial(place_name, self.desk, lang=lang),
            "local": partial(local_time, self.desk, lang=lang),
            "exponents": {row.currency: row.exponent for row in self.desk.catalogue.fx},
        }


async def get_visit(request: Request, office: OfficeOf, desk: DeskOf, principal: PrincipalOf, token: TokenOf) -> Visit:
    """Return who looks at a page."""
    return Visit(request, office, desk, principal, token)


VisitOf = Annotated[Visit, Depends(get_visit)]


class Sent(NamedTuple):
    """A form that was sent: by whom, and the word that makes it count once."""

    visit: Visit
    once: str

    def call(self, *, match: str | None = None) -> Call:
        """Return the same as a request of the JSON interface, whose rules hold for forms as well."""
        visit = self.visit
        key = f"form-{self.once}" if self.once else None
        return Call(request=visit.request, office=visit.office, principal=visit.principal, key=key, match=match)

    def to(self, address: str, **query: str) -> Response:
        """Return the way on."""
        more = "".join(f"&{name}={value}" for name, value in query.items())
        address = f"{address}?lang={self.visit.lang}{more}"
        return RedirectResponse(address, status_code=303, headers=NO_STORE)


async def _get_sent(visit: VisitOf, once: Annotated[str, Form(max_length=200)] = "") -> Sent:
    return Sent(visit, once)


SentOf = Annotated[Sent, Depends(_get_sent)]


def once() -> str:
    """Return a word for one sending of a form."""
    return secrets.token_urlsafe(16)


def content_of(response: Response) -> dict[str, Any]:
    """
    Return what a write answered.

    Raises
    ------
    Refusal
        When it was refused, now or when the same was sent before.
    """
    found: dict[str, Any] = json.loads(bytes(response.body))
    if response.status_code >= _REFUSED:
        name = str(found["type"]).rpartition(":")[2]
        detail = "" if found["detail"] == found["title"] else found["detail"]
        raise Refusal(why=name, detail=detail, subject=found.get("subject"))
    return found


def read(model: type[B], **values: object) -> B:
    """
    Return the fields of a form, checked like those of the JSON interface.

    Raises
    ------
    Refusal
        Naming the fields that are wrong.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        names = dict.fromkeys(str(item["loc"][0]) if item["loc"] else "-" for item in error.errors())
        raise Refusal(why="form-invalid", detail=", ".join(names)) from None


def number_of(text: str) -> int:
    """Return the number that a field holds, 0 if it holds none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0  # noqa: PLR2004 - no such number


def place_name(desk: Desk, code: str, *, lang: Lang) -> str:
    """Return the name of a place, its code where the data set does not have it."""
    row = desk.book.locations.get(code)
    return code if row is None else (row.name_zh if lang == "zh" else row.name_en)


def local_time(desk: Desk, instant: str | dt.datetime | None, code: str, *, lang: Lang) -> str:
    """Return an instant in the local time of a place with its offset, in UTC where the data set does not have it."""
    if instant is None:
        return "—"
    at = dt.datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    row = desk.book.locations.get(code)
    return moment(at.astimezone(dt.UTC if row is None else ZoneInfo(row.zone)).isoformat(), lang)
