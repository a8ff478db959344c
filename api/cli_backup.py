"""``hubport backup`` and ``hubport restore``: everything the service keeps, as one file, and back."""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path

from api.cli_common import EXIT_NO_ROUTE
from api.cli_db import open_store
from api.clock import Clock
from api.texts import say


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands."""
    backup = _command(commands, "backup", "备份：服务照常运行 / back up the database while it is in use")
    backup.add_argument("file", metavar="FILE", type=Path, help="备份文件 / the file")
    backup.set_defaults(run=_run_backup)
    restore = _command(commands, "restore", "恢复到空数据库并核对 / restore into an empty database, and check it")
    restore.add_argument("file", metavar="FILE", type=Path, help="备份文件 / the file")
    restore.set_defaults(run=_run_restore)


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, text: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text)
    parser.add_argument("--db", metavar="URL", help="数据库文件或地址 / file or URL of the database (HUBPORT_DB)")
    parser.add_argument("--lang", choices=("zh", "en"), default="zh", help="语言 / language")
    return parser


def _run_backup(options: argparse.Namespace, clock: Clock) -> int:
    from api.backup import write_backup  # noqa: PLC0415 - brings the database with it

    with closing(open_store(options.db)) as store:
        found = write_backup(store.engines, options.file, clock())
    print(
        say(
            options.lang,
            "backup_written",
            path=options.file,
            tables=len(found.tables),
            rows=found.rows,
            head=f"{found.audit_entries}:{found.audit_head}",
        )
    )
    return 0


def _run_restore(options: argparse.Namespace, _: Clock) -> int:
    from api.backup_restore import restore  # noqa: PLC0415 - brings the database with it

    with closing(open_store(options.db)) as store:
        found, verdict = restore(store, options.file)
    print(say(options.lang, "restored", tables=len(found.tables), rows=found.rows, created_at=found.created_at))
    if not verdict.breaks:
        head = f"{verdict.entries}:{verdict.head}"
        print(say(options.lang, "audit_whole", count=verdict.entries, head=head))
        return 0
    print(say(options.lang, "audit_broken", count=len(verdict.breaks)))
    for seq, rule in verdict.breaks:
        print(f"  {seq}  {say(options.lang, f'audit_{rule}')}")
    return EXIT_NO_ROUTE
