"""Know who types: an act that records a person takes that person's password."""

from typing import TYPE_CHECKING, Annotated

import typer

from creditflow.cli.words import _

if TYPE_CHECKING:
    from creditflow.bootstrap import App
    from creditflow.domain.people import Person

As = Annotated[str, typer.Option("--as", help=_("Your sign-in name; your password is asked."))]


def known(app_: "App", name: str) -> "Person":
    """The active person of that name, who has just typed the password; raises NotSignedIn."""
    from creditflow.web.session import SignInDesk

    password: str = typer.prompt(_("Password"), hide_input=True)
    return SignInDesk().identify(name, password, address="", at=app_.now(), work=app_.work)
