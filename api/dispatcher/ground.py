"""What the pages of the desk share: rendering, the plans of a firm, and how a page is refused."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo

from fastapi import Depends, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import select

from api.dispatcher.shown import DeskView
from api.identity.page_faults import NO_STORE
from api.identity.policy import PrincipalOf, TokenOf
from api.local_words import moment
from api.office import OfficeOf, StoreOf
from api.pages import language, templates, with_language
from api.plan_view import gap_text
from api.plans.kept import Kept, by_tables, open_kept, plan_file, result_json
from api.plans.versions import name_of, newest
from api.present import duration
from api.refusals import Refusal
from api.store.models_jobs import KeptResult
from api.writes import Call

if TYPE_CHECKING:
    from fastapi import Response

    from api.answer_schema import Json
    from api.desk import Desk
    from api.identity.principal import Principal
    from api.office import Office
    from api.store.session import ReadSession, Store
    from data.plan_json import PlanFile
    from viz.theme import Lang

Id = Annotated[str, Path(max_length=40, pattern=r"^[a-z0-9_]+$")]
HERE = "dispatcher"
KINDS = ("plan", "schedule")
"""The jobs of the desk; others have pages of their own."""
_SHOWN = 60
_UNKNOWN: dict[str, None] = dict.fromkeys(("cost_minor", "gap", "shipments", "loads", "unserved"))
"""Plans of an earlier release may not tell all of it."""


class Opened(NamedTuple):
    """A kept plan with its file, told in the language of the page."""

    kept: Kept
    file: PlanFile
    view: DeskView


class Ground:
    """
    One request of somebody at the desk.

    Parameters
    ----------
    request, office, store, principal, token
        Who asks what, where; the token is that of the session's forms.
    """

    def __init__(
        self, request: Request, office: OfficeOf, store: StoreOf, principal: PrincipalOf, token: TokenOf
    ) -> None:
        self.request = request
        self.office: Office = office
        self.store: Store = store
        self.principal: Principal = principal
        self.token = token
        self.lang: Lang = language(request)

    @property
    def desk(self) -> Desk:
        """The data set at hand."""
        found: Desk = self.request.app.state.desk
        return found

    @property
    def now_min(self) -> int:
        """Now, in minutes as plans count them."""
        return self.desk.axis.to_min(self.desk.clock())

    def call(self, once: str) -> Call:
        """Return a form as a write that is done once, however often it is sent."""
        key = f"form-{once}" if once else None
        return Call(request=self.request, office=self.office, principal=self.principal, key=key)

    def to(self, address: str) -> RedirectResponse:
        """Return the way on."""
        mark = "&" if "?" in address else "?"
        return RedirectResponse(f"{address}{mark}lang={self.lang}", status_code=303, headers=NO_STORE)

    @property
    def zone(self) -> str:
        """The zone in which times are typed here: that of the hubs, where the desk stands."""
        places = {row.code: row.zone for row in self.desk.catalogue.locations}
        hubs = [places[row.location] for row in self.desk.catalogue.hub_resources if row.location in places]
        return max(sorted(set(hubs)), key=hubs.count, default="UTC")

    @property
    def is_part(self) -> bool:
        """Whether a script asks for a part of a page only."""
        return self.request.headers.get("x-part") == "1"

    @property
    def may_write(self) -> bool:
        """Whether who asks may make plans."""
        return "plans:write" in self.principal.permissions

    def page(self, name: str, *, status: int = 200, **values: Any) -> HTMLResponse:  # noqa: ANN401 - of a template
        """Return a page of the desk."""
        html = templates.get_template(f"dispatcher/{name}.html").render(
            lang=self.lang, other=with_language(self.request, self.lang), here=HERE, token=self.token,
            once=secrets.token_urlsafe, fingerprint=self.desk.catalogue.fingerprint, may_write=self.may_write,
            gap_text=gap_text, told=self.told, span=self.span, zone=self.zone, **values,
        )  # fmt: skip
        return HTMLResponse(html, status_code=status, headers=NO_STORE)

    def told(self, instant: str) -> str:
        """Return an RFC 3339 instant in words; one of the world's clock in that of the desk."""
        if instant.endswith(("Z", "+00:00")):
            instant = dt.datetime.fromisoformat(instant).astimezone(ZoneInfo(self.zone)).isoformat()
        return moment(instant, self.lang)

    def span(self, minutes: int) -> str:
        """Return minutes in words."""
        return duration(minutes, self.lang)

    def open(self, session: ReadSession, plan_id: str) -> Opened:
        """
        Return a kept plan.

        Raises
        ------
        Refusal
            When there is none for who asks, or the tables are others by now.
        """
        kept = open_kept(session, "plan", plan_id)
        file = plan_file(kept, self.desk)
        return Opened(
            kept, file, by_tables(kept.row, self.desk, lambda: DeskView(*file, self.desk.catalogue, self.lang))
        )

    def plans(self, session: ReadSession) -> list[Json]:
        """Return the last plans, the newest first."""
        asked = select(KeptResult).where(KeptResult.kind == "plan")
        rows = session.all(asked.order_by(KeptResult.created_at.desc(), KeptResult.id.desc()).limit(_SHOWN))
        return [
            _UNKNOWN | result_json(row) | {"parent": row.parent, "by": name_of(session, row.created_by)} for row in rows
        ]

    def newer(self, session: ReadSession, plan_id: str) -> Json | None:
        """Return the version that others have of a plan by now, with who made it; None if there is none."""
        row = newest(session, plan_id)
        return None if row is None else result_json(row) | {"by": name_of(session, row.created_by)}


GroundOf = Annotated[Ground, Depends(Ground)]


def answer_of(response: Response) -> Json:
    """
    Return what a write answered.

    Raises
    ------
    Refusal
        What it refused; with a key that is kept, it does so again.
    """
    found: Json = json.loads(bytes(response.body))
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        name = str(found["type"]).rpartition(":")[2]
        detail = "" if found["detail"] == found["title"] else found["detail"]
        raise Refusal(why=name, detail=detail, subject=found.get("subject"))
    return found
