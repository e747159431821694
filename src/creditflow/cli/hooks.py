"""Hooks on the command line: who is told, proposing and confirming one, a test, a switch."""

import sys
from typing import Annotated

import typer

from creditflow.cli import app
from creditflow.cli.knowing import As, known
from creditflow.cli.words import _

hooks = typer.Typer(
    help=_("Other programs and chat groups that are told of events."), no_args_is_help=True
)
app.add_typer(hooks, name="hooks")

Name = Annotated[str, typer.Argument(help=_("The hook's name."))]


@hooks.command("list", help=_("List the hooks."))
def list_() -> None:
    """Print name, kind, where, state and events of each that has not ended."""
    from rich.table import Table

    from creditflow.cli.installing import existing
    from creditflow.cli.screen import screen
    from creditflow.domain.hook import HookState

    table = Table(*map(_, ("Hook", "Kind", "Where", "State", "Told of")))
    with existing().reading() as work:
        for hook in work.hooks.all():
            if hook.state is not HookState.ENDED:
                events = ", ".join(sorted(hook.events))
                table.add_row(hook.name, hook.kind.value, hook.host, hook.state.value, events)
    screen().print(table)


@hooks.command(help=_("Send a test to a hook at once, and say what it answers."))
def test(name: Name) -> None:
    """Exit status 1 where the test was not taken."""
    from creditflow.cli.installing import existing
    from creditflow.messengers.hooks import Hooks
    from creditflow.ports import Delivery
    from creditflow.services.hooking import by_name

    app_ = existing()
    with app_.reading() as work:
        hook = by_name(name, work)
    handed = Hooks(app_).test(hook)
    if handed.delivery is not Delivery.ACCEPTED:
        print(_("The test was not taken: {answer}").format(answer=handed.answer), file=sys.stderr)
        raise typer.Exit(1)
    print(_("The test was taken: {answer}").format(answer=handed.answer))


@hooks.command(help=_("Propose a hook; its address and a messenger's secret are asked for."))
def propose(  # noqa: PLR0917 - one option per thing a hook is
    name: Name,
    as_: As,
    kind: Annotated[
        str, typer.Option(help="webhook, wecom, dingtalk, feishu, slack, teams")
    ] = "webhook",
    event: Annotated[
        list[str] | None, typer.Option(help=_("An event; repeat it for more. All if absent."))
    ] = None,
    language: Annotated[str, typer.Option(help=_("zh-CN or en."))] = "zh-CN",
    why: Annotated[str, typer.Option(help=_("Why it should be told."))] = "",
) -> None:
    """Keep it for a second person, and print the secret that was made for it."""
    from creditflow.cli.installing import existing
    from creditflow.domain.hook import EVENTS, HookKind
    from creditflow.messengers.hooks import Hooks, fresh_secret
    from creditflow.services.hooking import HookForm, propose_hook

    app_ = existing()
    by, fresh = known(app_, as_), fresh_secret()
    # Asked for, because both would be seen in the list of processes.
    url = typer.prompt(_("Address"))
    has_secret = kind in {HookKind.DINGTALK, HookKind.FEISHU}
    secret = typer.prompt(_("Secret"), default="", hide_input=True) if has_secret else ""
    form = HookForm(name, kind, url, tuple(event or EVENTS), language, why, secret)
    with app_.work() as work:
        hook = propose_hook(form, fresh=fresh, allowed=Hooks(app_).objection, by=by,
                            at=app_.now(), seals=app_.seals, work=work)  # fmt: skip
    print(_("{hook} waits for another administrator.").format(hook=hook.id))
    if hook.kind is HookKind.WEBHOOK:
        print(_("Secret, shown only now: {secret}").format(secret=fresh))


@hooks.command(help=_("Confirm a hook that another administrator proposed."))
def confirm(hook: Annotated[str, typer.Argument(help=_("Its number."))], as_: As) -> None:
    """Let it in."""
    from creditflow.cli.installing import existing
    from creditflow.services.hooking import confirm_hook

    app_ = existing()
    by = known(app_, as_)
    with app_.work() as work:
        confirmed = confirm_hook(hook, by=by, at=app_.now(), work=work)
    print(_("{name} is told of events from now on.").format(name=confirmed.name))


@hooks.command(help=_("Switch a hook on, off, or end it for good."))
def switch(
    name: Name, to: Annotated[str, typer.Argument(help=_("on, off or ended."))], as_: As
) -> None:
    """Change whether it is told."""
    from creditflow.cli.installing import existing
    from creditflow.services.hooking import by_name, switch_hook

    app_ = existing()
    by = known(app_, as_)
    with app_.work() as work:
        hook = switch_hook(by_name(name, work).id, to, by=by, at=app_.now(), work=work)
    print(f"{hook.name}: {hook.state.value}")
