"""Say how a customer gets its letters from now on: in which language, as mail or by post."""

from dataclasses import replace
from datetime import datetime

from creditflow.domain.customer import Customer, CustomerId, LetterWay
from creditflow.domain.journal import Entry
from creditflow.ports import Work


def prefer(
    customer_id: CustomerId,
    *,
    language: str,
    letters_by: LetterWay,
    by: str,
    at: datetime,
    work: Work,
) -> Customer:
    """Keep the customer's preference; letters that are written already stay as they are.

    A later file of master data that speaks of it says it anew. Raises NotFound.
    """
    before = work.customers.get(customer_id)
    after = replace(before, language=language, letters_by=letters_by)
    if after != before:
        work.customers.put_all([after])
        facts = {"language": language, "by": letters_by.value}
        work.journal.record(Entry("customer.letters", before.id, by, at, facts))
    return after
