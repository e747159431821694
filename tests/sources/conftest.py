"""Fixtures of the tests of sources."""

import pytest

from creditflow.sources.loading import load_profile

MAPPING = """\
name: own
numbers: "{numbers}"
dates: [{dates}]
{more}
kinds:
  invoices:
    fields:
      customer: customer
      document: document
      issued_on: issued_on
      due_on: due_on
      amount: amount
      currency: currency
      disputed: disputed
"""


@pytest.fixture
def mapping():
    """Make a mapping of invoices with more lines at its top."""

    def make(more: str = "", *, numbers: str = "1,234.56", dates: str = "y-m-d"):
        return load_profile(MAPPING.format(numbers=numbers, dates=dates, more=more))

    return make
