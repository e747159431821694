"""Letters on the command line: have one written to a customer, and check those that there are."""

import sys
from typing import Annotated

import typer

from creditflow.cli import app
from creditflow.cli.knowing import As, known
from creditflow.cli.words import _

letters = typer.Typer(help=_("Letters to customers."), no_args_is_help=True)
app.add_typer(letters, name="letters")


@letters.command(
    help=_("Write a letter to a customer from what is known; it leaves like any other.")
)
def write(
    kind: Annotated[
        str,
        typer.Argument(help="payment_behaviour, held, released, statements_wanted, limit_ends"),
    ],
    customer: Annotated[str, typer.Argument(help=_("The customer's number."))],
    as_: As,
    show: Annotated[
        bool, typer.Option("--show", help=_("Only print it; nothing is kept and nothing leaves."))
    ] = False,
) -> None:
    """Keep the letter in the outbox, or print its text."""
    from creditflow.cli.installing import existing
    from creditflow.domain.customer import CustomerId
    from creditflow.domain.errors import Refusal
    from creditflow.domain.notice import Notice
    from creditflow.domain.sentences import say
    from creditflow.services.notifying import BY_HAND, notify

    if kind not in BY_HAND:
        kinds = ", ".join(sorted(x.value for x in BY_HAND))
        raise Refusal(
            say("There is no letter {kind}. Choose one of: {kinds}.", kind=kind, kinds=kinds)
        )
    app_ = existing()
    by = as_ if show else known(app_, as_).id
    with app_.work() as work:
        letter = notify(
            CustomerId(customer),
            Notice(kind),
            by=by,
            at=app_.now(),
            on=app_.today(),
            work=work,
            press=app_.press,
            sender=app_.sender,
        )
        if show:
            print(letter.text)
            raise typer.Exit  # the transaction is left behind
    print(_("{letter} to {recipient}").format(letter=letter.id, recipient=letter.recipient or "-"))


@letters.command(
    help=_("Which letters the policy's rules would have written today, to whom and why.")
)
def due() -> None:
    """Print what the clock writes on the next working day; nothing is kept and nothing leaves."""
    from creditflow.cli.installing import existing
    from creditflow.cli.words import told
    from creditflow.services.noticing import due_notices
    from creditflow.web.naming import OUTCOMES

    app_ = existing()
    with app_.reading() as work:
        rules, found = work.policies.current().notices, due_notices(on=app_.today(), work=work)
    if not rules:
        print(_("The policy has no rules for letters that are written by themselves (notices)."))
        return
    for notice in found:
        kind = _(OUTCOMES[notice.due.notice])
        print(f"{notice.customer}  {notice.name}  {kind}: {told(notice.due.why)}")
    print(_("{count} letters.").format(count=len(found)))


@letters.command(help=_("What customers answered and nobody has seen to, with the day of a reply."))
def answers() -> None:
    """Print those that we owe a reply first, by its day."""
    from creditflow.cli.installing import existing
    from creditflow.web.naming import ANSWERS

    with existing().readings() as readings:
        waiting = readings.answers_waiting()
    for one in waiting:
        due_on = one.due_on.isoformat() if one.due_on else "-"
        print(f"{one.letter_id}  {one.customer_name}  {_(ANSWERS[one.kind])}  {due_on}")
    print(_("{count} answers.").format(count=len(waiting)))


@letters.command(help=_("The DNS record that lets receivers verify the signatures of letters."))
def dkim() -> None:
    """Print the name and the text of the TXT record."""
    from creditflow.cli.installing import existing
    from creditflow.domain.errors import Refusal
    from creditflow.domain.sentences import say
    from creditflow.settings.post import signing_key

    key = signing_key(existing().settings)
    if key is None:
        raise Refusal(
            say(
                "Letters leave unsigned. Set {file} to have them signed.",
                file="CREDITFLOW_DKIM_KEY_FILE",
            )
        )
    print(f"{key.name}. IN TXT")
    print(key.record)


@letters.command(help=_("Check every letter: its bytes, and whether they come out the same today."))
def check() -> None:
    """Exit status 1 where the bytes of a letter are not those whose hash was recorded."""
    from creditflow.cli.installing import existing
    from creditflow.post.rechecking import comes_out_the_same, is_intact

    app_ = existing()
    broken, other = [], []
    with app_.readings() as readings:
        names = readings.letter_ids()
    for name in names:
        with app_.reading() as work:
            letter = work.letters.get(name)
            if not is_intact(letter):
                broken.append(letter.id)
            elif comes_out_the_same(letter, app_.press, work) is False:
                other.append(letter.id)
    print(_("{count} letters.").format(count=len(names)))
    if other:
        print(
            _(
                "{letters} would be set otherwise today: templates, fonts or settings are newer."
            ).format(letters=", ".join(other))
        )
    if broken:
        print(
            _("{letters} are not what they were.").format(letters=", ".join(broken)),
            file=sys.stderr,
        )
        raise typer.Exit(1)
