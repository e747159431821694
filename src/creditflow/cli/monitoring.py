"""Monitoring on the command line: the figures of its pages as tables, or as a CSV file."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from creditflow.cli import app
from creditflow.cli.words import _

if TYPE_CHECKING:
    from creditflow.web.language import Speech
    from creditflow.web.sheets import Cell, Sheet
    from creditflow.web.watching import Ask

FIRST_COLUMN = 10
"""The narrowest first column of a table: a day fits."""

monitor = typer.Typer(help=_("Whether the judgements still hold."), no_args_is_help=True)
app.add_typer(monitor, name="monitor")

On = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help=_("The day to look from; today if absent.")),
]
Days = Annotated[int, typer.Option(min=1, max=3650, help=_("How many days are looked at."))]
Late = Annotated[int, typer.Option(min=1, max=365, help=_("So many days late is bad."))]
Within = Annotated[int, typer.Option(min=1, max=1095, help=_("Within so many days afterwards."))]
Sector = Annotated[str | None, typer.Option(help=_("Customers of this sector only."))]
Currency = Annotated[str | None, typer.Option(help=_("Customers of this currency only."))]
LookedBack = Annotated[
    bool, typer.Option("--looked-back", help=_("Of what looking back found, not of what was made."))
]
File = Annotated[
    Path | None,
    typer.Option("--csv", dir_okay=False, help=_("Write the figures into this file.")),
]


@monitor.command(help=_("Whether customers are still like those before: PSI by characteristic."))
def drift(
    *,
    on: On = None,
    days: Days = 90,
    segment: Annotated[str, typer.Option(help=_("Which scorecard: existing or new."))] = "existing",
    sector: Sector = None,
    currency: Currency = None,
    looked_back: LookedBack = False,
    csv: File = None,
) -> None:
    """Compare the last days with the year before them."""
    from creditflow.cli.installing import existing
    from creditflow.domain.scorecard import Segment
    from creditflow.web.monitoring_sheets import drift_sheets
    from creditflow.web.watching import drift_of

    if segment not in set(Segment):
        raise typer.BadParameter(_("Choose one of: ") + ", ".join(Segment))
    found = drift_of(
        existing(), _ask(on, days, sector, currency, segment=segment, looked_back=looked_back)
    )
    _give(drift_sheets(found, _speech()), csv, shown=1)


@monitor.command(
    help=_("How often people decided otherwise than proposed, and whether it was wise.")
)
def overrides(
    *,
    on: On = None,
    days: Days = 365,
    late: Late = 30,
    within: Within = 90,
    sector: Sector = None,
    currency: Currency = None,
    csv: File = None,
) -> None:
    """Count decisions and their outcomes."""
    from creditflow.cli.installing import existing
    from creditflow.web.monitoring_sheets import override_sheets
    from creditflow.web.watching import overrides_of, policy_of

    installation = existing()
    ask = _ask(on, days, sector, currency, late=late, within=within)
    found = overrides_of(installation, ask)
    _give(override_sheets(found, policy_of(installation), _speech()), csv)


@monitor.command(help=_("From which grade to which customers moved."))
def migration(
    *,
    on: On = None,
    days: Days = 365,
    sector: Sector = None,
    currency: Currency = None,
    looked_back: LookedBack = False,
    csv: File = None,
) -> None:
    """Compare the grades of two days."""
    from creditflow.cli.installing import existing
    from creditflow.web.monitoring_sheets import migration_sheets
    from creditflow.web.watching import migration_of

    ask = _ask(on, days, sector, currency, looked_back=looked_back)
    found = migration_of(existing(), ask)
    _give(migration_sheets(found, _speech()), csv)


@monitor.command(help=_("What became of the customers that were judged, beside their PD."))
def backtest(
    *,
    on: On = None,
    late: Late = 90,
    within: Within = 180,
    sector: Sector = None,
    currency: Currency = None,
    looked_back: LookedBack = False,
    csv: File = None,
) -> None:
    """Compare promise and outcome by grade and by cohort."""
    from creditflow.cli.installing import existing
    from creditflow.web.monitoring_sheets import backtest_sheets
    from creditflow.web.watching import backtest_of

    ask = _ask(on, 365, sector, currency, late=late, within=within, looked_back=looked_back)
    _give(backtest_sheets(backtest_of(existing(), ask), _speech()), csv)


@monitor.command(help=_("Apply the scorecards of now to the ledger as it stood at each month end."))
def look_back(
    months: Annotated[
        int, typer.Option(min=1, max=120, help=_("How many month ends are looked back at."))
    ] = 15,
    on: On = None,
) -> None:
    """Judge the past anew; then drift, migration and backtest have --looked-back."""
    from creditflow.cli.installing import existing
    from creditflow.cli.looking_back import look_back_all

    installation = existing()
    day = on.date() if on else installation.today()
    count = look_back_all(installation, day, months=months)
    print(
        _(
            "{count} judgements of the past are kept, by the scorecards of now. They are no"
            " decisions; see them with: creditflow monitor backtest --looked-back"
        ).format(count=count)
    )


@monitor.command(help=_("How long cases wait, how many are late, how many needed nobody."))
def approvals(
    *,
    on: On = None,
    days: Days = 90,
    sector: Sector = None,
    currency: Currency = None,
    csv: File = None,
) -> None:
    """Measure stages, decisions and the backlog."""
    from creditflow.cli.installing import existing
    from creditflow.web.monitoring_sheets import approval_sheets
    from creditflow.web.watching import approvals_of, policy_of

    installation = existing()
    found = approvals_of(installation, _ask(on, days, sector, currency))
    _give(approval_sheets(found, policy_of(installation), _speech()), csv, shown=3)


def _ask(
    on: datetime | None,
    days: int,
    sector: str | None,
    currency: str | None,
    *,
    segment: str = "existing",
    late: int = 30,
    within: int = 90,
    looked_back: bool = False,
) -> "Ask":
    from creditflow.bootstrap import installed
    from creditflow.domain.monitoring_lateness import Outcome
    from creditflow.domain.scorecard import Segment
    from creditflow.store.monitoring import Which
    from creditflow.web.watching import Ask, Basis

    return Ask(
        on=on.date() if on else installed().today(),
        days=days,
        segment=Segment(segment),
        which=Which(sector, currency),
        outcome=Outcome(late, within),
        basis=Basis.LOOKED_BACK if looked_back else Basis.MADE,
    )


def _speech() -> "Speech":
    from creditflow.cli.words import language
    from creditflow.web.language import speech

    return speech(language())


def _give(sheets: Sequence["Sheet"], csv: Path | None, *, shown: int | None = None) -> None:
    """Write all sheets into the file, or print the first ones."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from creditflow.cli.screen import screen
    from creditflow.web.sheets import as_csv

    if csv is not None:
        csv.write_bytes(as_csv(sheets))
        print(csv)
        return
    console = screen()
    for sheet in sheets[:shown]:
        table = Table(title=sheet.title, box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
        for place, name in enumerate(sheet.head):
            table.add_column(name, overflow="fold", min_width=0 if place else FIRST_COLUMN)
        for row in sheet.rows:
            table.add_row(*map(_cell, row))
        console.print(table)


def _cell(cell: "Cell") -> str:
    """A figure as a terminal shows it: an unknown one is a dash, shares have four places."""
    from fractions import Fraction

    if cell is None:
        return "—"
    if isinstance(cell, float | Fraction):
        return f"{float(cell):.4f}".rstrip("0").rstrip(".")
    return str(cell)
