"""``hubport sample``: a realistic week of cargo, or a seller's stock, drawn from the profiles of the data set."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from pathlib import Path

from api.cli_common import CommandError, add_common, write_file
from api.clock import Clock
from api.faults import Findings, RequestFaultsError
from api.texts import both, say
from data.cargo_fields import SUFFIXES
from data.fields import read_count
from data.loading import load_catalogue

_SHIPMENTS = 300
_SKUS = 200
_MOST_SEED = 2**63 - 1


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("sample", help="生成一周样例货物 / draw a realistic week of cargo")
    parser.add_argument("--shipments", metavar="N", help="票数 / shipments (300)")
    parser.add_argument("--stock", action="store_true", help="改为卖家的商品、需求与库存 / a seller's stock instead")
    parser.add_argument("--skus", metavar="N", help="商品数，与 --stock 同用 / SKUs, with --stock (200)")
    parser.add_argument(
        "--marketplaces",
        action="store_true",
        help="平台仓 (FBA) 也有货，与 --stock 同用 / stock at marketplaces, too, with --stock",
    )
    parser.add_argument("--week", metavar="YYYY-Www", help="备货的周，或需求首周 / week it gets ready (next week)")
    parser.add_argument("--seed", default="1", metavar="N", help="随机种子 / seed (1)")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="文件 .xlsx .csv .json；默认输出 CSV / file (CSV on screen)"
    )
    parser.add_argument("--headers", choices=("zh", "en"), help="表头语言，默认同 --lang / language of the headers")
    add_common(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace, clock: Clock) -> int:
    if options.stock:
        return _run_stock(options, clock)
    # Drawing needs a library of random numbers, which no other quick command does.
    from data.cargo_write import cargo_bytes  # noqa: PLC0415
    from data.samples import MOST_SHIPMENTS, sample_cargo  # noqa: PLC0415

    found = Findings()
    shipments = read_count(found, "shipments", options.shipments or str(_SHIPMENTS), low=1, high=MOST_SHIPMENTS)
    seed = read_count(found, "seed", options.seed, low=0, high=_MOST_SEED)
    if shipments is None or seed is None:
        raise RequestFaultsError(found.faults)
    suffix = _suffix(options)
    if options.data is not None and not options.data.exists():
        raise CommandError(both("cannot_read", path=options.data, reason="not found"))
    catalogue = load_catalogue(options.data)
    cargo = sample_cargo(catalogue, shipments=shipments, week=options.week or _next_week(clock), seed=seed)
    content = cargo_bytes(cargo, catalogue, suffix, headers=options.headers or options.lang)
    if options.output is None:
        print(content.decode("utf-8-sig"), end="")
    else:
        write_file(options.output, content)
        print(say(options.lang, "written", path=options.output), file=sys.stderr)
    return 0


def _run_stock(options: argparse.Namespace, clock: Clock) -> int:
    from data.samples_stock import MOST_SKUS, sample_stock  # noqa: PLC0415
    from data.stock_write import stock_bytes, stock_files  # noqa: PLC0415

    if options.shipments is not None:
        raise CommandError(both("stock_not_with", flags="--shipments"))
    found = Findings()
    skus = read_count(found, "skus", options.skus or str(_SKUS), low=1, high=MOST_SKUS)
    seed = read_count(found, "seed", options.seed, low=0, high=_MOST_SEED)
    if skus is None or seed is None:
        raise RequestFaultsError(found.faults)
    if options.data is not None and not options.data.exists():
        raise CommandError(both("cannot_read", path=options.data, reason="not found"))
    path: Path | None = options.output
    suffix = ".json" if path is None else path.suffix.casefold()
    if suffix not in {".json", ".xlsx", ""}:
        raise CommandError(both("stock_suffix", path=path))
    catalogue = load_catalogue(options.data)
    week = options.week or _next_week(clock)
    stock = sample_stock(catalogue, skus=skus, week=week, seed=seed, marketplaces=options.marketplaces)
    headers = options.headers or options.lang
    if path is None:
        print(stock_bytes(stock, catalogue, suffix).decode(), end="")
        return 0
    if suffix:
        write_file(path, stock_bytes(stock, catalogue, suffix, headers=headers))
    else:
        _write_folder(path, stock_files(stock, catalogue, headers=headers))
    print(say(options.lang, "written", path=path), file=sys.stderr)
    return 0


def _write_folder(path: Path, files: dict[str, bytes]) -> None:
    """Write files into a folder, which is made if it does not exist."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(both("cannot_write", path=path, reason=error.strerror)) from None
    for name, content in files.items():
        write_file(path / name, content)


def _suffix(options: argparse.Namespace) -> str:
    """Return the form in which to write."""
    if options.output is None:
        return ".json" if options.json else ".csv"
    suffix: str = options.output.suffix.lower()
    if suffix not in SUFFIXES:
        raise CommandError(both("suffix", choices=" ".join(SUFFIXES), path=options.output))
    return suffix


def _next_week(clock: Clock) -> str:
    """Return the ISO week after the present one."""
    year, week, _ = (clock() + dt.timedelta(days=7)).isocalendar()
    return f"{year}-W{week:02d}"
