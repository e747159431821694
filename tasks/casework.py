"""The steps of one case as tasks: evaluate, propose, send on, apply."""

from prefect import task

from creditflow.bootstrap import installed
from creditflow.domain.case import CaseState
from creditflow.tasks.patience import BRISK


@task(name="evaluate", **BRISK)
def evaluate(case_id: str) -> CaseState:
    """Judge the customer on its ledger, statements and surroundings."""
    return installed().step(case_id).state


@task(name="propose", **BRISK)
def propose(case_id: str) -> CaseState:
    """Suggest a limit and say which consideration binds it."""
    return installed().step(case_id).state


@task(name="send on", **BRISK)
def send_on(case_id: str) -> CaseState:
    """Let the policy decide where it may; otherwise open a review task at a desk."""
    return installed().step(case_id).state


@task(name="apply", **BRISK)
def apply(case_id: str) -> CaseState:
    """Put the decided limit into force and write the letter about it."""
    return installed().step(case_id).state


@task(name="ask again", **BRISK)
def ask_again(case_id: str) -> CaseState:
    """Ask for approval again where the first approver's authority has lapsed."""
    return installed().step(case_id).state


def standing(case_id: str) -> tuple[CaseState, int]:
    """Look up where the case stands, and in which round. Not a task: it only reads a row."""
    with installed().reading() as work:
        case = work.cases.get(case_id)
    return case.state, case.round
