"""Look back over the whole book from the terminal, with a progress bar."""

from datetime import date

from creditflow.bootstrap import App
from creditflow.cli.reviewing import progress
from creditflow.cli.words import _
from creditflow.domain.monitoring import Judged, month_ends
from creditflow.services.looking_back import look_back

AT_ONCE = 50
"""So many customers are kept in one transaction; others write meanwhile."""


def look_back_all(app: App, on: date, *, months: int) -> int:
    """Judge everybody as of the last month ends before that day; how many judgements came of it.

    What was found before is replaced once all is found; whoever interrupts it
    keeps some of the old and some of the new.
    """
    began, days, count = app.now(), month_ends(on, months), 0
    with app.reading() as work:
        customers, rates, policy = work.customers.ids(), work.rates.all(), work.policies.current()
        undated = work.ledger.undated()
    with progress() as bar:
        task = bar.add_task(_("Looking back"), total=len(customers))
        for start in range(0, len(customers), AT_ONCE):
            found: list[Judged] = []
            for customer in customers[start : start + AT_ONCE]:
                with app.reading() as work:
                    found += look_back(
                        customer, days, policy=policy, rates=rates, undated=undated, work=work
                    )
                bar.advance(task)
            with app.work() as work:
                work.retrospects.put_all(found, at=began)
            count += len(found)
    with app.work() as work:
        work.retrospects.drop_before(began)
    return count
