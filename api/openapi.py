"""
The description of the interface, made complete.

FastAPI describes what endpoints declare: parameters, bodies, answers. What follows from how they are made is added here
for all of them alike: ids, tags, Chinese names, the scope they need, every problem they can answer with, headers,
examples. So an endpoint says nothing of it, and cannot forget any.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import BaseRoute

from api.answer_schema import Schema
from api.openapi_answers import HEADERS, PROBLEM, Facts, facts_of, header, problem_response
from api.openapi_examples import Examples
from api.openapi_texts import KEYS, NAMES_ZH, OVERVIEW, TAGS, of_tag
from api.refusals import KINDS

PREFIX = "/v1"
_ERRORS = 400
_SECURITY = "ApiKey"
_UNUSED = ("HTTPValidationError", "ValidationError")


@dataclass(frozen=True, slots=True)
class Operation:
    """
    An operation of the document, and the endpoint behind it.

    Parameters
    ----------
    path, method
        Its address, and the method in small letters.
    name
        Of the endpoint, which is its id, unless another has it already.
    facts
        What the endpoint is made of.
    spec
        What the document says of it.
    """

    path: str
    method: str
    name: str
    facts: Facts
    spec: dict[str, Any]


class DescribedApp(FastAPI):
    """An application whose description is complete."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document."""
        known = self.openapi_schema
        found = super().openapi()
        if found is not known:
            complete(found, self.routes)
        return found


def complete(document: dict[str, Any], routes: list[BaseRoute]) -> None:
    """
    Complete the description of an interface.

    Parameters
    ----------
    document
        As FastAPI makes it.
    routes
        All routes of the application.
    """
    components: dict[str, dict[str, Any]] = document.setdefault("components", {})
    schemas: dict[str, Schema] = components.setdefault("schemas", {})
    document["info"]["description"] = OVERVIEW
    found = list(operations(document, routes))
    ids = set[str]()
    for operation in found:
        _identify(operation, ids)
        _settle_parameters(operation)
    _hoist(document["paths"], schemas)
    for name in _UNUSED:
        schemas.pop(name, None)
    schemas["Problem"] = PROBLEM
    # Pages, which are not in the document, answer with named problems as well.
    statuses = {kind.status for kind in KINDS.values()}.union(
        *(operation.facts.statuses() | _declared(operation) for operation in found)
    )
    components["responses"] = {f"Problem{status}": problem_response(status) for status in sorted(statuses)}
    components["headers"] = HEADERS
    components["securitySchemes"] = {_SECURITY: {"type": "http", "scheme": "bearer", "description": KEYS}} | {
        name: scheme for name, scheme in components.get("securitySchemes", {}).items() if name != "HTTPBearer"
    }
    changeable = {operation.path for operation in found if operation.facts.is_change}
    examples = Examples(schemas)
    for operation in found:
        _add_problems(operation)
        _add_headers(operation, changeable)
        _add_examples(operation, examples)
    document["tags"] = [of_tag(name) for name in dict.fromkeys(operation.spec["tags"][0] for operation in found)]


def operations(document: Mapping[str, Any], routes: list[BaseRoute]) -> Iterator[Operation]:
    """Yield every operation of a document with what its endpoint is made of."""
    for route in iter_route_contexts(routes):
        if not isinstance(route.original_route, APIRoute) or not route.include_in_schema:
            continue
        for method in sorted(method.lower() for method in route.methods or ()):
            spec = document["paths"][route.path_format][method]
            facts = facts_of(route.dependant, spec)  # codespell:ignore dependant
            yield Operation(str(route.path_format), method, str(route.name), facts, spec)


def _identify(operation: Operation, ids: set[str]) -> None:
    """Give an operation its id, tag and security; a name that is taken gets that of the group behind it."""
    spec, policy = operation.spec, operation.facts.policy
    word = re.split(r"[/:.]", operation.path.removeprefix(f"{PREFIX}/"))[0]
    tag = next((tag for tag, (words, *_) in TAGS.items() if word in words), word)
    name = f"{operation.name}_of_{tag}" if operation.name in ids else operation.name
    ids.add(name)
    spec |= {"operationId": name, "tags": [tag], "x-summary-zh": NAMES_ZH.get(name, spec["summary"])}
    if policy is None or policy.how == "public":
        spec["security"] = []
        return
    scopes = [] if policy.scope is None else [policy.scope]
    others = [one for one in spec.get("security", []) if "HTTPBearer" not in one]
    spec["security"] = [{_SECURITY: scopes}, *others]


