"""``python -m benchmarks.match_run METHOD FOLDER``: match the files of a folder, and say what it took."""

from __future__ import annotations

import csv
import json
import sys
import time
from pathlib import Path
from typing import Any

FILES = {"order": "orders.csv", "payment": "payments.csv", "waybill": "waybills.csv"}


def by_ours(folder: Path) -> dict[str, int]:
    """Match as `hubport match` does, state file and results included."""
    import datetime as dt  # noqa: PLC0415

    from api.declare_files import ends_file  # noqa: PLC0415
    from benchmarks.match import planted_of  # noqa: PLC0415
    from data.declare_rules import REGIME, DeclareRules  # noqa: PLC0415
    from data.loading import load_catalogue  # noqa: PLC0415
    from network.declare.ends import ends  # noqa: PLC0415
    from network.declare.state import deliver, drafted  # noqa: PLC0415

    catalogue = load_catalogue()
    regime = catalogue.setting(REGIME)
    rules = DeclareRules.of(catalogue, direction="import", regime=regime, day=dt.date(2026, 11, 22))
    matched = 0
    wrong = 0
    planted = planted_of(folder)
    with drafted(folder / "state") as connection:
        deliver(connection, {kind: [folder / name] for kind, name in FILES.items()}, catalogue, "import")
        with ends_file(folder / "out.ndjson") as write:
            for end in ends(connection, catalogue, rules):
                write(end)
                matched += end.state == "matched"
                expected = planted.pop((end.kind, end.number), None)
                wrong += [reason.code for reason in end.reasons] != ([] if expected is None else [expected])
    return {"matched": matched, "wrong": wrong + len(planted)}


def by_dict(folder: Path) -> dict[str, int]:
    """Match by dictionaries of rows: exact numbers, one payment and one waybill each, equal amounts and currencies."""
    payments, waybills = (_rows(folder / FILES[kind]) for kind in ("payment", "waybill"))
    paid = {row["order_no"]: row for row in payments}
    carried = {row["order_no"]: row for row in waybills}
    matched = 0
    with (folder / "dict.ndjson").open("w", encoding="utf-8") as stream:
        for row in _rows(folder / FILES["order"]):
            payment, waybill = paid.get(row["order_no"]), carried.get(row["order_no"])
            is_same = payment is not None and waybill is not None and _agrees(row, payment)
            matched += is_same
            stream.write(json.dumps({"number": row["order_no"], "matched": is_same}, ensure_ascii=False) + "\n")
    return {"matched": matched}


def _agrees(order: dict[str, str], payment: dict[str, str]) -> bool:
    return float(payment["amount"]) == float(order["paid"]) and payment["currency"] == order["currency"]


def _rows(path: Path) -> Any:  # noqa: ANN401 - a reader of the library
    return csv.DictReader(path.open(encoding="utf-8", newline=""))


def by_pandas(folder: Path) -> dict[str, int]:
    """Match by two merges of data frames, with the same conditions as the dictionaries."""
    import pandas as pd  # noqa: PLC0415

    frames = {kind: pd.read_csv(folder / name, dtype=str) for kind, name in FILES.items()}
    both = frames["order"].merge(frames["payment"], on="order_no", how="left", suffixes=("", "_paid"))
    both = both.merge(frames["waybill"], on="order_no", how="left", suffixes=("", "_carried"))
    is_same = both["paid"].astype(float).eq(both["amount"].astype(float)) & both["currency"].eq(both["currency_paid"])
    both["matched"] = is_same & both["waybill_no_carried"].notna()
    both[["order_no", "matched"]].to_json(folder / "pandas.ndjson", orient="records", lines=True)
    return {"matched": int(both["matched"].sum())}


METHODS = {"ours": by_ours, "dict": by_dict, "pandas": by_pandas}


def main() -> None:
    """Run one method, and print what it took as JSON."""
    method, folder = sys.argv[1:]
    begun, used = time.perf_counter(), time.process_time()
    found = METHODS[method](Path(folder))
    spent = {"seconds": time.perf_counter() - begun, "processor": time.process_time() - used}
    print(json.dumps(found | spent | {"memory": _most_memory_mib()}))


def _most_memory_mib() -> float:
    """Return the most resident memory of this process, 0 where the system does not tell."""
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="ascii").splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0.0)


if __name__ == "__main__":
    main()
