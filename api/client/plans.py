"""Plans, schedules, and the jobs that make them."""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from api.client.events import ServerEvent
from api.client.models_plans import Job, JobState, Plan, Schedule
from api.client.operations import Resource, at, given, operation

Json = dict[str, Any]
Language = Literal["zh", "en"]
Commitment = Literal["planned", "booked", "loaded", "departed"]
_END = "end"
_AGAIN_S = 2.0


class Jobs(Resource):
    """Work that takes a while."""

    @operation("get_jobs")
    def list(self, *, state: JobState | None = None, kind: str | None = None, limit: int = 50) -> Iterator[Job]:
        """Yield jobs, oldest first; `limit` is the size of a page."""
        return self._all(at("jobs"), Job, {"state": state, "kind": kind}, limit)

    @operation("get_job")
    def get(self, identifier: str) -> Job:
        """Read how a job goes."""
        return Job.model_validate(self._wire.get(at("jobs", identifier)).json())

    @operation("get_job_events")
    def watch(self, job: Job | str, *, last: str = "") -> Iterator[ServerEvent]:
        """
        Yield the events of a job until it ends: ``state``, ``progress`` and at last ``end``.

        Parameters
        ----------
        job
            The job, or its id.
        last
            Id of the event after which it begins. A stream that breaks off, or that the service ends, is taken up
            again after its last event.
        """
        identifier = _id(job)
        while True:
            before = last
            for event in self._wire.events(at("jobs", identifier, "events"), last):
                last = event.id or last
                yield event
                if event.kind == _END:
                    return
            if last == before and self.get(identifier).ended_at is not None:
                return
            self._wire.wait(_AGAIN_S)

    def wait(self, job: Job | str) -> Job:
        """Return a job once it has ended, however it ended: `state` and `reason` say how."""
        for _ in self.watch(job):
            pass
        return self.get(_id(job))

    @operation("post_job_cancellation")
    def cancel(self, job: Job | str, *, key: str | None = None) -> Job:
        """End a job that waits; have one that runs end with the best it has."""
        return Job.model_validate(self._wire.write("POST", at("jobs", _id(job), "cancel"), key=key).json())

    @operation("get_job_result")
    def result(self, job: Job | str) -> Json:
        """Return what came of a job, whole."""
        found: Json = self._wire.get(at("jobs", _id(job), "result")).json()
        return found


class Plans(Resource):
    """One plan for a list of cargo: what travels together, and how."""

    @operation("post_plan")
    def submit(self, cargo: Sequence[Json], *, key: str | None = None, **more: Any) -> Job:  # noqa: ANN401 - any JSON
        """
        Ask for a plan; a job makes it.

        Parameters
        ----------
        cargo
            Shipments, with the fields of cargo lists.
        key
            Idempotency key; a new one if there is none.
        more
            Other fields of the request, such as ``name``, ``priority``, ``time_limit``, ``gap``, ``seed``, ``freeze``.
        """
        body = {"cargo": [*cargo]} | given(**more)
        return Job.model_validate(self._wire.write("POST", at("plans"), body, key=key).json())

    @operation("post_commitment")
    def commit(
        self, plan: Plan | str, ids: Sequence[str], commitment: Commitment = "booked", *, key: str | None = None
    ) -> Plan:
        """Return a new version of a plan, in which load units, and shipments alone, are promises."""
        identifier = plan if isinstance(plan, str) else plan.id
        body = {"ids": [*ids], "as": commitment}
        return Plan.model_validate(self._wire.write("POST", at("plans", identifier, "commit"), body, key=key).json())

    @operation("get_plans")
    def list(self, *, limit: int = 50) -> Iterator[Plan]:
        """Yield plans in short, oldest first; `limit` is the size of a page."""
        return self._all(at("plans"), Plan, {}, limit)

    @operation("get_plan")
    def get(self, identifier: str) -> Plan:
        """Read a plan in short."""
        return Plan.model_validate(self._wire.get(at("plans", identifier)).json())

    @operation("get_plan_json")
    def whole(self, identifier: str) -> Json:
        """Return a plan whole, as ``hubport plan -o plan.json`` writes it."""
        found: Json = self._wire.get(at("plans", identifier, "plan.json")).json()
        return found

    @operation("get_plan_xlsx")
    def workbook(self, identifier: str, *, lang: Language = "zh") -> bytes:
        """Return the workbook of a plan."""
        return self._file(identifier, "plan.xlsx", lang)

    @operation("get_plan_ics")
    def calendar(self, identifier: str, *, lang: Language = "zh") -> bytes:
        """Return the cut-offs of a plan as a calendar."""
        return self._file(identifier, "plan.ics", lang)

    @operation("get_plan_map")
    def map(self, identifier: str, *, lang: Language = "zh") -> bytes:
        """Return the map of a plan, as a page."""
        return self._file(identifier, "map.html", lang)

    @operation("get_plan_explanation")
    def explain(self, identifier: str, shipment: str) -> Json:
        """Return what a plan does with a shipment, and why."""
        found: Json = self._wire.get(at("plans", identifier, "explain", shipment)).json()
        return found

    def _file(self, identifier: str, name: str, lang: Language) -> bytes:
        return self._wire.get(at("plans", identifier, name), {"lang": lang}).content


class Schedules(Resource):
    """The work of the hubs of a plan, timed."""

    @operation("post_plan_schedule")
    def submit(self, plan: str, *, key: str | None = None, **more: Any) -> Job:  # noqa: ANN401 - any JSON
        """Ask for the schedule of a plan; `more` is ``name``, ``priority``, ``time_limit``, ``seed``, ``credits``."""
        answer = self._wire.write("POST", at("plans", plan, "schedules"), given(**more), key=key)
        return Job.model_validate(answer.json())

    @operation("get_schedules")
    def list(self, *, limit: int = 50) -> Iterator[Schedule]:
        """Yield schedules in short, oldest first; `limit` is the size of a page."""
        return self._all(at("schedules"), Schedule, {}, limit)

    @operation("get_plan_schedules")
    def of(self, plan: str) -> builtins.list[Schedule]:
        """Return the schedules of a plan, in short."""
        return [*self._all(at("plans", plan, "schedules"), Schedule, {}, 50)]

    @operation("get_schedule")
    def get(self, identifier: str) -> Schedule:
        """Read a schedule in short."""
        return Schedule.model_validate(self._wire.get(at("schedules", identifier)).json())

    @operation("get_schedule_json")
    def whole(self, identifier: str) -> Json:
        """Return a schedule whole with its plan, as ``hubport schedule -o schedule.json`` writes it."""
        found: Json = self._wire.get(at("schedules", identifier, "schedule.json")).json()
        return found

    @operation("get_schedule_xlsx")
    def workbook(self, identifier: str, *, lang: Language = "zh") -> bytes:
        """Return the workbook of a schedule."""
        return self._file(identifier, "schedule.xlsx", lang)

    @operation("get_schedule_ics")
    def calendar(self, identifier: str, *, lang: Language = "zh") -> bytes:
        """Return the tasks of a schedule as a calendar."""
        return self._file(identifier, "schedule.ics", lang)

    @operation("get_schedule_html")
    def charts(self, identifier: str, *, lang: Language = "zh") -> bytes:
        """Return the charts of a schedule, as a page."""
        return self._file(identifier, "schedule.html", lang)

    def _file(self, identifier: str, name: str, lang: Language) -> bytes:
        return self._wire.get(at("schedules", identifier, name), {"lang": lang}).content


def _id(job: Job | str) -> str:
    return job if isinstance(job, str) else job.id
