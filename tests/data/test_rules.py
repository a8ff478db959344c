"""Every consistency rule, broken alone in an otherwise sound data set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from data import Catalogue, TableFaultsError
from data.consistency import RULES
from data.parsing import parse_table, raw_from_mappings
from tests.data.world import YEAR, Rows, build, faults_of, find, small

Break = Callable[[Rows], None]


def put(table: str, where: dict[str, str], **cells: object) -> Break:
    """Return a change of cells in the one row that matches."""
    return lambda rows: find(rows, table, **where).update(cells)


def add(table: str, like: dict[str, str], **cells: object) -> Break:
    """Return the addition of a row like another."""
    return lambda rows: rows[table].append(find(rows, table, **like) | cells)


def drop(table: str, **where: str) -> Break:
    """Return the removal of the one row that matches."""
    return lambda rows: rows[table].remove(find(rows, table, **where))


def fed(*, kind: str = "marketplace", fee: dict[str, str] | None = None, **cells: object) -> Break:
    """Return a marketplace in the place of the warehouse, with a fee for low stock."""
    known = {"source": "test", "as_of": "2026", "confidence": "high", "assumed": "no"}
    row = {
        "id": "MP-1", "warehouse": "W-HAM", "low_days": "28", "high_days": "154", "lead_days": "7", "late_days": "14",
        "sold_share": "1", "limit_m3": "", "currency": "EUR", **known, **cells,
    }  # fmt: skip
    tier = {
        "id": "ML-1", "marketplace": "MP-1", "from_days": "0", "to_days": "28", "above_kg": "", "to_kg": "",
        "price": "0.5", **known,
    } | (fee or {})  # fmt: skip

    def change(rows: Rows) -> None:
        find(rows, "warehouses", id="W-HAM")["kind"] = kind
        rows["marketplaces"].append(row)
        rows["low_stock_fees"].append(tier)

    return change


def both(*changes: Break) -> Break:
    """Return several changes as one."""

    def change(rows: Rows) -> None:
        for each in changes:
            each(rows)

    return change


SEA, SEA_END = {"id": "SEA-1"}, {"service": "SEA-1", "seq": "2"}
T1, T2, T3, T4 = ({"id": f"T-{number}"} for number in range(1, 5))
ALLOTTED = {"valid_to": "2026-06-30"}
STUFFED, STRIPPED = {"valid_to": "2026-06-30"}, {"process": "strip"}
NO_TIME: dict[str, Any] = {"run_min": 0, "run_p10_min": 0, "run_p90_min": 0}


def zero_circle(rows: Rows) -> None:
    """Add two ferries that take no time, each with a second leg that takes some."""
    for service, stops in {"Z1": ("CNWNZ", "CNNGB-P", "CNWNZ-A"), "Z2": ("CNNGB-P", "CNWNZ", "CNWNZ-A")}.items():
        add("services", SEA, id=service, transits="")(rows)
        add("tariffs", T1, id=f"T-{service}", service=service)(rows)
        for seq, stop in enumerate(stops, 1):
            run = 60 if seq == 3 else 0
            cells = {"run_min": run, "run_p10_min": run, "run_p90_min": run, "distance_m": 0}
            add("calls", SEA_END, service=service, seq=str(seq), location=stop, **cells)(rows)


BREAKS: list[tuple[str, Break]] = [
    ("duplicate-key", add("fx", {"currency": "USD"})),
    ("duplicate-key", add("holidays", {"date": "2026-01-01"})),
    ("dangling-reference", put("locations", {"code": "CNWNZ"}, territory="XX")),
    ("dangling-reference", put("calls", SEA_END, factor="nothing")),
    ("dangling-reference", put("services", SEA, transits="TW;XX")),
    ("dangling-reference", put("holidays", {"date": "2026-01-04"}, territory="XX")),
    ("sign", put("tariffs", T2, rate="-1")),
    ("sign", put("calls", SEA_END, stop_min="-5")),
    ("sign", put("fx", {"currency": "JPY"}, cny_per_unit="0")),
    ("currency-without-rate", put("tariffs", T2, currency="GBP")),
    ("validity", put("through_rates", {"id": "TR-1"}, valid_to="2025-12-31")),
    ("booking-term-time", put("booking_terms", {"id": "T1"}, minutes="0")),
    ("booking-term-twice", put("booking_terms", {"id": "T2"}, mode="")),
    ("booking-fee-share", put("booking_fees", {"id": "F1"}, percent="100.1")),
    ("booking-fee-twice", put("booking_fees", {"id": "F2"}, hours_before="0")),
    ("coordinates", put("locations", {"code": "CNWNZ"}, lat="90.1")),
    ("coordinates", put("locations", {"code": "CNWNZ"}, lon="-180.01")),
    ("unique-name", put("locations", {"code": "CNWNZ"}, name_zh="宁波港")),
    ("unique-name", put("locations", {"code": "CNWNZ"}, name_en="NINGBO PORT")),
    ("way-passages", put("services", SEA, passages="suez")),
    ("way-passages", put("services", SEA, passages="malacca;cape;suez")),
    ("way-passages", put("geometry", {"via": "malacca;suez"}, via="cape")),
    ("line", put("geometry", {"via": "malacca;suez"}, wkt="LINESTRING (1 2)")),
    ("line", put("geometry", {"via": "malacca;suez"}, wkt="LINESTRING (1 2, 3 90.5)")),
    ("line", put("geometry", {"via": "malacca;suez"}, wkt="LINESTRING (" + "1.5 2.5, " * 5000 + "x)")),
    ("setting-value", put("settings", {"key": "horizon_days"}, value="0")),
    ("setting-value", put("settings", {"key": "horizon_days"}, value="3661")),
    ("setting-value", put("settings", {"key": "reliability_seed"}, value="9" * 5000)),
    ("setting-value", put("settings", {"key": "search_days"}, value="121")),
    ("setting-value", put("settings", {"key": "planning_epoch"}, value="2026-01-01T00:00")),
    ("setting-value", put("settings", {"key": "planning_epoch"}, value="soon")),
    ("missing-setting", drop("settings", key="max_boxes")),
    ("base-currency", put("settings", {"key": "base_currency"}, value="USD")),
    ("base-currency", put("fx", {"currency": "CNY"}, cny_per_unit="1.1")),
    ("quantiles", put("calls", SEA_END, run_p90_min="100")),
    ("quantiles", put("clearance", {"id": "C-1"}, minutes_p10="241")),
    ("call-count", add("services", SEA, id="S9", status="historic")),
    ("call-sequence", put("calls", SEA_END, seq="3")),
    ("first-run", put("calls", {"service": "SEA-1", "seq": "1"}, distance_m="1")),
    ("zero-length", put("calls", SEA_END, **NO_TIME)),
    ("repeated-place", both(
        put("calls", {"service": "AIR-1", "seq": "2"}, location="CNWNZ-A", can_alight="yes"),
        drop("through_rates", id="TR-1"))),
    ("zero-cycle", zero_circle),
    ("week-offset", put("services", {"id": "AIR-2"}, week_offset="2")),
    ("allotment-size", put("allotments", ALLOTTED, capacity_teu_milli="")),
    ("allotment-overlap", put("allotments", ALLOTTED, valid_to="2026-07-01")),
    ("allotment-overlap", put("allotments", ALLOTTED, valid_to="")),
    ("allotment-overlap", add("allotments", ALLOTTED, valid_from="2027-05-01", valid_to="2027-05-01")),
    ("sign", put("allotments", ALLOTTED, capacity_m3="-1")),
    ("validity", put("allotments", {"service": "AIR-1"}, valid_to="2025-12-31")),
    ("dangling-reference", put("allotments", {"service": "AIR-1"}, service="AIR-9")),
    ("throughput-size", put("throughput", STUFFED, boxes_per_day="")),
    ("throughput-place", put("throughput", STRIPPED, location="CNNGB-P")),
    ("throughput-place", put("throughput", STRIPPED, process="stuff")),
    ("throughput-place", put("locations", {"code": "DEHAM-P"}, strips="no")),
    ("throughput-overlap", put("throughput", STUFFED, valid_to="2026-07-01")),
    ("throughput-overlap", put("throughput", STUFFED, valid_to="")),
    ("throughput-overlap", add("throughput", STRIPPED, valid_from="2026-12-31", valid_to="")),
    ("sign", put("throughput", STUFFED, boxes_per_day="-1")),
    ("validity", put("throughput", STRIPPED, valid_to="2025-12-31")),
    ("dangling-reference", put("throughput", STRIPPED, location="DEHAM-X")),
    ("missing-price", drop("tariffs", id="T-1")),
    ("tariff-overlap", add("tariffs", T2, id="T-9", valid_from="2026-12-31", valid_to="2027-06-30")),
    ("tariff-gap", add("tariffs", T2, id="T-9", valid_from="2027-01-02", valid_to="2027-06-30")),
    ("tariff-overlap", add("tariffs", T3, id="T-9")),
    ("scale-break", put("tariffs", T2, break_kg="45")),
    ("scale-mixture", put("tariffs", T4, currency="CNY")),
    ("scale-mixture", add("tariffs", T4, id="T-9", basis="per_kg", break_kg="", rate="30")),
    ("scale-period", add("tariffs", T4, id="T-9", valid_from="2027-01-01", valid_to="2027-06-30")),
    ("tariff-unit", put("tariffs", T2, unit="T9.6")),
    ("tariff-unit", put("tariffs", T1, unit="")),
    ("tariff-basis", put("tariffs", T2, basis="per_kg")),
    ("tariff-basis", put("tariffs", T1, basis="per_box")),
    ("tariff-pair", put("tariffs", T2, origin="DEHAM-P", destination="CNNGB-P")),
    ("tariff-pair", put("tariffs", T2, destination="DEFRA-A")),
    ("tariff-pair", put("calls", {"service": "ROAD-1", "seq": "2"}, can_alight="no")),
    ("through-pair", put("through_rates", {"id": "TR-1"}, hub="DEFRA-A", destination="TWTPE-A")),
    ("through-price", put("through_rates", {"id": "TR-1"}, second_service="SEA-1", hub="CNNGB-P")),
    ("location-kind", put("storage", {"id": "ST-1"}, kind="harbour")),
    ("scope", put("handling", {"id": "H-1"}, territory="CN")),
    ("scope", put("handling", {"id": "H-2"}, location="CNWNZ-A")),
    ("unique-scope", add("handling", {"id": "H-1"}, id="H-9")),
    ("unique-scope", add("clearance", {"id": "C-1"}, id="C-9")),
    ("unique-scope", add("storage", {"id": "ST-2"}, id="ST-9")),
    ("storage-start", put("storage", {"id": "ST-1"}, from_day="2")),
    ("storage-free-time", put("storage", {"id": "ST-2"}, free_min="0")),
    ("price-currency", put("surcharges", {"id": "S-2"}, currency="USD")),
    ("price-currency", put("surcharges", {"id": "S-1"}, currency="")),
    ("price-parts", put("handling", {"id": "H-2"}, basis="")),
    ("restriction-limit", put("restrictions", {"id": "R-1"}, value="5")),
    ("restriction-limit", put("restrictions", {"id": "R-2"}, value="")),
    ("demand-share", put("demand_traits", {"id": "T1"}, share_ppm="1000001")),
    ("demand-size", put("demand_regimes", {"id": "R1"}, volume_min_m3="6")),
    ("demand-size", put("demand_regimes", {"id": "R1"}, slack_max_days="20")),
    ("demand-size", put("demand_goods", {"id": "wine"}, parcel_kg="0")),
    ("demand-number", put("demand_days", {"id": "D1"}, weekday="8")),
    ("demand-number", put("demand_shares", {"id": "H8"}, month="13")),
    ("demand-regime", put("demand_places", {"id": "P2"}, regime="1210")),
    ("mixing-value", put("mixing_groups", {"id": "MG.odour.odorous"}, value="strong")),
    ("mixing-twice", add("mixing_groups", {"id": "MG.sealed.no"}, id="MG-9")),
    ("mixing-group", put("mixing_groups", {"id": "MG.regime.9810"}, shares="no")),
    ("rate-range", put("duty_rates", {"id": "DU-2"}, percent_low="18")),
    ("rate-range", put("duty_rates", {"id": "DU-2"}, percent_high="16")),
    ("rate-range", put("destination_rules", {"id": "DR-1"}, vat_percent_high="18")),
    ("rate-range", put("customs_fees", {"id": "CF-1"}, percent_low="1")),
    ("customs-area", put("low_value_rules", {"id": "LV-1"}, area="XX")),
    ("customs-area", put("duty_rates", {"id": "DU-1"}, origin="EU")),
    ("commodity-prefix", put("duty_rates", {"id": "DU-1"}, hs="9004.10")),
    ("commodity-prefix", put("low_value_rules", {"id": "LV-1"}, except_hs="61;6")),
    ("rate-parts", put("duty_rates", {"id": "DU-1"}, percent="")),
    ("rate-parts", put("duty_rates", {"id": "DU-1"}, combine="max", amount="2", currency="EUR")),
    ("rate-parts", put("low_value_rules", {"id": "LV-1"}, amount="")),
    ("rate-parts", put("customs_fees", {"id": "CF-1"}, basis="duty")),
    ("rate-parts", put("excise_rates", {"id": "EX-1"}, combine="amount")),
    ("rate-range", put("excise_rates", {"id": "EX-1"}, percent_low="11")),
    ("customs-area", put("excise_rates", {"id": "EX-1"}, area="XX")),
    ("commodity-prefix", put("excise_rates", {"id": "EX-1"}, hs="220")),
    ("inside-rate", put("excise_rates", {"id": "EX-1"}, percent="100")),
    ("period-overlap", add("excise_rates", {"id": "EX-1"}, id="EX-9", valid_from="2026-07-01")),
    ("home-territory", put("settings", {"key": "home_territory"}, value="XX")),
    ("missing-setting", drop("settings", key="home_territory")),
    ("value-band", put("low_value_rules", {"id": "LV-1"}, above="150")),
    ("vat-base", put("destination_rules", {"id": "DR-1"}, vat_base="duty;tax")),
    ("vat-base", put("destination_rules", {"id": "DR-1"}, vat_inside="yes", vat_percent="100")),
    ("vat-base", put("destination_rules", {"id": "DR-1"}, vat_percent="")),
    ("period-overlap", add("duty_rates", {"id": "DU-1"}, id="DU-9", valid_from="2026-07-01")),
    ("period-overlap", add("customs_fx", {"id": "FX-1"}, id="FX-9", valid_from="2026-12-31", valid_to="")),
    ("regime-condition", put("regime_rules", {"id": "RR-1"}, test="at_most", value="1")),
    ("regime-condition", put("regime_rules", {"id": "RR-1"}, value="b2c;c2c")),
    ("regime-condition", put("regime_rules", {"id": "RR-2"}, currency="")),
    ("regime-condition", put("regime_rules", {"id": "RR-2"}, value="many")),
    ("regime-code", put("regime_mixing", {"id": "RM-1"}, second="9999")),
    ("regime-code", put("regime_mixing", {"id": "RM-1"}, first="*")),
    ("ceb-node", put("ceb_messages", {"id": "CEB411"}, head="PayHead")),
    ("ceb-size", put("ceb_fields", {"id": "CEB411.PaymentHead.orderNo"}, max_length="0")),
    ("ceb-size", put("ceb_fields", {"id": "CEB411.PaymentHead.orderNo"}, decimals="2")),
    ("ceb-size", put("ceb_fields", {"id": "CEB411.PaymentHead.amountPaid"}, decimals="")),
    ("ceb-seq", put("ceb_fields", {"id": "CEB411.PaymentHead.note"}, seq="30")),
    ("ceb-code", add("ceb_codes", {"id": "CC.currency.502"}, id="CC-9")),
    ("declare-rule", put("declare_rules", {"id": "DR.key_case"}, rule="key_colour")),
    ("declare-value", put("declare_rules", {"id": "DR.key_case"}, value="maybe")),
    ("declare-value", put("declare_rules", {"id": "DR.most_payments"}, value="0")),
    ("declare-field", put("declare_rules", {"id": "DR.merge_line.export"}, value="gcode;colour")),
    ("declare-overlap", put("declare_rules", {"id": "DR.payment_needed.export"}, valid_to="2024-12-15")),
    ("sign", put("hub_resources", {"id": "HR-bay"}, count="0")),
    ("hub-resource-twice", add("hub_resources", {"id": "HR-bay"}, id="HR-9")),
    ("hub-overtime", put("hub_resources", {"id": "HR-declarant"}, currency="")),
    ("hub-hours", both(
        add("calendars", {"code": "OFFICE"}, code="NEVER", mon="", tue="", wed="", thu="", fri=""),
        put("hub_resources", {"id": "HR-bay"}, calendar="NEVER"))),
    ("hub-task-time", put("hub_tasks", {"id": "HT-seal"}, minutes="0")),
    ("hub-needs", put("hub_tasks", {"id": "HT-inspect-food"}, location="", needs="crane")),
    ("hub-inspection", put("hub_tasks", {"id": "HT-seal"}, odds_ppm="5")),
    ("hub-odds", put("hub_tasks", {"id": "HT-inspect"}, odds_ppm="1000001")),
    ("hub-quantiles", put("hub_tasks", {"id": "HT-inspect"}, p90_min="1")),
    ("hub-task-missing", put("hub_tasks", {"id": "HT-stuff"}, credit="aeo")),
    ("hub-needs-unmet", put("hub_tasks", {"id": "HT-inspect"}, needs="bay:scan")),
    ("hub-setting", drop("settings", key="hub_risk_ppm")),
    ("paper-goods", put("paper_rules", {"id": "PR-1"}, goods="food;wine")),
    ("paper-area", put("paper_rules", {"id": "PR-1"}, areas="EU;XX")),
    ("paper-area", put("paper_rules", {"id": "PR-1"}, origins="XX")),
    ("paper-incoterm", put("paper_rules", {"id": "PR-1"}, incoterms="XXX")),
    ("paper-regime", put("paper_rules", {"id": "PR-1"}, regime="9999")),
    ("paper-due", put("paper_rules", {"id": "PR-1"}, due="soon")),
    ("paper-condition", put("paper_rules", {"id": "PR-1"}, condition_en="")),
    ("dangling-reference", put("paper_rules", {"id": "PR-1"}, paper="letter")),
    ("sign", put("paper_rules", {"id": "PR-1"}, minutes_before="-1")),
    ("sign", put("paper_kinds", {"code": "invoice"}, version="0")),
    ("paper-name", put("paper_fields", {"id": "PF-1"}, field="No.")),
    ("paper-name", put("paper_fields", {"id": "PF-1"}, fact="subject", giver="shipper")),
    ("paper-source", put("paper_fields", {"id": "PF-1"}, plan="")),
    ("paper-giver", put("paper_fields", {"id": "PF-1"}, giver="shipper")),
    ("paper-giver", put("paper_fields", {"id": "PF-2"}, giver="")),
    ("paper-seq", put("paper_fields", {"id": "PF-3"}, seq="4")),
    ("paper-field-twice", put("paper_fields", {"id": "PF-1"}, field="currency")),
    ("paper-field-twice", put("paper_fields", {"id": "PF-1"}, field="lines")),
    ("paper-fact", put("paper_fields", {"id": "PF-1"}, fact="value", giver="shipper")),
    ("paper-fact", put("paper_fields", {"id": "PF-3"}, name_zh="金额")),
    ("paper-currency", put("paper_fields", {"id": "PF-3"}, field="money_of")),
    ("warehouse-place", put("locations", {"code": "DEWHV-W"}, kind="cfs")),
    ("warehouse-twice", add("warehouses", {"id": "W-HAM"}, id="W-9")),
    ("warehouse-service", put("warehouses", {"id": "W-HAM"}, services="storage;parking")),
    ("dangling-reference", put("warehouses", {"id": "W-HAM"}, location="DEHAM-X")),
    ("validity", put("warehouses", {"id": "W-HAM"}, valid_from="2026-07-01", valid_to="2026-06-30")),
    ("sign", put("warehouses", {"id": "W-HAM"}, capacity_m3="-1")),
    ("card-scope", put("fee_cards", {"id": "FC-HAM"}, territory="CN")),
    ("card-scope", put("fee_cards", {"id": "FC-HAM"}, is_default="yes")),
    ("card-overlap", both(
        add("fee_cards", {"id": "FC-HAM"}, id="FC-9", valid_from="2027-01-01"),
        add("warehouse_fees", {"id": "WF-7"}, id="WF-9", card="FC-9"))),
    ("card-overlap", both(
        add("fee_cards", {"id": "FC-DE"}, id="FC-9", valid_from="2026-12-31", valid_to=""),
        add("warehouse_fees", {"id": "WF-7"}, id="WF-9", card="FC-9"))),
    ("card-storage", drop("warehouse_fees", id="WF-7")),
    ("currency-without-rate", put("fee_cards", {"id": "FC-DE"}, currency="GBP")),
    ("dangling-reference", put("fee_cards", {"id": "FC-DE"}, territory="XX")),
    ("fee-basis", put("warehouse_fees", {"id": "WF-6"}, basis="per_carton")),
    ("fee-column", put("warehouse_fees", {"id": "WF-3"}, unit="")),
    ("fee-column", put("warehouse_fees", {"id": "WF-6"}, zone="domestic")),
    ("fee-column", put("warehouse_fees", {"id": "WF-6"}, to_day="9")),
    ("fee-column", put("warehouse_fees", {"id": "WF-6"}, to_kg="9")),
    ("fee-column", put("warehouse_fees", {"id": "WF-7"}, from_day="")),
    ("age-tier", put("warehouse_fees", {"id": "WF-2"}, from_day="32")),
    ("age-tier", put("warehouse_fees", {"id": "WF-2"}, from_day="30")),
    ("age-tier", put("warehouse_fees", {"id": "WF-7"}, from_day="2")),
    ("age-tier", put("warehouse_fees", {"id": "WF-2"}, to_day="90")),
    ("mass-band", put("warehouse_fees", {"id": "WF-4"}, above_kg="0.5")),
    ("mass-band", put("warehouse_fees", {"id": "WF-5"}, above_kg="2.1")),
    ("fee-twice", add("warehouse_fees", {"id": "WF-6"}, id="WF-9")),
    ("fee-end", put("warehouse_fees", {"id": "WF-5"}, to_kg="2")),
    ("sign", put("warehouse_fees", {"id": "WF-6"}, price="-0.1")),
    ("event-word-twice", add("event_words", {"id": "EW.step.other"}, id="EW.9")),
    ("milestone-twice", add("event_milestones", {"id": "loaded"}, id="again")),
    ("milestone-step", put("event_milestones", {"id": "loaded"}, biz_step="hoisting")),
    ("milestone-code", put("event_milestones", {"id": "loaded"}, dcsa_code="")),
    ("milestone-document", put("event_milestones", {"id": "held_up"}, dcsa_document="")),
    ("milestone-document", put("event_milestones", {"id": "loaded"}, dcsa_document="BKG")),
    ("wait-attempt", put("webhook_waits", {"id": "WW.03"}, attempt="4")),
    ("wait-shrinks", put("webhook_waits", {"id": "WW.03"}, wait_s="4")),
    ("sign", put("webhook_waits", {"id": "WW.01"}, wait_s="-1")),
    ("reach-twice", add("warehouse_reach", {"id": "WR-1"}, id="WR-2")),
    ("reach-border", put("warehouse_reach", {"id": "WR-1"}, market="TW")),
    ("reach-zone", put("warehouse_reach", {"id": "WR-1"}, zone="area")),
    ("marketplace-kind", fed(kind="warehouse")),
    ("marketplace-band", fed(late_days="6")),
    ("low-tier", fed(fee={"from_days": "1"})),
    ("low-mass", fed(fee={"above_kg": "1"})),
    ("stock-origin", add("settings", {"key": "stock_alert_days"}, key="stock_origin", value="XXXXX")),
    ("stock-setting", put("settings", {"key": "stock_alert_days"}, value="0")),
]  # fmt: skip


def test_the_small_data_set_is_sound() -> None:
    """Nothing is wrong with the data set that the breaches start from."""
    assert faults_of(small()) == []


# What is missing stands in no row.
OF_NO_ROW = {"missing-setting", "hub-setting", "hub-task-missing", "stock-setting"}
# A break in one place is seen from another as well: these are told together, and rightly.
TOLD_TOGETHER = {"through-price": {"through-pair"}, "location-kind": {"storage-start"}}


@pytest.mark.parametrize(
    ("name", "change"), BREAKS, ids=[f"{number}-{name}" for number, (name, _) in enumerate(BREAKS)]
)
def test_each_rule_alone(name: str, change: Break) -> None:
    """A breach of one rule is told as that rule, with its row and in both languages."""
    rows = small()
    change(rows)
    faults = faults_of(rows)
    assert {fault.rule for fault in faults} - TOLD_TOGETHER.get(name, set()) == {name}
    assert all(fault.message_zh and fault.message_en for fault in faults)
    assert all(fault.row is not None for fault in faults if name not in OF_NO_ROW)


def test_all_rules_are_broken_by_some_test() -> None:
    """No rule goes without a test that breaks it."""
    found: set[object] = set()
    for _, change in BREAKS:
        rows = small()
        change(rows)
        tables = {name: parse_table(raw_from_mappings(name, table)[0]).rows for name, table in rows.items()}
        catalogue = Catalogue(**tables, is_complete=True)
        found |= {rule.find for rule in RULES if rule.find not in found and list(rule.find(catalogue))}
    assert {rule.find for rule in RULES} == found


def test_all_faults_at_once() -> None:
    """Faults of many rules are reported together."""
    rows = small()
    for change in (BREAKS[2][1], BREAKS[6][1], BREAKS[8][1]):
        change(rows)
    assert {fault.rule for fault in faults_of(rows)} == {"dangling-reference", "sign"}
    assert len(faults_of(rows)) == 3


def test_completeness_is_for_whole_data_sets() -> None:
    """A few rows in a test need neither settings nor prices."""
    rows = small()
    del rows["settings"], rows["through_rates"]
    rows["tariffs"] = []
    Catalogue.from_rows(rows)
    with pytest.raises(TableFaultsError, match="missing-setting"):
        build(rows)


def test_an_allotment_of_nothing_is_sound() -> None:
    """Zero is a size: nothing may be used of the departures."""
    rows = small()
    find(rows, "allotments", **ALLOTTED)["capacity_teu_milli"] = "0"
    assert faults_of(rows) == []


@pytest.mark.parametrize("column", ["boxes_per_day", "kg_per_day", "m3_per_day"])
def test_a_throughput_of_nothing_is_sound(column: str) -> None:
    """Zero of any kind is a size: nothing is stuffed on the days, and no other size is needed."""
    rows = small()
    find(rows, "throughput", **STUFFED).update({"boxes_per_day": "", column: "0"})
    assert faults_of(rows) == []


def test_stuffing_and_stripping_do_not_overlap() -> None:
    """Periods of different processes of one place are apart."""
    rows = small()
    find(rows, "locations", code="CNWNZ")["strips"] = "yes"
    add("throughput", STUFFED, process="strip")(rows)
    assert faults_of(rows) == []


def test_all_faults_of_throughput_at_once() -> None:
    """A row that is wrong in several ways is told with all of them, beside the faults of others."""
    rows = small()
    add("throughput", STRIPPED, valid_from="2026-05-01", valid_to="2026-05-31", m3_per_day="-2")(rows)
    find(rows, "throughput", **STUFFED).update({"boxes_per_day": "", "process": "strip"})
    found = sorted(fault.rule for fault in faults_of(rows))
    assert found == ["sign", "throughput-overlap", "throughput-place", "throughput-size"]


def test_all_overlaps_of_allotments_at_once() -> None:
    """A short period within a long one does not hide that the next one lies within it, too."""
    rows = small()
    add("allotments", ALLOTTED, valid_from="2026-03-01", valid_to="2026-03-31")(rows)
    find(rows, "allotments", **ALLOTTED)["valid_to"] = "2026-12-31"
    assert sorted(fault.value for fault in faults_of(rows) if fault.value) == ["2026-03-01", "2026-07-01"]


def test_consecutive_periods_are_sound() -> None:
    """A price that ends the day before the next begins is neither gap nor overlap."""
    rows = small()
    find(rows, "tariffs", **T2)["valid_to"] = "2026-06-30"
    add("tariffs", T2, id="T-9", **(YEAR | {"valid_from": "2026-07-01"}))(rows)
    assert faults_of(rows) == []
