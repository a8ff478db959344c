"""``hubport serve``: the service and its page on this machine."""

from __future__ import annotations

import argparse
import os
import socket
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, NamedTuple

from api.cli_common import CommandError, add_common, open_desk
from api.clock import Clock
from api.faults import Findings, RequestFaultsError
from api.identity.words import Auth
from api.settings import Settings, look, unknown
from api.texts import both, say
from data.fields import read_count

if TYPE_CHECKING:
    from api.desk import Desk
    from api.identity.settings import LogIn
    from api.jobs.supervise import Workers
    from api.limits import Bounds
    from api.store.session import Store

AUTH = "HUBPORT_AUTH"
_LAST_PORT = 65_535
_MOST_WORKERS = _MOST_PROCESSES = 64
_RATE = 50
"""Requests a second for each caller, where nothing else is said."""
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("serve", help="启动网页与接口 / serve the page and the API")
    parser.add_argument("--host", default="127.0.0.1", help="监听地址 / address to listen on (127.0.0.1)")
    parser.add_argument("--port", default="8000", help="端口，0 为任意 / port, 0 for any (8000)")
    parser.add_argument("--auth", choices=("on", "off"), help="是否需要密钥 / whether keys are needed (HUBPORT_AUTH)")
    parser.add_argument("--db", metavar="URL", help="数据库文件或地址 / file or URL of the database (HUBPORT_DB)")
    parser.add_argument("--processes", default="1", help="进程数 / how many processes serve (1)")
    parser.add_argument("--workers", default="1", metavar="N", help="执行作业的进程数 / processes that do jobs (1)")
    parser.add_argument(
        "--activate",
        action="store_true",
        help="启用 --data 的数据集，取代已启用的 / let the data set of --data count, whatever was activated",
    )
    add_common(parser, with_json=False)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace, clock: Clock) -> int:
    given = _read(options)
    if given.processes == 1:
        return _serve(options, clock, given)
    from api.prefork import common_folder  # noqa: PLC0415 - as below

    with common_folder():
        return _serve(options, clock, given)


def _serve(options: argparse.Namespace, clock: Clock, given: _Given) -> int:
    # The web service brings more with it than the other commands need all together.
    from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415

    from api.app import create_app  # noqa: PLC0415
    from api.cli_db import open_store  # noqa: PLC0415
    from api.datasets.opening import keep_started  # noqa: PLC0415
    from api.doors import Seats  # noqa: PLC0415
    from api.identity.people import first_token  # noqa: PLC0415
    from api.life import Life, leave, run  # noqa: PLC0415
    from api.logs import set_up  # noqa: PLC0415
    from api.prefork import slot_of  # noqa: PLC0415
    from api.ready import be_ready, prepare  # noqa: PLC0415
    from api.webhooks.guard import Guard  # noqa: PLC0415

    settings = given.settings
    auth = read_auth(options.auth, options.host)
    # The port is taken first, so that a busy one is known before the data is loaded.
    listener = listen(options.host, given.port)
    with listener, ExitStack() as office:
        print(say(options.lang, "loading"), file=sys.stderr, flush=True)
        set_up(settings.text("HUBPORT_LOG"), settings.text("HUBPORT_LOG_LEVEL"))
        store = open_store(options.db, is_migrated=True)
        office.callback(store.close)
        desk = _open(options, clock, store)
        keep_started(store, desk, is_active=options.activate)
        # Before there are more processes, so that they share it; what is warm last is frozen with all the rest.
        prepare()
        desk.warm()
        shown = f"[{options.host}]" if ":" in options.host else options.host
        url = f"http://{shown}:{listener.getsockname()[1]}/"
        token = first_token(store, clock()) if auth == "on" else None
        if token is not None:
            print(say(options.lang, "first_link", url=f"{url}start?token={token}"), file=sys.stderr, flush=True)
        print(say(options.lang, "address", url=url), flush=True)
        seats = Seats.of(given.processes) if given.processes > 1 else None
        bounds = read_bounds(settings, auth)
        slot = slot_of(given.processes, store, mark_process_dead)
        if slot is None:
            return 0
        # One of the processes looks after all workers.
        if slot == 0:
            office.callback(start_workers(options, given.workers).close)
        stage = Life()
        app = create_app(desk, store=store, auth=auth, bounds=bounds, life=stage, log_in=given.log_in, guard=Guard.of())
        # Streams of events would keep the service from stopping.
        app.state.watches.is_over = lambda: stage.is_going_down
        be_ready(app)
        run(app, stage, settings, listener, None if seats is None else seats._replace(mine=slot))
    return leave(0)


