"""The codes that enumerated columns may hold; a test compares them with the schema."""

from typing import Literal

Confidence = Literal["high", "medium", "low"]
HolidayRule = Literal["closed", "open"]
LocationKind = Literal[
    "cluster",
    "park",
    "city",
    "county_depot",
    "city_depot",
    "cfs",
    "supervision",
    "bonded_zone",
    "rail_terminal",
    "border",
    "seaport",
    "airport",
    "warehouse",
    "market",
]
LoadUnitKind = Literal["box", "uld", "truck"]
Mode = Literal["road", "rail", "sea", "air", "parcel"]
ServiceStatus = Literal["active", "seasonal", "suspended", "historic", "scenario"]
ExceptionAction = Literal["cancel", "add"]
FormClass = Literal["loose", "box"]
CutOffType = Literal["documentation", "vgm", "fcl_delivery", "lcl_delivery", "customs", "lat", "collection"]
Product = Literal["fcl", "lcl", "ftl", "ltl", "air", "parcel"]
TariffBasis = Literal["per_box", "per_truck", "per_kg", "per_wm", "breaks"]
SurchargePlace = Literal["origin", "destination", "leg"]
SurchargeBasis = Literal["per_box", "per_bl", "per_kg", "per_wm", "percent"]
HandlingDirection = Literal["in", "out"]
HandlingBasis = Literal["per_box", "per_bl", "per_kg", "per_wm"]
StorageBasis = Literal["per_box", "per_kg", "per_wm"]
StuffingDirection = Literal["stuff", "strip"]
ClearanceDirection = Literal["export", "import"]
ClearanceBasis = Literal["per_bl", "per_box"]
GoodsClass = Literal[
    "any",
    "battery_loose",
    "battery_packed",
    "battery_in_equipment",
    "dangerous",
    "liquid",
    "powder",
    "magnetic",
    "machinery_electronics",
    "food",
]
DemandTrait = Literal[
    "battery_loose",
    "battery_packed",
    "battery_in_equipment",
    "dangerous",
    "liquid",
    "powder",
    "magnetic",
    "machinery_electronics",
    "food",
    "cool",
    "chilled",
    "frozen",
    "odorous",
    "sensitive",
    "sealed",
]
MixingAttribute = Literal["regime", "dangerous", "battery", "temperature", "odour", "sealed"]
CebDocument = Literal["order", "payment", "waybill", "list", "cancel"]
CebFieldKind = Literal["text", "int", "decimal", "time", "date"]
CebCodeKind = Literal["currency", "country", "unit"]
RestrictionRule = Literal["forbid", "max_box_payload_g", "max_piece_g", "max_shipment_g"]
RefundKind = Literal["full", "advance", "on_entry", "exempt", "none"]
RegimeFact = Literal[
    "customer",
    "value",
    "buyer_year_value",
    "days_since_export",
    "credit",
    "way",
    "registered",
    "platform_order",
    "receipt",
    "payment",
    "waybill",
    "booking_list",
    "warehouse_registration",
    "market_record",
    "market_cluster",
    "contract",
    "bonded_area",
    "pilot_city",
    "pilot_zone",
    "supervised_site",
    "positive_list",
    "buyer_id",
    "returned",
    "licence",
    "inspection",
    "export_duty",
    "wants_refund",
]
RegimeTest = Literal["is", "is_not", "at_most"]
MixingScope = Literal["box", "declaration"]
CreditGradeCode = Literal["aeo", "ordinary", "dishonest"]
RoundingMode = Literal["half_up", "down", "up"]
DutyBase = Literal["cif", "fob"]
DutyUnit = Literal["kg", "item", "l"]
DutyCombine = Literal["percent", "amount", "sum", "max", "min"]
DutyNeed = Literal["origin_proof"]
SalesChannel = Literal["b2c", "b2b", "any"]
ValueKind = Literal["goods", "customs"]
LowValueDuty = Literal["normal", "exempt", "rate", "per_line"]
LowValueVat = Literal["normal", "exempt", "checkout", "included"]
FeeBasis = Literal["consignment", "line", "customs_value", "duty", "freight"]
Payer = Literal["seller", "buyer"]
HubResourceKind = Literal["declarant", "bay", "dock", "forklift", "seal", "gate"]
BookingTermKind = Literal["quote_valid", "hold_valid", "booking_close", "allotment_release"]
BookingAction = Literal["cancel", "amend", "roll"]
EventWordKind = Literal["biz_step", "disposition", "transaction", "party", "reason"]
EventType = Literal["object", "aggregation"]
EventAction = Literal["ADD", "OBSERVE", "DELETE"]
LegEnd = Literal["depart", "arrive"]
DcsaType = Literal["shipment", "transport", "equipment"]
HubTaskKind = Literal["documents", "declare", "inspect", "stuff", "seal", "gate_in"]
WarehouseAccess = Literal["public", "private", "unknown"]
WarehouseKind = Literal["warehouse", "rail_hub", "air_hub", "parcel_hub", "park", "marketplace"]
WarehouseFeeKind = Literal[
    "storage",
    "unloading",
    "inbound",
    "pick_pack",
    "last_mile",
    "return",
    "disposal",
    "fba_transfer",
]
WarehouseBasis = Literal[
    "per_m3_day",
    "per_box",
    "per_pallet",
    "per_carton",
    "per_first_item",
    "per_extra_item",
    "per_line",
    "per_parcel",
    "per_item",
]
CreditGrade = Literal["any", "aeo", "ordinary", "dishonest"]
PaperScope = Literal["shipment", "load"]
PaperSharing = Literal["shared", "alone"]
PaperFirst = Literal["plan", "fact"]
PaperGiver = Literal["shipper", "seller", "forwarder", "carrier", "depot"]
PaperDue = Literal[
    "documentation",
    "vgm",
    "fcl_delivery",
    "lcl_delivery",
    "customs",
    "lat",
    "collection",
    "clear_export",
    "clear_import",
    "stuff",
    "depart",
    "arrive",
]
PaperFieldKind = Literal[
    "text",
    "count",
    "mass",
    "volume",
    "money",
    "currency",
    "instant",
    "date",
    "container",
    "incoterm",
    "hs",
]
PaperValue = Literal[
    "subject",
    "shipment",
    "load",
    "houses",
    "shipper",
    "origin",
    "destination",
    "regime",
    "hs",
    "goods",
    "pieces",
    "mass",
    "volume",
    "value",
    "currency",
    "box",
    "boxes",
    "tare",
    "verified_mass",
    "verified_method",
    "mode",
    "service",
    "departure",
    "arrival",
    "depart_at",
    "arrive_at",
    "entry_place",
    "due_at",
    "chargeable",
]
