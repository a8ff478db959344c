"""Words of the pages and of the terminal, in both languages."""

from __future__ import annotations

from api.texts_agree import AGREE
from api.texts_codes import CODES
from api.texts_declare import DECLARE
from api.texts_insight import INSIGHT
from api.texts_jobs import JOBS
from api.texts_login import LOGIN
from api.texts_operate import OPERATE
from api.texts_papers import PAPERS
from api.texts_plan import PLAN
from api.texts_schedule import SCHEDULE
from api.texts_service import SERVICE
from api.texts_statistics import STATISTICS
from api.texts_stock import STOCK
from api.texts_stock_plan import STOCK_PLAN
from api.texts_stock_simulate import STOCK_SIMULATE
from viz.theme import Lang

LANGS: tuple[Lang, ...] = ("zh", "en")

_TEXTS: dict[str, tuple[str, str]] = {
    "title": ("Hubport 跨境货运方案", "Hubport freight planning"),
    "tagline": (
        "浙江货物出海：海运、铁路、空运，一次询价，全部方案",
        "One enquiry, every sensible door-to-door plan by sea, rail and air",
    ),
    "skip": ("跳到结果", "Skip to the results"),
    "switch": ("English", "中文"),
    "nav_quote": ("询价", "Quote"),
    "nav_network": ("运输网络", "Network"),
    "from": ("起运地", "From"),
    "to": ("目的地", "To"),
    "weight_kg": ("重量 (kg)", "Weight (kg)"),
    "volume_m3": ("体积 (m³)", "Volume (m³)"),
    "pieces": ("件数", "Pieces"),
    "ready": ("备货时间（起运地当地）", "Ready (local time at origin)"),
    "due": ("最晚到达（目的地当地）", "Due (local time at destination)"),
    "ready_short": ("备货", "ready"),
    "earliest_ready": ("最早备货", "earliest ready"),
    "due_short": ("最晚到达", "due"),
    "box": ("箱型", "Box type"),
    "boxes": ("箱数", "Boxes"),
    "loose": ("散货（不指定箱）", "Loose cargo"),
    "currency": ("币种", "Currency"),
    "goods": ("货类", "Goods class"),
    "ordinary_goods": ("普通货物", "Ordinary goods"),
    "modes": ("运输方式", "Modes"),
    "more_fields": ("更多条件", "More conditions"),
    "avoid": ("避开（方式、通道、关境、班次）", "Avoid (mode, passage, territory, service)"),
    "hs": ("海关编码", "HS code"),
    "value": ("货值", "Goods value"),
    "regime": ("监管方式", "Customs regime"),
    "max_transfers": ("最多中转次数", "Most transfers"),
    "submit": ("查询方案", "Find plans"),
    "place_hint": ("城市、县区或代码，中英文均可", "City, district or code, in Chinese or English"),
    "faults": ("请更正以下内容", "Please correct the following"),
    "results": ("方案", "Options"),
    "results_note": (
        "共 {count} 个方案，每个都不被其他方案在成本、到达时间和碳排放上同时超过。",
        "{count} options: none is beaten by another in cost, arrival and emissions at once.",
    ),
    "results_backward": (
        "倒排：共 {count} 个方案，每个都不被其他方案在成本、最晚备货时间和碳排放上同时超过。",
        "Planned backward: {count} options, none beaten by another in cost, latest ready time and emissions at once.",
    ),
    "backward": ("倒排：最晚何时备货（需填最晚到达）", "Plan backward: how late may it get ready (needs a due time)"),
    "pieces_count": ("{count} 件", "{count} pcs"),
    "no_route": ("没有可行方案", "No feasible route"),
    "reasons": ("原因", "Reasons"),
    "notes": ("说明", "Notes"),
    "nearest": ("最接近的方案（晚于要求）", "Closest options (later than asked)"),
    "option": ("方案", "Option"),
    "cost": ("运输成本", "Transport cost"),
    "departs": ("出发", "Departs"),
    "arrives": ("到达", "Arrives"),
    "days": ("天数", "Days"),
    "emissions": ("碳排放", "CO2e"),
    "on_time": ("准点率", "On time"),
    "legs": ("运输段", "Legs"),
    "best_in": ("最优", "Best in"),
    "best_cost": ("成本最低", "cheapest"),
    "best_time": ("最快", "fastest"),
    "best_latest_ready": ("可最晚备好", "latest ready"),
    "best_emissions": ("排放最低", "lowest CO2e"),
    "compromise": ("折中", "compromise"),
    "binding_cutoff": ("关键截止", "Binding cut-off"),
    "by_due": ("按最晚到达", "by due"),
    "at_most_late": ("晚到不超过 {limit}", "at most {limit} late"),
    "on_time_header": ("{name}（{limit}）", "{name} ({limit})"),
    "on_time_due": ("准点指不晚于要求的最晚到达时间", "On time means by the due time asked for"),
    "on_time_plan": (
        "未填最晚到达：准点指不晚于计划到达后 {limit}",
        "No due time given: on time means no later than {limit} after the planned arrival",
    ),
    "pieces_assumed": ("未填件数，按 1 件计算", "Pieces not given: taken as 1"),
    "pieces_limits": (
        "未填件数，按 1 件（{weight} kg）计算；适用的单件限重：{limits}。请填写件数",
        "Pieces not given: taken as 1 of {weight} kg; limits per piece applied: {limits}. Give the number of pieces",
    ),
    "similar": ("另有 {count} 个相近方案", "{count} similar"),
    "similar_numbers": (
        "另有 {count} 个相近方案：{numbers}（--json 全部列出）",
        "{count} similar: {numbers} (--json lists all)",
    ),
    "slack": ("余量", "slack"),
    "latest_ready": ("最晚备货", "Latest ready"),
    "p50": ("到达中位数", "Median arrival"),
    "p90": ("九成可达", "Nine in ten by"),
    "details": ("费用与行程", "Charges and itinerary"),
    "charges": ("费用明细", "Charges"),
    "charge": ("费用", "Charge"),
    "basis": ("计费", "Basis"),
    "amount": ("金额", "Amount"),
    "original": ("原币", "Original"),
    "source": ("来源", "Source"),
    "itinerary": ("行程", "Itinerary"),
    "step": ("环节", "Step"),
    "place": ("地点", "Place"),
    "begin": ("开始", "Begins"),
    "end": ("结束", "Ends"),
    "free_lines": ("另有 {count} 项不另收费", "{count} more lines without extra charge"),
    "days_unit": ("天", "days"),
    "total": ("合计", "Total"),
    "assumed": ("假设", "assumed"),
    "assumed_all": ("成本全部依据假设数据", "All of the cost rests on assumed figures"),
    "assumed_none": ("成本不含假设数据", "No part of the cost rests on assumed figures"),
    "assumed_range": (
        "成本中 {least} 至 {most} 依据假设数据，因方案而异",
        "{least} to {most} of the cost rests on assumed figures, depending on the option",
    ),
    "import_duty": (
        "进口关税未计入，填写海关编码和货值即可",
        "import duty is not included unless a commodity code and the value are given",
    ),
    "import_vat": ("进口增值税未计入", "import VAT is not included"),
    "import_taxes": ("进口税费未计入：{reason}", "import duty and VAT are not included: {reason}"),
    "insurance": ("货物保险未计入", "cargo insurance is not included"),
    "landed": ("到岸税费", "Due on arrival"),
    "landed_sum": (
        "{total}（关税 {duty}，规费 {fee}，增值税 {vat}），{date} 申报；连同运输 {all}",
        "{total} (duty {duty}, fees {fee}, VAT {vat}), declared on {date}; with the way {all}",
    ),
    "landed_written": ("{count} 票，已写入 {path}", "{count} consignments, written to {path}"),
    "landed_excise": ("其中消费税 {excise}", "of which excise {excise}"),
    "landed_range": ("{low} 至 {high}", "{low} to {high}"),
    "assumed_share": ("成本中 {percent} 依据假设数据", "{percent} of the cost rests on assumed figures"),
    "fx_note": (
        "1 {currency} = {rate} 元（{as_of}），逐项四舍五入",
        "1 {currency} = {rate} CNY ({as_of}), each line rounded half up",
    ),
    "show_map": ("看地图", "Show map"),
    "map": ("路线图", "Map of the route"),
    "map_column": ("地图", "Map"),
    "map_of": ("方案 {number} 路线图", "Map of option {number}"),
    "chart": ("成本与到达时间", "Cost against arrival"),
    "network_map": ("运输网络图", "Map of the transport network"),
    "all_local": ("时间均为当地时间，括号内为与 UTC 的时差", "All times are local; the offset from UTC follows"),
    "comma": ("、", ", "),
    "semicolon": ("；", "; "),
    "kg": ("kg", "kg"),
    "hours": ("{hours} 小时", "{hours} h"),
    "whole_days": ("{days} 天", "{days} d"),
    "days_hours": ("{days} 天 {hours} 小时", "{days} d {hours} h"),
    "incomplete": ("不完整", "incomplete"),
    "data": ("数据版本", "Data set"),
    "loading": ("正在加载数据…", "Loading data …"),
    "progress": ("已完成 {done}/{count} 票", "{done} of {count} shipments done"),
    "summary": ("{count} 票，{priced} 票有方案", "{count} shipments, {priced} with options"),
    "written": ("已写入 {path}", "wrote {path}"),
    "departures_none": ("没有班次", "no departures"),
    "no_place": ("没有匹配的地点", "no such place"),
    "cargo_cutoff": ("截货", "Cargo cut-off"),
    "service": ("班次", "Service"),
    "mode": ("方式", "Mode"),
    "leg": ("运输", "transport"),
    "export": ("出口报关", "export clearance"),
    "import": ("进口报关", "import clearance"),
    "clearance": ("通关", "clearance"),
    "stuff": ("装箱", "stuffing"),
    "strip": ("拆箱", "stripping"),
    "documentation": ("截单", "documents"),
    "vgm": ("截 VGM", "VGM"),
    "fcl_delivery": ("截重（整箱进港）", "box gate-in"),
    "lcl_delivery": ("截货（拼箱进仓）", "cargo delivery"),
    "customs": ("截关", "customs"),
    "lat": ("最晚交货", "latest acceptance"),
    "collection": ("揽收", "collection"),
    "column_row": ("行", "row"),
    "column_ref": ("编号", "ref"),
    "column_from": ("起运地", "from"),
    "column_to": ("目的地", "to"),
    "column_option": ("方案", "option"),
    "column_best_in": ("最优", "best_in"),
    "column_cost": ("运输成本", "cost"),
    "column_currency": ("币种", "currency"),
    "column_depart_at": ("出发", "depart_at"),
    "column_arrive_at": ("到达", "arrive_at"),
    "column_days": ("天数", "days"),
    "column_emissions_kg": ("碳排放kg", "emissions_kg"),
    "column_on_time_probability": ("准点率", "on_time_probability"),
    "column_modes": ("运输方式", "modes"),
    "column_route": ("路线", "route"),
    "column_assumed_share": ("假设占比", "assumed_share"),
    "column_message": ("说明", "message"),
    "footer": (
        "价格为参考，不含进口税费；下单前请向承运人确认。",
        "Prices are indicative, without import duty and VAT; confirm with the carrier before booking.",
    ),
    "address": ("Hubport 已启动：{url}", "Hubport is serving at {url}"),
    "not_loaded": ("表格有误，未予采用：", "the tables are refused:"),
    "bad_arguments": ("参数有误", "bad arguments"),
    "bad_request": ("请求有误", "the request is refused"),
    "row": ("第 {row} 行", "line {row}"),
    "port_taken": ("无法监听 {host}:{port}：{reason}", "cannot listen on {host}:{port}: {reason}"),
    "cannot_write": ("无法写入 {path}：{reason}", "cannot write {path}: {reason}"),
    "cannot_read": ("无法读取 {path}：{reason}", "cannot read {path}: {reason}"),
    "file_alone": (
        "读取文件时请勿同时给出单票参数：{flags}",
        "with a file, the fields of one shipment cannot be given: {flags}",
    ),
    "suffix": ("文件名应以 {choices} 结尾：{path}", "the file name must end in {choices}: {path}"),
    "noscript_map": ("查看地图需要启用 JavaScript。", "The map needs JavaScript."),
    "battery_loose": ("电池（单独）", "batteries, loose"),
    "battery_packed": ("电池（与设备包装）", "batteries packed with equipment"),
    "battery_in_equipment": ("电池（内置）", "batteries in equipment"),
    "dangerous": ("危险品", "dangerous goods"),
    "liquid": ("液体", "liquids"),
    "powder": ("粉末", "powders"),
    "magnetic": ("带磁", "magnetic goods"),
    "machinery_electronics": ("机电产品", "machinery and electronics"),
    "food": ("食品", "food"),
}


def say(lang: Lang, key: str, **values: object) -> str:
    """
    Return a text; an unknown key stands for itself, as codes of the tables do.

    Examples
    --------
    >>> say("zh", "pieces_count", count=3), say("en", "from"), say("en", "THC")
    ('3 件', 'From', 'THC')
    """
    tables = (
        _TEXTS, PLAN, INSIGHT, DECLARE, SCHEDULE, AGREE, PAPERS, SERVICE, JOBS, OPERATE, STATISTICS, STOCK,
        STOCK_PLAN, STOCK_SIMULATE, LOGIN, CODES,
    )  # fmt: skip
    pair = next((table[key] for table in tables if key in table), None)
    if pair is None:
        return key
    return pair[0 if lang == "zh" else 1].format(**values)


def both(key: str, **values: object) -> str:
    """Return a text in Chinese and English, for a reader whose language is unknown."""
    return f"{say('zh', key, **values)} / {say('en', key, **values)}"
