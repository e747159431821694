"""Groups of companies on the command line: the tree, how one stands, its limit and its members."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from creditflow.cli import app
from creditflow.cli.knowing import As, known
from creditflow.cli.words import _, told

if TYPE_CHECKING:
    from creditflow.domain.group_headroom import Headroom, Standing
    from creditflow.domain.groups import GroupId
    from creditflow.domain.money import Money
    from creditflow.web.groups_view import GroupView
    from creditflow.web.language import Speech

groups = typer.Typer(
    help=_("Groups of companies: their tree, what they owe and may owe, and who belongs to them."),
    no_args_is_help=True,
)
app.add_typer(groups, name="groups")

DAYS = ["%Y-%m-%d"]
Group = Annotated[str, typer.Argument(help=_("The group's number."))]
Change = Annotated[str, typer.Argument(help=_("The change's number, such as GL-000001."))]
Customer = Annotated[str, typer.Argument(help=_("The customer's number."))]


@groups.command("list", help=_("List the groups in their tree, with limits and members."))
def list_() -> None:
    """Print every group, parents before children."""
    from rich.table import Table

    from creditflow.cli.group_recall import limit_said
    from creditflow.cli.installing import existing
    from creditflow.cli.screen import screen
    from creditflow.cli.words import language
    from creditflow.web.groups_view import listed
    from creditflow.web.language import speech

    installation, say = existing(), speech(language())
    with installation.reading() as work:
        rows = listed(on=installation.today(), work=work)
    if not rows:
        print(_("There are no groups yet. Import them, or name one in the customers’ data."))
        return
    table = Table(_("Group"), _("Name"), _("Shared limit"), _("Members"), _("in groups beneath"),
                  _("change waits"))  # fmt: skip
    for row in rows:
        table.add_row(
            "  " * row.depth + row.group.id, row.group.called(say.language),
            limit_said(row.limit, say), str(row.members), str(row.beneath),
            row.waits.id if row.waits else "",
        )  # fmt: skip
    screen().print(table)


@groups.command(help=_("Show how a group stands: all above and beneath it, members, limits."))
def show(
    group: Group,
    *,
    on: Annotated[
        datetime | None,
        typer.Option(formats=DAYS, help=_("The day on which limits count; today if absent.")),
    ] = None,
    believed: Annotated[
        datetime | None,
        typer.Option(formats=DAYS, help=_("As was known at the end of that day; now if absent.")),
    ] = None,
) -> None:
    """Print sums, headroom and histories of a group; its limits and members for another day."""
    from creditflow.cli.installing import existing
    from creditflow.cli.words import language
    from creditflow.domain.groups import GroupId
    from creditflow.web.groups_view import group_view
    from creditflow.web.language import speech

    installation, say = existing(), speech(language())
    if on is not None or believed is not None:
        _show_past(GroupId(group), on, believed)
        return
    with installation.reading() as work:
        found = group_view(GroupId(group), on=installation.today(), work=work)
    print(" › ".join(f"{x.id} {x.called(say.language)}" for x in reversed(found.path)))
    if found.problem is not None:
        print(told(found.problem))
    else:
        for one in found.too_much:
            print(told(one.told))
        _print_sums(found, say)
        _print_members(found, say)
    _print_limits(found, say)


def _show_past(group: "GroupId", on: datetime | None, believed: datetime | None) -> None:
    from creditflow.cli.group_recall import print_recalled
    from creditflow.cli.installing import existing
    from creditflow.services.recalling_groups import recall_group

    installation = existing()
    today = installation.today()
    with installation.reading() as work:
        found = recall_group(
            group,
            on=on.date() if on else today,
            believed=believed.date() if believed else today,
            today=today,
            end_of=installation.end_of,
            work=work,
        )
    print_recalled(found)


@groups.command(help=_("Propose a limit that a group shares; another approver confirms it."))
def propose(
    group: Group,
    limit: Annotated[
        str, typer.Argument(help=_("An amount such as 5000000, or zero, unlimited, none_set."))
    ],
    why: Annotated[str, typer.Option(help=_("Why the limit changes."))],
    as_: As,
    *,
    currency: Annotated[
        str | None, typer.Option(help=_("Its currency; the policy's base currency if absent."))
    ] = None,
    from_: Annotated[
        datetime | None,
        typer.Option("--from", formats=DAYS, help=_("From when; today if absent.")),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(formats=DAYS, help=_("The last day on which it counts; no end if absent.")),
    ] = None,
) -> None:
    """Keep what is proposed; it counts once somebody else has confirmed it."""
    from creditflow.cli.installing import existing
    from creditflow.domain.groups import GroupId
    from creditflow.domain.limits import LimitState
    from creditflow.services.limiting_groups import WantedLimit, propose_group_limit
    from creditflow.web.amounts import read_amount

    installation = existing()
    me, today = known(installation, as_), installation.today()
    with installation.work() as work:
        code = currency or work.policies.current().base_currency
        state = LimitState(limit) if limit in set(LimitState) else LimitState.AMOUNT
        amount = read_amount(limit, code) if state is LimitState.AMOUNT else None
        change = propose_group_limit(
            GroupId(group),
            WantedLimit(state, amount or None, code, from_.date() if from_ else today,
                        until.date() + timedelta(days=1) if until else None),
            why=why, by=me, at=installation.now(), on=today, work=work,
        )  # fmt: skip
    print(
        _("Change {change} waits for another approver, at {address}.").format(
            change=change.id, address=f"{installation.settings.address}/groups/{group}"
        )
    )


@groups.command(help=_("Confirm the limit of a group that somebody else has proposed."))
def confirm(
    change: Change, as_: As, comment: Annotated[str, typer.Option(help=_("A comment."))] = ""
) -> None:
    """Put it into force, from its day on."""
    from creditflow.cli.installing import existing
    from creditflow.services.limiting_groups import confirm_group_limit

    installation = existing()
    me = known(installation, as_)
    with installation.work() as work:
        entry = confirm_group_limit(
            change, by=me, at=installation.now(), on=installation.today(), work=work,
            comment=comment,
        )  # fmt: skip
    print(_("Confirmed; it counts from {day} on.").format(day=entry.from_.isoformat()))


@groups.command(help=_("Refuse a limit that somebody else has proposed, or withdraw your own."))
def refuse(
    change: Change, as_: As, why: Annotated[str, typer.Option(help=_("Why it is refused."))] = ""
) -> None:
    """Keep that it is off; the limit stays as it is."""
    from creditflow.cli.installing import existing
    from creditflow.services.limiting_groups import refuse_group_limit

    installation = existing()
    me = known(installation, as_)
    with installation.work() as work:
        refuse_group_limit(change, comment=why, by=me, at=installation.now(), work=work)
    print(_("The limit stays as it is."))


@groups.command(help=_("Let a customer join a group; it leaves the one that it belongs to now."))
def join(customer: Customer, group: Group, as_: As) -> None:
    """Record the move, and say what of the group's limit is too much and who is looked at."""
    _move(customer, group, as_)


