"""A desk on the small data set, and a client of its service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.desk import Desk
from api.identity import policy
from data import Catalogue
from tests.api.fakes import FakePlanner, clock
from tests.data.world import small
from tests.databases import backend, databases, server, store

__all__ = ["backend", "databases", "server", "store"]

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session", autouse=True)
def host() -> Iterator[None]:
    """Take the name under which the test client asks for one of this machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(policy, "LOCAL_HOSTS", policy.LOCAL_HOSTS | {"testserver"})
        yield


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """Return the small data set with two places of one name, and one whose name is markup."""
    rows = small()
    for row in rows["locations"]:
        if row["code"] in {"CNWNZ-A", "TWTPE-A"}:
            row["aliases"] = f"{row['aliases']};双城"
    rows["services"][0]["name_zh"] = '集卡"><img src=x onerror=alert(1)>'
    return Catalogue.from_rows(rows, is_complete=True)


@pytest.fixture(scope="session")
def desk(catalogue: Catalogue) -> Desk:
    """Return a desk that answers by heart."""
    return Desk(catalogue, FakePlanner(catalogue), clock)


@pytest.fixture(scope="session")
def client(desk: Desk) -> Iterator[TestClient]:
    """Return a client that sees errors as any other would."""
    with TestClient(create_app(desk), raise_server_exceptions=False) as found:
        yield found
