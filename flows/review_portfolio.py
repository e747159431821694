"""The whole book on a business date: everybody who is due, straight through or to a desk.

Cases that a person has to look at get runs of their own (`review_customer`);
all others are finished here, many at a time.
"""

from datetime import date
from itertools import islice

from prefect import flow

from creditflow.tasks.portfolio import business_date, find_due, review_some

CHUNK = 100
"""Customers per task: large enough to make Prefect's cost vanish, small enough to watch."""


@flow(name="review-portfolio", persist_result=False)
def review_portfolio(on: date | None = None) -> int:
    """Review everybody who is due on that day (today, if none is given); how many were opened."""
    on = on or business_date()
    due = iter(find_due(on))
    opened = 0
    while chunk := list(islice(due, CHUNK)):
        opened += review_some(chunk, on)
    return opened
