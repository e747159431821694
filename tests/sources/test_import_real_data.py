"""Real ledgers: every row of them is read, or it is said why not."""

import pytest

from creditflow.domain.hand_in import Severity
from creditflow.domain.money import total
from creditflow.services.importing import import_hand_in
from creditflow.sources.loading import load_profile
from creditflow.sources.reading import read_hand_in
from tests.fakes import FakeWork
from tests.makers import NOW, a_policy

pytestmark = pytest.mark.real_data


def test_the_receivables_of_ibm(real_data):
    path = real_data / "ibm_ar" / "WA_Fn-UseC_-Accounts-Receivable.csv"

    hand_in = read_hand_in(path.read_bytes(), path.name, profile=load_profile("ibm_ar"))

    assert hand_in.problems == ()
    assert hand_in.rows_read == 2466
    assert (len(hand_in.invoices), len(hand_in.payments), len(hand_in.customers)) == (
        2466, 2466, 100
    )  # fmt: skip
    assert sum(i.disputed for i in hand_in.invoices) == 561
    assert (
        sum(p.paid_on > i.due_on for i, p in zip(hand_in.invoices, hand_in.payments, strict=True))
        == 877
    )
    assert total([i.amount for i in hand_in.invoices], "USD") == total(
        [p.amount for p in hand_in.payments], "USD"
    )


def test_the_receivables_of_ibm_are_imported_once(real_data):
    path = real_data / "ibm_ar" / "WA_Fn-UseC_-Accounts-Receivable.csv"
    hand_in = read_hand_in(path.read_bytes(), path.name, profile=load_profile("ibm_ar"))
    work = FakeWork(a_policy())

    first = import_hand_in(hand_in, by="ann", at=NOW, work=work)
    again = import_hand_in(hand_in, by="ann", at=NOW, work=work)

    assert (first.rows_kept, first.rows_rejected, first.problems) == (2466, 0, ())
    assert again.already_imported
    assert (len(work.kept.customers), len(work.kept.invoices), len(work.kept.payments)) == (
        100,
        2466,
        2466,
    )


def test_the_open_items_of_highradius(real_data):
    path = real_data / "highradius_open" / "open_items.csv"

    hand_in = read_hand_in(path.read_bytes(), path.name, profile=load_profile("sap_open_items"))

    assert hand_in.rows_read == 9700
    assert hand_in.rejected == frozenset()
    assert (len(hand_in.invoices), len(hand_in.customers)) == (9700, 664)
    assert {i.amount.currency for i in hand_in.invoices} == {"USD", "CAD"}
    assert hand_in.invoices[0].document == "1930571429"
    assert {p.severity for p in hand_in.problems} == {Severity.WARNING}
    assert sum(p.column == "due_in_date" for p in hand_in.problems) == 40
    assert "399 customers have several names" in str(hand_in.problems[-1].what)
