"""Statistics as JSON, as a workbook, and as pages; every number leads to its shipments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from sqlalchemy import select

from api.bodies import described
from api.desk import Desk
from api.endpoints import DeskOf, as_json
from api.faults import RequestFault, RequestFaultsError
from api.identity.policy import PrincipalOf, may, page
from api.office import StoreOf
from api.openapi_words import page_of as page_schema
from api.pages import language, templates, with_language
from api.paging import After, Limit
from api.problem_docs import problems
from api.statistics.question import COLUMNS, OTHERS, PERIODS, WHENS, Question, read_question
from api.statistics.schema import COUNTED, TOTALS
from api.statistics.shown import Names, figure
from api.statistics.totals import MEASURES, shipments_json, statistics_json
from api.statistics.workbook import statistics_workbook
from api.store.models import Firm
from api.store.session import ReadSession
from api.texts import say
from viz.bars import Bar, bars_svg
from viz.theme import Lang

router = APIRouter(prefix="/v1", tags=["statistics"], dependencies=[may("statistics:read")])
pages = APIRouter(include_in_schema=False, dependencies=[page("statistics:read")])
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST_ROWS, _PAGE = 10_000, 100
_SHEET: frozenset[str] = frozenset({"format", "lang"})
_LIST: frozenset[str] = frozenset({"limit", "after", "lang"})
_PLAIN: frozenset[str] = frozenset({"lang"})
PAGE = "/statistics/shipments"


def _parameters(names: tuple[str, ...]) -> dict[str, Any]:
    """Return the description of the parameters of a question."""
    enums = {"period": PERIODS, "when": WHENS}
    texts = {"by": f"Some of {', '.join(COLUMNS)}, with commas", "from": "A month, such as 2026-01", "to": "A month"}
    shown = []
    for name in names:
        # An empty one asks nothing, as a form sends it.
        schema: dict[str, Any] = {"enum": [*enums[name], ""]} if name in enums else {"type": "string"}
        shown.append(
            {
                "name": name,
                "in": "query",
                "required": False,
                "schema": schema,
                "description": texts.get(name, "Only these"),
            }
        )
    return {"parameters": shown}


@router.get(
    "/statistics",
    responses={
        200: {
            "description": "Totals by period and group",
            "content": {
                "application/json": {"schema": TOTALS},
                _XLSX: {"schema": {"type": "string", "format": "binary"}},
            },
        },
        **problems(),
    },
    response_class=Response,
    summary="Totals of confirmed shipments",
    openapi_extra=_parameters((*OTHERS, *COLUMNS)),
)
def get_statistics(
    request: Request,
    store: StoreOf,
    desk: DeskOf,
    principal: PrincipalOf,
    format: Annotated[str, Query(pattern="^(json|xlsx)$", description="json or xlsx")] = "json",  # noqa: A002
) -> Response:
    """Return totals of the caller's firm, of every firm for those who oversee all, each with its shipments' address."""
    question = read_question(request.query_params, ignored=_SHEET)
    with store.read(principal.scope) as session:
        shown = statistics_json(session, question)
        if format == "json":
            return as_json(shown)
        found = _shipments(session, question)
    content = statistics_workbook(shown, found, _names(request, desk), f"{str(request.base_url).rstrip('/')}{PAGE}")
    return Response(
        content, media_type=_XLSX, headers={"Content-Disposition": 'attachment; filename="statistics.xlsx"'}
    )


@router.get(
    "/statistics/shipments",
    responses={200: described("A page of shipments", page_schema(COUNTED)), **problems()},
    response_class=Response,
    summary="The shipments behind a total",
    openapi_extra=_parameters(("when", "from", "to", *COLUMNS)),
)
def get_counted_shipments(
    request: Request, store: StoreOf, principal: PrincipalOf, limit: Limit = 50, after: After = None
) -> Response:
    """Return the shipments that count, with what they count with."""
    question = read_question(request.query_params, ignored=_LIST)
    with store.read(principal.scope) as session:
        return as_json(shipments_json(session, question, limit=limit, after=after))


@pages.get("/statistics")
def get_page(request: Request, store: StoreOf, desk: DeskOf, principal: PrincipalOf) -> Response:
    """Return the page of statistics: a form, a chart and a table, without script."""
    try:
        question = read_question(_form(request), ignored=_PLAIN)
    except RequestFaultsError as error:
        kept = _form_values(request)
        return _render(
            request, desk, "statistics.html", question=Question(), shown=None, faults=error.faults, status=422, **kept
        )
    with store.read(principal.scope) as session:
        shown = statistics_json(session, question)
        chart = statistics_json(session, _over_time(question))
        firms = _firms(session, shown["rows"])
    svg = _chart(chart, language(request))
    values: dict[str, Any] = {"question": question, "shown": shown, "chart": Markup(svg), "firms": firms}  # noqa: S704 - escaped there
    return _render(request, desk, "statistics.html", **values, **_form_values(request))


@pages.get(PAGE)
def get_shipments_page(
    request: Request, store: StoreOf, desk: DeskOf, principal: PrincipalOf, after: After = None
) -> Response:
    """Return the page of the shipments behind a total."""
    try:
        question = read_question(request.query_params, ignored=_LIST)
    except RequestFaultsError as error:
        return _render(request, desk, "statistics_shipments.html", shown=None, faults=error.faults, status=422)
    with store.read(principal.scope) as session:
        shown = shipments_json(session, question, limit=_PAGE, after=after)
    kept = [(name, text) for name, text in request.query_params.multi_items() if name != "after"]
    following = None if shown["next"] is None else f"{PAGE}?{urlencode([*kept, ('after', shown['next'])])}"
    return _render(request, desk, "statistics_shipments.html", shown=shown, following=following)


def _form(request: Request) -> dict[str, str]:
    """Return the fields of the form; groups that were ticked are joined."""
    query = request.query_params
    given = {name: query[name] for name in query}
    return given | ({"by": ",".join(query.getlist("by"))} if "by" in given else {})


def _over_time(question: Question) -> Question:
    """Return the question for the chart: the same shipments, by period alone."""
    period = "month" if question.period == "all" else question.period
    return Question(
        by=(), period=period, when=question.when, first=question.first, last=question.last, filters=question.filters
    )


def _chart(shown: dict[str, Any], lang: Lang) -> str:
    bars = [
        Bar(row["period"], row["shipments"], f"{_page_of(row['shipments_url'])}&lang={lang}") for row in shown["rows"]
    ]
    return bars_svg(bars, title=say(lang, "statistics_chart"))


def _page_of(address: str) -> str:
    """Return the page of the shipments at an address of the interface."""
    return f"{PAGE}?{address.partition('?')[2]}"


def _shipments(session: ReadSession, question: Question) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shipments_json(session, question, limit=_MOST_ROWS, after=None)["items"]
    return found


def _firms(session: ReadSession, rows: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Return the names of the firms of some totals."""
    ids = {row["firm"] for row in rows if row.get("firm")}
    return dict(map(tuple, session.rows(select(Firm.id, Firm.name).where(Firm.id.in_(ids))))) if ids else {}


