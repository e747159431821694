"""Show what came of a hand-in: counts, and every problem with its place and remedy."""

from typing import TYPE_CHECKING

from rich.table import Table

from creditflow.cli.screen import screen
from creditflow.cli.words import _, told

if TYPE_CHECKING:
    from creditflow.services.importing import ImportReport

MOST_SHOWN = 50


def print_report(report: "ImportReport") -> None:
    """Print the counts, and the first problems as a table; the rejects file has them all."""
    console = screen()
    if report.problems:
        table = Table(*map(_, ("Row", "Column", "Value", "What is wrong", "What helps")))
        for p in report.problems[:MOST_SHOWN]:
            table.add_row(str(p.line or ""), p.column, p.value, told(p.what), told(p.remedy))
        console.print(table)
        if len(report.problems) > MOST_SHOWN:
            more = len(report.problems) - MOST_SHOWN
            console.print(_("… and {more} more; all are in the rejects file.").format(more=more))
    console.print(
        _("{read} rows read: {kept} kept, {known} known before, {rejected} rejected.").format(
            read=report.rows_read,
            kept=report.rows_kept,
            known=report.rows_known,
            rejected=report.rows_rejected,
        )
    )
