"""``hubport match``: orders, payments and waybills matched, with a reason for everything that does not match."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from api.cli_common import CommandError, add_common, print_json
from api.cli_declare_common import add_direction, existing, open_catalogue, read_day, rules_of, tell_assumed, written
from api.clock import Clock
from api.texts import both, say

_NONE = "-"


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("match", help="核对订单、支付与运单 / match orders, payments and waybills")
    for name, zh in (("orders", "订单"), ("payments", "支付"), ("waybills", "运单")):
        parser.add_argument(
            name,
            metavar=name.upper(),
            help=f"{zh}文件或文件夹，没有填 - / file or folder, - for none (.csv .ndjson .xlsx .xml)",
        )
    parser.add_argument(
        "--state",
        type=Path,
        metavar="FILE",
        help="状态文件，后到的单证接着核对 / keeps deliveries, so that later ones go on",
    )
    parser.add_argument(
        "--as-of", metavar="DATE", help="在此日期仍在时限内的缺单算等待 / what may still come is waited for"
    )
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="结果 .ndjson .csv .xlsx / results")
    add_direction(parser)
    add_common(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace, clock: Clock) -> int:
    from api.declare_files import SUFFIXES, ends_file  # noqa: PLC0415
    from network.declare.ends import ends  # noqa: PLC0415 - loads after the arguments were checked
    from network.declare.state import deliver, drafted  # noqa: PLC0415

    paths = {
        kind: [] if given == _NONE else [existing(Path(given))]
        for kind, given in (("order", options.orders), ("payment", options.payments), ("waybill", options.waybills))
    }
    as_of = None if options.as_of is None else read_day(options.as_of, "as_of")
    if options.output is not None and options.output.suffix.casefold() not in SUFFIXES:
        raise CommandError(both("suffix", choices=" ".join(SUFFIXES), path=options.output))
    catalogue = open_catalogue(options)
    rules = rules_of(options, catalogue, as_of or clock().date())
    states: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    tolerant = 0
    with drafted(options.state) as connection:
        read = deliver(connection, paths, catalogue, options.direction)
        with ends_file(options.output) as write:
            for end in ends(connection, catalogue, rules, as_of):
                if end.kind == "order":
                    states[end.state] += 1
                    tolerant += end.is_tolerant
                if end.reasons:
                    reasons.update(reason.code for reason in end.reasons)
                write(end)
    found = {"read": read, "states": dict(states), "tolerant": tolerant, "reasons": dict(sorted(reasons.items()))}
    if options.json:
        print_json(found)
    else:
        print("\n".join(_text(options, read, states, reasons, tolerant)))
        tell_assumed(options, rules)
        written(options)
    return 0


def _text(
    options: argparse.Namespace, read: dict[str, int], states: Counter[str], reasons: Counter[str], tolerant: int
) -> Iterator[str]:
    """Yield the lines of the answer."""
    lang = options.lang
    yield say(lang, "declare_read", **{kind: f"{count:,}" for kind, count in read.items()})
    yield say(lang, "declare_orders", count=f"{states.total():,}")
    for state in ("matched", "waiting", "unmatched"):
        if states[state] or state == "matched":
            yield f"  {say(lang, f'declare_state_{state}')}  {states[state]:,}"
    if tolerant:
        yield f"  {say(lang, 'declare_tolerant')}  {tolerant:,}"
    if reasons:
        yield say(lang, "declare_reasons")
    for code, count in sorted(reasons.items(), key=lambda item: (-item[1], item[0])):
        yield f"  {count:>9,}  {say(lang, code)}  ({code})"
