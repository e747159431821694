"""Empty XLSX files to fill in and hand in, one per kind, in Chinese and in English."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import yaml

from creditflow.domain.customer import Language
from creditflow.domain.hand_in import Kind
from creditflow.sources.fields import FIELDS, REQUIRED, Holds

if TYPE_CHECKING:
    from xlsxwriter.format import Format  # type: ignore[import-untyped]  # it ships no types
    from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]  # it ships no types

_ROWS = 5000
"""As many rows have lists to choose from and the right cell format."""

_SHEETS = {
    "groups": "集团", "customers": "客户", "invoices": "发票", "payments": "收款", "orders": "订单",
    "statements": "财务报表", "rates": "汇率",
    "signals": "外部信号", "covers": "保险额度", "guarantees": "担保",
}  # fmt: skip
_EXAMPLE = {"en": "Example", "zh-CN": "示例"}
_EXAMPLE_NOTE = {
    "en": "This row is an example. Only the first sheet is read.",
    "zh-CN": "此行为示例，只读取第一个工作表。",
}
_REQUIRED_NOTE = {"en": "Required. ", "zh-CN": "必填。"}
_FORMATS = {Holds.DATE: "yyyy-mm-dd", Holds.MONEY: "0.00"}


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """One column of a template in one language."""

    field: str
    header: str
    note: str
    example: str
    choices: tuple[str, ...]


def write_template(kind: str, language: Language) -> bytes:
    """An XLSX file for that kind, with its header and notes in that language.

    The second sheet holds an example. Raises ValueError for a kind that there is not.
    """
    # The inbox starts without it; it is slow to load, and few ever ask for a template.
    import xlsxwriter  # type: ignore[import-untyped]  # noqa: PLC0415

    columns = template_columns(Kind(kind), language)
    chinese = language == "zh-CN"
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        header = book.add_format({"bold": True, "bg_color": "#E8EEF4", "bottom": 1})
        needed = book.add_format({"bold": True, "bg_color": "#CFE0F0", "bottom": 1})
        formats = {
            holds: book.add_format({"num_format": _FORMATS.get(holds, "@")}) for holds in Holds
        }
        sheet = book.add_worksheet(_SHEETS[kind] if chinese else kind)
        _write_header(sheet, Kind(kind), columns, language, (header, needed))
        for at, column in enumerate(columns):
            width = max(14, len(column.header) * (2 if chinese else 1) + 2)
            sheet.set_column(at, at, width, formats[FIELDS[Kind(kind)][column.field]])
            if column.choices:
                choices = {"validate": "list", "source": list(column.choices)}
                sheet.data_validation(1, at, _ROWS, at, choices)
        example = book.add_worksheet(_EXAMPLE[language])
        example.write_row(0, 0, [c.header for c in columns], header)
        for at, column in enumerate(columns):
            example.write_string(1, at, column.example)
        example.write_string(3, 0, _EXAMPLE_NOTE[language])
        example.set_column(0, len(columns) - 1, 18)
    return file.getvalue()


def _write_header(
    sheet: "Worksheet",
    kind: Kind,
    columns: Sequence[TemplateColumn],
    language: Language,
    styles: "tuple[Format, Format]",
) -> None:
    for at, column in enumerate(columns):
        required = column.field in REQUIRED[kind]
        sheet.write_string(0, at, column.header, styles[required])
        note = (_REQUIRED_NOTE[language] if required else "") + column.note
        sheet.write_comment(0, at, note, {"author": "creditflow"})
    sheet.freeze_panes(1, 0)


@cache
def template_columns(kind: Kind, language: Language) -> tuple[TemplateColumn, ...]:
    """The columns of a template, in the order in which they stand in it."""
    text = resources.files(__package__).joinpath("template_columns.yaml").read_text("utf-8")
    table = yaml.safe_load(text)[kind.value]
    chinese = language == "zh-CN"
    return tuple(
        TemplateColumn(
            field=field,
            header=item["zh"] if chinese else field,
            note=item["note"][language],
            example=_in_chinese(item) if chinese else item["example"],
            choices=tuple((chinese and item.get("list_zh")) or item.get("list", ())),
        )
        for field, item in table.items()
    )


def _in_chinese(item: dict[str, list[str]]) -> str:
    """The example as a Chinese reader would choose it from the Chinese list."""
    example = str(item["example"])
    if "list_zh" not in item:
        return example
    return item["list_zh"][item["list"].index(example)]
