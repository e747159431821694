"""A customer's limits on the command line: on any day, as known on any other, and over time."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from creditflow.cli import app
from creditflow.cli.words import _, told

if TYPE_CHECKING:
    from creditflow.domain.added_limits import AddedLimit
    from creditflow.domain.in_force import Consumed, InForce
    from creditflow.domain.limits import Limit
    from creditflow.services.recalling import Recalled
    from creditflow.web.language import Speech

DAYS = ["%Y-%m-%d"]


@app.command(help=_("A customer's limits: in force on a day, as known on a day, and over time."))
def limits(
    customer: Annotated[str, typer.Argument(help=_("The customer's number."))],
    *,
    on: Annotated[
        datetime | None,
        typer.Option(formats=DAYS, help=_("The day on which they count; today if absent.")),
    ] = None,
    believed: Annotated[
        datetime | None,
        typer.Option(formats=DAYS, help=_("As was known at the end of that day; now if absent.")),
    ] = None,
) -> None:
    """Print what is in force, how it is used, and how it changed."""
    from creditflow.cli.installing import existing
    from creditflow.cli.words import language
    from creditflow.domain.customer import CustomerId
    from creditflow.services.recalling import recall
    from creditflow.web.language import speech

    installation = existing()
    today = installation.today()
    with installation.reading() as work:
        found = recall(
            CustomerId(customer),
            on=on.date() if on else today,
            believed=believed.date() if believed else today,
            today=today,
            end_of=installation.end_of,
            work=work,
        )
    _tell(found, speech(language()))


def _tell(found: "Recalled", say: "Speech") -> None:
    from rich.table import Table

    from creditflow.cli.screen import screen
    from creditflow.services.recalling import headroom

    print(f"{found.customer.id} {found.customer.called(say.language)}")
    words = _("In force on {day}, as known at the end of {believed}: {sum}")
    print(
        words.format(
            day=say.day(found.on), believed=say.day(found.believed), sum=_sum(found.limits, say)
        )
    )
    heads = [_("Limit"), _("Amount"), _("From"), _("Until"), _("Case")]
    rows = Table(*heads, *([_("Used")] if found.consumed else []))
    for row in _rows(found, say):
        rows.add_row(*row)
    if rows.row_count:
        screen().print(rows)
    if found.consumed is not None:
        _tell_projects(found, found.consumed, say)
        for sentence in headroom(found.consumed):
            print(told(sentence))
    over_time = Table(_("From"), _("base and temporary limits"), _("Projects"))
    for period in found.timeline.periods():
        projects = say.whole(period.projects) if period.projects else ""
        over_time.add_row(say.day(period.from_), _sum(period.limits, say), projects)
    if over_time.row_count:
        screen().print(over_time)


def _tell_projects(found: "Recalled", consumed: "Consumed", say: "Speech") -> None:
    """What each project owes, and what covers it; those without a limit use general credit."""
    from rich.table import Table

    from creditflow.cli.screen import screen

    rows = Table(
        *(_("Project"), _("Owed and ordered"), _("Of its own limit"), _("Of the general credit"),
          _("Covered by nothing"))
    )  # fmt: skip
    for use in consumed.projects:
        rows.add_row(use.name, *map(say.whole, (use.owed, use.own, use.general, use.over)))
    for name, amount in found.without_limit:
        rows.add_row(name, say.whole(amount), _("without one"), "", "")
    if rows.row_count:
        screen().print(rows)


def _rows(found: "Recalled", say: "Speech") -> Iterator[list[str]]:
    limits = found.limits
    if found.consumed is not None:
        for use in found.consumed.uses:
            yield [*_row(use.limit, say), say.whole(use.used)]
        return
    if limits.base is not None:
        yield _row(limits.base, say)
    for limit in (*limits.temporary, *limits.projects):
        yield _row(limit, say)


def _row(limit: "Limit | AddedLimit", say: "Speech") -> list[str]:
    from creditflow.domain.added_limits import AddedLimit
    from creditflow.web.naming import name_of

    until = say.last_day(limit.until) if limit.until else _("no end set")
    days = [say.day(limit.from_), until, limit.case_id or ""]
    if isinstance(limit, AddedLimit):
        name = say.gettext(name_of(limit.kind))
        return [
            f"{name}: {limit.project}" if limit.project else name,
            say.whole(limit.amount),
            *days,
        ]
    amount = say.gettext(name_of(limit.state)) if limit.amount is None else say.whole(limit.amount)
    return [_("Base limit"), amount, *days]


def _sum(limits: "InForce", say: "Speech") -> str:
    from creditflow.domain.limits import LimitState
    from creditflow.web.naming import name_of

    if limits.general is None or limits.state is LimitState.ZERO:
        return say.gettext(name_of(limits.state))
    return say.whole(limits.general)
