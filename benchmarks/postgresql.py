"""A PostgreSQL server of one's own: in a folder of its own, reached by a socket in it, gone when it is closed."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import pg8000.dbapi

from benchmarks.processes import family, parents

_PATIENCE_S, _PAUSE_S = 60.0, 0.02
_SETTINGS = ("listen_addresses=", "max_connections=200", "shared_buffers=32MB")
_CARELESS = ("fsync=off", "full_page_writes=off")


class NoServerError(RuntimeError):
    """There is no PostgreSQL server on this machine, or nobody it may run as."""


def _binaries() -> Path:
    """Return the folder of the programs of PostgreSQL."""
    named = shutil.which("initdb")
    if named is not None:
        return Path(named).resolve().parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        msg = "no PostgreSQL server on this machine; `make system` says how to get one"
        raise NoServerError(msg)
    return found[-1].parent


def _account() -> tuple[dict[str, Any], pwd.struct_passwd]:
    """Return how to run a program as somebody who is not root, as the server demands, and who that is."""
    if os.geteuid() != 0:
        return {}, pwd.getpwuid(os.geteuid())
    for name in ("postgres", "nobody"):
        try:
            who = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}, who
    msg = "PostgreSQL does not run as root, and there is no account postgres or nobody"
    raise NoServerError(msg)


class Server:
    """
    A PostgreSQL server.

    Parameters
    ----------
    is_durable
        Whether it waits for the disk, as a server in earnest does.
    """

    def __init__(self, *, is_durable: bool = False) -> None:
        self._as, who = _account()
        self._bin = _binaries()
        self._settings = (*_SETTINGS, *(() if is_durable else _CARELESS))
        self.folder = Path(tempfile.mkdtemp(prefix="hubport-pg-"))
        os.chown(self.folder, who.pw_uid, who.pw_gid)
        self._count = 0
        self._run("initdb", "-D", "data", "-U", "hubport", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
        self.start()

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(  # noqa: S603 - a program of the server
            [self._bin / program, *arguments],
            cwd=self.folder,
            check=True,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            **self._as,
        )

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        options = " ".join(f"-c {setting!r}" for setting in (*self._settings, f"unix_socket_directories={self.folder}"))
        self._run("pg_ctl", "-D", "data", "-w", "-l", "log", "-o", options, "start")

    def stop(self, how: str = "immediate") -> None:
        """Stop the server; as if the machine had failed, unless told otherwise."""
        self._run("pg_ctl", "-D", "data", "-w", "-m", how, "stop")

    def processes(self) -> list[int]:
        """Return the processes of the server, the one that started all others first."""
        first = int((self.folder / "data" / "postmaster.pid").read_text(encoding="ascii").split()[0])
        return family(first)

    def kill(self) -> None:
        """End every process of the server at once, and wait until they are gone."""
        processes = self.processes()
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        end = time.monotonic() + _PATIENCE_S
        while not parents().keys().isdisjoint(processes):
            assert time.monotonic() < end, "the server does not end"
            time.sleep(_PAUSE_S)
        # Their numbers may be somebody else's, or not be given back yet, by the time it starts again.
        for name in ("data/postmaster.pid", f"{self._socket.name}.lock"):
            (self.folder / name).unlink(missing_ok=True)

    def close(self) -> None:
        """Stop the server and remove everything."""
        if (self.folder / "data" / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def execute(self, statement: str) -> None:
        """Execute a statement outside any transaction."""
        connection = pg8000.dbapi.connect("hubport", database="postgres", unix_sock=str(self._socket))
        try:
            connection.autocommit = True
            connection.cursor().execute(statement)
        finally:
            connection.close()

    @property
    def _socket(self) -> Path:
        return self.folder / ".s.PGSQL.5432"

    def url(self, name: str) -> str:
        """Return the address of a database."""
        return f"postgresql://hubport@/{name}?unix_sock={self._socket}"

    def new(self, template: str = "template1") -> str:
        """Make a database, like another one, and return its name."""
        self._count += 1
        name = f"db{self._count}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name
