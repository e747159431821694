"""Ask at the terminal who is there, with the patience that the sign-in page has too."""

import typer

from creditflow.bootstrap import App
from creditflow.cli.words import _
from creditflow.domain.people import Person
from creditflow.web.session import SignInDesk


def known(app: App, name: str) -> Person:
    """The person of that sign-in name, once its password is given; raises NotSignedIn or Hasty."""
    password = typer.prompt(_("Password"), hide_input=True)
    return SignInDesk().identify(name, password, address="", at=app.now(), work=app.work)
