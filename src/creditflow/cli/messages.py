"""Messages on the command line: what was told to whom, and sending again what did not arrive."""

from typing import Annotated

import typer

from creditflow.cli import app
from creditflow.cli.knowing import As, known
from creditflow.cli.words import _

messages = typer.Typer(help=_("Messages to colleagues and other programs."), no_args_is_help=True)
app.add_typer(messages, name="messages")


@messages.command("list", help=_("List messages, the latest first."))
def list_(
    state: Annotated[str | None, typer.Option(help=_("Only messages in this state."))] = None,
    most: Annotated[int, typer.Option(help=_("How many at most."))] = 50,
) -> None:
    """Print receiver, reason, state and answer of each."""
    from rich.table import Table

    from creditflow.cli.installing import existing
    from creditflow.cli.screen import screen
    from creditflow.domain.errors import Refusal
    from creditflow.domain.message import MessageState
    from creditflow.domain.sentences import say

    if state is not None and state not in set(MessageState):
        states = ", ".join(MessageState)
        raise Refusal(say("There is no state {state}. There are: {states}.", state=state,
                          states=states))  # fmt: skip
    wanted = MessageState(state) if state else None
    table = Table(*map(_, ("Message key", "To", "About", "State", "Answer")))
    with existing().reading() as work:
        for found in work.messages.latest(state=wanted, most=most):
            about = f"{found.about} {found.subject}"
            table.add_row(found.key, found.to, about, found.state.value, found.answer)
    screen().print(table)


@messages.command("again", help=_("Send a message once more that failed or may not have arrived."))
def again(message: Annotated[str, typer.Argument(help=_("The message's key."))], as_: As) -> None:
    """Put it back among those that are due."""
    from creditflow.cli.installing import existing
    from creditflow.domain.errors import Refusal
    from creditflow.domain.permissions import Permission, permits
    from creditflow.domain.sentences import say
    from creditflow.services.messaging import send_again

    app_ = existing()
    by = known(app_, as_)
    if not permits(by, Permission.CONNECT):
        raise Refusal(say("Only administrators send messages again."))
    with app_.work() as work:
        send_again(message, by=by.id, at=app_.now(), work=work)
    print(_("The message is sent once more."))
