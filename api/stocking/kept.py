"""Stocking plans that jobs have made, found again with everything that is told of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from api.plans.kept import open_kept

if TYPE_CHECKING:
    from api.answer_schema import Json
    from api.store.models_jobs import KeptResult
    from api.store.session import ReadSession

KIND = "stock"
"""Of jobs and of results."""


class StockPlanKept(NamedTuple):
    """
    A kept stocking plan.

    Parameters
    ----------
    row
        As it stands in the database.
    asked, stock
        What it was asked for, and the seller's file as the text of a question.
    plan
        The plan as `hubport stock plan` writes it.
    answer
        Everything that is told of it.
    """

    row: KeptResult
    asked: Json
    stock: str
    plan: str
    answer: Json


def open_plan(session: ReadSession, identifier: str) -> StockPlanKept:
    """
    Return a kept stocking plan.

    Raises
    ------
    Refusal
        When there is none for the caller.
    """
    row, content = open_kept(session, KIND, identifier)
    found = json.loads(content)
    return StockPlanKept(row, found["asked"], found["stock"], found["plan"], found["answer"])
