"""Which data set a job is done with: the one that counted when it was submitted, whatever counts since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete

from api.datasets import library
from api.datasets.opening import keep_started
from api.datasets.seat import Seat
from api.store.models_datasets import DataSet
from api.store.session import WHOLE
from data.plan_json import parse_plan
from optimizer.verify import verify_plan
from tests.agree_world import sketch, tables
from tests.api.plans.conftest import planning
from tests.api.plans.test_plans import PLANS, asked, ended, submitted

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from api.store.session import WriteSession
    from data import Catalogue
    from tests.api.booking_world import World


def dearer() -> Catalogue:
    """Return the tables with another price of loose cargo on the ship."""
    made = sketch()
    (row,) = [row for row in made.rows["tariffs"] if row["service"] == "SHIP" and row["product"] == "lcl"]
    row["rate"] = "300"
    return made.catalogue()


def activate(world: World, facts: Catalogue) -> None:
    """Let a data set count in the database, and in the service."""
    found = library.packed(facts)

    def work(session: WriteSession) -> None:
        library.keep(session, found, name="dearer")
        library.activate(session, facts.fingerprint)

    world.store.write(WHOLE, "test", world.clock(), work)
    Seat.of(world.client.app.state, world.store).follow(world.desk.anew(facts))  # type: ignore[attr-defined]


def made_by(world: World, job: dict[str, Any], facts: Catalogue) -> None:
    """Look whether a job is done, and its plan sound, by a data set."""
    done = ended(world.local, job)
    assert (done["state"], done["fingerprint"]) == ("done", facts.fingerprint), done
    assert world.local.get(done["result"])["fingerprint"] == facts.fingerprint
    file = parse_plan(world.local.send("GET", f"{done['result']}/plan.json").content, facts)
    assert file.plan.fingerprint == facts.fingerprint
    assert verify_plan(facts, file.cargo, file.plan) == []


def test_what_counted_then(world: World, folder: Path, cargo: bytes) -> None:
    """Jobs of both data sets are done each with its own, in any order; that of one that is gone, with none."""
    first, second, local = tables(), dearer(), world.local
    assert first.fingerprint != second.fingerprint
    keep_started(world.store, world.desk)
    before = submitted(local.send("POST", PLANS, asked(cargo, gap=1, time_limit=1, deterministic=False)))
    activate(world, second)
    after = [
        submitted(local.send("POST", PLANS, asked(cargo, gap=1, time_limit=1, deterministic=False))) for _ in range(2)
    ]
    with planning(world.store, folder):
        made_by(world, before, first)
        for job in after:
            made_by(world, job, second)
    lost = submitted(local.send("POST", PLANS, asked(cargo, gap=1, time_limit=1, deterministic=False)))
    activate(world, first)
    gone = delete(DataSet).where(DataSet.id == second.fingerprint)
    world.store.write(WHOLE, "test", world.clock(), lambda session: session.change(gone))
    with planning(world.store, folder):
        failed = ended(local, lost)
    assert (failed["state"], failed["result"]) == ("failed", None)
    assert failed["reason"]["code"] == "data-gone"
    assert failed["reason"]["detail"] == second.fingerprint
