"""``hubport serve`` as a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from typing import TYPE_CHECKING

import pytest

from api.cli_common import CommandError
from api.cli_serve import listen, read_auth
from benchmarks.load import Client, served
from tests.data.world import SMALL

if TYPE_CHECKING:
    from pathlib import Path


def test_serve(tmp_path: Path) -> None:
    """One address is printed once everything is loaded; it answers, is logged, and ends with 0 when told to."""
    folder = shutil.copytree(SMALL, tmp_path / "tables")
    settings = (folder / "settings.csv").read_text(encoding="utf-8")
    if "reliability_seed" not in settings:
        (folder / "settings.csv").write_text(f"{settings}reliability_seed,7,seed,test,2026,high,no\n", encoding="utf-8")
    command = [sys.executable, "-m", "api.cli", "serve", "--port", "0", "--data", str(folder), "--lang", "en"]
    environment = os.environ | {"HUBPORT_DB": str(tmp_path / "kept" / "hubport.db"), "HUBPORT_DRAIN": "0"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            address = line.strip().rsplit(" ", 1)[-1]
            assert address.startswith("http://127.0.0.1:")
            with urllib.request.urlopen(f"{address}readyz", timeout=20) as response:  # noqa: S310 - our own server
                assert json.load(response)["status"] == "ok"
            with urllib.request.urlopen(f"{address}v1/bookings", timeout=20) as response:  # noqa: S310 - our own server
                assert json.load(response) == {"items": [], "next": None}
        finally:
            process.terminate()
            _, said = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "GET /v1/bookings 200" in said
    assert said.splitlines()[-1].endswith("info hubport: stopped")
    assert "Traceback" not in said


def test_processes_count_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes add up their figures, whichever is asked, and share what a caller may ask for."""
    asked, burst = 12, 40
    monkeypatch.setenv("HUBPORT_RATE", "1")
    monkeypatch.setenv("HUBPORT_BURST", str(burst))
    options = ("--processes", "2", "--workers", "0", "--data", str(SMALL))
    with served(str(tmp_path / "hubport.db"), options) as service, contextlib.ExitStack() as stack:
        begun = time.monotonic()
        clients: list[Client] = []
        processes: list[str] = []
        # One of them may take everybody until the other is ready.
        while len(set(processes)) < 2:
            time.sleep(0.5)
            clients.append(Client(service.address))
            stack.callback(clients[-1].close)
            processes.append(_told(clients[-1], "hubport_process_id"))
        found = [clients[number % len(clients)].send("GET", "/v1/me")[0] for number in range(asked)]
        assert found == [200] * asked
        name = 'hubport_requests_total{method="GET",route="/v1/me",status="200"}'
        both = (clients[processes.index(process)] for process in set(processes))
        assert [_told(client, name) for client in both] == [f"{name} {asked}.0"] * 2
        more = sum(clients[number % len(clients)].send("GET", "/v1/me")[0] == 200 for number in range(2 * burst))
        used = len(clients) + asked + 2
        assert more <= burst - used + 2 * (time.monotonic() - begun) + 1


def _told(client: Client, name: str) -> str:
    """Return the line of the figures that begins like this."""
    lines = client.fetch("GET", "/metrics")[1].decode().splitlines()
    return next(line for line in lines if line.startswith(name))


def test_whether_keys_are_needed() -> None:
    """Where only this machine reaches the service nobody needs a key, elsewhere everybody does, whatever is said."""
    assert read_auth(None, "127.0.0.1", {}) == "off"
    assert read_auth(None, "localhost", {"HUBPORT_AUTH": " ON "}) == "on"
    assert read_auth("off", "::1", {"HUBPORT_AUTH": "on"}) == "off"
    assert read_auth(None, "10.0.0.1", {}) == "on"
    for given, host, environment in ((None, "10.0.0.1", {"HUBPORT_AUTH": "off"}), (None, "::1", {"HUBPORT_AUTH": "x"})):
        with pytest.raises(CommandError):
            read_auth(given, host, environment)


def test_no_delay() -> None:
    """What is left of an answer is sent at once, not when the other side has acknowledged what came before."""
    with (
        listen("127.0.0.1", 0) as listener,
        socket.create_connection(listener.getsockname()),
        listener.accept()[0] as connection,
    ):
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
