"""``hubport declare change``: messages that change or cancel lists after they were sent."""

from __future__ import annotations

import argparse
import datetime as dt
import tempfile
from collections import Counter
from collections.abc import Collection
from pathlib import Path

from api.cli_common import CommandError, add_common, print_json
from api.cli_declare_common import existing, open_catalogue, rules_of, sending_time
from api.clock import Clock
from api.declare_give import give
from api.texts import both, say
from data import Catalogue
from data.faultlist import FaultList, place_fault


def register(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = actions.add_parser("change", help="改单与撤单 / change or cancel lists that were sent")
    parser.add_argument(
        "sent", nargs="+", type=Path, metavar="SENT", help="已报清单及其后的变更 / lists sent, and their changes since"
    )
    parser.add_argument("--now", type=Path, metavar="LISTS", help="重新生成的清单 / the lists made anew")
    parser.add_argument("--cancel", type=Path, metavar="FILE", help="要撤的清单或订单与原因 / what to cancel, and why")
    parser.add_argument("--numbers", type=Path, metavar="FILE", help="海关给的清单编号 / numbers given by customs")
    parser.add_argument("--reason", default="", metavar="TEXT", help="不再生成的清单的撤销原因 / why lists are no more")
    parser.add_argument("--declarant", type=Path, metavar="FILE", help="写报文时的传输企业 / sender of messages")
    parser.add_argument("--at", metavar="YYYYMMDDhhmmss", help="报送时间，默认现在 / time of sending (now)")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FILE", help=".ndjson，或报文文件夹 / or a folder"
    )
    parser.add_argument("--regime", metavar="CODE", help="监管方式，默认取自设置 declare_regime / regime (setting)")
    add_common(parser)
    parser.set_defaults(run=_run, direction="export")


def _run(options: argparse.Namespace, clock: Clock) -> int:
    from api.declare_files import draft  # noqa: PLC0415 - loads after the arguments were checked
    from data.ceb.messages import messages_of  # noqa: PLC0415
    from data.declare_fields import CANCELLED, NUMBERS  # noqa: PLC0415
    from data.declare_lists import document_json, documents_in, read_declarant, read_keyed  # noqa: PLC0415
    from network.declare.changes import CANCEL, CANCELS, Changes  # noqa: PLC0415

    at = sending_time(options, clock)
    if options.now is None and options.cancel is None:
        raise CommandError(both("declare_change_what"))
    catalogue = open_catalogue(options)
    faults = FaultList()
    messages = catalogue.derived(messages_of)
    known = frozenset(name for message in messages.values() for name in (*message.transfer, *message.head))
    transfer = {} if options.declarant is None else read_declarant(existing(options.declarant), known, faults)
    numbers = {} if options.numbers is None else read_keyed(existing(options.numbers), NUMBERS, faults)
    asked = {} if options.cancel is None else read_keyed(existing(options.cancel), CANCELLED, faults)
    changes = Changes(
        catalogue,
        rules_of(options, catalogue, dt.date.fromisoformat(at[:8])),
        at=at,
        numbers={key: {"invtNo": row["invt_no"], "preNo": row["pre_no"]} for key, row in numbers.items()},
        reasons={key: row["reason"] for key, row in asked.items()},
        reason=options.reason,
    )
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="declare-") as folder:
        place, before, now = (Path(folder) / f"{name}.ndjson" for name in ("changes", "before", "now"))
        _copy(options.sent, CANCEL.keys() | CANCELS, before, catalogue, faults)
        if options.now is not None:
            _copy([options.now], CANCEL.keys(), now, catalogue, faults)
        faults.check()
        with draft(place) as stream:
            lists = None if options.now is None else documents_in(now)
            for change in changes.between(lambda: documents_in(before), lists, options.sent[0].name, faults):
                counts[change.kind] += 1
                order = {"platform": change.document.head.get("ebpCode", ""), "order_no": change.order_no}
                told = {"kind": change.kind, "list_no": change.list_no, "reason": change.reason}
                fields = [dict(zip(("field", "before", "now"), field, strict=True)) for field in change.fields]
                stream.write(document_json(change.document, order=order, change=told | {"fields": fields}))
        faults.check()
        if counts:
            give(options.output, place, transfer, catalogue)
    if options.json:
        print_json(dict(counts))
    elif counts:
        kinds = ("new", "changed", "cancelled", "withdrawn")
        print(say(options.lang, "declare_changes", path=options.output, **{kind: counts[kind] for kind in kinds}))
    else:
        print(say(options.lang, "declare_unchanged"))
    return 0


def _copy(paths: list[Path], wanted: Collection[str], place: Path, catalogue: Catalogue, faults: FaultList) -> None:
    """Check documents, and put them where they can be read more than once."""
    from api.declare_files import draft  # noqa: PLC0415
    from data.declare_lists import document_json, read_any  # noqa: PLC0415

    with draft(place) as stream:
        for path in paths:
            for document, label in read_any(existing(path), catalogue, faults):
                if document.message in wanted:
                    stream.write(document_json(document))
                else:
                    pair = ("此处只用清单及其变更", "only lists and what changes them are used here")
                    faults.add(place_fault((label, document.line), None, document.message, "change-message", pair))
