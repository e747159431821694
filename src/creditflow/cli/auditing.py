"""Look after an installation: what is wrong with it, and whether its journal is intact."""

import sys

import typer

from creditflow.cli import app
from creditflow.cli.words import _

journal = typer.Typer(help=_("The journal of everything that happened."), no_args_is_help=True)
app.add_typer(journal, name="journal")


@app.command(help=_("Say what is wrong with this installation, and the remedy."))
def doctor() -> None:
    """Examine the installation; exit status 1 where there is a problem."""
    from creditflow.cli.doctor import doctor_command
    from creditflow.settings import read_settings

    raise typer.Exit(doctor_command(read_settings()))


@journal.command(help=_("Check that no entry was changed, removed or moved."))
def verify() -> None:
    """Walk the chain from the first entry; exit status 1 where it is broken."""
    from creditflow.cli.installing import existing
    from creditflow.services.verifying import verify_journal

    with existing().reading() as work:
        count, broken = verify_journal(work=work)
    if broken is not None:
        print(_("Entry {seq} is not what it was.").format(seq=broken), file=sys.stderr)
        raise typer.Exit(1)
    print(_("{count} entries, all intact.").format(count=count))
