"""Telling the customer, as a task: the letter is written if need be, and delivered."""

from prefect import task

from creditflow.bootstrap import installed
from creditflow.domain.case import CaseState
from creditflow.tasks.patience import PATIENT


@task(name="tell the customer", **PATIENT)
def tell(case_id: str) -> CaseState:
    """Deliver the case's letter now; what cannot be delivered now stays in the outbox."""
    app = installed()
    case = app.step(case_id)
    if case.letter_id is not None:
        app.deliver(case.letter_id)
    with app.reading() as work:
        return work.cases.get(case_id).state
