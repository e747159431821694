"""Secrets on the command line: seal them with a new key, and forget the older ones."""

from typing import Annotated

import typer

from creditflow.cli import app
from creditflow.cli.words import _

secrets = typer.Typer(help=_("Secrets that lie sealed in the database."), no_args_is_help=True)
app.add_typer(secrets, name="secrets")


@secrets.command(help=_("Make a new key and seal every secret with it."))
def renew(
    forget: Annotated[
        bool, typer.Option("--forget-older", help=_("Forget the older keys afterwards."))
    ] = False,
) -> None:
    """Put a new key first, seal everything anew, and optionally drop the other keys."""
    from creditflow.cli.installing import existing
    from creditflow.post.keys import add_key, forget_older_keys
    from creditflow.services.sealing import seal_all

    app_ = existing()
    path = app_.settings.keys_of_secrets
    add_key(path)
    with app_.work() as work:
        sealed = seal_all(seals=app_.seals, work=work)
    print(_("{count} secrets sealed with the new key in {file}.").format(count=sealed, file=path))
    if forget:
        print(_("Older keys forgotten: {count}.").format(count=forget_older_keys(path)))
