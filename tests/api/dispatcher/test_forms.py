"""What the desk sends: plans are asked for, wrong files are told by row, and nobody meets another firm's plans."""

from __future__ import annotations

import io
import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import openpyxl
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.app import create_app
from api.desk import Desk
from api.dispatcher import forms
from api.jobs.claimed import unpacked
from api.store import migrate
from api.store.models_jobs import JobQuestion
from api.store.session import WHOLE, Store
from data.cargo import Cargo
from data.cargo_fields import FIELDS
from data.cargo_read import read_cargo
from data.cargo_write import cargo_bytes
from tests.agree_world import shipment, tables
from tests.api.dispatcher.conftest import DeskWorld, file, serving
from tests.paper_world import shipped

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.databases import Databases

FORM = "/dispatcher/plans"


def excel(*names: str) -> tuple[str, bytes]:
    """Return a workbook of shipments as a form sends it."""
    cargo = Cargo(shipments=tuple(shipment(name) for name in names))
    return "cargo.xlsx", cargo_bytes(cargo, tables(), ".xlsx")


def question(world: DeskWorld) -> dict[str, Any]:
    """Return what the job that waits was asked."""
    (job,) = world.client.get("/v1/jobs?state=queued").json()["items"]
    with world.store.read(WHOLE) as session:
        content = session.one(select(JobQuestion.content).where(JobQuestion.job_id == job["id"]))
    return unpacked(content or b"")


def test_a_plan_of_a_workbook(world: DeskWorld) -> None:
    """A workbook and three numbers are a job, on whose page one sees that it waits; sent twice it is one job."""
    data = {"name": "W02", "time_limit": "5", "gap": "0.5", "seed": "3", "source": "file", "once": "x"}
    for _ in range(2):
        sent = world.client.post(FORM, data=data, files={"cargo": excel("A", "B")})
        assert sent.status_code == 303, sent.text
    job = json.loads(world.client.get("/v1/jobs").content)["items"]
    assert [one["name"] for one in job] == ["W02"]
    asked = question(world)
    assert asked["options"] == {"time_limit_s": 5.0, "gap": 0.005, "seed": 3, "deterministic": False,
                                "holding_ppm_year": 0, "carbon_minor_per_t": 0}  # fmt: skip
    page = world.client.get(sent.headers["location"])
    assert page.status_code == 200
    assert "hubport worker" in page.text
    assert 'http-equiv="refresh"' in page.text


def test_workbooks_to_begin_with(world: DeskWorld) -> None:
    """A blank list has every column of a list of cargo in the reader's language, and no row."""
    page = world.client.get("/dispatcher/new?lang=zh").text
    assert 'href="/dispatcher/blank.xlsx?lang=zh"' in page
    blank = world.client.get("/dispatcher/blank.xlsx?lang=zh")
    assert blank.headers["content-disposition"] == 'attachment; filename="cargo.xlsx"'
    (row,) = openpyxl.load_workbook(io.BytesIO(blank.content)).active.iter_rows(values_only=True)
    assert row == tuple(field.zh for field in FIELDS)
    sample = world.client.get("/dispatcher/sample.xlsx")
    assert sample.status_code == 404, "these tables have no profile of demand"


def test_a_sample_can_be_planned(tmp_path: Path) -> None:
    """Of the shipped tables, the sample is a list of cargo that is read without a fault."""
    desk = Desk(shipped())
    with TestClient(create_app(desk), base_url="http://127.0.0.1") as client:
        # Without a database there is no desk.
        assert client.get("/dispatcher/sample.xlsx").status_code in {404, 503}
    with closing(Store(str(tmp_path / "hubport.db"))) as store:
        migrate.upgrade(store.engines)
        with TestClient(create_app(desk, store=store), base_url="http://127.0.0.1") as client:
            sample = client.get("/dispatcher/sample.xlsx?lang=zh")
    path = tmp_path / "sample.xlsx"
    path.write_bytes(sample.content)
    assert len(read_cargo(path, desk.catalogue).shipments) == 60


