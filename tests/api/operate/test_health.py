"""Whether the service lives and is ready, and how it ends: it says so first, and cuts nobody short."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from starlette.concurrency import run_in_threadpool

from api.app import create_app
from api.cli_serve import listen
from api.life import Life, run
from api.settings import read_settings
from api.store.session import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import Receive, Scope, Send

    from api.desk import Desk
    from tests.databases import Databases


def test_ready(desk: Desk, store: Store) -> None:
    """Ready is who has the data, and a database that answers and fits; it says which."""
    with TestClient(create_app(desk, store=store)) as client:
        found = client.get("/readyz")
        assert (found.status_code, set(found.json())) == (200, {"status", "fingerprint", "revision"})
        assert found.json()["fingerprint"] == desk.catalogue.fingerprint


def test_not_ready(desk: Desk, databases: Databases, backend: str) -> None:
    """A database before its migration, one that is gone, and a service that goes down are no place for requests."""
    life = Life()
    location = databases.empty(backend)
    store = Store(location)
    with TestClient(create_app(desk, store=store, life=life)) as client:
        found = client.get("/readyz")
        assert (found.status_code, found.json()["type"]) == (503, "urn:hubport:problem:not-migrated")
        life.is_going_down = True
        found = client.get("/readyz")
        assert (found.status_code, found.json()["type"]) == (503, "urn:hubport:problem:going-down")
        assert client.get("/healthz").status_code == 200
    store.close()
    gone = Store("postgresql://nobody:word@/none?unix_sock=/nowhere/.s.PGSQL.1")
    with TestClient(create_app(desk, store=gone)) as client:
        found = client.get("/readyz")
        assert (found.status_code, found.json()["type"]) == (503, "urn:hubport:problem:store-unavailable")
        assert "word" not in found.text
        assert "nowhere" not in found.text


def test_a_later_database(desk: Desk, databases: Databases, backend: str) -> None:
    """A database that a later version migrated while this one runs is none to work with."""
    store = Store(databases.migrated(backend))
    with store.engines.write.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with TestClient(create_app(desk, store=store)) as client:
        assert client.get("/readyz").json()["detail"] == "revision 9999"
    store.close()


class Slow:
    """Answers some addresses when it is told to, and one never."""

    def __init__(self) -> None:
        self.life = Life()
        self.begun = threading.Event()
        self.may_end = threading.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        if scope["type"] != "http":
            await self._lifespan(receive, send)
            return
        if scope["path"] != "/quick":
            self.begun.set()
            await run_in_threadpool(self.may_end.wait) if scope["path"] == "/slow" else await asyncio.Event().wait()
        status = 503 if self.life.is_going_down else 200
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        for kind in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{kind}.complete"})


@contextlib.contextmanager
def served(app: Slow, **said: str) -> Iterator[tuple[str, threading.Thread, Any]]:
    """Serve in a thread, and give the address, the thread, and what tells the server to stop."""
    import uvicorn  # noqa: PLC0415

    made: list[uvicorn.Server] = []
    before = uvicorn.Server.__init__

    def noted(self: uvicorn.Server, *arguments: Any) -> None:  # noqa: ANN401
        made.append(self)
        before(self, *arguments)

    settings = read_settings({f"HUBPORT_{name}": value for name, value in said.items()})
    with pytest.MonkeyPatch.context() as patch, listen("127.0.0.1", 0) as listener:
        patch.setattr(uvicorn.Server, "__init__", noted)
        thread = threading.Thread(target=run, args=(app, app.life, settings, listener))
        thread.start()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        while not (made and made[0].started):
            time.sleep(0.01)
        try:
            yield address, thread, lambda sig=signal.SIGTERM: made[0].handle_exit(sig, None)
        finally:
            made[0].should_exit = made[0].force_exit = True
            thread.join(10)


def status(address: str) -> int:
    """Return the status of an answer, 0 if there is none."""
    try:
        with urllib.request.urlopen(address, timeout=20) as response:  # noqa: S310 - our own server
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def asking(address: str) -> tuple[threading.Thread, list[int]]:
    """Ask in a thread."""
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(status(address)))
    thread.start()
    return thread, found


def test_requests_end_before_the_service_does() -> None:
    """Told to stop, it says it is not ready, answers on for a while, and waits for who is being answered."""
    app = Slow()
    with served(app, DRAIN="600", GRACE="60") as (address, serving, stop):
        waiting, found = asking(f"{address}/slow")
        assert app.begun.wait(10)
        assert status(f"{address}/quick") == 200
        stop()
        assert status(f"{address}/quick") == 503
        stop()
        while status(f"{address}/quick"):
            time.sleep(0.01)
        assert serving.is_alive()
        assert not found
        app.may_end.set()
        waiting.join(20)
        serving.join(20)
        assert found == [503]
        assert not serving.is_alive()


def test_nobody_is_waited_for_for_ever() -> None:
    """A request that does not end is cut short when its time is up; Ctrl-C does not drain."""
    app = Slow()
    with served(app, DRAIN="600", GRACE="0") as (address, serving, stop):
        waiting, found = asking(f"{address}/never")
        assert app.begun.wait(10)
        stop(signal.SIGINT)
        serving.join(20)
        assert not serving.is_alive()
        waiting.join(20)
        assert found in ([0], [500])
