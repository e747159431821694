"""The whole book on the command line: its snapshot, its evaluation, its summary."""

from pathlib import Path
from typing import Annotated

import typer

from creditflow.cli import app
from creditflow.cli.casework import Day
from creditflow.cli.words import _

MOST_REFUSALS = 10

portfolio = typer.Typer(
    help=_("The whole book in columns: everybody evaluated at once."), no_args_is_help=True
)
app.add_typer(portfolio, name="portfolio")


@portfolio.command(help=_("Bring the snapshot of all ledgers up to the database."))
def refresh(
    anew: Annotated[
        bool, typer.Option("--anew", help=_("Throw it away and read everything."))
    ] = False,
) -> None:
    """Read what changed since the last refresh."""
    from creditflow.cli.installing import existing
    from creditflow.portfolio.compiled import ensure_installed

    ensure_installed()
    from creditflow.cli.whole_book import refresh as refreshed

    found = refreshed(existing(), anew=anew)
    if found.anew:
        print(_("{customers} customers read anew.").format(customers=found.customers))
    else:
        print(_("{changed} customers changed.").format(changed=len(found.changed)))


@portfolio.command(help=_("Evaluate everybody: score, grade, reasons and proposed limit."))
def evaluate(
    on: Day = None,
    changed: Annotated[
        bool,
        typer.Option("--changed", help=_("Only customers that changed since the last refresh.")),
    ] = False,
    to: Annotated[
        Path | None,
        typer.Option("--to", help=_("Write a .parquet or .csv file instead of the database.")),
    ] = None,
) -> None:
    """Refresh, evaluate, keep the rows and print a summary by grade."""
    from creditflow.cli.installing import existing
    from creditflow.portfolio.compiled import ensure_installed

    ensure_installed()
    from creditflow.cli import whole_book

    app_ = existing()
    day = on.date() if on else app_.today()
    refreshed = whole_book.refresh(app_, anew=False)
    only = list(refreshed.changed) if changed and not refreshed.anew else None
    if to is not None:
        result = whole_book.export(app_, day, to, only)
    else:
        result = whole_book.evaluate(app_, day, only)
    _print(result)


def _print(result: "whole_book.Result") -> None:  # type: ignore[name-defined] # noqa: F821 - loaded late
    from rich.table import Table

    from creditflow.cli.screen import screen

    table = Table(_("Grade"), _("Customers"), _("Decided by the policy"), _("For a desk"))
    for grade in sorted(grade for grade, customers in result.grades.items() if customers):
        all_, through = result.grades[grade], result.through[grade]
        table.add_row(grade, f"{all_:,}", f"{through:,}", f"{all_ - through:,}")
    screen().print(table)
    print(
        _("{rows} customers evaluated in {seconds} s, {alone} of them one by one.").format(
            rows=f"{result.rows:,}", seconds=f"{result.seconds:.1f}", alone=result.alone
        )
    )
    for refusal in result.refused[:MOST_REFUSALS]:
        print(refusal)
    if len(result.refused) > MOST_REFUSALS:
        more = len(result.refused) - MOST_REFUSALS
        print(_("… and {more} more could not be judged.").format(more=more))
