"""Questions that keep nothing: places, lines, customs, declarations, schedules, papers."""

from __future__ import annotations

from typing import Any

from api.client.models import Place
from api.client.operations import Resource, at, given, operation

Json = dict[str, Any]


class Questions(Resource):
    """Questions whose answers are plain JSON, in the form that the documentation of the interface describes."""

    @operation("get_locations")
    def locations(self, text: str, *, limit: int = 10) -> list[Place]:
        """Return the places a text may mean, best match first."""
        return [
            Place.model_validate(row) for row in self._wire.get(at("locations"), {"q": text, "limit": limit}).json()
        ]

    @operation("get_network")
    def network(self, *, modes: str | None = None, lang: str = "zh") -> Json:
        """Return the lines of everything that runs, as GeoJSON."""
        return self._object("GET", at("network"), {"modes": modes, "lang": lang})

    @operation("post_landed_cost")
    def landed_cost(self, question: Json) -> Json:
        """Return what a consignment costs on arrival."""
        return self._object("POST", at("landed-costs"), question)

    @operation("post_regimes")
    def regimes(self, question: Json) -> Json:
        """Return which customs regimes a shipment may use."""
        return self._object("POST", at("regimes:advise"), question)

    @operation("post_declarations")
    def declarations(self, documents: Json) -> Json:
        """Match orders, payments and waybills."""
        return self._object("POST", at("declarations"), documents)

    @operation("post_schedules")
    def schedule(self, plan: Json, **more: Any) -> Json:  # noqa: ANN401 - any JSON
        """Return the schedule of the hubs of a plan; `more` is ``schedule``, ``events``, ``credits``, ``seed``."""
        return self._object("POST", at("schedules"), {"plan": plan} | given(**more))

    @operation("post_papers")
    def papers(self, **question: Any) -> Json:  # noqa: ANN401 - any JSON
        """Return the papers of a ``plan``, or of the ``option`` of a request for a ``quote``."""
        return self._object("POST", at("papers"), question)

    @operation("get_schemas")
    def paper_kinds(self) -> list[Json]:
        """Return which papers there are."""
        found: list[Json] = self._wire.get(at("papers", "schemas")).json()
        return found

    @operation("get_schema")
    def paper_schema(self, kind: str) -> Json:
        """Return the JSON Schema of a paper."""
        return self._object("GET", at("papers", "schemas", kind), {})

    def _object(self, method: str, path: str, asked: Json) -> Json:
        response = self._wire.get(path, asked) if method == "GET" else self._wire.post(path, asked)
        found: Json = response.json()
        return found
