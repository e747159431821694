"""Payment plans at the terminal: list and show them, offer one, note that it was accepted."""

from typing import TYPE_CHECKING, Annotated

import typer

from creditflow.cli import app
from creditflow.cli.knowing import As, known
from creditflow.cli.words import _

if TYPE_CHECKING:
    from creditflow.domain.payment_plan import PaymentPlan

plans = typer.Typer(help=_("Payment plans for what is past due."), no_args_is_help=True)
app.add_typer(plans, name="plans")

Number = Annotated[str, typer.Argument(help=_("The plan's number, such as PP-000001."))]


@plans.command("list", help=_("List payment plans, the latest first."))
def list_(
    all_: Annotated[bool, typer.Option("--all", help=_("Also those that have ended."))] = False,
) -> None:
    """Print customer, total, state and what has come in of each."""
    from rich.table import Table

    from creditflow.cli.installing import existing
    from creditflow.cli.screen import screen
    from creditflow.domain.payment_plan import RUNNING, PlanState
    from creditflow.services.planning import progress_of
    from creditflow.web.plan_names import PLAN_STATES

    app_ = existing()
    table = Table(*map(_, ("Plan", "Customer", "Total", "Received", "State")))
    with app_.reading() as work:
        for plan in work.plans.in_states(list(PlanState) if all_ else RUNNING):
            seen = progress_of(plan, on=app_.today(), work=work)
            name = work.customers.get(plan.customer).name
            state = _(PLAN_STATES[plan.state])
            table.add_row(plan.id, name, str(plan.total), str(seen.received), state)
    screen().print(table)


@plans.command(help=_("Show a payment plan: its invoices, its instalments, and what has come in."))
def show(plan: Number) -> None:
    """Print it."""
    from creditflow.cli.installing import existing

    app_ = existing()
    with app_.reading() as work:
        found = work.plans.get(plan)
    _show(found)


@plans.command(help=_("Offer what is past due in monthly instalments; a letter says so."))
def offer(
    customer: Annotated[str, typer.Argument(help=_("The customer's number."))],
    as_: As,
    instalments: Annotated[int, typer.Option(help=_("How many monthly instalments."))] = 3,
    try_: Annotated[
        bool, typer.Option("--show", help=_("Only print it; nothing is kept and nothing leaves."))
    ] = False,
) -> None:
    """Keep the plan and its letter, or print what they would be."""
    from creditflow.cli.installing import existing
    from creditflow.domain.customer import CustomerId
    from creditflow.services.planning import offer_plan, plan_for

    app_ = existing()
    by, number = known(app_, as_), CustomerId(customer)
    with app_.work() as work:
        if try_:
            _show(
                plan_for(number, instalments, on=app_.today(), works=app_.works, by=by,
                         at=app_.now(), work=work)
            )  # fmt: skip
            return
        plan = offer_plan(
            number, instalments, by=by, at=app_.now(), on=app_.today(), works=app_.works,
            work=work, press=app_.press, sender=app_.sender,
        )  # fmt: skip
    _show(plan)


@plans.command(help=_("Note that the customer has accepted a payment plan in writing."))
def accept(plan: Number, as_: As) -> None:
    """It counts from now on."""
    from creditflow.cli.installing import existing
    from creditflow.services.planning import accept_plan

    app_ = existing()
    by = known(app_, as_)
    with app_.work() as work:
        accepted = accept_plan(plan, by=by, at=app_.now(), on=app_.today(), work=work)
    _show(accepted)


@plans.command(help=_("Withdraw a payment plan, with a reason."))
def withdraw(
    plan: Number, as_: As, why: Annotated[str, typer.Option(help=_("Why it is withdrawn."))]
) -> None:
    """What is past due is due again."""
    from creditflow.cli.installing import existing
    from creditflow.services.planning import withdraw_plan

    app_ = existing()
    by = known(app_, as_)
    with app_.work() as work:
        ended = withdraw_plan(plan, why=why, by=by, at=app_.now(), on=app_.today(), work=work)
    _show(ended)


def _show(plan: "PaymentPlan") -> None:
    from creditflow.cli.installing import existing
    from creditflow.services.planning import progress_of
    from creditflow.web.plan_names import PLAN_STATES

    app_ = existing()
    with app_.reading() as work:
        seen = progress_of(plan, on=app_.today(), work=work)
        name = work.customers.get(plan.customer).name
    print(f"{plan.id or '-'}  {plan.customer}  {name}: {_(PLAN_STATES[plan.state])}")
    print(_("Past due in all: {total}; received so far: {received}; left: {left}").format(
        total=plan.total, received=seen.received, left=seen.left
    ))  # fmt: skip
    for part, came in zip(plan.instalments, seen.came, strict=True):
        print(f"  {part.on}  {part.amount}  {'✓' if came else ''}".rstrip())
    for covered in plan.covers:
        print(f"    {covered.document}  {covered.due_on}  {covered.open}")
