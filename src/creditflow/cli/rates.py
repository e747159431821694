"""Exchange rates on the command line: fetch the bank's, list, load its history, correct one."""

import getpass
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from creditflow.cli import app
from creditflow.cli.knowing import As, known
from creditflow.cli.words import _, told

rates = typer.Typer(help=_("Exchange rates: units for one euro."), no_args_is_help=True)
app.add_typer(rates, name="rates")


@rates.command(help=_("Fetch the European Central Bank's rates of today and keep what is new."))
def fetch() -> None:
    """Say what is new; exit status 1 where a rate differs from the one that stands."""
    from creditflow.cli.installing import prepare
    from creditflow.services.exchanging import bring_rates
    from creditflow.settings import read_settings

    app_ = prepare(read_settings())
    kept = bring_rates(
        app_.rate_feed, by=getpass.getuser(), at=app_.now(), on=app_.today(), work=app_.work
    )
    for rate in kept.new:
        print(f"{rate.on}  1 EUR = {rate.per_pivot} {rate.currency}  ({rate.source})")
    print(_("{new} rates are new, {known} were known.").format(new=len(kept.new), known=kept.known))
    for one in kept.differing:
        print(told(one.sentence), file=sys.stderr)
    if kept.differing:
        raise typer.Exit(1)


@rates.command("list", help=_("The latest rate of each currency, its source and its age."))
def list_() -> None:
    """Print them as a table."""
    from rich.table import Table

    from creditflow.cli.installing import existing
    from creditflow.cli.screen import screen
    from creditflow.services.exchanging import standing_of
    from creditflow.web.rate_view import RATE_AGES

    app_ = existing()
    with app_.reading() as work:
        found = standing_of(app_.today(), work=work)
    table = Table(*map(_, ("Currency", "1 EUR =", "Day", "Source", "Days old", "State")))
    for one in found:
        rate = one.rate
        row = (str(rate.per_pivot), str(rate.on), rate.source) if rate else ("", "", "")
        days = "" if one.days is None else str(one.days)
        table.add_row(one.currency, *row, days, _(RATE_AGES[one.age]))
    screen().print(table)


@rates.command(help=_("Load the European Central Bank's history of reference rates."))
def load(
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help=_("The first day; two years ago if absent.")),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help=_("The last day; today if absent.")),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help=_("The bank's eurofxref-hist.zip or CSV.")),
    ] = None,
) -> None:
    """Keep the rates of the currencies that are dealt in; needs no network."""
    from datetime import timedelta

    from creditflow.cli.installing import prepare
    from creditflow.services.exchanging import keep_rates, wanted_currencies
    from creditflow.settings import read_settings
    from creditflow.sources.ecb import reference_rates

    app_ = prepare(read_settings())
    last = until.date() if until else app_.today()
    first = since.date() if since else last - timedelta(days=730)
    with app_.work() as work:
        wanted = sorted(wanted_currencies(work))
        kept = keep_rates(reference_rates(wanted, since=first, until=last, file=file), work=work)
    print(
        _("{count} rates of {currencies} from {first} to {last} are kept.").format(
            count=len(kept.new) + kept.known, currencies=", ".join(wanted), first=first, last=last
        )
    )
    for one in kept.differing:
        print(told(one.sentence), file=sys.stderr)
    if kept.differing:
        raise typer.Exit(1)


@rates.command(help=_("Correct the rate of a day; the journal keeps the old one and the reason."))
def correct(
    currency: Annotated[str, typer.Argument(help=_("The currency, such as CNY."))],
    day: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help=_("Its day."))],
    rate: Annotated[str, typer.Argument(help=_("Units for one euro, such as 7.8123."))],
    as_: As,
    why: Annotated[str, typer.Option(help=_("Why it is changed."))],
) -> None:
    """Put it in the place of the one that stands."""
    from creditflow.cli.installing import existing
    from creditflow.services.exchanging import Correction, correct_rate

    app_ = existing()
    by, correction = known(app_, as_), Correction(currency, day.date(), rate, why)
    with app_.work() as work:
        before = correct_rate(correction, by=by, at=app_.now(), today=app_.today(), work=work)
    was = str(before.per_pivot) if before else "-"
    print(f"{correction.on}  {correction.currency.upper()}  {was} → {correction.rate}")