@groups.command(help=_("Let a customer leave its group."))
def leave(customer: Customer, as_: As) -> None:
    """Record the move, and say whether the customer is looked at."""
    _move(customer, None, as_)


def _move(customer: str, group: str | None, name: str) -> None:
    from creditflow.cli.installing import existing
    from creditflow.domain.customer import CustomerId
    from creditflow.domain.groups import GroupId
    from creditflow.services.joining import join_group
    from creditflow.web.groups_view import group_view

    installation, who = existing(), CustomerId(customer)
    me, today = known(installation, name), installation.today()
    with installation.work() as work:
        to = None if group is None else work.groups.get(GroupId(group)).id
        join_group(who, to, by=me, at=installation.now(), on=today, work=work)
        case = work.cases.open_of(who)
        found = None if to is None else group_view(to, on=today, work=work)
    if found is None:
        print(_("{customer} belongs to no group now.").format(customer=customer))
        if case is not None:
            print(_("Its limit is looked at in case {case}.").format(case=case.id))
        return
    print(_("{customer} belongs to {group} now.").format(customer=customer, group=group))
    for one in found.too_much:
        print(told(one.told))
    if cases := [f"{x.customer.id} {x.case}" for x in found.members if x.case]:
        print(_("Cases that are open: {cases}").format(cases=", ".join(cases)))
    elif case is None:
        print(_("It has no limit, so there is nothing to look at."))


def _print_sums(found: "GroupView", say: "Speech") -> None:
    from rich.table import Table

    from creditflow.cli.group_recall import limit_said
    from creditflow.cli.screen import screen

    table = Table(_("Group"), _("Members"), _("Owed and ordered"), _("Granted"), _("Shared limit"),
                  _("Left"), _("Left, with all above"))  # fmt: skip

    def add(depth: int, one: "Standing") -> None:
        table.add_row(
            "  " * depth + one.group.id, str(one.members), say.whole(one.exposure),
            say.whole(one.granted), limit_said(one.limit, say), _left(one.left, say),
            _left(one.effective, say),
        )  # fmt: skip

    for depth, one in enumerate(reversed(found.way)):
        add(depth, one)
    for depth, one in found.below:
        add(len(found.way) - 1 + depth, one)
    screen().print(table)


def _print_members(found: "GroupView", say: "Speech") -> None:
    from rich.table import Table

    from creditflow.cli.screen import screen

    table = Table(_("Customer"), _("Group"), _("Owed and ordered"), _("Granted"),
                  _("May still draw"), _("What bounds it"), _("Case"))  # fmt: skip
    for one in found.members:
        table.add_row(
            one.customer.id, one.customer.group or "", say.whole(one.position.exposure),
            _left(one.position.granted, say), _left(one.headroom.left, say),
            _bound_by(one.headroom), one.case or "",
        )  # fmt: skip
    if table.row_count:
        screen().print(table)


def _print_limits(found: "GroupView", say: "Speech") -> None:
    from creditflow.cli.group_recall import limit_said

    for span in found.limits:
        days = _("from {day} on").format(day=say.day(span.from_))
        if span.until is not None:
            days = f"{say.day(span.from_)} – {say.last_day(span.until)}"
        print(f"{limit_said(span.limit, say)}: {days}, {span.limit.recorded_by}")
    if found.waits is not None:
        amount = found.waits.amount
        what = say.whole(amount) if amount else found.waits.limit.value
        print(f"{found.waits.id}: {what}, {found.waits.proposed_by}: {found.waits.why}")


def _left(amount: "Money | None", say: "Speech") -> str:
    return _("no bound") if amount is None else say.whole(amount)


def _bound_by(headroom: "Headroom") -> str:
    step = headroom.bound_by
    if step is None:
        return "—"
    return _("Its own credit") if step.group is None else step.group.id
