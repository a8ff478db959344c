"""The JSON interface of the audit trail."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from sqlalchemy import select

from api.bodies import described, rfc3339
from api.endpoints import as_json
from api.identity.policy import PrincipalOf, may
from api.office import StoreOf
from api.openapi_words import INSTANT, TEXT, TEXT_OR_NULL, example, record
from api.openapi_words import page_of as page_schema
from api.paging import After, Limit, page_of
from api.store.models import AuditEntry

router = APIRouter(prefix="/v1", tags=["audit"], dependencies=[may("audit:read")])
Subject = Annotated[str | None, Query(max_length=120, pattern=r"^[^\x00-\x1f]*$", description="Id of what was changed")]

_ROW = {"type": ["object", "null"], "description": "The row, secrets and long answers as hashes"}
_ENTRY = record(
    {
        "seq": {"type": "integer", "minimum": 1},
        "at": INSTANT,
        "firm": TEXT_OR_NULL,
        "user": example(TEXT, "us_01kbcagezr000000000000000"),
        "action": example(TEXT, "booking.make"),
        "kind": example(TEXT, "booking"),
        "subject": example(TEXT, "bk_01kbcagezr000000000000000"),
        "before": example(_ROW, None),
        "after": example(_ROW, {"state": "held"}),
        "hash": example(TEXT, "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
    }
)


@router.get(
    "/audit",
    responses={200: described("A page of entries", page_schema(_ENTRY))},
    response_class=Response,
    summary="List the audit trail",
)
def get_audit(
    store: StoreOf, principal: PrincipalOf, subject: Subject = None, limit: Limit = 50, after: After = None
) -> Response:
    """Return who did what and when, with what changed; of the caller's firm, or of every firm for the house."""
    statement = select(AuditEntry)
    if subject is not None:
        statement = statement.where(AuditEntry.subject == subject)
    with store.read(principal.scope) as session:
        return as_json(page_of(session, statement, AuditEntry.seq, limit=limit, after=after, show=entry_json))


def entry_json(entry: AuditEntry) -> dict[str, Any]:
    """Return an entry as JSON."""
    return {
        "seq": entry.seq,
        "at": rfc3339(entry.at),
        "firm": entry.firm_id,
        "user": entry.actor,
        "action": entry.action,
        "kind": entry.kind,
        "subject": entry.subject,
        "before": entry.before,
        "after": entry.after,
        "hash": entry.hash,
    }
