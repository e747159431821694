"""Review the book from the terminal, with a progress bar."""

from collections import Counter
from datetime import date

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from creditflow.bootstrap import App
from creditflow.cli.words import _
from creditflow.domain.case import CaseState


def review_all(app: App, on: date) -> Counter[CaseState]:
    """Begin a case for everybody who is due and carry it on; how many ended in which state."""
    due = app.due(on)
    states: Counter[CaseState] = Counter()
    with progress() as bar:
        task = bar.add_task(_("Reviewing customers"), total=len(due))
        for occasion in due:
            case = app.begin(occasion)
            if case is not None:
                states[case.state] += 1
            bar.advance(task)
    return states


def progress() -> Progress:
    """A progress bar in the product's look."""
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    )


def summary(states: Counter[CaseState]) -> str:
    """One sentence on what came of a review."""
    waiting = states[CaseState.AWAITING]
    incidents = states[CaseState.INCIDENT]
    return _(
        "{all} customers reviewed: {straight} decided by the policy, {waiting} wait for a person,"
        " {incidents} could not be judged."
    ).format(
        all=states.total(),
        straight=states.total() - waiting - incidents,
        waiting=waiting,
        incidents=incidents,
    )
