"""Lists of what jobs have made, and each in short: the same for plans, schedules, stocking plans and simulations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from api.endpoints import as_json
from api.paging import page_of
from api.plans.kept import find, result_json
from api.store.models_jobs import KeptResult

if TYPE_CHECKING:
    from fastapi import Response

    from api.identity.principal import Principal
    from api.store.session import Store


def listed(
    store: Store, principal: Principal, kind: str, *, limit: int, after: str | None, plan: str | None = None
) -> Response:
    """
    Return a page of what jobs of a kind have made for the caller's firm, for every firm to those who oversee all.

    Raises
    ------
    Refusal
        When `plan`, the kept plan that they are about, is none of the caller's.
    """
    statement = select(KeptResult).where(KeptResult.kind == kind)
    with store.read(principal.scope) as session:
        if plan is not None:
            find(session, "plan", plan)
            statement = statement.where(KeptResult.parent == plan)
        return as_json(page_of(session, statement, KeptResult.id, limit=limit, after=after, show=result_json))


def in_short(store: Store, principal: Principal, kind: str, identifier: str) -> Response:
    """
    Return what is shown of a kept result.

    Raises
    ------
    Refusal
        When there is none for the caller.
    """
    with store.read(principal.scope) as session:
        return as_json(result_json(find(session, kind, identifier)))