def _open(options: argparse.Namespace, clock: Clock, store: Store) -> Desk:
    """Return a desk with the data set that is active, or with the one that is named."""
    from api.datasets.opening import active_desk  # noqa: PLC0415 - brings the web service with it

    activated = None if options.activate else active_desk(store, clock)
    if activated is None:
        return open_desk(options, clock)
    shown = activated.catalogue.fingerprint[:12]
    print(say(options.lang, "data_active", fingerprint=shown), file=sys.stderr, flush=True)
    return activated


class _Given(NamedTuple):
    """What was said on the command line and in the environment."""

    settings: Settings
    log_in: LogIn
    port: int
    processes: int
    workers: int


def _read(options: argparse.Namespace) -> _Given:
    """Return what was said; refused with everything wrong with it."""
    from api.identity.settings import read_log_in  # noqa: PLC0415 - brings the web service with it

    found = Findings()
    port = read_count(found, "port", options.port, low=0, high=_LAST_PORT)
    processes = read_count(found, "processes", options.processes, low=1, high=_MOST_PROCESSES)
    workers = read_count(found, "workers", options.workers, low=0, high=_MOST_WORKERS)
    log_in = read_log_in(found, os.environ)
    settings, faults = look()
    if port is None or processes is None or workers is None or found.faults or faults.faults:
        raise RequestFaultsError([*found.faults, *faults.faults])
    for name, near in unknown().items():
        print(say(options.lang, "config_unknown", name=name, near=near or "-"), file=sys.stderr)
    return _Given(Settings(settings), log_in, port, processes, workers)


def read_bounds(settings: Settings, auth: Auth) -> Bounds:
    """Return how much a caller may use; where nobody has to say who they are, nobody is counted unless it is said."""
    from api.limits import Bounds, Tally  # noqa: PLC0415 - brings the web service with it

    rate = settings.number("HUBPORT_RATE")
    if rate is None:
        rate = _RATE if auth == "on" else 0
    return Bounds(
        rate=rate,
        burst=settings.whole("HUBPORT_BURST"),
        body_s=settings.whole("HUBPORT_BODY_SECONDS"),
        tally=Tally() if rate else None,
    )


def start_workers(options: argparse.Namespace, count: int) -> Workers:
    """Return workers that run as long as the service."""
    from api.jobs.supervise import Workers  # noqa: PLC0415 - as the service itself
    from api.store.engine import VARIABLE, default_location  # noqa: PLC0415 - as the service itself

    command = [sys.executable, "-m", "api.cli", "worker", "--watched", "--lang", options.lang]
    command += [] if options.data is None else ["--data", str(options.data.resolve())]
    # The address may hold a password, which is nothing for a list of processes.
    return Workers(command, count, os.environ | {VARIABLE: options.db or default_location()})


def read_auth(given: str | None, host: str, environment: Mapping[str, str] | None = None) -> Auth:
    """
    Return whether everybody has to say who they are.

    Parameters
    ----------
    given
        What the command line says, None if nothing.
    host
        Where the service listens: nobody has to on an address that only this machine reaches, unless it is told.
    environment
        Where `HUBPORT_AUTH` stands, that of the process by default.

    Raises
    ------
    CommandError
        When nobody would have to although others reach the service, or the setting is neither on nor off.
    """
    found = os.environ if environment is None else environment
    said = (given or found.get(AUTH, "")).strip().casefold()
    if said not in {"", "on", "off"}:
        raise CommandError(both("auth_unknown", value=said))
    is_local = host in _LOOPBACK
    if said == "off" and not is_local:
        raise CommandError(both("auth_needed", host=host))
    if said == "on" or (not said and not is_local):
        return "on"
    return "off"


def listen(host: str, port: int) -> socket.socket:
    """
    Return a bound socket, whose connections send without delay.

    Parameters
    ----------
    host
        Name or address of this machine.
    port
        Its port, 0 for any.

    Raises
    ------
    CommandError
        When the address cannot be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CommandError(both("port_taken", host=host, port=port, reason=reason)) from None
    # Connections inherit this; asyncio sets it only for sockets whose protocol was named. Without it the end of every
    # long answer waits up to 40 ms for the other side to acknowledge what came before.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
