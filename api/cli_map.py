"""``hubport map``: the network, or the options of a quote, as one HTML file that needs nothing else."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from api.avoid import MODES
from api.cli_common import EXIT_NO_ROUTE, add_common, open_desk, write_file
from api.cli_quote import add_request, read_ask, write_map
from api.clock import Clock
from api.faults import Findings, RequestFaultsError
from api.human import quote_text
from api.texts import say
from data.fields import read_list


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its two kinds of map."""
    parser = commands.add_parser("map", help="地图 / draw a map")
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
    network = kinds.add_parser("network", help="运输网络 / everything that runs")
    network.add_argument("--mode", action="append", metavar="MODE,...", help="只画这些方式 / only these modes")
    network.set_defaults(run=_run_network)
    quote = kinds.add_parser("quote", help="一票货物的首个方案 / the first option of a quote")
    add_request(quote)
    quote.set_defaults(run=_run_quote)
    for kind in (network, quote):
        kind.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.html", help="文件 / file")
        add_common(kind, with_json=False)


def _run_network(options: argparse.Namespace, clock: Clock) -> int:
    found = Findings()
    modes = read_list(found, "mode", options.mode)
    for mode in modes:
        if mode not in MODES:
            found.add("mode", mode, "unknown_mode", choices=", ".join(MODES))
    if found.faults:
        raise RequestFaultsError(found.faults)
    # Drawing brings a large library with it, which only maps need.
    from viz.maps import page  # noqa: PLC0415

    desk = open_desk(options, clock)
    write_file(options.output, page(desk.network_layers(options.lang, modes or None), lang=options.lang))
    print(say(options.lang, "written", path=options.output), file=sys.stderr)
    return 0


def _run_quote(options: argparse.Namespace, clock: Clock) -> int:
    desk = open_desk(options, clock)
    answer = desk.ask(read_ask(options))
    print(quote_text(desk.renderer.quote(*answer), options.lang))
    write_map(desk, answer, options.output, options)
    return 0 if answer.quote.options else EXIT_NO_ROUTE
