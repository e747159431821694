"""People on the command line: who signs in, in which roles, with which mandate."""

import secrets
from typing import TYPE_CHECKING, Annotated

import typer

from creditflow.cli import app
from creditflow.cli.words import _

if TYPE_CHECKING:
    from creditflow.domain.people import Mandate

people = typer.Typer(help=_("People who sign in, and what they may decide."), no_args_is_help=True)
app.add_typer(people, name="people")


@people.command("add", help=_("Add a person, or change one; prints a password to hand over."))
def add(  # noqa: PLR0917 - one option per thing a person is
    person: Annotated[str, typer.Argument(help=_("The sign-in name."))],
    name: Annotated[str, typer.Option(help=_("The name that others see."))],
    email: Annotated[str, typer.Option(help=_("The mail address."))],
    role: Annotated[list[str], typer.Option(help=_("A role; repeat it for more."))],
    language: Annotated[str, typer.Option(help=_("zh-CN or en."))] = "zh-CN",
    desk: Annotated[list[str] | None, typer.Option(help=_("A desk; repeat it for more."))] = None,
    ceiling: Annotated[
        str | None, typer.Option(help=_("The mandate's ceiling, such as 'CNY 500000' or 'any'."))
    ] = None,
    worst_grade: Annotated[str, typer.Option(help=_("The lowest grade of the mandate."))] = "D",
    password: Annotated[bool, typer.Option(help=_("Make a new password."))] = True,
) -> None:
    """Keep the person and print what was made."""
    from pwdlib import PasswordHash

    from creditflow.cli.installing import prepare
    from creditflow.services.staffing import PersonForm, put_person
    from creditflow.settings import read_settings

    app_ = prepare(read_settings())
    form = PersonForm(person, name, email, language, tuple(role), tuple(desk or ()), ceiling,
                      worst_grade)  # fmt: skip
    with app_.work() as work:
        kept = put_person(form, by="console", at=app_.now(), work=work)
        if password:
            secret = secrets.token_urlsafe(12)
            work.credentials.set_password_hash(kept.id, PasswordHash.recommended().hash(secret))
            work.sessions.close_all(kept.id)
            print(_("Password of {person}: {secret}").format(person=kept.id, secret=secret))


@people.command("list", help=_("List everybody."))
def list_() -> None:
    """Print everybody with roles, desks and mandate."""
    from rich.table import Table

    from creditflow.cli.installing import existing
    from creditflow.cli.screen import screen

    table = Table(*map(_, ("Sign-in", "Name", "Roles", "Desks", "Ceiling", "Down to")))
    with existing().reading() as work:
        for p in work.people.all():
            mandate = p.mandate
            ceiling = "" if mandate is None else _ceiling(mandate)
            grade = "" if mandate is None else mandate.worst_grade.value
            roles = ", ".join(sorted(p.roles))
            table.add_row(p.id, p.name, roles, ", ".join(sorted(p.desks)), ceiling, grade)
    screen().print(table)


def _ceiling(mandate: "Mandate") -> str:
    """No ceiling and a ceiling of zero are two things."""
    return _("any") if mandate.ceiling is None else str(mandate.ceiling)
