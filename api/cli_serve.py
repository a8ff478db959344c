"""``hubport serve``: the service and its page on this machine."""

from __future__ import annotations

import argparse
import os
import socket
import sys
from collections.abc import Mapping
from contextlib import ExitStack

from api.cli_common import CommandError, add_common, open_desk
from api.clock import Clock
from api.faults import Findings, RequestFaultsError
from api.identity.words import Auth
from api.texts import both, say
from data.fields import read_count

AUTH = "HUBPORT_AUTH"
_LAST_PORT = 65_535
_MOST_PROCESSES = 64
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("serve", help="启动网页与接口 / serve the page and the API")
    parser.add_argument("--host", default="127.0.0.1", help="监听地址 / address to listen on (127.0.0.1)")
    parser.add_argument("--port", default="8000", help="端口，0 为任意 / port, 0 for any (8000)")
    parser.add_argument("--auth", choices=("on", "off"), help="是否需要密钥 / whether keys are needed (HUBPORT_AUTH)")
    parser.add_argument("--db", metavar="URL", help="数据库文件或地址 / file or URL of the database (HUBPORT_DB)")
    parser.add_argument("--processes", default="1", help="进程数 / how many processes serve (1)")
    add_common(parser, with_json=False)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace, clock: Clock) -> int:
    # The web service brings more with it than the other commands need all together.
    import uvicorn  # noqa: PLC0415

    from api.app import create_app  # noqa: PLC0415
    from api.cli_db import open_store  # noqa: PLC0415
    from api.identity.people import first_token  # noqa: PLC0415
    from api.prefork import is_watched  # noqa: PLC0415

    found = Findings()
    port = read_count(found, "port", options.port, low=0, high=_LAST_PORT)
    processes = read_count(found, "processes", options.processes, low=1, high=_MOST_PROCESSES)
    if port is None or processes is None:
        raise RequestFaultsError(found.faults)
    auth = read_auth(options.auth, options.host)
    # The port is taken first, so that a busy one is known before the data is loaded.
    listener = listen(options.host, port)
    with listener, ExitStack() as office:
        print(say(options.lang, "loading"), file=sys.stderr, flush=True)
        store = open_store(options.db, is_migrated=True)
        office.callback(store.close)
        desk = open_desk(options, clock)
        desk.warm()
        shown = f"[{options.host}]" if ":" in options.host else options.host
        url = f"http://{shown}:{listener.getsockname()[1]}/"
        token = first_token(store, clock()) if auth == "on" else None
        if token is not None:
            print(say(options.lang, "first_link", url=f"{url}start?token={token}"), file=sys.stderr, flush=True)
        print(say(options.lang, "address", url=url), flush=True)
        if is_watched(processes, store):
            return 0
        config = uvicorn.Config(create_app(desk, store=store, auth=auth), log_level="warning", server_header=False)
        uvicorn.Server(config).run(sockets=[listener])
    return 0


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
