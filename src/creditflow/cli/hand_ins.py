"""Hand in files on the command line: customers, ledger, statements, rates; and get templates."""

import getpass
import sys
from pathlib import Path
from typing import Annotated

import typer

from creditflow.cli import app
from creditflow.cli.words import _, told

KINDS = (
    "groups",
    "customers",
    "invoices",
    "payments",
    "orders",
    "statements",
    "rates",
    "signals",
    "covers",
    "guarantees",
    "all",
)


@app.command("import", help=_("Hand in a CSV or XLSX file: customers, invoices, payments, …"))
def import_(
    kind: Annotated[str, typer.Argument(help=_("What the file holds: ") + ", ".join(KINDS))],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    profile: Annotated[
        str, typer.Option(help=_("A shipped column mapping, or a mapping file of your own."))
    ] = "creditflow",
    source: Annotated[
        str, typer.Option(help=_("The system it comes from; documents are unique within one."))
    ] = "own",
    rejects: Annotated[
        Path | None, typer.Option(help=_("Where rejected rows go; beside the file if absent."))
    ] = None,
) -> None:
    """Keep the good rows, report every problem, write the bad rows to a rejects file."""
    from creditflow.cli.installing import prepare
    from creditflow.cli.reporting import print_report
    from creditflow.settings import read_settings

    if kind not in KINDS:
        raise typer.BadParameter(_("Choose one of: ") + ", ".join(KINDS))
    app_ = prepare(read_settings())
    report = app_.hand_in(
        file.read_bytes(),
        file.name,
        kinds=None if kind == "all" else [kind],
        profile=profile,
        source=source,
        by=getpass.getuser(),
        tell=told,
    )
    print_report(report)
    if report.rejects:
        target = rejects or file.with_name(f"{file.stem}.rejects.csv")
        target.write_bytes(report.rejects)
        print(_("Rejected rows are in {file}.").format(file=target), file=sys.stderr)
    if report.rows_rejected or report.refused:
        raise typer.Exit(1)


@app.command("template", help=_("Write an empty XLSX file to fill in and hand in."))
def template(
    kind: Annotated[str, typer.Argument(help=_("What it is for: ") + ", ".join(KINDS[:-1]))],
    file: Annotated[Path, typer.Argument(dir_okay=False, writable=True)],
) -> None:
    """Write the template in the terminal's language."""
    from creditflow.cli.words import language
    from creditflow.sources.hand_in_templates import write_template

    file.write_bytes(write_template(kind, language()))
    print(file)


@app.command("observe", help=_("Ask the provider of external evidence about customers."))
def observe(
    customers: Annotated[
        list[str] | None, typer.Argument(help=_("Customer numbers; all customers if absent."))
    ] = None,
) -> None:
    """Keep what is new; stop where the provider gives no answer, and keep what came before."""
    from creditflow.cli.installing import prepare
    from creditflow.cli.reviewing import progress
    from creditflow.domain.customer import CustomerId
    from creditflow.settings import read_settings

    app_ = prepare(read_settings())
    if not app_.settings.evidence_url:
        print(_("Nobody is asked: set CREDITFLOW_EVIDENCE_URL to the address of a provider."))
        raise typer.Exit(1)
    with app_.reading() as work:
        asked = [CustomerId(c) for c in customers] if customers else work.customers.ids()
    kept = known = 0
    with progress() as bar:
        task = bar.add_task(_("Asking about customers"), total=len(asked))
        for customer in asked:
            came = app_.inquiry.about(customer)
            kept, known = kept + came.kept, known + came.known
            for problem in came.unreadable:
                print(f"{customer}: {told(problem)}", file=sys.stderr)
            bar.advance(task)
    print(_("{kept} observations are new, {known} were known.").format(kept=kept, known=known))
