"""Who would have to decide what, on the command line: by the code that opens cases."""

from typing import TYPE_CHECKING, Annotated

import typer

from creditflow.cli import app
from creditflow.cli.words import _, told

if TYPE_CHECKING:
    from creditflow.approvals.routing import Route
    from creditflow.approvals.simulating import ForeseenStage, Simulation, Voice
    from creditflow.web.circumstances import Foretold

route = typer.Typer(help=_("Who would have to decide what."), no_args_is_help=True)
app.add_typer(route, name="route")

Typed = str | None


@route.callback()
def _group() -> None:
    """Keep the group, though it has one command only."""


@route.command(
    help=_("Say who would have to decide an amount, who could today, and where others would go.")
)
def simulate(  # noqa: PLR0917 - one option per thing that bears on the way
    amount: Annotated[str, typer.Argument(help=_("The limit, such as 900000, 90万 or 0.9m."))],
    customer: Annotated[Typed, typer.Option(help=_("Of this customer, by today's facts."))] = None,
    periodic: Annotated[bool, typer.Option(help=_("Nobody has asked for it."))] = False,
    grade: Annotated[Typed, typer.Option(help=_("Without a customer: its grade, A to G."))] = None,
    segment: Annotated[Typed, typer.Option(help=_("Without a customer: new or existing."))] = None,
    currency: Annotated[Typed, typer.Option(help=_("Without a customer: its currency."))] = None,
    current: Annotated[Typed, typer.Option(help=_("Without a customer: its limit now."))] = None,
    raised: Annotated[
        Typed, typer.Option(help=_("Without a customer: raises of the last ninety days."))
    ] = None,
    confidence: Annotated[
        Typed, typer.Option(help=_("Without a customer: percent of the evidence that is known."))
    ] = None,
    legal_entity: Annotated[
        Typed, typer.Option(help=_("Without a customer: the company of ours that grants it."))
    ] = None,
    knocked_out: Annotated[bool, typer.Option(help=_("A knock-out criterion is met."))] = False,
    secured: Annotated[
        Typed, typer.Option(help=_("Without a customer: what covers and guarantees are good for."))
    ] = None,
) -> None:
    """Print the stages with their people, and the borders between amounts."""
    typed = {
        "amount": amount,
        "customer": customer,
        "occasion": "periodic" if periodic else "request",
        "grade": grade,
        "segment": segment,
        "currency": currency,
        "current": current,
        "raised": raised,
        "confidence": confidence,
        "legal_entity": legal_entity,
        "knocked_out": "1" if knocked_out else "",
        "secured": secured,
    }
    _show(_foretold({name: text or "" for name, text in typed.items()}))


def _foretold(typed: dict[str, str]) -> "Foretold":
    from creditflow.cli.installing import existing
    from creditflow.web.circumstances import foretell

    installation = existing()
    at = installation.now()
    on, works = installation.business_date(at), installation.works
    with installation.reading() as work:
        return foretell(typed, at=at, on=on, works=works, work=work)


def _show(found: "Foretold") -> None:
    simulation = found.simulation
    print(f"{simulation.amount}: {told(simulation.way.why)}")
    parts = simulation.asked.proposal.parts_of(simulation.amount)
    if parts.rests_on:
        said = _("Of it {open} is open, {secured} secured, {insured} insured.")
        print(said.format(open=parts.open, secured=parts.secured, insured=parts.insured))
    for number, stage in enumerate(simulation.stages, start=1):
        _tell(number, stage)
    if not simulation.stages:
        print(_("Nobody: the policy decides this amount by itself."))
    cap = found.presumed.proposal.cap if found.presumed.proposal else None
    if cap is not None and simulation.amount > cap:
        print(_("Nobody can approve more than the policy's cap of %(cap)s.") % {"cap": cap})
    _show_bands(simulation)


def _tell(number: int, stage: "ForeseenStage") -> None:
    print(f"{number}. {_title(stage)}: {told(stage.why)}")
    needed = _("Has to agree: {count}. Due {day}.").format(count=stage.needed, day=stage.due_on)
    print(f"   {needed}")
    names = ", ".join(_named(voice) for voice in stage.able)
    print("   " + _("Could decide: {names}").format(names=names or _("nobody")))
    for voice in stage.barred:
        if voice.no is not None:
            print(f"   {voice.person.name}: {told(voice.no)}")


def _named(voice: "Voice") -> str:
    name = voice.person.name
    if voice.principal is not None:
        name += " (" + _("in place of %(name)s") % {"name": voice.principal.name} + ")"
    if voice.away is not None:
        name += " (" + _("away until %(day)s") % {"day": voice.away.last_day} + ")"
    return name


def _title(stage: "ForeseenStage") -> str:
    from creditflow.cli.words import language

    return stage.desk.title[language()]


def _show_bands(simulation: "Simulation") -> None:
    from rich.table import Table

    from creditflow.cli.screen import screen

    table = Table("", _("Amounts"), _("Who decides"))
    for band in simulation.bands:
        most = "" if band.most is None else str(band.most)
        mark = "→" if band == simulation.band else ""
        table.add_row(mark, f"{band.least} – {most}", _stages(band.way))
    screen().print(table)


def _stages(way: "Route") -> str:
    from creditflow.cli.words import language

    said = []
    for step in way.steps:
        many = {0: " (" + _("everybody") + ")", 1: ""}.get(step.needed, f" ×{step.needed}")
        said.append(step.desk.title[language()] + many)
    return " → ".join(said) or _("the policy")
