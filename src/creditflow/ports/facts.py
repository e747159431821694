"""What is known of customers: master data, ledger, statements, observations, rates, hand-ins."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from creditflow.domain.customer import Customer, CustomerId
from creditflow.domain.ledger import Invoice, Ledger, Order, Payment, Statement
from creditflow.domain.observation import Key as ObservationKey
from creditflow.domain.observation import Observation
from creditflow.domain.outcomes import Undated
from creditflow.domain.rates import Rate, Rates


class Customers(Protocol):
    """Customer master data."""

    def get(self, customer: CustomerId) -> Customer:
        """The customer; raises NotFound."""
        ...

    def known(self, ids: Collection[str]) -> set[str]:
        """Those of the ids that exist."""
        ...

    def put_all(self, customers: Sequence[Customer]) -> None:
        """Add customers, or replace what was known of them."""
        ...

    def ids(self) -> list[CustomerId]:
        """All customers, by id."""
        ...

    def currencies(self) -> set[str]:
        """The currencies that customers have."""
        ...


class Ledgers(Protocol):
    """Documents of all customers; one is known by its source and its number."""

    def of(self, customer: CustomerId) -> Ledger:
        """One customer's account, documents in order of date and number."""
        ...

    def existing_invoices(self, source: str, documents: Collection[str]) -> dict[str, Invoice]:
        """Invoices and credit notes that are already there, by document number."""
        ...

    def existing_payments(self, source: str, documents: Collection[str]) -> dict[str, Payment]:
        """Payments that are already there, by document number."""
        ...

    def existing_orders(self, source: str, documents: Collection[str]) -> dict[str, Order]:
        """Orders that are already there, by document number."""
        ...

    def paid_on(self, source: str, documents: Collection[str]) -> dict[str, list[Payment]]:
        """Payments that name one of these invoices, by invoice number."""
        ...

    def currencies(self) -> set[str]:
        """The currencies of all invoices, payments and orders; reads every one of them."""
        ...

    def ends(self) -> dict[str, date]:
        """The latest day that an invoice or payment of each source bears."""
        ...

    def newest(self, sources: Collection[str], *, until: date) -> date | None:
        """The latest day up to that one that an invoice or payment of these sources bears.

        Of whatever customer; None where there is none.
        """
        ...

    def add(
        self,
        *,
        invoices: Sequence[Invoice] = (),
        payments: Sequence[Payment] = (),
        orders: Sequence[Order] = (),
    ) -> None:
        """Add documents that are not there yet."""
        ...

    def put_projects(self, invoices: Sequence[Invoice]) -> None:
        """Say of invoices that are there to which project they belong, and nothing else.

        Raises NotFound where one is not there.
        """
        ...

    def put_orders(self, orders: Sequence[Order]) -> None:
        """Replace orders that are there: their status moves on."""
        ...

    def put_invoices(self, invoices: Sequence[Invoice]) -> None:
        """Replace invoices that are there: a dispute begins or is settled."""
        ...

    def undated(self) -> Undated:
        """The sources that do not say since when a dispute or an order stands as it does."""
        ...


class Statements(Protocol):
    """Financial statements."""

    def of(self, customer: CustomerId) -> list[Statement]:
        """One customer's statements, latest period first."""
        ...

    def put_all(self, statements: Sequence[Statement]) -> None:
        """Add statements, or replace the one of the same customer, period and source."""
        ...


class Observations(Protocol):
    """What others have observed of customers, sectors and countries; append-only."""

    def of(self, customer: Customer) -> list[Observation]:
        """What was said of the customer, of its sector and of its country, by key.

        Of what was said twice under one key, only the later word.
        """
        ...

    def latest(self, subjects: Collection[str]) -> dict[ObservationKey, Observation]:
        """The latest word under each key about these subjects."""
        ...

    def add(self, observations: Sequence[Observation]) -> None:
        """Keep them; what was said before under the same key stays, and counts no longer."""
        ...


class RateTable(Protocol):
    """Exchange rates."""

    def all(self) -> Rates:
        """All rates known."""
        ...

    def add(self, rates: Sequence[Rate]) -> list[Rate]:
        """Keep those whose currency and day are not known; of the others, those that stand."""
        ...

    def put_all(self, rates: Sequence[Rate]) -> None:
        """Add rates, or replace the one of the same currency and day, as a correction does."""
        ...


@dataclass(frozen=True, slots=True)
class HandInRecord:
    """That a file was handed in: who, when, what came of it."""

    id: str
    file_hash: str
    file_name: str
    source: str
    by: str
    at: datetime
    rows_read: int
    rows_kept: int
    rows_known: int
    rows_rejected: int
    rejects: bytes


class HandIns(Protocol):
    """Files that were handed in."""

    def of_file(self, file_hash: str) -> HandInRecord | None:
        """The hand-in of a file with these bytes, if it was handed in before."""
        ...

    def get(self, hand_in: str) -> HandInRecord:
        """One hand-in; raises NotFound."""
        ...

    def put(self, record: HandInRecord) -> None:
        """Keep a record."""
        ...
