"""``hubport db`` and ``hubport audit``: the database of the service, and its audit trail."""

from __future__ import annotations

import argparse
from contextlib import closing
from typing import TYPE_CHECKING

from api.cli_common import EXIT_BAD_INPUT, EXIT_NO_ROUTE, CommandError
from api.clock import Clock
from api.texts import both, say

if TYPE_CHECKING:
    from api.store.session import Store


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands."""
    database = commands.add_parser("db", help="数据库：升级、核对 / the database: upgrade, check")
    steps = database.add_subparsers(dest="step", required=True, metavar="STEP")
    _step(steps, "upgrade", "升级到本版本 / bring it to this version").set_defaults(run=_run_upgrade)
    _step(steps, "check", "是否适合本版本 / whether it fits this version").set_defaults(run=_run_check)
    audit = commands.add_parser("audit", help="审计记录 / the audit trail")
    steps = audit.add_subparsers(dest="step", required=True, metavar="STEP")
    verify = _step(steps, "verify", "核对审计记录是否完整 / whether the trail is whole")
    verify.add_argument(
        "--noted", metavar="N:HASH", action="append", default=[], help="另处记下的编号与散列 / a hash noted elsewhere"
    )
    verify.set_defaults(run=_run_verify)


def _step(steps: argparse._SubParsersAction[argparse.ArgumentParser], name: str, text: str) -> argparse.ArgumentParser:
    parser = steps.add_parser(name, help=text)
    parser.add_argument("--db", metavar="URL", help="数据库文件或地址 / file or URL of the database (HUBPORT_DB)")
    parser.add_argument("--lang", choices=("zh", "en"), default="zh", help="语言 / language")
    return parser


def open_store(location: str | None, *, is_migrated: bool = False) -> Store:
    """
    Return the store at a place, by default where the environment says.

    Parameters
    ----------
    location
        Path of a file, or a URL.
    is_migrated
        Whether to bring it to this version first.

    Raises
    ------
    StoreError
        When it cannot be used.
    """
    # Most commands need no database, and its libraries take their time.
    from api.store import migrate  # noqa: PLC0415
    from api.store.engine import default_location  # noqa: PLC0415
    from api.store.session import Store  # noqa: PLC0415

    store = Store(location or default_location())
    if is_migrated:
        migrate.upgrade(store.engines)
    return store


def _run_upgrade(options: argparse.Namespace, _: Clock) -> int:
    from api.store import migrate  # noqa: PLC0415

    with closing(open_store(options.db)) as store:
        before, after = migrate.upgrade(store.engines)
    print(say(options.lang, "db_upgraded", before=before or "-", after=after))
    return 0


def _run_check(options: argparse.Namespace, _: Clock) -> int:
    from api.store import migrate  # noqa: PLC0415

    with closing(open_store(options.db)) as store:
        found = migrate.check(store.engines)
    if not found:
        print(say(options.lang, "db_fits", revision=migrate.head_revision()))
        return 0
    print(say(options.lang, "db_differs"))
    for line in found:
        print(f"  {line}")
    return EXIT_NO_ROUTE


def _run_verify(options: argparse.Namespace, _: Clock) -> int:
    from api.store import audit  # noqa: PLC0415
    from api.store.session import WHOLE  # noqa: PLC0415

    noted = [_noted(text) for text in options.noted]
    with closing(open_store(options.db)) as store, store.read(WHOLE) as session:
        found = audit.verify(session, noted)
    if not found.breaks:
        print(say(options.lang, "audit_whole", count=found.entries, head=f"{found.entries}:{found.head}"))
        return 0
    print(say(options.lang, "audit_broken", count=len(found.breaks)))
    for seq, rule in found.breaks:
        print(f"  {seq}  {say(options.lang, f'audit_{rule}')}")
    return EXIT_NO_ROUTE


def _noted(text: str) -> tuple[int, str]:
    """Return a number and a hash; refused when a text is neither."""
    number, _, value = text.partition(":")
    if not number.isascii() or not number.isdecimal() or not value:
        raise CommandError(both("audit_noted_form", value=text), EXIT_BAD_INPUT)
    return int(number), value