def _settle_parameters(operation: Operation) -> None:
    """Say which headers a write needs, and leave null out: what is not given is absent."""
    facts = operation.facts
    needed = {"Idempotency-Key": facts.needs_key, "If-Match": facts.is_change}
    for parameter in operation.spec.get("parameters", []):
        schema: Schema = parameter["schema"]
        others = [one for one in schema.get("anyOf", []) if one != {"type": "null"}]
        if len(others) == 1:
            schema.pop("anyOf")
            schema |= others[0]
        parameter["required"] = parameter.get("required", False) or needed.get(parameter["name"], False)


def _add_problems(operation: Operation) -> None:
    """Refer to the problems an operation can answer with; what it says itself of one is kept."""
    responses: dict[str, Any] = operation.spec["responses"]
    for status in sorted(operation.facts.statuses() | _declared(operation)):
        shared = {"$ref": f"#/components/responses/Problem{status}"}
        said = responses.get(str(status), {}).get("description")
        usual = problem_response(status)
        is_own = said not in {None, usual["description"], "Validation Error"}
        responses[str(status)] = usual | {"description": said} if is_own else shared
    operation.spec["responses"] = dict(sorted(responses.items()))


def _declared(operation: Operation) -> set[int]:
    return {int(status) for status in operation.spec["responses"] if status.isdecimal() and int(status) >= _ERRORS}


def _add_headers(operation: Operation, changeable: set[str]) -> None:
    """Name the headers of what an operation answers when all is well."""
    facts, path = operation.facts, operation.path
    is_item = operation.method == "get" and path in changeable
    makes_item = any(other.startswith(f"{path}/{{") and other.count("/") == path.count("/") + 1 for other in changeable)
    is_tagged = facts.is_conditional or facts.is_change or is_item
    if facts.is_conditional:
        operation.spec["responses"]["304"] = {"description": "It is as the caller has it", "headers": {}}
    for status, response in operation.spec["responses"].items():
        if not status.isdecimal() or int(status) >= _ERRORS:
            continue
        is_new = status == "201"
        found = {
            "ETag": is_tagged or (is_new and makes_item),
            "Location": is_new,
            "Idempotency-Replayed": facts.is_write,
        }
        given = {name: header(name) for name, holds in found.items() if holds} | response.get("headers", {})
        if given:
            response["headers"] = given


def _add_examples(operation: Operation, examples: Examples) -> None:
    """Give an example of every parameter, body and answer that has none."""
    for parameter in operation.spec.get("parameters", []):
        if "example" not in parameter and "examples" not in parameter:
            parameter["example"] = examples.of(parameter["schema"], parameter["name"])
    holders = [operation.spec.get("requestBody", {}), *operation.spec["responses"].values()]
    for content in (one for holder in holders for one in holder.get("content", {}).values()):
        if "schema" in content and "example" not in content and "examples" not in content:
            content["example"] = examples.of(content["schema"])


def _hoist(node: Any, schemas: dict[str, Schema]) -> None:  # noqa: ANN401 - any JSON
    """Move what schemas define for themselves to where the whole document finds it."""
    if isinstance(node, list):
        for item in node:
            _hoist(item, schemas)
        return
    if not isinstance(node, dict):
        return
    node.pop("$schema", None)
    defined = node.pop("$defs", None) if isinstance(node.get("$defs"), dict) else None
    if defined is not None:
        names = {name: _free(name[:1].upper() + name[1:], schema, schemas) for name, schema in defined.items()}
        _point(node, names)
        for name, schema in defined.items():
            _point(schema, names)
            _hoist(schema, schemas)
            schemas[names[name]] = schema
    for value in node.values():
        _hoist(value, schemas)


def _free(name: str, schema: Schema, schemas: Mapping[str, Schema]) -> str:
    """Return a name that no other schema has."""
    while name in schemas and schemas[name].get("properties", {}).keys() != schema.get("properties", {}).keys():
        name += "_"
    return name


def _point(node: Any, names: Mapping[str, str]) -> None:  # noqa: ANN401 - any JSON
    """Let references follow what has moved."""
    if isinstance(node, list):
        for item in node:
            _point(item, names)
    elif isinstance(node, dict):
        target = str(node.get("$ref", ""))
        if target.startswith("#/$defs/"):
            node["$ref"] = f"#/components/schemas/{names[target.removeprefix('#/$defs/')]}"
        for value in node.values():
            _point(value, names)
