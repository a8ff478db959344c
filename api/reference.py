"""The page that describes the interface, made here from its OpenAPI document: nothing is loaded from elsewhere."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from api.identity.policy import public
from api.openapi_texts import TAGS
from api.pages import language, templates
from viz.theme import Lang

router = APIRouter(include_in_schema=False, dependencies=[public()])
Json = dict[str, Any]
_ERRORS = 400
_WRITES = frozenset({"post", "put", "patch", "delete"})


class Parameter(NamedTuple):
    """What an operation takes in its address or its headers."""

    name: str
    place: str
    is_needed: bool
    about: str
    example: str


class Answer(NamedTuple):
    """What an operation answers: its status, what that means, an example, or the names of problems."""

    status: str
    about: str
    headers: Sequence[str]
    example: str
    names: Sequence[str]


class Shown(NamedTuple):
    """An operation as the page shows it."""

    id: str
    method: str
    path: str
    name: str
    about: str
    scopes: Sequence[str]
    parameters: Sequence[Parameter]
    body: str
    answers: Sequence[Answer]
    curl: str


class Group(NamedTuple):
    """Operations that belong together."""

    id: str
    name: str
    about: str
    operations: Sequence[Shown]


@router.get("/docs")
def get_reference(request: Request) -> Response:
    """Return the description of the interface as a page."""
    lang = language(request)
    address = f"{request.url.scheme}://{request.url.netloc}"
    html = templates.get_template("reference.html").render(
        lang=lang,
        other=f"/docs?lang={'en' if lang == 'zh' else 'zh'}",
        fingerprint="",
        groups=groups(request.app.openapi(), lang, address),
    )
    return HTMLResponse(html)


def groups(document: Json, lang: Lang, address: str) -> list[Group]:
    """
    Return everything that the page shows.

    Parameters
    ----------
    document
        The description of the interface.
    lang
        Of the names; what is said of an operation beyond its name is there in English.
    address
        Of the service, for the commands.
    """
    by_tag: dict[str, list[Shown]] = {tag["name"]: [] for tag in document["tags"]}
    for path, item in document["paths"].items():
        for method, spec in item.items():
            by_tag[spec["tags"][0]].append(_shown(document, path, method, spec, lang, address))
    order = sorted(by_tag, key=lambda name: list(TAGS).index(name) if name in TAGS else len(TAGS))
    about = {tag["name"]: (tag["x-name-zh"], tag["description"]) for tag in document["tags"]}
    return [Group(name, about[name][0] if lang == "zh" else name, about[name][1], by_tag[name]) for name in order]


def _shown(document: Json, path: str, method: str, spec: Json, lang: Lang, address: str) -> Shown:
    parameters = [
        Parameter(one["name"], one["in"], one.get("required", False), one.get("description", ""), _text(_example(one)))
        for one in spec.get("parameters", [])
    ]
    content: Json = spec.get("requestBody", {}).get("content", {}).get("application/json", {})
    body = _text(_example(content))
    return Shown(
        id=spec["operationId"],
        method=method.upper(),
        path=path,
        name=spec["x-summary-zh"] if lang == "zh" else spec["summary"],
        about=spec.get("description", ""),
        scopes=[scope for one in spec["security"] for scopes in one.values() for scope in scopes],
        parameters=parameters,
        body=body,
        answers=list(_answers(document, spec["responses"])),
        curl=_curl(path, method, spec, body, address),
    )


def _answers(document: Json, responses: Mapping[str, Json]) -> Iterator[Answer]:
    for status, given in responses.items():
        response = given
        if "$ref" in given:
            response = document["components"]["responses"][given["$ref"].rpartition("/")[2]]
        content: Json = next(iter(response.get("content", {}).values()), {})
        is_problem = status.isdecimal() and int(status) >= _ERRORS
        example = "" if is_problem or not content else _text(_example(content))
        names = list(content.get("examples", {})) if is_problem else []
        yield Answer(status, response["description"], list(response.get("headers", {})), example, names)


def _curl(path: str, method: str, spec: Json, body: str, address: str) -> str:
    """Return a command that shows the operation."""
    filled, query, headers = path, list[str](), list[str]()
    if spec["security"]:
        headers.append('-H "Authorization: Bearer $KEY"')
    for one in spec.get("parameters", []):
        name, example = one["name"], _example(one)
        if one["in"] == "path":
            filled = filled.replace("{" + name + "}", str(example))
        elif one["in"] == "query" and one.get("required", False):
            query.append("--data-urlencode " + shlex.quote(f"{name}={example}"))
        elif one["in"] == "header" and one.get("required", False):
            headers.append("-H " + shlex.quote(f"{name}: {example}"))
    if body:
        headers.append("-H 'content-type: application/json'")
    verb = f" -X {method.upper()}" if method in _WRITES - ({"post"} if body else set()) else ""
    parts = [f"curl -s{' -G' if query else ''}{verb} {shlex.quote(address + filled)}", *headers, *query]
    if body:
        parts.append(f"-d {shlex.quote(body)}")
    return " \\\n    ".join(parts)


def _example(holder: Json) -> Any:  # noqa: ANN401 - any JSON
    """Return the example of a parameter or of content; None if there is none."""
    if "example" in holder:
        return holder["example"]
    first: Json = next(iter(holder.get("examples", {}).values()), {})
    return first.get("value")


def _text(value: object) -> str:
    """Return JSON as people read it; a text as it is."""
    if value is None:
        return ""
    return value if isinstance(value, str) else _written(json.dumps(value, ensure_ascii=False))


@lru_cache(maxsize=1024)
def _written(compact: str) -> str:
    shown = json.dumps(json.loads(compact), ensure_ascii=False, indent=2)
    return compact if len(compact) <= 100 else shown  # noqa: PLR2004 - about what a line takes
