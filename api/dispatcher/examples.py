"""Workbooks to begin with: a list of cargo with nothing but its headings, and one as a usual week has it."""

from __future__ import annotations

import datetime as dt

from fastapi import APIRouter, Response
from fastapi.exceptions import HTTPException

from api.dispatcher.ground import Ground, GroundOf
from api.identity.policy import page
from api.plans.endpoints import XLSX
from data.cargo import Cargo
from data.cargo_write import cargo_bytes
from data.samples import sample_cargo
from data.samples_profile import SampleError

router = APIRouter(include_in_schema=False, dependencies=[page("plans:read")])
_SHIPMENTS, _SEED = 60, 1
_WEEK = dt.timedelta(days=7)


@router.get("/dispatcher/blank.xlsx")
def get_blank(ground: GroundOf) -> Response:
    """Return a list of cargo without rows, with all columns there are."""
    return _given(ground, Cargo(shipments=()), "cargo")


@router.get("/dispatcher/sample.xlsx")
def get_sample(ground: GroundOf) -> Response:
    """Return cargo of the week to come, drawn at random from the profile of demand; always the same within a week."""
    year, week, _ = (ground.desk.clock() + _WEEK).isocalendar()
    named = f"{year}-W{week:02d}"
    try:
        cargo = sample_cargo(ground.desk.catalogue, shipments=_SHIPMENTS, week=named, seed=_SEED)
    except SampleError as error:
        raise HTTPException(404, detail=str(error)) from None
    return _given(ground, cargo, f"sample-{named}")


def _given(ground: Ground, cargo: Cargo, name: str) -> Response:
    content = cargo_bytes(cargo, ground.desk.catalogue, ".xlsx", headers=ground.lang)
    return Response(
        content, media_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    )  # fmt: skip
