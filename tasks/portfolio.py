"""The periodic review as tasks: find who is due, then look at them a hundred at a time."""

from datetime import date

from prefect import task

from creditflow.bootstrap import installed
from creditflow.domain.customer import CustomerId
from creditflow.tasks.patience import BRISK


def business_date() -> date:
    """Today where the company is. Not a task: it only looks at the clock."""
    return installed().today()


@task(name="find who is due", **BRISK)
def find_due(on: date) -> list[str]:
    """Everybody to be looked at on that business date."""
    return [occasion.customer for occasion in installed().due(on)]


@task(name="review a hundred", **BRISK)
def review_some(customers: list[str], on: date) -> int:
    """Open a case for each and carry it on; how many were opened. Repeating it opens none twice."""
    app = installed()
    due = app.due(on, [CustomerId(customer) for customer in customers])
    return sum(app.begin(occasion) is not None for occasion in due)
