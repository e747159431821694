"""Every signal as a page for people: unit, definition, source and shelf life."""

from itertools import groupby
from typing import Literal

from creditflow.domain.catalogue import DIMENSIONS, KINDS, SIGNALS, Kind
from creditflow.domain.freshness import SHELF_LIFE_DAYS
from creditflow.domain.signals import Dimension
from creditflow.web.language import speech
from creditflow.web.naming import name_of
from creditflow.web.signal_definitions import definition
from creditflow.web.signal_names import NAMES, SOURCES

HEAD = {
    "en": """# Signals

[中文](signals.zh-CN.md)

What an evaluation looks at. A scorecard asks for signals by these codes. Each carries its source, the day it speaks of
and a shelf life, which the policy may change (`shelf_life_days`). What is stale or missing counts as unknown: it never
reads as zero or as good. Amounts are in the customer's own currency, and every figure is a ratio of whole numbers.
""",
    "zh": """# 信号

[English](signals.md)

信用评估所依据的信号，评分卡按代码引用。每个信号都带有来源、所述日期和有效期；有效期可在信用政策中调整
（`shelf_life_days`）。过期或缺失的信号视为未知，绝不按零或良好处理。金额以客户币种计，所有数值均由整数计算得出。
""",
}
UNITS = {
    "days": "天数",
    "share": "比例",
    "times": "倍数",
    "count": "数量",
    "amount": "金额",
    "index": "指数",
    "category": "类别",
}
LEDGER = {"en": "ledger", "zh": "应收台账"}
STATEMENT = {"en": "financial statement", "zh": "财务报表"}
POLICY = {"en": "credit policy", "zh": "信用政策"}
COLUMNS = {
    "en": ("Code", "Name", "Unit", "Definition", "Source", "Good for"),
    "zh": ("代码", "名称", "单位", "定义", "来源", "有效期"),
}


def page(language: Literal["en", "zh"]) -> str:
    """The reference page: one table for each side of a customer."""
    say = speech("zh-CN" if language == "zh" else "en")
    parts = [HEAD[language]]
    by_dimension = groupby(sorted(SIGNALS, key=_place), key=lambda name: DIMENSIONS[name])
    for dimension, names in by_dimension:
        rows = [f"| {' | '.join(COLUMNS[language])} |", "|---" * 6 + "|"]
        for name in names:
            unit = SIGNALS[name] if language == "en" else UNITS[SIGNALS[name]]
            cells = (
                f"`{name}`",
                say.gettext(NAMES[name]),
                unit,
                say.gettext(definition(name)),
                _source(KINDS[name], language),
                _life(KINDS[name], language),
            )
            rows.append("| " + " | ".join(cells) + " |")
        parts.append(f"## {say.gettext(name_of(dimension))}\n\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def _place(name: str) -> tuple[int, int]:
    return list(Dimension).index(DIMENSIONS[name]), list(SIGNALS).index(name)


def _source(kind: Kind, language: Literal["en", "zh"]) -> str:
    own = {Kind.LEDGER: LEDGER, Kind.STATEMENT: STATEMENT, Kind.POLICY: POLICY}
    if kind in own:
        return own[kind][language]
    return speech("zh-CN" if language == "zh" else "en").gettext(SOURCES[kind])


def _life(kind: Kind, language: Literal["en", "zh"]) -> str:
    days = SHELF_LIFE_DAYS.get(kind)
    if days is None:
        return {"en": "the policy's version", "zh": "随政策版本"}[language]
    return {"en": f"{days} days", "zh": f"{days} 天"}[language]
