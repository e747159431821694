"""Optimise on the command line: the best limits over the whole book, to read or to propose."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from creditflow.cli import app
from creditflow.cli.casework import Day
from creditflow.cli.knowing import known
from creditflow.cli.words import _, told

if TYPE_CHECKING:
    from datetime import date

    from creditflow.bootstrap import App
    from creditflow.domain.allocating import Allocation
    from creditflow.domain.budgets import BudgetPlan
    from creditflow.domain.people import Person


@app.command(help=_("Allocate limits over all customers so that they earn most within budgets."))
def optimise(  # noqa: PLR0917 - one option per thing that can be asked
    budgets: Annotated[
        Path | None,
        typer.Argument(exists=True, dir_okay=False, help=_("A budget file; begin with --example.")),
    ] = None,
    on: Day = None,
    output: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False, help=_("Write every customer's limits to a CSV or XLSX file.")
        ),
    ] = None,
    propose: Annotated[
        bool, typer.Option(help=_("Open a case for everybody whose limit should change."))
    ] = False,
    as_: Annotated[
        str,
        typer.Option(
            "--as",
            help=_(
                "Who proposes: an analyst, who then decides none of the cases. The password is"
                " asked."
            ),
        ),
    ] = "",
    example: Annotated[
        Path | None, typer.Option(dir_okay=False, help=_("Write a budget file to begin from."))
    ] = None,
) -> None:
    """Print what the allocation earns, what each budget is worth, and who gets what."""
    from creditflow.sources.budget_files import example_budgets

    if example is not None:
        example.write_text(example_budgets(), encoding="utf-8")
        print(example)
        return
    if budgets is None or (propose and not as_):
        raise typer.BadParameter(
            _("Name a budget file. To write one to begin from: creditflow optimise --example FILE")
            if budgets is None
            else _("Say who proposes, with --as and a sign-in name.")
        )
    if output is not None and output.suffix.lower() not in {".csv", ".xlsx"}:
        raise typer.BadParameter(_("The output is a .csv or an .xlsx file."))
    _optimise(_plan(budgets), on.date() if on else None, output, as_ if propose else None)


def _plan(file: Path) -> "BudgetPlan":
    """The plan of the file; every problem is printed with its line, then exit status 1."""
    from creditflow.domain.budget_reading import InvalidBudgets
    from creditflow.sources.budget_files import load_budgets

    try:
        return load_budgets(file.read_text("utf-8-sig", errors="replace"), file.name)
    except InvalidBudgets as invalid:
        for p in invalid.problems:
            where = f"{p.document}:{p.line}" if p.line else p.document
            print(f"{where}: {p.path}: {told(p.what)} {told(p.remedy)}", file=sys.stderr)
        raise typer.Exit(1) from invalid


def _optimise(plan: "BudgetPlan", on: "date | None", output: Path | None, as_: str | None) -> None:
    from creditflow.cli.allocation_report import print_allocation, write_allocation
    from creditflow.cli.installing import existing
    from creditflow.services.optimising import ensure_may_propose

    app_ = existing()
    by = known(app_, as_) if as_ is not None else None
    if by is not None:
        ensure_may_propose(by)
    on = on or app_.today()
    allocation = _allocate(app_, plan, on)
    print_allocation(allocation)
    if output is not None:
        write_allocation(allocation, output)
        print(output)
    if by is not None:
        _propose(app_, allocation, by, on)


def _allocate(app_: "App", plan: "BudgetPlan", on: "date") -> "Allocation":
    from creditflow.cli.reviewing import progress
    from creditflow.domain.errors import Refusal
    from creditflow.domain.sentences import say
    from creditflow.services.optimising import gather_book

    # Before NumPy is loaded: on small matrices, threads wait for each other longer than they work.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    try:
        from creditflow.portfolio.allocation.planning import allocate
        from creditflow.portfolio.collecting import at_rest
    except ImportError as missing:
        raise Refusal(
            say("Optimising limits needs NumPy. Install it with: pip install creditflow[optimise]")
        ) from missing
    with progress() as bar:
        task = bar.add_task(_("Gathering customers"), total=None)

        def seen(number: int, total: int) -> None:
            bar.update(task, completed=number, total=total)

        with app_.reading() as work, at_rest():
            book = gather_book(plan, on=on, work=work, seen=seen)
        task = bar.add_task(_("Allocating limits"), total=1)
        allocation = allocate(book.lines, plan, book.bounds)
        bar.advance(task)
    return allocation


def _propose(app_: "App", allocation: "Allocation", by: "Person", on: "date") -> None:
    from collections import Counter

    from creditflow.cli.reviewing import progress
    from creditflow.services.optimising import occasions

    with app_.work() as work:
        wanted = occasions(allocation, by=by, at=app_.now(), on=on, work=work)
    states: Counter[str] = Counter()
    with progress() as bar:
        task = bar.add_task(_("Opening cases"), total=len(wanted))
        for occasion in wanted:
            case = app_.begin(occasion)
            states[case.state.value if case else ""] += 1
            bar.advance(task)
    print(
        _(
            "{all} limits should change: {straight} decided by the policy, {waiting} wait for a"
            " person, {busy} have an open case already, {incidents} could not be judged."
        ).format(
            all=len(wanted),
            waiting=states["awaiting"],
            busy=states[""],
            incidents=states["incident"],
            straight=len(wanted) - states["awaiting"] - states[""] - states["incident"],
        )
    )
