"""Writing a sample of orders, payments and waybills as a folder of CSV files."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from data.declare_fields import DECLARANT, FIELDS, GOODS, ITEM

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import Any

    from data.declare_fields import Field
    from data.samples_declare import Sampler
    from data.samples_declare_values import Row

_PLANTED = ("kind", "platform", "number", "reason")
_COMMON = {
    "customsCode": "2910",
    "portCode": "2910",
    "agentCode": "33019600AG",
    "agentName": "样例报关行",
    "trafMode": "5",
    "wrapType": "2",
    "appStatus": "2",
    "copCode": "33019600AG",
    "copName": "样例报关行",
    "dxpMode": "DXP",
    "dxpId": "DXPSAMPLE001",
}
_EXPORT = {"statisticsFlag": "B", "ownerCode": "33019600OW", "ownerName": "样例生产销售单位", "note": "样例"}
_IMPORT = {
    "assureCode": "33019600AG",
    "buyerIdType": "1",
    "trafNo": "CA-SAMPLE",
    "voyageNo": "CA001",
    "billNo": "999-00000001",
    "country": "116",
    "note": "样例",
}


def write_sample(folder: Path, sampler: Sampler, orders: int, *, direction: str, headers: str = "en") -> None:
    """
    Write ``orders.csv``, ``payments.csv``, ``waybills.csv``, ``items.csv``, ``declarant.csv`` and ``planted.csv``.

    The last one says of every order with a planted fault with which reason it must end.

    Parameters
    ----------
    folder
        Made if it does not exist; files of these names are replaced.
    sampler
        Draws the orders.
    orders
        How many.
    direction
        ``export`` or ``import``, as the sampler's.
    headers
        Language of the headers, ``en`` or ``zh``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    columns = {f"{kind}s": FIELDS[kind] + (GOODS if kind == "order" else ()) for kind in FIELDS}
    streams = {name: (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") for name in (*columns, "planted")}
    try:
        writers = {name: _writer(streams[name], fields, headers) for name, fields in columns.items()}
        planted = csv.DictWriter(streams["planted"], _PLANTED, lineterminator="\n")
        planted.writeheader()
        for made in sampler.draw(orders):
            for name, write in writers.items():
                for row in getattr(made, name):
                    write(row)
            planted.writerows(made.planted)
    finally:
        for stream in streams.values():
            stream.close()
    _write(folder / "items.csv", ITEM, iter(sampler.items), headers)
    common = _COMMON | {"tradeMode": sampler.regime} | (_EXPORT if direction == "export" else _IMPORT)
    _write(folder / "declarant.csv", DECLARANT, ({"field": k, "value": v} for k, v in common.items()), headers)


def _writer(stream: Any, fields: tuple[Field, ...], headers: str) -> Any:  # noqa: ANN401 - what the library gives
    """Return what writes a row, after the headers were written."""
    names = [field.name for field in fields]
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([field.name if headers == "en" else field.zh for field in fields])

    def write(row: Mapping[str, str]) -> None:
        writer.writerow([row.get(name, "") for name in names])

    return write


def _write(path: Path, fields: tuple[Field, ...], rows: Iterator[Row], headers: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        write = _writer(stream, fields, headers)
        for row in rows:
            write(row)
