"""The JSON interface of papers: their schemas, and papers of a plan or an option."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from api.answer_schema import PROBLEM_SCHEMA
from api.desk import Desk
from api.endpoints import DeskOf, as_json
from api.faults import RequestFaultsError, fault
from api.identity.policy import may
from api.papers_ask import option_json, plan_json, schema_json, schemas_json
from api.problems import MEDIA_TYPE
from api.schemas import EXAMPLE, QuoteBody

_PROBLEM: dict[str, Any] = {"content": {MEDIA_TYPE: {"schema": PROBLEM_SCHEMA}}}
_TEXT = {"type": "string"}
_BOTH = {"type": "object", "properties": {"zh": {"type": ["string", "null"]}, "en": {"type": ["string", "null"]}}}
_KINDS: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["kind", "version", "id", "scope", "name", "issuer"],
        "properties": {
            **dict.fromkeys(("kind", "id", "scope"), _TEXT),
            "version": {"type": "integer"},
            "name": _BOTH,
            "issuer": _BOTH,
        },
    },
}
PAPERS_ANSWER: dict[str, Any] = {
    "type": "object",
    "required": ["papers"],
    "properties": {
        "papers": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "service", "rules", "is_conditional", "is_assumed", "lacks", "needs", "document"],
                "properties": {
                    "name": _BOTH,
                    "needs": _BOTH,
                    "service": {"type": ["string", "null"]},
                    "rules": {"type": "array", "items": _TEXT},
                    "is_conditional": {"type": "boolean"},
                    "is_assumed": {"type": "boolean"},
                    "lacks": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["field", "name", "giver"],
                            "properties": {"field": _TEXT, "name": _BOTH, "giver": {"type": ["string", "null"]}},
                        },
                    },
                    "document": {"type": "object", "description": "In the form of its schema"},
                },
            },
        }
    },
}
"""JSON Schema of the papers of a plan or an option."""


class PapersBody(BaseModel):
    """A plan, or a request for a quote with the number of the option that is meant; and what is known beside it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"quote": EXAMPLE, "option": 1}]})

    plan: Annotated[dict[str, Any] | None, Field(description="What `hubport plan -o plan.json` writes")] = None
    quote: Annotated[QuoteBody | None, Field(description="As for `POST /v1/quotes`")] = None
    option: Annotated[int, Field(ge=1, description="Number of the option, from 1")] = 1
    subject: Annotated[
        str | None, Field(max_length=80, description="Papers of this alone; of an option its id in `facts`")
    ] = None
    facts: Annotated[list[dict[str, Any]], Field(description="Rows of facts, each with its `subject`")] = []


router = APIRouter(prefix="/v1/papers", dependencies=[may("network:read")])


@router.get(
    "/schemas",
    responses={200: {"description": "Every paper", "content": {"application/json": {"schema": _KINDS}}}},
    response_class=Response,
    summary="Which papers there are",
)
def get_schemas(desk: DeskOf) -> Response:
    """Return every paper with the version of its schema and who issues it."""
    return as_json(schemas_json(desk))


@router.get(
    "/schemas/{kind}",
    responses={
        200: {"description": "Its JSON Schema", "content": {"application/schema+json": {"schema": {"type": "object"}}}},
        404: {"description": "There is no such paper", **_PROBLEM},
    },
    response_class=Response,
    summary="JSON Schema of a paper",
)
def get_schema(kind: Annotated[str, Path(max_length=80)], desk: DeskOf) -> Response:
    """Return the JSON Schema in which a paper is exchanged."""
    found = schema_json(desk, kind)
    if found is None:
        raise HTTPException(404, f"no paper {kind}")
    answer = as_json(found)
    answer.headers["content-type"] = "application/schema+json"
    return answer


@router.post(
    "",
    responses={
        200: {"description": "Every paper", "content": {"application/json": {"schema": PAPERS_ANSWER}}},
        413: {"description": "The body is above 1 MiB", **_PROBLEM},
        422: {"description": "Plan, request or facts are refused; all faults are listed", **_PROBLEM},
    },
    response_class=Response,
    summary="Papers of a plan or of an option",
)
def post_papers(body: PapersBody, desk: DeskOf) -> Response:
    """Return which papers a plan or an option needs, by when and from whom, filled with what is known."""
    return as_json(_made(body, desk))


def _made(body: PapersBody, desk: Desk) -> dict[str, Any]:
    if (body.plan is None) == (body.quote is None):
        raise RequestFaultsError([fault("plan", None, "plan_or_quote")])
    asked = {"plan": body.plan, "option": body.option, "subject": body.subject, "facts": body.facts}
    return plan_json(asked, desk) if body.quote is None else option_json(desk.ask(body.quote.ask()), asked, desk)