def test_wrong_rows_are_told(world: DeskWorld) -> None:
    """Every fault is listed with its row, what was typed stays, and there is no job."""
    wrong = b"id,from,to,pieces,weight_kg,volume_m3,ready\nA,P,X,4,500,2,2026-01-05\n<b>,P,Atlantis,4,-1,2,soon\n"
    sent = world.client.post(
        f"{FORM}?lang=en", data={"once": "w", "source": "file", "name": "mine"}, files={"cargo": ("c.csv", wrong)}
    )
    assert sent.status_code == 422
    assert sent.text.count('<td class="number">3</td>') >= 3
    assert "Atlantis" in sent.text
    assert 'value="mine"' in sent.text
    assert "<b>" not in sent.text
    assert json.loads(world.client.get("/v1/jobs").content)["items"] == []


def test_what_is_no_cargo_is_told(world: DeskWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file, another kind of file, a broken workbook, a file too large, no kept shipments: told beside the field."""
    monkeypatch.setattr(forms, "MAX_BYTES", 30_000)
    for data, files, words in (
        ({"source": "file"}, {}, "is required"),
        ({"source": "file"}, {"cargo": ("c.pdf", b"%PDF")}, ".xlsx"),
        ({"source": "file"}, {"cargo": ("c.xlsx", b"PK\x03\x04 no workbook")}, "faults"),
        ({"source": "file"}, {"cargo": ("c.csv", b"x" * 40_000)}, "too large"),
        ({"source": "kept"}, {}, "no kept shipments"),
        ({"source": "file", "gap": "<i>"}, {"cargo": excel("A")}, "finite number"),
        ({"source": "file", "freeze": "pl_1", "freeze_before": "soon"}, {"cargo": excel("A")}, "faults"),
    ):
        sent = world.client.post(f"{FORM}?lang=en", data=data | {"once": "x"}, files=files or None)
        assert sent.status_code == 422, (data, sent.text)
        assert words in sent.text, (data, words)


def test_what_is_ticked_is_pinned(world: DeskWorld) -> None:
    """A box and a departure are ticked; the job has their load units, and the cargo of the plan."""
    number = world.keep()
    first, second = file().plan.loads
    place = next(at for at, one in enumerate(file().plan.bookings) if second.id in one.loads)
    data = {
        "once": "p",
        "freeze": number,
        "view": "replan",
        "source": "plan",
        "pin": first.id,
        "pin_departure": str(place),
    }
    sent = world.client.post(FORM, data=data)
    assert sent.status_code == 303, sent.text
    asked = question(world)
    frozen = asked["freeze"]
    assert set(frozen["pinned"]) >= {first.id, second.id}
    assert {row["id"] for row in json.loads(str(asked["cargo"]))["shipments"]} == set(file().cargo.by_id)
    # What is made of a plan goes by its name.
    assert {job["name"] for job in world.client.get("/v1/jobs?kind=plan").json()["items"]} == {"W02"}


def test_wrong_pins_come_back_to_their_page(world: DeskWorld) -> None:
    """A name that the plan does not have is told on the page that it was sent from, and what was ticked stays."""
    number = world.keep()
    data = {"once": "p", "freeze": number, "view": "replan", "source": "plan", "pin": ["L001", "nobody"]}
    sent = world.client.post(f"{FORM}?lang=en", data=data)
    assert sent.status_code == 422
    assert "nobody" in sent.text
    assert 'value="L001" checked' in sent.text


def test_schedule_and_cancel(world: DeskWorld) -> None:
    """A schedule is a job about its plan; a job that waits is ended by its button."""
    number = world.keep()
    sent = world.client.post(f"{FORM}/{number}/schedules", data={"once": "s"})
    address = sent.headers["location"].partition("?")[0]
    job = world.job("schedule")
    assert (job["about"], f"/dispatcher/jobs/{job['id']}") == (number, address)
    assert job["name"] == "W02"
    assert world.client.post(f"{address}/cancel", data={"once": "c"}).status_code == 303
    assert json.loads(world.client.get(f"/v1/jobs/{job['id']}").content)["state"] == "cancelled"
    part = world.client.get(address, headers={"x-part": "1"}).text
    assert 'data-state="cancelled"' in part
    assert "<html" not in part


def test_who_has_not_logged_in_is_sent_there(databases: Databases) -> None:
    """With log-in on, pages lead to it and back again, and forms without a token are refused."""
    with closing(Store(databases.migrated("sqlite"))) as store, serving(store, "on") as world:
        sent = world.client.get("/dispatcher?lang=en")
        assert sent.status_code == 303
        assert sent.headers["location"].startswith("/login?return=%2Fdispatcher")
        assert world.client.post(FORM, data={"source": "kept"}).status_code == 303
