"""``hubport declare sample``: orders, payments and waybills with known faults."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from pathlib import Path

from api.cli_common import CommandError, add_common
from api.cli_declare_common import add_direction, open_catalogue, read_day
from api.clock import Clock
from api.faults import Findings, RequestFaultsError
from api.texts import both, say
from data.fields import read_count

_SEED_MOST = 2**63 - 1
_ORDERS = 1_000


def register(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = actions.add_parser("sample", help="生成带已知差错的三单样例 / a sample with known faults")
    parser.add_argument("--orders", default=str(_ORDERS), metavar="N", help="订单数 / orders (1000)")
    parser.add_argument("--seed", default="1", metavar="N", help="随机种子 / seed (1)")
    parser.add_argument("--from", dest="day", metavar="DATE", help="首日，默认上月 1 日 / first day (last month's)")
    parser.add_argument("-o", "--output", type=Path, metavar="FOLDER", required=True, help="文件夹 / folder")
    parser.add_argument("--headers", choices=("zh", "en"), help="表头语言 / language of the headers")
    add_direction(parser)
    add_common(parser, with_json=False)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace, clock: Clock) -> int:
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
