"""Show an allocation: what it earns, what each budget is worth, who gets what and why."""

import csv
from collections.abc import Iterator
from pathlib import Path

import xlsxwriter  # type: ignore[import-untyped]  # it ships no types
from rich.console import Console
from rich.table import Table

from creditflow.cli.words import _, language
from creditflow.domain.allocating import AllocatedLine, Allocation, BudgetUse
from creditflow.domain.budgets import Measure, Scope, shadow_price_said
from creditflow.domain.money import Money
from creditflow.domain.sentences import Sentence, say
from creditflow.web.language import speech

MOST_SHOWN = 15
"""Changes that are printed; the output file has all."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula at the beginning of a cell."""


def print_allocation(allocation: Allocation) -> None:
    """Print the summary, the budgets with their shadow prices, and the largest changes."""
    said, console = speech(language()), Console()
    for sentence in _summary(allocation):
        print(said.tell(sentence))
    table = Table(_("Budget"), _("Allowed"), _("Used"), _("Share"))
    for use in allocation.uses:
        if _is_worth_a_line(use):
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
        yield say("Today's limits exceed {count} of the budgets.", count=allocation.exceeded_today)
    yield say(
        "No limits within these budgets can earn more than {bound}: limits of two digits"
        " keep {kept} of it, the optimum is within {gap} of it.",
        bound=allocation.bound,
        kept=f"{allocation.kept:.2%}",
        gap=f"{allocation.gap:.0e}",
    )


def _is_worth_a_line(use: BudgetUse) -> bool:
    """Budgets of groups are many; only scarce ones are shown."""
    return use.price > 0 or (use.budget.scope is not Scope.GROUP and bool(use.used))


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
        with file.open("w", encoding="utf-8-sig", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(head)
            for texts, amounts, held in rows:
                cells = [*map(_harmless, texts), *map(_plain, amounts), _harmless(held)]
                writer.writerow(cells)
        return
    with xlsxwriter.Workbook(str(file), {"constant_memory": True}) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True, "bottom": 1})
        amount = book.add_format({"num_format": "#,##0.00"})
        sheet.set_column(0, len(head) - 1, 18)
        sheet.freeze_panes(1, 2)
        for column, name in enumerate(head):
            sheet.write_string(0, column, name, bold)
        for line, (texts, amounts, held) in enumerate(rows, start=1):
            for column, text in enumerate(texts):
                sheet.write_string(line, column, text)
            for column, money in enumerate(amounts, start=len(texts)):
                if money is not None:
                    sheet.write_number(line, column, money.major, amount)
            sheet.write_string(line, len(head) - 1, held)


def _rows(allocation: Allocation) -> Iterator[tuple[list[str], list[Money | None], str]]:
    for each in allocation.lines:
        customer = each.line.customer
        texts = [customer.id, customer.called(language()), customer.sector or "",
                 customer.country, customer.group or "", customer.currency]  # fmt: skip
        amounts = [each.line.current, each.limit, each.base, each.earns]
        yield texts, amounts, speech(language()).tell(each.held)


def _plain(amount: Money | None) -> str:
    return "" if amount is None else str(amount.major)


def _harmless(text: str) -> str:
    """The text as a spreadsheet shows it: never a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
