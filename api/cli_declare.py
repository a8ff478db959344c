"""``hubport declare``: orders, payments and waybills matched, lists made and summed up, customs messages checked."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from api import cli_declare_lists
from api.cli_common import CommandError, add_common, print_json
from api.cli_declare_lists import open_catalogue, read_day, rules_of, written
from api.clock import Clock
from api.faults import Findings, RequestFaultsError
from api.texts import both, say
from data.fields import read_count

_SEED_MOST = 2**63 - 1
_ORDERS = 1_000
_NONE = "-"


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands."""
    parser = commands.add_parser("declare", help="三单核对、清单与汇总 / match, list and sum up for the customs")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    _register_match(actions)
    cli_declare_lists.register(actions)
    _register_sample(actions)


def _register_match(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = actions.add_parser("match", help="核对订单、支付与运单 / match orders, payments and waybills")
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
    cli_declare_lists.add_direction(parser)
    add_common(parser)
    parser.set_defaults(run=_run_match)


def _run_match(options: argparse.Namespace, clock: Clock) -> int:
    from api.declare_files import OUTCOME, SUFFIXES, outcome_row, rows_file  # noqa: PLC0415
    from network.declare.join import outcomes  # noqa: PLC0415 - loads after the arguments were checked
    from network.declare.state import deliver, drafted  # noqa: PLC0415

    paths = {
        kind: [] if given == _NONE else [cli_declare_lists.existing(Path(given))]
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
        read = deliver(connection, paths, catalogue, rules)
        with rows_file(options.output, OUTCOME) as write:
            for outcome in outcomes(connection, rules, as_of):
                if outcome.kind == "order":
                    states[outcome.state] += 1
                    tolerant += outcome.is_tolerant
                reasons.update(reason.code for reason in outcome.reasons)
                write(outcome_row(outcome))
    found = {"read": read, "states": dict(states), "tolerant": tolerant, "reasons": dict(sorted(reasons.items()))}
    if options.json:
        print_json(found)
    else:
        print("\n".join(_match_text(options, read, states, reasons, tolerant)))
        cli_declare_lists.tell_assumed(options, rules)
        written(options)
    return 0


def _match_text(
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


def _register_sample(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = actions.add_parser("sample", help="生成带已知差错的三单样例 / a sample with known faults")
    parser.add_argument("--orders", default=str(_ORDERS), metavar="N", help="订单数 / orders (1000)")
    parser.add_argument("--seed", default="1", metavar="N", help="随机种子 / seed (1)")
    parser.add_argument("--from", dest="day", metavar="DATE", help="首日，默认上月 1 日 / first day (last month's)")
    parser.add_argument("-o", "--output", type=Path, metavar="FOLDER", required=True, help="文件夹 / folder")
    parser.add_argument("--headers", choices=("zh", "en"), help="表头语言 / language of the headers")
    cli_declare_lists.add_direction(parser)
    add_common(parser, with_json=False)
    parser.set_defaults(run=_run_sample)


def _run_sample(options: argparse.Namespace, clock: Clock) -> int:
    # Drawing needs a library of random numbers, which no other quick command does.
    from data.samples_declare import MOST_ORDERS, Sampler  # noqa: PLC0415
    from data.samples_declare_write import write_sample  # noqa: PLC0415

    found = Findings()
    orders = read_count(found, "orders", options.orders, low=1, high=MOST_ORDERS)
    seed = read_count(found, "seed", options.seed, low=0, high=_SEED_MOST)
    if orders is None or seed is None:
        raise RequestFaultsError(found.faults)
    day = _last_month(clock().date()) if options.day is None else read_day(options.day, "from")
    catalogue = open_catalogue(options)
    sampler = Sampler(catalogue, direction=options.direction, day=day, seed=seed)
    headers = options.headers or options.lang
    try:
        write_sample(options.output, sampler, orders, direction=options.direction, headers=headers)
    except OSError as error:
        raise CommandError(both("cannot_write", path=options.output, reason=error.strerror)) from None
    print(say(options.lang, "written", path=options.output), file=sys.stderr)
    return 0


def _last_month(day: dt.date) -> dt.date:
    """Return the first day of the month before."""
    return (day.replace(day=1) - dt.timedelta(days=1)).replace(day=1)
