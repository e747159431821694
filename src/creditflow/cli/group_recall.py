"""Print a group as it stood on another day: limits in force, members, and what they had."""

from typing import TYPE_CHECKING

from rich.table import Table

from creditflow.cli.screen import screen
from creditflow.cli.words import _, language, told
from creditflow.domain.limits import LimitState
from creditflow.web.language import speech
from creditflow.web.naming import name_of

if TYPE_CHECKING:
    from creditflow.domain.group_limits import GroupLimit
    from creditflow.services.recalling_groups import RecalledGroup
    from creditflow.web.language import Speech


def print_recalled(found: "RecalledGroup") -> None:
    """The group's limit, those above and beneath, and what members had; not what was owed."""
    say = speech(language())
    own = limit_said(found.limit, say)
    print(f"{found.group.id} {found.group.called(say.language)}")
    print(
        _("In force on {day}, as known at the end of {believed}: {sum}").format(
            day=say.day(found.on),
            believed=say.day(found.believed),
            sum=own,
        )
    )
    limits = Table(_("Group"), _("Shared limit"))
    for one in found.way:
        limits.add_row("  " * one.depth + one.group.id, limit_said(one.limit, say))
    for one in found.below:
        depth = one.depth + len(found.way) - 1
        limits.add_row("  " * depth + one.group.id, limit_said(one.limit, say))
    screen().print(limits)
    members = Table(_("Customer"), _("Group"), _("Granted"))
    for each in found.members:
        granted = _("no bound") if each.granted is None else say.whole(each.granted)
        members.add_row(each.customer.id, each.group, granted)
    if members.row_count:
        screen().print(members)
    if found.problem is not None:
        print(told(found.problem))
    elif found.granted is not None:
        together = _("Granted to its members together: {amount}.")
        print(together.format(amount=say.whole(found.granted)))
    print(_("The tree is today’s, and what was owed then is not recalled."))


def limit_said(limit: "GroupLimit | None", say: "Speech") -> str:
    """The limit of a group in words."""
    if limit is not None and limit.amount is not None:
        return say.whole(limit.amount)
    return say.gettext(name_of(LimitState.NONE_SET if limit is None else limit.state))
