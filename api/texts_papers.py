"""Words of papers, on sheets, pages and in the terminal, in both languages."""

from __future__ import annotations

PAPERS: dict[str, tuple[str, str]] = {
    "papers_title": ("单证清单 {plan}", "Papers {plan}"),
    "papers_sheet_title": ("{sheet} · 单证 {plan}", "{sheet} · papers {plan}"),
    "papers_counts": (
        "{count} 份单证：齐全 {complete}，缺资料 {incomplete}，待取得 {obtain}",
        "{count} papers: {complete} complete, {incomplete} lack data, {obtain} to be obtained",
    ),
    "papers_none": ("没有需要的单证", "no papers are needed"),
    "papers_note": (
        "时间为截止依据所在地时间；字段为通行内容，以承运人与海关要求为准。标「假设」的行是估计。",
        "Local times. Fields are the usual ones, carrier and customs may ask for others. Assumed rows are estimates.",
    ),
    "sheet_papers": ("单证清单", "Checklist"),
    "sheet_papers_missing": ("缺失资料", "Missing"),
    "paper_due": ("截止", "Due"),
    "paper_by": ("依据", "By"),
    "paper_for": ("票 / 箱", "Shipment / load"),
    "paper_name": ("单证", "Paper"),
    "paper_issuer": ("出具方", "Issuer"),
    "paper_status": ("状态", "Status"),
    "paper_missing": ("缺失 / 所需", "Missing / needed"),
    "paper_leg": ("班次", "Departure"),
    "paper_note": ("备注", "Note"),
    "paper_field": ("字段", "Field"),
    "paper_value": ("内容", "Value"),
    "paper_line": ("第 {number} 项 {name}", "line {number} {name}"),
    "status_complete": ("齐全", "complete"),
    "status_incomplete": ("缺资料，不可使用", "INCOMPLETE, not for use"),
    "status_obtain": ("待取得", "to be obtained"),
    "paper_absent": ("【缺】", "[MISSING]"),
    "paper_assumed": ("假设", "assumed"),
    "paper_if_term": ("贸易术语为 {terms} 时", "where the incoterm is {terms}"),
    "clear_export": ("出口报关开始", "export clearance begins"),
    "clear_import": ("进口清关开始", "import clearance begins"),
    "paper_depart": ("起运", "departure"),
    "paper_arrive": ("到达", "arrival"),
    "SM1": ("SM1 方法一：整箱过磅", "SM1 method 1: the packed box was weighed"),
    "SM2": (
        "SM2 方法二：货物毛重加箱皮重（皮重取自 load_units 表或补充资料）",
        "SM2 method 2: cargo plus tare of the box (table load_units, or the facts)",
    ),
    "no_such_paper": ("没有这种单证：{kind}；可用：{choices}", "is no paper: {kind}; known: {choices}"),
    "no_such_subject": (
        "方案里没有起运的票或箱 {subject}；可用：{choices}",
        "no shipment or load unit {subject} travels in the plan; there are: {choices}",
    ),
    "facts_refused": ("补充资料有误，未出单证：", "the facts are faulty, and no papers were made:"),
    "papers_suffix": (
        "只能写 .xlsx、.html、.json 或文件夹：{path}",
        "only .xlsx, .html, .json or a folder can be written: {path}",
    ),
}
