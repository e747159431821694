"""Asking others about a case's customer, as a task: with patience, never at the case's expense."""

from prefect import task

from creditflow.bootstrap import installed
from creditflow.domain.errors import Unavailable
from creditflow.tasks.patience import PATIENT


@task(name="ask others", **PATIENT)
def observe(case_id: str) -> None:
    """Ask the provider of external evidence, and keep what it says that is new."""
    installed().inquiry.ask(case_id)


def informed(case_id: str) -> None:
    """Ask where somebody can be asked. Not a task: after its patience, silence fails no case.

    What is missing or stale then lowers the confidence of the evaluation.
    """
    inquiry = installed().inquiry
    if not inquiry.due(case_id):
        return
    try:
        observe(case_id)
    except Unavailable as silence:
        inquiry.note_silence(case_id, silence.sentence)
