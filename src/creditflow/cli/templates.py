"""Wordings of letters on the command line: list, show, check, compare, propose, confirm."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from creditflow.cli import app
from creditflow.cli.knowing import As, known
from creditflow.cli.words import _, told

templates = typer.Typer(
    help=_("Wordings of letters: editions, drafts, and what a draft would change."),
    no_args_is_help=True,
)
app.add_typer(templates, name="templates")

Name = Annotated[str, typer.Argument(help=_("A template's name, such as reduced.en."))]
File = Annotated[
    Path,
    typer.Argument(exists=True, dir_okay=False, help=_("A file named reduced.en.md.j2 or alike.")),
]
Number = Annotated[
    int | None, typer.Option("--edition", help=_("The edition; the one in force if absent."))
]


@templates.command("list", help=_("List templates, who words them, and drafts that wait."))
def list_() -> None:
    """Print every template with its edition, and its open draft."""
    from rich.table import Table

    from creditflow.cli.installing import existing
    from creditflow.cli.screen import screen
    from creditflow.web.naming import DRAFT_STATES

    app_ = existing()
    shelf = app_.proofreader.shelf
    table = Table(_("Template"), _("Worded by"), _("Draft"), _("State"), _("In force from"))
    with app_.reading() as work:
        edition = work.templates.edition()
        for name in shelf.names(edition):
            by = _("a file of your own") if shelf.is_own(name) else _("as delivered")
            if edition.source(name) is not None:
                by = _("edition {number}").format(number=work.templates.worded_by(name))
            draft = work.templates.open(name)
            waits = ("", "", "")
            if draft is not None:
                waits = (draft.id, _(DRAFT_STATES[draft.state]), draft.effective_on.isoformat())
            table.add_row(str(name), by, *waits)
    screen().print(table)


@templates.command(help=_("Print a template's wording: in force, of an edition, of the file."))
def show(
    name: Name,
    edition: Number = None,
    file: Annotated[bool, typer.Option("--file", help=_("As the file words it."))] = False,
) -> None:
    """Print the text alone, so that it can be kept as a file and changed."""
    from creditflow.cli.installing import existing
    from creditflow.domain.letter_template import AS_IN_FILES, template_named

    app_, template = existing(), template_named(name)
    with app_.reading() as work:
        wanted = AS_IN_FILES if file else work.templates.edition(edition)
    print(app_.proofreader.shelf.needed(template, wanted), end="")


@templates.command(help=_("Check files of templates; every problem with its line and remedy."))
def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            exists=True, dir_okay=False, help=_("The files; what is in force if absent.")
        ),
    ] = None,
) -> None:
    """Print every problem; exit status 1 where there is one."""
    from creditflow.cli.installing import existing
    from creditflow.domain.letter_template import TemplateName, template_named
    from creditflow.services.wording import tidied

    app_, count = existing(), 0
    reader = app_.proofreader
    with app_.reading() as work:
        edition = work.templates.edition()
    texts: list[tuple[TemplateName, str | None]] = [
        (template_named(x.name), tidied(x.read_text(encoding="utf-8"))) for x in files or ()
    ]
    for template, text in texts or [(x, edition.source(x)) for x in reader.shelf.names(edition)]:
        for problem in reader.proofread(template, text, edition):
            place = template.file + (f":{problem.line}" if problem.line else "")
            print(f"{place}: {told(problem.what)} {told(problem.remedy)}", file=sys.stderr)
            count += 1
    if count:
        print(_("Problems: {count}.").format(count=count), file=sys.stderr)
        raise typer.Exit(1)
    print(_("The wordings are sound."))


@templates.command(help=_("Say what differs: between a file and what is in force, or an edition."))
def diff(file: File, edition: Number = None) -> None:
    """Print the lines that differ; exit status 1 where some do, as diff does."""
    import difflib

    from creditflow.cli.installing import existing
    from creditflow.domain.letter_template import template_named
    from creditflow.services.wording import tidied

    app_, template = existing(), template_named(file.name)
    with app_.reading() as work:
        before = app_.proofreader.shelf.needed(template, work.templates.edition(edition))
    after = tidied(file.read_text(encoding="utf-8"))
    found = list(
        difflib.unified_diff(
            before.splitlines(), after.splitlines(), str(template), str(file), lineterm="", n=1
        )
    )
    print("\n".join(found) if found else _("Nothing differs."))
    raise typer.Exit(1 if found else 0)


@templates.command(
    help=_("Propose a file's wording, or confirm somebody else's draft: two people publish one.")
)
def publish(
    what: Annotated[
        str, typer.Argument(help=_("A file to propose, or the number of a draft to confirm."))
    ],
    as_: As,
    why: Annotated[str, typer.Option(help=_("Why the wording changes."))] = "",
    from_: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help=_("From when; today if absent.")),
    ] = None,
    back: Annotated[
        bool, typer.Option("--back", help=_("Give the template of that name back to its file."))
    ] = False,
) -> None:
    """Keep a draft, or confirm one and publish it on its day."""
    from creditflow.cli.installing import existing
    from creditflow.domain.letter_template import template_named
    from creditflow.services.wording import confirm_wording, propose_wording

    app_ = existing()
    me, at, on = known(app_, as_), app_.now(), app_.today()
    if what.startswith("TD-"):
        with app_.work() as work:
            draft = confirm_wording(what, by=me, at=at, on=on, work=work)
        later = _("Draft {draft} is confirmed, and in force from {day} on.").format(
            draft=draft.id, day=draft.effective_on.isoformat()
        )
        now = _("Edition {number} is in force.").format(number=draft.edition)
        print(later if draft.edition is None else now)
        return
    path = Path(what)
    with app_.work() as work:
        draft = propose_wording(
            template_named(path.name),
            None if back else _text(path),
            why=why,
            effective_on=from_.date() if from_ else on,
            by=me,
            at=at,
            on=on,
            work=work,
            proofreader=app_.proofreader,
        )
    print(
        _("Draft {draft} waits for another policy administrator, at {address}.").format(
            draft=draft.id, address=f"{app_.settings.address}/templates/drafts/{draft.id}"
        )
    )


def _text(path: Path) -> str:
    """What the file says; raises NotFound."""
    from creditflow.domain.errors import NotFound
    from creditflow.domain.sentences import say

    if not path.is_file():
        raise NotFound(say("There is no file {file}.", file=str(path)))
    return path.read_text(encoding="utf-8")
