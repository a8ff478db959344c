"""``hubport declare lists``: lists of the orders that match."""

from __future__ import annotations

import argparse
import datetime as dt
import tempfile
from pathlib import Path

from api.cli_common import CommandError, add_common
from api.cli_declare_common import add_direction, existing, open_catalogue, rules_of, sending_time
from api.clock import Clock
from api.declare_give import give
from api.texts import both, say
from data.faultlist import FaultList

_NAME = {"export": "CEB603", "import": "CEB621"}


def register(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = actions.add_parser("lists", help="由相符的三单生成清单 / make lists of matched orders")
    parser.add_argument("state", type=Path, metavar="STATE", help="match 的状态文件 / the state file of match")
    parser.add_argument("--items", type=Path, required=True, metavar="FILE", help="商品资料 / items of the seller")
    parser.add_argument(
        "--declarant", type=Path, required=True, metavar="FILE", help="申报单位与固定字段 / fixed fields"
    )
    parser.add_argument("--at", metavar="YYYYMMDDhhmmss", help="清单时间，默认现在 / time of the lists (now)")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar="FILE",
        help=".ndjson，或报文文件夹 / .ndjson, or a folder of messages",
    )
    add_direction(parser)
    add_common(parser, with_json=False)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace, clock: Clock) -> int:
    from api.declare_files import draft  # noqa: PLC0415 - loads after the arguments were checked
    from data.ceb.messages import messages_of  # noqa: PLC0415
    from data.declare_lists import document_json, read_declarant, read_items  # noqa: PLC0415
    from network.declare.join import outcomes  # noqa: PLC0415
    from network.declare.lists import ListMaker  # noqa: PLC0415
    from network.declare.state import meta, open_state  # noqa: PLC0415

    at = sending_time(options, clock)
    catalogue = open_catalogue(options)
    message = catalogue.derived(messages_of)[_NAME[options.direction]]
    faults = FaultList()
    items = read_items(existing(options.items), faults)
    known = frozenset(message.head) | frozenset(message.transfer)
    declarant = read_declarant(existing(options.declarant), known, faults)
    faults.check()
    maker = ListMaker(catalogue, direction=options.direction, items=items, declarant=declarant, at=at)
    rules = rules_of(options, catalogue, dt.date.fromisoformat(at[:8]))
    count = 0
    with tempfile.TemporaryDirectory(prefix="declare-") as folder, open_state(options.state) as connection:
        if meta(connection, "direction") not in {None, options.direction}:
            raise CommandError(both("declare_nothing"))
        # Lists go to a file of their own first: all of them are sound, or none is written.
        place = Path(folder) / "lists.ndjson"
        with draft(place) as stream:
            for document, order in maker.make(outcomes(connection, catalogue, rules), options.state.name, faults):
                stream.write(document_json(document, order=order))
                count += 1
        faults.check()
        if not count:
            raise CommandError(both("declare_nothing"))
        give(options.output, place, declarant, catalogue)
    print(say(options.lang, "declare_lists", count=f"{count:,}", path=options.output))
    return 0
