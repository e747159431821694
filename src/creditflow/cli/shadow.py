"""Show in the terminal what a draft policy would change, and write it as a table."""

from rich.table import Table

from creditflow.bootstrap import App
from creditflow.cli.reviewing import progress
from creditflow.cli.screen import screen
from creditflow.cli.words import _, language
from creditflow.domain.grade import Grade
from creditflow.domain.policy import Policy
from creditflow.domain.shadow import Shadow, Side
from creditflow.web import trying
from creditflow.web.shadow_table import desk_names, shadow_csv

SHOWN = 20


def tried(app: App, draft: Policy) -> Shadow:
    """Run the draft over the whole book, with a progress bar."""
    with app.reading() as work, progress() as bar:
        ids = work.customers.ids()
        task = bar.add_task(_("Judging by both policies"), total=len(ids))
        return trying.tried(draft, work=work, customers=ids, seen=lambda: bar.advance(task))


def shown(found: Shadow, draft: Policy) -> None:
    """Print both sides, and who moves most."""
    console = screen()
    console.print(_sides(found, draft))
    table = Table(_("Customer"), _("Name"), _("Grade"), _("Limit"), _("Change"),
                  title=_("Who would move most"))  # fmt: skip
    for move in [m for m in found.moves if m.moves][:SHOWN]:
        before, after = move.before, move.after
        grades = before.grade.value + (
            "" if before.grade is after.grade else f" → {after.grade.value}"
        )
        limits = f"{before.limit} → {after.limit}"
        table.add_row(move.customer, move.name, grades, limits, str(move.change))
    console.print(table)
    summary = _("{raised} would get more, {reduced} less, {regraded} another grade;"
                " {left_out} were never evaluated and are left out.")  # fmt: skip
    print(summary.format(raised=found.raised, reduced=found.reduced, regraded=found.regraded,
                         left_out=found.left_out))  # fmt: skip
    if found.without_rate:
        text = _("Left out because no exchange rate for their currency is known: {count}."
                 " Hand rates in to have them judged too.")  # fmt: skip
        print(text.format(count=found.without_rate))


def written(found: Shadow) -> bytes:
    """Everybody's move as CSV, in the terminal's language."""
    return shadow_csv(found, language())


def _sides(found: Shadow, draft: Policy) -> Table:
    table = Table("", _("in force"), _("draft"), title=_("The whole book"))
    before, after = found.before, found.after
    table.add_row(_("Limits in sum"), str(before.limits), str(after.limits))
    table.add_row(_("Expected loss in a year"), str(before.expected_loss), str(after.expected_loss))
    if before.profit is not None and after.profit is not None:
        table.add_row(_("Expected profit in a year"), str(before.profit), str(after.profit))
    table.add_row(_("Customers whose open orders would not fit"), str(before.held), str(after.held))
    for grade in Grade:
        name = _("Grade {grade}").format(grade=grade.value)
        table.add_row(name, str(before.grades.get(grade, 0)), str(after.grades.get(grade, 0)))
    for desk, name in desk_names(draft, language()).items():
        table.add_row(name, _count(before, desk), _count(after, desk))
    return table


def _count(side: Side, desk: str) -> str:
    return str(side.desks.get(desk, 0))
