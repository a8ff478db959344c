"""The JSON interface of the audit trail."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Response
from sqlalchemy import select

from api.bodies import described, rfc3339
from api.endpoints import as_json
from api.fields import Fields, fields_of
from api.filters import Filters, before, filters_of, is_text, since
from api.identity.policy import PrincipalOf, may
from api.office import StoreOf
from api.openapi_words import INSTANT, TEXT, TEXT_OR_NULL, example, record, some_of
from api.openapi_words import page_of as page_schema
from api.paging import After, Limit, page_of
from api.store.models import AuditEntry

router = APIRouter(prefix="/v1", tags=["audit"], dependencies=[may("audit:read")])
EntryFields = Annotated[
    Fields, fields_of("seq", "at", "firm", "user", "action", "kind", "subject", "before", "after", "hash")
]
EntryFilters = Annotated[
    Filters,
    filters_of(
        is_text("subject", AuditEntry.subject, "Id of what was changed"),
        is_text("action", AuditEntry.action, "What was done", "booking.confirm"),
        is_text("kind", AuditEntry.kind, "Table of what was changed", "booking"),
        is_text("user", AuditEntry.actor),
        since("since", AuditEntry.at),
        before("before", AuditEntry.at),
    ),
]

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
    responses={200: described("A page of entries", page_schema(some_of(_ENTRY)))},
    response_class=Response,
    summary="List the audit trail",
)
def get_audit(
    store: StoreOf,
    principal: PrincipalOf,
    filters: EntryFilters,
    fields: EntryFields,
    limit: Limit = 50,
    after: After = None,
) -> Response:
    """Return who did what and when, with what changed; of the caller's firm, or of every firm for the house."""
    asked = select(AuditEntry).where(*filters)
    with store.read(principal.scope) as session:
        page = page_of(session, asked, AuditEntry.seq, limit=limit, after=after, show=fields.of(entry_json))
    return as_json(page)


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
