"""``hubport serve``: the service and its page on this machine."""

from __future__ import annotations

import argparse
import socket
import sys

from api.cli_common import CommandError, add_common, open_desk
from api.clock import Clock
from api.faults import Findings, RequestFaultsError
from api.texts import both, say
from data.fields import read_count

_LAST_PORT = 65_535


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("serve", help="启动网页与接口 / serve the page and the API")
    parser.add_argument("--host", default="127.0.0.1", help="监听地址 / address to listen on (127.0.0.1)")
    parser.add_argument("--port", default="8000", help="端口，0 为任意 / port, 0 for any (8000)")
    add_common(parser, with_json=False)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace, clock: Clock) -> int:
    # The web service brings more with it than the other commands need all together.
    import uvicorn  # noqa: PLC0415

    from api.app import create_app  # noqa: PLC0415

    found = Findings()
    port = read_count(found, "port", options.port, low=0, high=_LAST_PORT)
    if port is None:
        raise RequestFaultsError(found.faults)
    # The port is taken first, so that a busy one is known before the data is loaded.
    listener = listen(options.host, port)
    with listener:
        print(say(options.lang, "loading"), file=sys.stderr, flush=True)
        desk = open_desk(options, clock)
        desk.warm()
        config = uvicorn.Config(create_app(desk), log_level="warning", server_header=False)
        shown = f"[{options.host}]" if ":" in options.host else options.host
        url = f"http://{shown}:{listener.getsockname()[1]}/"
        print(say(options.lang, "address", url=url), flush=True)
        uvicorn.Server(config).run(sockets=[listener])
    return 0


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
