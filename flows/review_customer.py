"""One customer, from evaluation to letter, with a pause for the person who decides.

The run is suspended while the case waits: no process is held, and Prefect shows
it as Suspended. Being resumed tells it nothing. It looks at the case again and
goes on from where the case is, which also makes it safe to kill at any point.
"""

from collections.abc import Callable
from itertools import count

from prefect import flow
from prefect.flow_runs import suspend_flow_run

from creditflow.domain.case import CaseState
from creditflow.tasks.casework import apply, ask_again, evaluate, propose, send_on, standing
from creditflow.tasks.correspondence import tell
from creditflow.tasks.evidence import informed
from creditflow.tasks.vigilance import note_unfounded_wake

WAITING = frozenset({CaseState.AWAITING, CaseState.RETURNED})


def wait_for_decision(case_id: str) -> CaseState:
    """Suspend until the case has been decided in our database, whoever resumes the run."""
    for wake in count(1):
        state, round_ = standing(case_id)
        if state not in WAITING:
            break
        key = f"decision-{round_}-{wake}"
        suspend_flow_run(key=key, timeout=None)
        # Reached only in a run that was resumed behind this very suspension.
        if standing(case_id) == (CaseState.AWAITING, round_):
            note_unfounded_wake(case_id, key)
    return state


STEPS: dict[CaseState, Callable[[str], CaseState]] = {
    CaseState.DRAFT: evaluate,
    CaseState.EVALUATED: propose,
    CaseState.PROPOSED: send_on,
    CaseState.AWAITING: wait_for_decision,
    CaseState.RETURNED: wait_for_decision,
    CaseState.REAPPROVAL_REQUIRED: ask_again,
    CaseState.APPROVED: apply,
    CaseState.REJECTED: tell,
    CaseState.APPLIED: tell,
}
"""The way of a case: what to do in which state. A state that is not here is an end."""


@flow(name="review-customer", flow_run_name="{case_id}", persist_result=False)
def review_customer(case_id: str) -> str:
    """Carry one case to its end, or as far as it can go today."""
    state, _ = standing(case_id)
    if state is CaseState.DRAFT:
        informed(case_id)
    while state in STEPS:
        before, state = state, STEPS[state](case_id)
        if state is before:
            break  # The post does not take the letter now; the outbox will deliver it.
    return state.value
