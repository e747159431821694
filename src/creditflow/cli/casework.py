"""Cases on the command line: review who is due, carry on what is stuck, look at one."""

from datetime import datetime
from typing import Annotated

import typer

from creditflow.cli import app
from creditflow.cli.words import _

Day = Annotated[
    datetime | None,
    typer.Option("--on", formats=["%Y-%m-%d"], help=_("The business date; today if absent.")),
]


@app.command(help=_("Review everybody who is due: straight through, or to a desk."))
def review(on: Day = None) -> None:
    """Find who is due and carry each on, with a progress bar."""
    from creditflow.cli.installing import existing
    from creditflow.cli.reviewing import review_all, summary

    app_ = existing()
    states = review_all(app_, on.date() if on else app_.today())
    print(summary(states))


@app.command(help=_("Carry every case on as far as it goes, without Prefect."))
def drain() -> None:
    """Move on what a run should have moved on, and deliver what waits."""
    from creditflow.cli.draining import drain_all
    from creditflow.cli.installing import existing

    moved, delivered = drain_all(existing())
    print(
        _("{moved} cases moved on, {delivered} letters handed over.").format(
            moved=moved, delivered=delivered
        )
    )


@app.command(help=_("Begin anew the waiting cases whose grounds have moved too far."))
def overtake() -> None:
    """Do what the clock does every few minutes, and say what was replaced."""
    from creditflow.cli.installing import existing
    from creditflow.heartbeat import overtake_moved

    replaced = overtake_moved(existing())
    for done in replaced:
        print(f"{done.before.id} → {done.after.id}")
    print(_("{count} cases began anew.").format(count=len(replaced)))


@app.command("cases", help=_("List cases, the newest first."))
def cases(
    state: Annotated[str | None, typer.Option(help=_("Only those in this state."))] = None,
) -> None:
    """Print cases with customer, limit and state."""
    from rich.table import Table

    from creditflow.cli.installing import existing
    from creditflow.cli.screen import screen
    from creditflow.domain.case import CaseState

    wanted = [CaseState(state)] if state else list(CaseState)
    table = Table(*map(_, ("Case", "Customer", "State", "Desk", "Due")))
    with existing().reading() as work:
        for case in reversed(work.cases.in_states(wanted)):
            customer = work.customers.get(case.customer)
            due = case.due_on.isoformat() if case.due_on else ""
            table.add_row(case.id, customer.name, case.state.value, case.desk or "", due)
    screen().print(table)
