"""What an answer may use: modes, passages, territories and services, told apart by their names."""

from __future__ import annotations

import difflib
from typing import get_args

from api.faults import Findings
from data import Catalogue
from data.codes import Mode
from data.fields import is_blank, read_count, read_list, read_place
from data.messages import near_texts
from data.shipment import Filters
from viz.theme import MODES as MODE_STYLES

MODES: tuple[str, ...] = get_args(Mode)
KNOWN_PASSAGES = ("suez", "cape", "panama", "hormuz", "malacca", "sunda", "lombok", "babalmandab", "arctic")
"""Names of passages that are understood whether or not a service passes them."""
_PASSAGE_NAMES = {
    "苏伊士": "suez",
    "苏伊士运河": "suez",
    "好望角": "cape",
    "巴拿马": "panama",
    "巴拿马运河": "panama",
    "霍尔木兹": "hormuz",
    "马六甲": "malacca",
    "马六甲海峡": "malacca",
    "巽他": "sunda",
    "巽他海峡": "sunda",
    "龙目": "lombok",
    "龙目海峡": "lombok",
    "曼德海峡": "babalmandab",
    "北极航道": "arctic",
}
_MAX_VIA = 8
_MAX_TRANSFERS = 20


def read_filters(
    found: Findings,
    catalogue: Catalogue,
    *,
    avoid: object,
    modes: object,
    via: object,
    max_transfers: object,
    scenario: object,
) -> Filters:
    """Return the filters somebody meant; faults go to `found`."""
    allowed = _read_modes(found, modes)
    excluded: dict[str, set[str]] = {"mode": set(), "passage": set(), "territory": set(), "service": set()}
    names = catalogue.derived(_avoidable)
    for item in read_list(found, "avoid", avoid):
        match = names.get(item) or names.get(item.casefold())
        if match is None:
            near = [names[name][1] for name in difflib.get_close_matches(item.casefold(), names, 3)]
            found.add("avoid", item, "unknown_avoid", **near_texts(dict.fromkeys(near)))
        else:
            excluded[match[0]].add(match[1])
    left = frozenset(MODES if allowed is None else allowed) - excluded["mode"]
    if not left and allowed != frozenset():
        found.add("modes" if allowed is not None else "avoid", None, "no_mode_left")
    limits_modes = allowed is not None or excluded["mode"]
    return Filters(
        modes=left if limits_modes else None,
        avoid_services=frozenset(excluded["service"]),
        avoid_territories=frozenset(excluded["territory"]),
        avoid_passages=frozenset(excluded["passage"]),
        via=_read_via(found, catalogue, via),
        max_transfers=None
        if is_blank(max_transfers)
        else read_count(found, "max_transfers", max_transfers, low=0, high=_MAX_TRANSFERS),
        scenarios=_read_scenarios(found, catalogue, scenario),
    )


def passage_of(catalogue: Catalogue, text: str) -> str | None:
    """
    Return the passage a text names, None if it names none; a border point is one only where a service passes it.

    Parameters
    ----------
    catalogue
        With the passages of services.
    text
        A name in any of the usual forms.
    """
    kind, code = (
        catalogue.derived(_avoidable).get(text) or catalogue.derived(_avoidable).get(text.casefold()) or ("", "")
    )
    return code if kind == "passage" else None


def _mode_names() -> dict[str, str]:
    return {name: mode for mode in MODES for name in (mode, MODE_STYLES[mode].name_zh)}


def _avoidable(catalogue: Catalogue) -> dict[str, tuple[str, str]]:
    """
    Return what each name stands for, as (kind, code).

    The kinds are tried in the order mode, passage, territory, service; the first to know a name has it.
    """
    names: dict[str, tuple[str, str]] = {}
    passages = {name for row in catalogue.services for name in row.passages} | set(KNOWN_PASSAGES)
    groups = [
        ("mode", _mode_names()),
        ("passage", {name: name for name in sorted(passages)} | _PASSAGE_NAMES),
        (
            "territory",
            {name: row.code for row in catalogue.territories for name in (row.code, row.name_zh, row.name_en)},
        ),
        ("service", {row.id: row.id for row in catalogue.services}),
    ]
    for kind, group in groups:
        for name, code in group.items():
            names.setdefault(name, (kind, code))
    for name, match in list(names.items()):
        names.setdefault(name.casefold(), match)
    return names


def _read_modes(found: Findings, value: object) -> frozenset[str] | None:
    names = _mode_names()
    items = read_list(found, "modes", value)
    for item in items:
        if item not in names:
            found.add("modes", item, "unknown_mode", choices=", ".join(MODES))
    return frozenset(names[item] for item in items if item in names) if items else None


def _read_via(found: Findings, catalogue: Catalogue, value: object) -> tuple[str, ...]:
    items = read_list(found, "via", value)
    if len(items) > _MAX_VIA:
        found.add("via", value, "too_many", limit=_MAX_VIA)
    codes = [read_place(found, "via", item, catalogue) for item in items[:_MAX_VIA]]
    return tuple(dict.fromkeys(code for code in codes if code is not None))


def _statuses(catalogue: Catalogue) -> dict[str, str]:
    """Return the status of each service."""
    return {row.id: row.status for row in catalogue.services}


def _read_scenarios(found: Findings, catalogue: Catalogue, value: object) -> frozenset[str]:
    statuses = catalogue.derived(_statuses)
    chosen = []
    for item in read_list(found, "scenario", value):
        if item not in statuses:
            near = difflib.get_close_matches(item, statuses, 3)
            found.add("scenario", item, "unknown_service", **near_texts(near))
        elif statuses[item] != "scenario":
            found.add("scenario", item, "not_scenario", status=statuses[item])
        else:
            chosen.append(item)
    return frozenset(chosen)