def _names(request: Request, desk: Desk, firms: dict[str, str] | None = None) -> Names:
    return Names(desk.catalogue, language(request), firms or {})


def _render(
    request: Request,
    desk: Desk,
    template: str,
    *,
    faults: tuple[RequestFault, ...] = (),
    status: int = 200,
    firms: dict[str, str] | None = None,
    **values: object,
) -> HTMLResponse:
    lang = language(request)
    html = templates.get_template(template).render(
        lang=lang,
        other=with_language(request, lang),
        fingerprint=desk.catalogue.fingerprint,
        faults=faults,
        wrong={item.field: item for item in faults},
        field_names=_field_names(lang),
        names=_names(request, desk, firms),
        figure=figure,
        page_of=_page_of,
        measures=list(MEASURES),
        columns=list(COLUMNS),
        **values,
    )
    return HTMLResponse(html, status_code=status)


def _field_names(lang: Lang) -> dict[str, str]:
    """Return what the fields of the form are called."""
    columns = {name: say(lang, f"dimension_{name}") for name in COLUMNS}
    return columns | {name: say(lang, f"statistics_{name}") for name in OTHERS}


def _form_values(request: Request) -> dict[str, Any]:
    """Return what the form offers, and what was typed in it."""
    lang, given = language(request), _form(request)
    typed = {name: given.get(name) or usual for name, usual in (("period", "month"), ("when", "confirmed"))}
    typed |= {name: given.get(name, "") for name in ("from", "to")}
    return {
        "typed": typed | {"by": given.get("by", "mode").split(",")},
        "by_choices": [(name, say(lang, f"dimension_{name}")) for name in COLUMNS],
        "period_choices": [(name, say(lang, f"period_{name}")) for name in PERIODS],
        "when_choices": [(name, say(lang, f"when_{name}")) for name in WHENS],
    }
