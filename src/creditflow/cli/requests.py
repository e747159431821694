"""Requests for limits on the command line: ask for one, see where each is, take one back."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from creditflow.cli import app
from creditflow.cli.knowing import As, known
from creditflow.cli.words import _

if TYPE_CHECKING:
    from creditflow.domain.policy import Policy
    from creditflow.domain.received_file import ReceivedFile
    from creditflow.store.requests import RequestRow
    from creditflow.web.language import Speech

requests = typer.Typer(help=_("Requests for limits."), no_args_is_help=True)
app.add_typer(requests, name="requests")


@requests.command(
    help=_("Ask for a base limit, or for a temporary or a project limit on top of it.")
)
def ask(
    customer: Annotated[str, typer.Argument(help=_("The customer's number."))],
    amount: Annotated[
        str, typer.Argument(help=_("The base limit, or how much on top; nothing: as evaluated."))
    ] = "",
    *,
    as_: As,
    reason: Annotated[str, typer.Option(help=_("Why it is needed."))],
    kind: Annotated[str, typer.Option(help=_("base, temporary or project."))] = "base",
    from_: Annotated[
        str, typer.Option("--from", help=_("The first day, such as 2026-05-31."))
    ] = "",
    until: Annotated[str, typer.Option(help=_("The last day on which it counts."))] = "",
    project: Annotated[str, typer.Option(help=_("The project or contract."))] = "",
    uses: Annotated[
        str, typer.Option(help=_("What the project uses up: own_only, own_first, general_first."))
    ] = "",
    file: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help=_("A file for it; repeat it for more.")),
    ] = None,
) -> None:
    """Open the case that the request leads to."""
    from creditflow.cli.installing import existing
    from creditflow.domain.customer import CustomerId
    from creditflow.services.asking import request_review
    from creditflow.web.wishing import read_request

    app_ = existing()
    by = known(app_, as_)
    typed = {"kind": kind, "amount": amount, "from": from_, "until": until, "project": project,
             "consumption": uses, "note": reason}  # fmt: skip
    most = app_.settings.upload_max_mb * 1_000_000
    at = app_.now()
    with app_.work() as work:
        currency = work.customers.get(CustomerId(customer)).currency
        wish, files = read_request(typed, currency, lambda: _files(file or [], most))
        case = request_review(
            CustomerId(customer), wish, by=by, at=at, on=app_.business_date(at), work=work,
            files=files,
        )  # fmt: skip
    print(_("Case {case} is being evaluated.").format(case=case.id))


@requests.command("list", help=_("Where requests are: those on their way first."))
def list_(
    by: Annotated[str | None, typer.Option(help=_("Only those of this sign-in name."))] = None,
) -> None:
    """Print what was asked for, by whom, and where it is."""
    from rich.table import Table

    from creditflow.cli.installing import existing
    from creditflow.cli.screen import screen
    from creditflow.cli.words import language
    from creditflow.domain.case import FINISHED, CaseState
    from creditflow.web.language import speech

    with existing().database.both() as (work, readings):
        policy = work.policies.current()
        rows = [
            *readings.requests.of(by, set(CaseState) - FINISHED),
            *readings.requests.of(by, FINISHED),
        ]
    table = Table(
        *map(_, ("Case", "Customer", "Asked for", "Requested by", "State", "Desk", "Due"))
    )
    for row in rows:
        table.add_row(*_cells(row, policy, speech(language())))
    screen().print(table)


@requests.command(help=_("Take a request back before it is decided."))
def withdraw(
    case: Annotated[str, typer.Argument(help=_("The case, such as CF-000123."))], *, as_: As
) -> None:
    """End the case without a decision."""
    from creditflow.approvals.withdrawing import withdraw as take_back
    from creditflow.cli.installing import existing

    app_ = existing()
    by = known(app_, as_)
    with app_.work() as work:
        ended = take_back(case, by=by, at=app_.now(), work=work)
    print(_("Case {case} is withdrawn.").format(case=ended.id))


def _cells(row: "RequestRow", policy: "Policy", say: "Speech") -> list[str]:
    from creditflow.web.events import desk_title
    from creditflow.web.naming import name_of

    case = row.case
    name = case.customer_name_en if say.language == "en" else None
    due = case.due_on.isoformat() if case.due_on else ""
    return [
        *(case.case_id, name or case.customer_name, _asked(row, say), case.requested_by or ""),
        say.gettext(name_of(case.state)),
        desk_title(case.desk, policy, say) if case.desk else "",
        due,
    ]


def _asked(row: "RequestRow", say: "Speech") -> str:
    from creditflow.web.naming import name_of

    amount, top = say.whole(row.amount) if row.amount else "", row.on_top
    if top is None:
        return f"{_('Base limit')} {amount}".strip()
    name = ": ".join([say.gettext(name_of(top.kind)), *([top.project] if top.project else [])])
    return f"{name} + {amount}, {say.day(top.from_)} – {say.last_day(top.until)}"


def _files(paths: list[Path], most: int) -> "list[ReceivedFile]":
    """The files; raises NotTaken with a sentence for each that cannot be taken."""
    from creditflow.domain.received_file import NotTaken, received

    found, problems = [], []
    for path in paths:
        with path.open("rb") as file:
            content = file.read(most + 1)
        try:
            found.append(received(path.name, content, most_bytes=most))
        except NotTaken as no:
            problems.append(no.sentence)
    if problems:
        raise NotTaken(problems[0], details=problems)
    return found
