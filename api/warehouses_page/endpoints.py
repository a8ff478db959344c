"""The page of a seller's stock abroad: a file or a sample in, what lies where, what it costs and what to do out."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path, PurePath
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Query, Request, Response, UploadFile
from fastapi.responses import HTMLResponse

from api.answer_schema import Json
from api.desk import Desk
from api.endpoints import DeskOf
from api.identity.policy import TokenOf, form
from api.identity.policy import page as page_policy
from api.pages import language, templates, with_language
from api.texts import say
from api.warehouses_page.answer import stock_answer
from api.warehouses_page.pictures import markets_of, names_of, pictures, span
from data.catalogue import Catalogue
from data.errors import Fault, SettingsError, TableFaultsError
from data.rowsfile import MAX_BYTES
from data.samples_stock import sample_stock
from data.stock import Stock
from data.stock_fields import SUFFIXES
from data.stock_read import read_stock
from data.stock_rows import read_day
from viz.theme import Lang

router = APIRouter(include_in_schema=False)
PATH = "/warehouses"
LARGER = {PATH: MAX_BYTES + 100_000}
"""Bytes of a body: a file with the rest of the form."""
SAMPLES = (20, 200)
_SEED = 1
_NO_STORE = {"Cache-Control": "no-store"}
_SHOWN = {"alerts": 25, "dry": 25, "old": 25, "faults": 200}


@router.get(PATH, dependencies=[page_policy("network:read")])
def get_page(
    request: Request,
    desk: DeskOf,
    token: TokenOf,
    sample: Annotated[str, Query(max_length=10)] = "",
    on: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Return the form, and with a sample what the page tells of it."""
    wrong: dict[str, str] = {}
    today = _day(on, desk, wrong)
    if not sample or wrong or sample not in {str(count) for count in SAMPLES}:
        return _render(request, desk, token, typed={"on": on}, wrong=wrong)
    monday = today - dt.timedelta(days=today.weekday())
    year, week, _ = monday.isocalendar()
    try:
        stock = sample_stock(desk.catalogue, skus=int(sample), week=f"{year}-W{week:02d}", seed=_SEED)
    except SettingsError as error:
        return _render(request, desk, token, typed={"on": on}, wrong={"file": str(error)})
    return _told(request, desk, token, (stock, today), say(language(request), "wh_sample"))


@router.post(PATH, dependencies=[form("network:read")])
def send_file(
    request: Request,
    desk: DeskOf,
    token: TokenOf,
    file: Annotated[UploadFile | None, File()] = None,
    on: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Return what the page tells of a file, or every fault of it by row."""
    wrong: dict[str, str] = {}
    today, lang = _day(on, desk, wrong), language(request)
    name = PurePath((file.filename if file else None) or "").name
    if file is None or not name:
        wrong["file"] = say(lang, "wh_file_needed")
    elif PurePath(name).suffix.casefold() not in SUFFIXES:
        wrong["file"] = say(lang, "wh_file_kind", name=name)
    if wrong or file is None:
        return _render(request, desk, token, typed={"on": on}, wrong=wrong, status=422)
    try:
        stock = _read(file, name, desk.catalogue)
    except TableFaultsError as error:
        return _render(request, desk, token, typed={"on": on}, faults=error.faults, name=name, status=422)
    counted = max((lot.counted_on for lot in stock.lots if lot.counted_on is not None), default=today)
    if today < counted:
        wrong["on"] = say(lang, "stock_before_count", today=today, counted=counted)
        return _render(request, desk, token, typed={"on": on}, wrong=wrong, status=422)
    return _told(request, desk, token, (stock, today), name)


def _read(file: UploadFile, name: str, catalogue: Catalogue) -> Stock:
    """Return the stock of a file, which is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"stock{PurePath(name).suffix.casefold()}"
        path.write_bytes(file.file.read())
        return read_stock(path, catalogue)


def _day(text: str, desk: Desk, wrong: dict[str, str]) -> dt.date:
    """Return the day that is asked about, today if none is; what is none is noted."""
    today = desk.clock().date()
    day = read_day(text) if text else today
    if day is None:
        wrong["on"] = say("zh", "stock_bad_date", text=text)
    return day or today


def _told(request: Request, desk: Desk, token: str, what: tuple[Stock, dt.date], name: str) -> Response:
    """Return the page with what it tells of a stock."""
    (stock, today), lang = what, language(request)
    try:
        answer = stock_answer(desk.catalogue, stock, today)
    except SettingsError as error:
        return _render(request, desk, token, typed={"on": today.isoformat()}, wrong={"file": str(error)}, status=422)
    return _render(
        request, desk, token, typed={"on": today.isoformat()}, name=name, answer=answer, **_shown(desk, answer, lang)
    )


def _shown(desk: Desk, answer: Json, lang: Lang) -> dict[str, Any]:
    """Return what the template needs besides the answer itself."""
    catalogue = desk.catalogue
    return {
        "drawn": pictures(catalogue, answer, lang),
        "names": names_of(catalogue, lang),
        "markets": markets_of(catalogue, lang),
        "old": [one for one in answer["advice"]["lots"] if one["steps"]],
    }


def _render(  # noqa: PLR0913 - what a template is given
    request: Request,
    desk: Desk,
    token: str,
    *,
    typed: dict[str, str],
    wrong: dict[str, str] | None = None,
    faults: tuple[Fault, ...] = (),
    name: str = "",
    answer: Json | None = None,
    status: int = 200,
    **shown: Any,  # noqa: ANN401 - what a template is given
) -> Response:
    """Return the page."""
    lang = language(request)
    html = templates.get_template("warehouses/page.html").render(
        lang=lang,
        other=with_language(request, lang),
        fingerprint=desk.catalogue.fingerprint,
        token=token,
        typed=typed,
        wrong=wrong or {},
        faults=faults[: _SHOWN["faults"]],
        faults_count=len(faults),
        name=name,
        answer=answer,
        samples=SAMPLES,
        most=_SHOWN,
        span=span,
        **shown,
    )
    return HTMLResponse(html, status_code=status, headers=_NO_STORE)
