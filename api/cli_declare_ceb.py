"""``hubport declare ceb``: messages of the customs checked and converted."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from pathlib import Path

from api.cli_common import add_common
from api.cli_declare_common import existing, open_catalogue, written
from api.clock import Clock
from api.declare_give import give
from api.texts import say
from data.faultlist import FaultList


def register(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = actions.add_parser("ceb", help="检查、转换海关报文 / check and convert customs messages")
    parser.add_argument("file", type=Path, metavar="FILE", help=".xml .ndjson 或文件夹 / file or folder")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help=".ndjson，或报文文件夹 / .ndjson, or a folder"
    )
    parser.add_argument(
        "--declarant", type=Path, metavar="FILE", help="写报文时的传输企业 / sender of written messages"
    )
    add_common(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace, clock: Clock) -> int:
    from api.declare_files import draft  # noqa: PLC0415
    from data.ceb.messages import messages_of  # noqa: PLC0415
    from data.declare_lists import document_json, read_any, read_declarant  # noqa: PLC0415

    del clock
    catalogue = open_catalogue(options)
    messages = catalogue.derived(messages_of)
    faults = FaultList()
    transfer: dict[str, str] = {}
    if options.declarant is not None:
        known = frozenset(name for message in messages.values() for name in (*message.transfer, *message.head))
        transfer = read_declarant(existing(options.declarant), known, faults)
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="declare-") as folder:
        place = Path(folder) / "documents.ndjson"
        with draft(place) as stream:
            for document, _ in read_any(existing(options.file), catalogue, faults):
                counts[document.message] += 1
                stream.write(document_json(document))
        faults.check()
        if options.output is not None:
            give(options.output, place, transfer, catalogue)
    if options.json:
        print(json.dumps(dict(counts)))
        return 0
    for name, count in counts.items():
        row = messages[name].row
        title = row.name_zh if options.lang == "zh" else row.name_en
        print(say(options.lang, "declare_ceb", message=name, name=title, count=count))
    written(options)
    return 0
