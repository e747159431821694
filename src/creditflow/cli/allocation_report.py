"""Show an allocation: what it earns, what each budget is worth, who gets what and why."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import xlsxwriter  # type: ignore[import-untyped]  # it ships no types
from rich.table import Table

from creditflow.cli.screen import screen
from creditflow.cli.words import _, language
from creditflow.domain.allocating import AllocatedLine, Allocation
from creditflow.domain.budgets import Measure, shadow_price_said
from creditflow.domain.sentences import Sentence, say
from creditflow.web.language import speech
from creditflow.web.sheets import Sheet, as_csv

MOST_SHOWN = 15
"""Changes that are printed; the output file has all."""


def print_allocation(allocation: Allocation) -> None:
    """Print the summary, the budgets with their shadow prices, and the largest changes."""
    said, console = speech(language()), screen()
    for sentence in _summary(allocation):
        print(said.tell(sentence))
    table = Table(_("Budget"), _("Allowed"), _("Used"), _("Share"))
    for use in allocation.uses:
        if use.is_told:
            share = use.used.ratio(use.budget.most)
            is_share = use.budget.measure is Measure.INSURED_SHARE
            most = "" if is_share else said.whole(use.budget.most)
            used = "" if is_share else said.whole(use.used)
            percent = said.percent(share) if share else ""
            table.add_row(said.tell(use.budget.called), most, used, percent)
    console.print(table)
    for use in sorted(allocation.uses, key=lambda use: -use.price):
        if use.price > 0:
            print(said.tell(shadow_price_said(use.budget, use.price)))
    for budget in allocation.idle:
        print(said.tell(say("No customer belongs to {budget}.", budget=said.tell(budget.called))))
    console.print(_changes(allocation))


def _summary(allocation: Allocation) -> Iterator[Sentence]:
    yield say(
        "Today's limits would earn {today} a year; the best allocation earns {earns}.",
        today=allocation.today,
        earns=allocation.earns,
    )
    if allocation.exceeded_today:
        yield say(
            "Today's limits exceed {count} of the budgets and other bounds.",
            count=allocation.exceeded_today,
        )
    shared = sum(use.budget.measure is Measure.SHARED for use in allocation.uses)
    caps = sum(use.budget.measure is Measure.CAP for use in allocation.uses)
    if shared or caps:
        yield say(
            "Besides the budgets, limits that groups share ({shared}) and caps of the policy"
            " ({caps}) bound it.",
            shared=shared,
            caps=caps,
        )
    yield say(
        "No limits within these budgets can earn more than {bound}: limits of two digits"
        " keep {kept} of it, the optimum is within {gap} of it.",
        bound=allocation.bound,
        kept=f"{allocation.kept:.2%}",
        gap=f"{max(0.0, allocation.gap):.0e}",
    )


def _changes(allocation: Allocation) -> Table:
    """The largest changes, by what they move in the base currency."""
    said = speech(language())
    table = Table(_("Customer"), _("Current limit"), _("Best limit"), _("Held by"))
    moved = sorted(allocation.lines, key=lambda each: -abs(_moves(each)))
    for each in moved[:MOST_SHOWN]:
        name = each.line.customer.called(language())
        current = said.whole(each.line.current)
        table.add_row(name, current, said.whole(each.limit), said.tell(each.held))
    return table


def _moves(each: AllocatedLine) -> int:
    current = each.line.current.minor if each.line.current else 0
    return int((each.limit.minor - current) * each.line.factor)


# ------------------------------------------------------------------ a file with everybody


def write_allocation(allocation: Allocation, file: Path) -> None:
    """Write current → best per customer, with what holds it, as CSV or XLSX by the file's name."""
    head = [
        *(_("Customer number"), _("Customer"), _("Sector"), _("Country"), _("Group")),
        *(_("Currency"), _("Current limit"), _("Best limit"), _("In base currency")),
        *(_("Earns a year"), _("Held by")),
    ]
    rows = _rows(allocation)
    if file.suffix.lower() == ".csv":
        file.write_bytes(as_csv([Sheet("", head, list(rows))]))
        return
    with xlsxwriter.Workbook(str(file), {"constant_memory": True}) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True, "bottom": 1})
        amount = book.add_format({"num_format": "#,##0.00"})
        sheet.set_column(0, len(head) - 1, 18)
        sheet.freeze_panes(1, 2)
        for column, name in enumerate(head):
            sheet.write_string(0, column, name, bold)
        for line, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(line, column, cell)
                elif cell is not None:
                    sheet.write_number(line, column, cell, amount)


def _rows(allocation: Allocation) -> Iterator[list[str | Decimal | None]]:
    said = speech(language())
    for each in allocation.lines:
        customer, current = each.line.customer, each.line.current
        yield [
            *(customer.id, customer.called(language()), customer.sector or ""),
            *(customer.country, customer.group or "", customer.currency),
            None if current is None else current.major,
            *(each.limit.major, each.base.major, each.earns.major),
            said.tell(each.held),
        ]
