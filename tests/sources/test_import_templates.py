"""Templates: what they ask for is what we read, in both languages."""

import io

import openpyxl
import pytest

from creditflow.domain.hand_in import Kind
from creditflow.sources.fields import FIELDS
from creditflow.sources.hand_in_templates import template_columns, write_template
from tests.sources.hand_ins import errors, read


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("kind", list(Kind))
def test_a_template_asks_for_what_we_read(kind, language):
    book = openpyxl.load_workbook(io.BytesIO(write_template(kind.value, language)))

    first, second = book.worksheets
    headers = [cell.value for cell in first[1]]
    assert headers == [c.header for c in template_columns(kind, language)]
    assert [c.field for c in template_columns(kind, language)] == list(FIELDS[kind])
    assert all(cell.comment and cell.comment.text for cell in first[1])
    assert first.freeze_panes == "A2"
    assert first.max_row == 1
    lists = [c for c in template_columns(kind, language) if c.choices]
    assert len(first.data_validations.dataValidation) == len(lists)
    assert second.title == {"en": "Example", "zh-CN": "示例"}[language]


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("kind", list(Kind))
def test_the_example_can_be_handed_in(kind, language):
    data = write_template(kind.value, language)
    book = openpyxl.load_workbook(io.BytesIO(data))
    for at, cell in enumerate(book.worksheets[1][2], start=1):
        book.worksheets[0].cell(2, at, cell.value)
    filled = io.BytesIO()
    book.save(filled)

    hand_in = read(filled.getvalue(), kind.value, "filled.xlsx")

    assert errors(hand_in) == []
    assert len(getattr(hand_in, kind.value)) == 1


def test_an_empty_template_says_that_rows_are_missing():
    hand_in = read(write_template("invoices", "en"), "invoices", "t.xlsx")

    assert [str(p.what) for p in hand_in.problems] == ["The file has a header but no rows."]
