"""The page of a seller's stock abroad: a file or a sample in, what lies where, what it costs and what to do out."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, File, Form, Query, Response, UploadFile

from api.identity.policy import form
from api.identity.policy import page as page_policy
from api.stocking.file import FILE, read_content, stock_of, stock_text
from api.stocking.weeks import last_count
from api.texts import say
from api.warehouses_page.ground import MOST, PATH, SAMPLES, Ground, GroundOf, analysed, packed_text, unpacked_text
from data.errors import SettingsError, TableFaultsError
from data.rowsfile import MAX_BYTES
from data.samples_stock import sample_stock
from data.stock_fields import SUFFIXES
from data.stock_rows import read_day

if TYPE_CHECKING:
    from data.errors import Fault
    from data.stock import Stock

router = APIRouter(include_in_schema=False)
LARGER = {PATH: MAX_BYTES + 100_000}
"""Bytes of a body: a file with the rest of the form."""
_SEED = 1


@router.get(PATH, dependencies=[page_policy("stock:read")])
def get_page(
    ground: GroundOf,
    sample: Annotated[str, Query(max_length=10)] = "",
    on: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Return the form, and with a sample what the page tells of it."""
    wrong: dict[str, str] = {}
    today = day_of(on, ground, wrong)
    if wrong or sample not in SAMPLES:
        return ground.page(typed={"on": on}, wrong=wrong)
    try:
        stock = sample_of(sample, ground, today)
    except SettingsError as error:
        return ground.page(typed={"on": on}, wrong={"file": str(error)})
    return told(ground, stock, today, ground.sample_name(), sample=sample)


@router.post(PATH, dependencies=[form("stock:read")])
def send_file(
    ground: GroundOf,
    file: Annotated[UploadFile | None, File()] = None,
    on: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Return what the page tells of a file, or every fault of it by row."""
    wrong: dict[str, str] = {}
    today = day_of(on, ground, wrong)
    name = PurePath((file.filename if file else None) or "").name
    suffix = PurePath(name).suffix.casefold()
    if file is None or not name:
        wrong["file"] = say(ground.lang, "wh_file_needed")
    elif suffix not in SUFFIXES:
        wrong["file"] = say(ground.lang, "wh_file_kind", name=name)
    if wrong or file is None:
        return ground.page(typed={"on": on}, wrong=wrong, status=422)
    try:
        # The file itself is gone afterwards.
        stock = read_content(suffix, file.file.read(), ground.desk.catalogue)
    except TableFaultsError as error:
        shown = [_of_file(fault, suffix, name) for fault in error.faults[: MOST["faults"]]]
        return ground.page(typed={"on": on}, faults=shown, faults_count=len(error.faults), name=name, status=422)
    counted = last_count(stock)
    if counted is not None and today < counted and not on:
        # What is counted for a day to come is asked about on that day.
        today = counted
    if counted is not None and today < counted:
        wrong["on"] = say(ground.lang, "stock_before_count", today=today, counted=counted)
        return ground.page(typed={"on": on}, wrong=wrong, status=422)
    return told(ground, stock, today, name)


def _of_file(fault: Fault, suffix: str, name: str) -> Fault:
    """Return a fault that names the file as its sender does."""
    return replace(fault, file=name + fault.file.removeprefix(f"{FILE}{suffix}"))


def sample_of(name: str, ground: Ground, today: dt.date) -> Stock:
    """
    Return a made-up seller whose stock was counted on the Sunday before a day.

    Raises
    ------
    SettingsError
        When the data set has nothing to draw from.
    """
    monday = today - dt.timedelta(days=today.weekday())
    year, week, _ = monday.isocalendar()
    skus, at_marketplaces = SAMPLES[name]
    return sample_stock(
        ground.desk.catalogue, skus=skus, week=f"{year}-W{week:02d}", seed=_SEED, marketplaces=at_marketplaces
    )


def held_stock(ground: Ground, field: str, sample: str, today: dt.date) -> Stock | None:
    """Return the stock that a form is about, packed or a sample; None if it holds none."""
    try:
        if sample in SAMPLES:
            return sample_of(sample, ground, today)
        text = unpacked_text(field)
        return None if text is None else stock_of(text, ground.desk.catalogue)
    except (SettingsError, TableFaultsError):
        return None


def day_of(text: str, ground: Ground, wrong: dict[str, str]) -> dt.date:
    """Return the day that is asked about, today if none is; what is none is noted."""
    today = ground.desk.clock().date()
    day = read_day(text) if text else today
    if day is None:
        wrong["on"] = say(ground.lang, "stock_bad_date", text=text)
    return day or today


def told(
    ground: Ground,
    stock: Stock,
    today: dt.date,
    name: str,
    *,
    sample: str = "",
    status: int = 200,
    **more: object,
) -> Response:
    """Return the page with what it tells of a stock, and the form that has a plan made of it."""
    text = stock_text(stock, ground.desk.catalogue)
    typed = {"on": today.isoformat()}
    try:
        answer = analysed(ground.desk.catalogue, stock, text, today)
    except SettingsError as error:
        return ground.page(typed=typed, wrong={"file": str(error)}, status=422)
    given = {"sample": sample, "stock": "" if sample else packed_text(text), "on": today.isoformat()}
    return ground.page(typed=typed, name=name, given=given, status=status, **ground.shown(answer), **more)
