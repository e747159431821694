"""Replay judgements on the command line: the same result again, or every difference."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from creditflow.cli import app
from creditflow.cli.words import _, told

if TYPE_CHECKING:
    from creditflow.bootstrap import App
    from creditflow.services.replaying import Replayed

PIECE = 200
"""So many evaluations are read in one transaction."""


@app.command(
    help=_("Judge stored evidence again and compare: same grade, same proposal, same hash?")
)
def replay(
    evaluation: Annotated[
        str | None, typer.Argument(help=_("The evaluation, such as EV-000123."))
    ] = None,
    *,
    all_: Annotated[bool, typer.Option("--all", help=_("All evaluations."))] = False,
) -> None:
    """Say in a sentence that it is the same; exit status 1 where anything differs."""
    from creditflow.cli.installing import existing

    if (evaluation is None) == (not all_):
        print(_("Name one evaluation, or say --all."), file=sys.stderr)
        raise typer.Exit(2)
    installation = existing()
    if evaluation is None:
        _all(installation)
        return
    one = _some(installation, [evaluation])[0]
    _tell(one)
    if not one.same:
        raise typer.Exit(1)


def _all(installation: "App") -> None:
    from creditflow.cli.reviewing import progress

    with installation.reading() as work:
        ids = work.evaluations.ids()
    differing = proposals = 0
    with progress() as bar:
        task = bar.add_task(_("Replaying evaluations"), total=len(ids))
        for start in range(0, len(ids), PIECE):
            for one in _some(installation, ids[start : start + PIECE]):
                proposals += len(one.proposals)
                if not one.same:
                    differing += 1
                    _tell(one)
                bar.advance(task)
    if differing:
        text = _("{differing} of {count} evaluations do not replay.")
        print(text.format(differing=differing, count=len(ids)), file=sys.stderr)
        raise typer.Exit(1)
    text = _("{count} evaluations and {proposals} proposals replay exactly.")
    print(text.format(count=len(ids), proposals=proposals))


def _some(installation: "App", ids: list[str]) -> "list[Replayed]":
    from creditflow.services.replaying import replay_evaluation

    with installation.reading() as work:
        return [replay_evaluation(evaluation, work=work) for evaluation in ids]


def _tell(one: "Replayed") -> None:
    if one.same:
        for sentence in (one.sentence, *one.followed):
            print(told(sentence))
        return
    for sentence in (one.sentence, *one.problems):
        print(told(sentence), file=sys.stderr)
