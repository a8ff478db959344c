"""Workers of the service as processes: started with it, started again, stopped with it; and ``hubport worker``."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from api.cli import main
from api.jobs import supervise
from api.jobs.supervise import Workers
from tests.api.jobs.conftest import eventually
from tests.data.world import SMALL

SLEEP = [sys.executable, "-c", "import sys; print('on', flush=True); sys.stdin.read()"]


def is_gone(pid: int) -> bool:
    """Say whether a process has ended."""
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] == "Z"


def test_started_again_and_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that is killed is replaced; after the end there is none."""
    monkeypatch.setattr(supervise, "_PAUSE_S", 0.01)
    workers = Workers(SLEEP, 2, os.environ)
    first = eventually(lambda: workers.pids, lambda pids: len(pids) == 2)
    os.kill(first[0], signal.SIGKILL)
    second = eventually(lambda: workers.pids, lambda pids: len(pids) == 2 and first[0] not in pids)
    assert first[1] in second
    workers.close()
    assert workers.pids == []
    assert all(is_gone(pid) for pid in {*first, *second})


def test_those_who_do_not_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that does not listen is ended after a while."""
    monkeypatch.setattr(supervise, "_STOP_S", 0.2)
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on'); time.sleep(60)"
    workers = Workers([sys.executable, "-c", stubborn], 1, os.environ)
    (pid,) = eventually(lambda: workers.pids, lambda pids: len(pids) == 1)
    workers.close()
    assert is_gone(pid)


@pytest.mark.parametrize("arguments", [["--jobs", "0"], ["--jobs", "x"], ["--data", "/no/such"]])
def test_bad_arguments(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """What is wrong with the arguments is said before anything is opened."""
    assert main(["worker", "--db", "/no/such/folder/x.db", *arguments]) == 2
    said = capsys.readouterr().err
    assert said
    assert "Traceback" not in said


class Service:
    """``hubport serve`` as a process, with a client."""

    def __init__(self, folder: Path, database: Path) -> None:
        command = [sys.executable, "-m", "api.cli", "serve", "--port", "0", "--data", str(folder), "--lang", "en"]
        environment = os.environ | {"HUBPORT_DB": str(database)}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        assert self.process.stdout is not None
        self._address = self.process.stdout.readline().strip().rsplit(" ", 1)[-1]

    def ask(self, path: str, body: object = None) -> dict[str, Any]:
        """Return what stands at an address, or the answer to what is sent there."""
        headers = {"idempotency-key": "k", "content-type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self._address}{path}", data, headers)  # noqa: S310 - our own server
        with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310 - our own server
            found: dict[str, Any] = json.load(response)
            return found

    @property
    def workers(self) -> list[int]:
        """The processes that the service has started and that run."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text(encoding="utf-8").rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[1]) == self.process.pid and fields[0] != "Z":
                found.append(int(stat.parent.name))
        return found

    def close(self) -> None:
        """Tell it to stop, and wait for it."""
        self.process.terminate()
        self.process.wait(60)
        if self.process.stdout is not None:
            self.process.stdout.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the small data set as a folder."""
    found = shutil.copytree(SMALL, tmp_path / "tables")
    settings = found / "settings.csv"
    text = settings.read_text(encoding="utf-8")
    if "reliability_seed" not in text:
        settings.write_text(f"{text}reliability_seed,7,seed,test,2026,high,no\n", encoding="utf-8")
    return found


def test_a_service_with_its_worker(folder: Path, tmp_path: Path) -> None:
    """A plan over HTTP; a worker that is killed is replaced; service and workers end together."""
    service = Service(folder, tmp_path / "kept.db")
    try:
        row = {"from": "CNWNZ", "to": "DEHAM-P", "weight_kg": 500, "volume_m3": 2, "pieces": 4, "ready": "2026-06-01"}
        job = service.ask("v1/plans", {"cargo": [{"id": "A"} | row], "time_limit": 1})
        (worker,) = eventually(lambda: service.workers, lambda pids: len(pids) == 1)
        found = eventually(lambda: service.ask(f"v1/jobs/{job['id']}"), lambda one: one["ended_at"] is not None)
        assert found["state"] == "done", found
        assert service.ask(found["result"].removeprefix("/"))["shipments"] == 1
        os.kill(worker, signal.SIGKILL)
        second = eventually(lambda: service.workers, lambda pids: bool(pids) and worker not in pids)
    finally:
        service.close()
    eventually(lambda: all(is_gone(pid) for pid in (worker, *second)))
    assert service.process.returncode == 0
