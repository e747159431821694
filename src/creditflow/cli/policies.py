"""The policy on the command line: check it, compare it, try it on the book, hand it in."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from creditflow.cli import app
from creditflow.cli.knowing import As, known
from creditflow.cli.words import _, told

policy = typer.Typer(help=_("The credit policy: versions, drafts, and what a draft would change."),
                     no_args_is_help=True)  # fmt: skip
app.add_typer(policy, name="policy")

Folder = Annotated[
    Path,
    typer.Argument(exists=True, file_okay=False, help=_("A folder with the policy's YAML files.")),
]
Version = Annotated[int | None, typer.Option(help=_("The version; the one in force if absent."))]


@policy.command(help=_("Check the files in a folder; every problem with its line and remedy."))
def check(folder: Folder) -> None:
    """Print every problem; exit status 1 where there is one."""
    from creditflow.sources.policy_files import load_policy

    made, problems = load_policy(folder, version=1)
    for problem in problems:
        place = problem.document + (f":{problem.line}" if problem.line else "")
        print(
            f"{place}: {problem.path}: {told(problem.what)} {told(problem.remedy)}", file=sys.stderr
        )
    if made is None:
        print(_("Problems: {count}.").format(count=len(problems)), file=sys.stderr)
        raise typer.Exit(1)
    print(_("The policy is sound."))


@policy.command("list", help=_("List versions and drafts, the latest first."))
def list_() -> None:
    """Print what is in force, what was, and what is proposed."""
    from rich.table import Table

    from creditflow.cli.installing import existing
    from creditflow.cli.screen import screen
    from creditflow.web.naming import DRAFT_STATES

    table = Table(_("Version"), _("Draft"), _("State"), _("In force from"), _("Proposed by"),
                  _("Why"))  # fmt: skip
    with existing().reading() as work:
        table.add_row(str(work.policies.current().version), "", _("in force"), "", "", "")
        for draft in work.policy_drafts.all():
            version = str(draft.version or "")
            state = _(DRAFT_STATES[draft.state])
            day = draft.effective_on.isoformat()
            table.add_row(version, draft.id, state, day, draft.proposed_by, draft.why)
    screen().print(table)


@policy.command(help=_("Write a version's YAML files into a folder, to be changed there."))
def export(
    folder: Annotated[Path, typer.Argument(file_okay=False, help=_("Where to write them."))],
    version: Version = None,
) -> None:
    """Write the files; none that is there already is overwritten."""
    from creditflow.cli.installing import existing
    from creditflow.sources.policy_files import sources_of

    with existing().reading() as work:
        number = version or work.policies.current().version
        sources = sources_of(work.policies.text(number), work.policy_drafts.all())
    folder.mkdir(parents=True, exist_ok=True)
    if there := [name for name in sources if (folder / f"{name}.yaml").exists()]:
        print(_("There is a {name}.yaml already. Choose an empty folder.").format(name=there[0]),
              file=sys.stderr)  # fmt: skip
        raise typer.Exit(1)
    for name, text in sources.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    print(_("Version {version} is in {folder}.").format(version=number, folder=folder))


@policy.command(help=_("Say what differs: between a folder and the version in force, or another."))
def diff(
    folder: Folder,
    version: Version = None,
) -> None:
    """Print every place that differs; exit status 1 where one does, as diff does."""
    import json

    from creditflow.cli.installing import existing
    from creditflow.domain.policy_change import changes
    from creditflow.sources.policy_files import policy_text

    after = json.loads(policy_text(folder))
    with existing().reading() as work:
        number = version or work.policies.current().version
        before = json.loads(work.policies.text(number))
    found = changes(before, after)
    for change in found:
        print(change)
    print(
        _("{count} places differ from version {version}.").format(count=len(found), version=number)
    )
    raise typer.Exit(1 if found else 0)


@policy.command(help=_("Try a folder's policy on the whole book; nothing is changed."))
def shadow(
    folder: Folder,
    csv: Annotated[
        Path | None, typer.Option(dir_okay=False, help=_("Write everybody's move into a CSV file."))
    ] = None,
) -> None:
    """Print who would move and what it would cost."""
    from creditflow.cli.installing import existing
    from creditflow.cli.shadow import shown, tried, written
    from creditflow.domain.policy_reading import policy_from_json
    from creditflow.sources.policy_files import policy_text

    draft = policy_from_json(policy_text(folder), 0)
    found = tried(existing(), draft)
    shown(found, draft)
    if csv is not None:
        csv.write_bytes(written(found))
        print(_("Everybody's move is in {file}.").format(file=csv))


@policy.command(help=_("Hand a folder's policy in; another policy administrator confirms it."))
def publish(
    folder: Folder,
    why: Annotated[str, typer.Option(help=_("Why the policy changes."))],
    as_: As,
    from_: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help=_("From when; today if absent.")),
    ] = None,
) -> None:
    """Keep it as a draft: two people publish a policy, and one of them is somebody else."""
    from creditflow.cli.installing import existing
    from creditflow.services.publishing import propose_policy
    from creditflow.sources.policy_files import folder_texts, policy_text

    app_ = existing()
    text, today = policy_text(folder), app_.today()
    me = known(app_, as_)
    with app_.work() as work:
        draft = propose_policy(
            text,
            folder_texts(folder),
            why=why,
            effective_on=from_.date() if from_ else today,
            by=me,
            at=app_.now(),
            on=today,
            work=work,
        )
    print(
        _("Draft {draft} waits for another policy administrator, at {address}.").format(
            draft=draft.id, address=f"{app_.settings.address}/policy"
        )
    )
