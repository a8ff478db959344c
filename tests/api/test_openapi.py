"""The description of the interface is complete: found by walking all of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from fastapi import Depends, FastAPI

from api.app import create_app
from api.identity.policy import may
from api.openapi import DescribedApp, Operation, complete, operations
from api.openapi_examples import Examples
from api.openapi_texts import NAMES_ZH, TAGS
from api.problems import MEDIA_TYPE
from api.refusals import KINDS
from api.writes import ChangeOf  # noqa: TC001 - FastAPI reads it while running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.desk import Desk

Json = dict[str, Any]


@pytest.fixture(scope="module")
def app(desk: Desk) -> FastAPI:
    """Return the application."""
    return create_app(desk)


@pytest.fixture(scope="module")
def document(app: FastAPI) -> Json:
    """Return the whole description."""
    return app.openapi()


@pytest.fixture(scope="module")
def found(app: FastAPI, document: Json) -> list[Operation]:
    """Return every operation."""
    return list(operations(document, app.routes))


def _resolved(document: Json, node: Json) -> Json:
    """Return what a reference leads to."""
    if "$ref" not in node:
        return node
    target: Json = document
    for part in node["$ref"].removeprefix("#/").split("/"):
        target = target[part]
    return target


def _check(document: Json, schema: Json, value: object) -> None:
    """Check a value against a schema of the document."""
    jsonschema.Draft202012Validator({**schema, "components": document["components"]}).validate(value)


def _answers(document: Json, operation: Operation) -> Iterator[tuple[str, Json]]:
    for status, response in operation.spec["responses"].items():
        yield status, _resolved(document, response)


def test_every_operation_has_its_words(found: list[Operation]) -> None:
    """Every operation has an id of its own, a summary in both languages, one group, a description."""
    ids = [operation.spec["operationId"] for operation in found]
    assert len(ids) == len(set(ids)) >= 43
    for operation in found:
        spec = operation.spec
        assert re.fullmatch(r"(get|post|put|patch|delete)_[a-z_]+", spec["operationId"]), spec["operationId"]
        assert spec["operationId"].startswith(operation.method), spec["operationId"]
        assert spec["tags"], spec["operationId"]
        assert len(spec["tags"]) == 1
        assert spec["summary"] != spec["operationId"].replace("_", " ").title(), f"{spec['operationId']}: no summary"
        assert spec["description"].endswith("."), spec["operationId"]


def test_every_operation_has_a_chinese_name(found: list[Operation]) -> None:
    """No operation is without a Chinese name; groups likewise."""
    assert {operation.spec["operationId"] for operation in found} <= NAMES_ZH.keys()
    assert {operation.spec["tags"][0] for operation in found} <= TAGS.keys()
    assert all(operation.spec["x-summary-zh"] == NAMES_ZH[operation.spec["operationId"]] for operation in found)


def test_every_answer_has_a_schema_and_an_example(document: Json, found: list[Operation]) -> None:
    """Every answer with content has a schema that says something, and an example that fits it."""
    for operation in found:
        for status, response in _answers(document, operation):
            name = f"{operation.spec['operationId']} {status}"
            assert response["description"], name
            if status in {"204", "302", "303", "304"}:
                continue
            assert response["content"], name
            for media, content in response["content"].items():
                assert media != MEDIA_TYPE or int(status) >= 400
                if "json" not in media:
                    continue
                assert content["schema"] not in ({}, {"type": "object"}) or "schema+json" in media, name
                examples = [one["value"] for one in content.get("examples", {}).values()] or [content["example"]]
                for example in examples:
                    _check(document, content["schema"], example)


def test_every_parameter_and_body_has_an_example(document: Json, found: list[Operation]) -> None:
    """Every parameter and every body has an example that fits its schema."""
    for operation in found:
        for parameter in operation.spec.get("parameters", []):
            _check(document, parameter["schema"], parameter["example"])
        for content in operation.spec.get("requestBody", {}).get("content", {}).values():
            examples = [one["value"] for one in content.get("examples", {}).values()] or [content["example"]]
            for example in examples:
                _check(document, content["schema"], example)


def test_problems(document: Json, found: list[Operation]) -> None:
    """Every answer that is no success is a problem document; what an endpoint is made of says which there are."""
    for operation in found:
        statuses = {int(status) for status in operation.spec["responses"]}
        assert {500, 503} <= statuses
        is_public = operation.spec["security"] == []
        assert is_public == statuses.isdisjoint({401, 421}), operation.path
        assert ("{" in operation.path) <= (404 in statuses)
        assert ("requestBody" in operation.spec) == (
            413 in statuses and operation.method != "get"
        ) or operation.method == "get"
        for status, response in _answers(document, operation):
            if int(status) >= 400:
                assert list(response["content"]) == [MEDIA_TYPE]
    headers = {
        one["name"] for operation in found for one in operation.spec.get("parameters", []) if one["in"] == "header"
    }
    assert headers == {"Idempotency-Key", "If-Match", "If-None-Match", "Last-Event-ID"}
    for operation in found:
        needed = {
            one["name"] for one in operation.spec.get("parameters", []) if one["in"] == "header" and one["required"]
        }
        assert ("If-Match" in needed) == ({412, 428} <= {int(status) for status in operation.spec["responses"]})


def test_problems_are_named(document: Json) -> None:
    """The example of every refusal is the document that the service makes of it, and its type is listed."""
    types = document["components"]["schemas"]["Problem"]["properties"]["type"]["enum"]
    for name, kind in KINDS.items():
        assert f"urn:hubport:problem:{name}" in types
        response = document["components"]["responses"].get(f"Problem{kind.status}")
        assert response is not None, name
        example = response["content"][MEDIA_TYPE]["examples"][name]["value"]
        assert (example["status"], example["title_zh"]) == (kind.status, kind.zh)


def test_headers(document: Json, found: list[Operation]) -> None:
    """What can be changed is answered with its version, what is made with its address."""
    by_id = {operation.spec["operationId"]: operation.spec for operation in found}

    def headers(name: str, status: str) -> set[str]:
        return set(by_id[name]["responses"][status].get("headers", {}))

    assert headers("get_booking", "200") == headers("get_booking", "304") == {"ETag"}
    assert headers("post_booking", "201") == {"ETag", "Location", "Idempotency-Replayed"}
    assert headers("post_key", "201") == {"Location", "Idempotency-Replayed"}
    assert headers("patch_firm", "200") == {"ETag", "Idempotency-Replayed"}
    assert headers("get_bookings", "200") == set()
    assert set(document["components"]["responses"]["Problem401"]["headers"]) == {"WWW-Authenticate"}


def test_references_lead_somewhere(document: Json) -> None:
    """Every reference of the document leads to something in it."""
    text = str(document)
    targets = set(re.findall(r"'\$ref': '([^']+)'", text))
    assert len(targets) > 20
    assert all(target.startswith("#/components/") for target in targets), targets
    assert all(_resolved(document, {"$ref": target}) for target in targets)


def test_endpoint_that_says_nothing() -> None:
    """An endpoint that declares only its policy and its dependencies is documented all the same."""
    app = DescribedApp(title="t", version="1")

    @app.patch("/v1/crates/{crate_id}", dependencies=[may("bookings:write")], summary="Change a crate")
    def patch_crate(crate_id: str, call: ChangeOf) -> dict[str, str]:
        """Change a crate."""
        return {crate_id: str(call)}

    spec = app.openapi()["paths"]["/v1/crates/{crate_id}"]["patch"]
    assert set(spec["responses"]) == {
        "200", "400", "401", "403", "404", "409", "412", "421", "422", "428", "429", "431", "500", "503",
    }  # fmt: skip
    assert (spec["operationId"], spec["tags"]) == ("patch_crate", ["crates"])
    assert spec["security"] == [{"ApiKey": ["bookings:write"]}]
    assert set(spec["responses"]["200"]["headers"]) == {"ETag", "Idempotency-Replayed"}


def test_two_of_one_name() -> None:
    """The second endpoint of a name has an id of its own."""
    app = DescribedApp(title="t", version="1")
    for path in ("/v1/crates/parts", "/v1/boxes/parts"):
        app.get(path, summary="Parts")(_named("get_parts"))
    paths = app.openapi()["paths"]
    assert [item["get"]["operationId"] for item in paths.values()] == ["get_parts", "get_parts_of_boxes"]


def test_own_words_of_a_problem_are_kept(document: Json) -> None:
    """An endpoint that says more of a problem than the usual keeps its words, with the schema of all problems."""
    answer = document["paths"]["/v1/declarations"]["post"]["responses"]["413"]
    assert answer["description"].startswith("The body is above 16 MiB")
    assert answer["content"][MEDIA_TYPE]["schema"] == {"$ref": "#/components/schemas/Problem"}


def test_definitions_move() -> None:
    """Definitions inside schemas move to where the document finds them, and two of one name stay two."""
    app = FastAPI()
    schemas = [
        {
            "type": "array",
            "items": {"$ref": "#/$defs/item"},
            "$defs": {"item": {"type": "object", "properties": {key: {}}}},
        }
        for key in ("a", "b")
    ]
    for number, schema in enumerate(schemas):
        content = {"application/json": {"schema": schema}}
        app.get(f"/v1/lists{number}", responses={200: {"content": content}}, dependencies=[Depends(lambda: None)])(
            _named(f"get_lists{number}")
        )
    document = app.openapi()
    complete(document, app.routes)
    refs = [
        document["paths"][f"/v1/lists{number}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"][
            "items"
        ]
        for number in (0, 1)
    ]
    assert [_resolved(document, ref)["properties"] for ref in refs] == [{"a": {}}, {"b": {}}]


def _named(name: str) -> Any:  # noqa: ANN401 - an endpoint
    def endpoint() -> None:
        """Return nothing."""

    endpoint.__name__ = name
    return endpoint


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string", "examples": ["a"], "default": "b"}, "a"),
        ({"type": "string", "minLength": 6, "maxLength": 6}, "textxx"),
        ({"type": ["integer", "null"], "exclusiveMinimum": 4}, 5),
        ({"anyOf": [{"enum": ["x", "y"]}, {"type": "null"}]}, "x"),
        ({"allOf": [{"properties": {"a": {"const": 1}}}, {"$ref": "#/components/schemas/B"}]}, {"a": 1, "b": []}),
        ({"type": "array", "items": {"$ref": "#/components/schemas/B"}}, [{"b": []}]),
        ({"type": "null"}, None),
        ({"type": "string", "format": "date"}, "2026-12-01"),
    ],
)  # fmt: skip
def test_examples(schema: Json, expected: object) -> None:
    """What a schema says of its values comes first; a schema that stands in itself is left out there."""
    known = {
        "B": {"type": "object", "properties": {"b": {"type": "array", "items": {"$ref": "#/components/schemas/B"}}}}
    }
    assert Examples(known).of(schema) == expected
