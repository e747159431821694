"""What is known of customers is kept and found the same way by every Work."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from creditflow.domain.customer import CustomerId, Origin
from creditflow.domain.draft import DraftState
from creditflow.domain.errors import Conflict, NotFound
from creditflow.domain.ledger import InvoiceType, Ledger, OrderStatus
from creditflow.domain.money import MAX_MINOR, Money
from creditflow.domain.outcomes import Undated
from tests.makers import (
    ACME,
    NOW,
    TODAY,
    a_customer,
    a_hand_in,
    a_payment,
    a_policy,
    a_policy_draft,
    a_rate,
    a_statement,
    an_invoice,
    an_order,
    cny,
    later,
)


def test_a_customer_comes_back_as_it_was(database):
    plain = a_customer("C002", name_en=None, email=None, owner=None, terms_days=None)
    full = a_customer(
        requested_limit=cny("1234.56"),
        group="G1",
        group_name="海潮集团",
        registration_no="91330200",
        origin=Origin("ab" * 32, "customers.csv", 7),
    )
    with database.work() as work:
        work.customers.put_all([full, plain])
    with database.reading() as work:
        assert work.customers.get(ACME) == full
        assert work.customers.get(CustomerId("C002")) == plain
        assert work.customers.ids() == ["C001", "C002"]
        assert work.customers.known(["C002", "C003"]) == {"C002"}


def test_a_customer_is_replaced_as_a_whole(database):
    with database.work() as work:
        work.customers.put_all([a_customer(requested_limit=cny(5))])
        work.customers.put_all([a_customer(name="新名", email=None, sector=None)])
    with database.reading() as work:
        assert work.customers.get(ACME) == a_customer(name="新名", email=None, sector=None)


def test_an_unknown_customer_is_not_found(database):
    with database.reading() as work, pytest.raises(NotFound, match="C404"):
        work.customers.get(CustomerId("C404"))


def test_the_newest_document_of_a_source_is_found_whosever_it_is(database):
    with database.work() as work:
        work.customers.put_all([a_customer(), a_customer("C002")])
        other = an_invoice("X-1", customer=CustomerId("C002"), issued_on=date(2026, 2, 1))
        work.ledger.add(
            invoices=[an_invoice(issued_on=date(2025, 12, 1)), other],
            payments=[a_payment(paid_on=date(2026, 2, 20)), a_payment("P-2", source="old")],
        )
    with database.reading() as work:
        assert work.ledger.newest({"own"}, until=TODAY) == date(2026, 2, 20)
        assert work.ledger.newest({"own"}, until=date(2026, 2, 19)) == date(2026, 2, 1)
        assert work.ledger.newest({"own", "old"}, until=date(2026, 2, 1)) == date(2026, 2, 1)
        assert work.ledger.newest({"own"}, until=date(2025, 11, 30)) is None
        assert work.ledger.newest(set(), until=TODAY) is None
        assert work.ledger.ends() == {"own": date(2026, 2, 20), "old": date(2026, 2, 20)}


def test_a_ledger_holds_one_customers_documents_in_order(database):
    early = an_invoice("R-2", issued_on=date(2025, 12, 1), due_on=date(2026, 1, 1))
    note = an_invoice("N-1", type=InvoiceType.CREDIT_NOTE, amount=Money.of("1.234", "KWD"))
    disputed = an_invoice("R-3", disputed=True, amount=Money(MAX_MINOR, "JPY"))
    account = a_payment("P-2", invoice=None, paid_on=date(2026, 1, 1))
    with database.work() as work:
        work.customers.put_all([a_customer(), a_customer("C002")])
        work.ledger.add(
            invoices=[disputed, note, early, an_invoice("X-1", customer=CustomerId("C002"))],
            payments=[a_payment(), account],
            orders=[an_order(expected_on=TODAY), an_order("O-0", status=OrderStatus.CANCELLED)],
        )
    with database.reading() as work:
        ledger = work.ledger.of(ACME)
        assert ledger.invoices == (early, note, disputed)
        assert ledger.payments == (account, a_payment())
        assert ledger.orders == (
            an_order("O-0", status=OrderStatus.CANCELLED),
            an_order(expected_on=TODAY),
        )
        assert work.ledger.of(CustomerId("nobody")) == Ledger(CustomerId("nobody"))


def test_a_document_keeps_its_origin(database):
    origin = Origin("cd" * 32, "发票.xlsx", 12)
    with database.work() as work:
        work.customers.put_all([a_customer()])
        work.ledger.add(invoices=[an_invoice(origin=origin)])
    with database.reading() as work:
        assert work.ledger.of(ACME).invoices[0].origin == origin


def test_documents_are_known_by_source_and_number(database):
    own, other = an_invoice(), an_invoice(source="subsidiary", amount=cny(1))
    with database.work() as work:
        work.customers.put_all([a_customer()])
        work.ledger.add(invoices=[own, other], payments=[a_payment()], orders=[an_order()])
    with database.reading() as work:
        assert work.ledger.existing_invoices("own", ["R-1", "R-9"]) == {"R-1": own}
        assert work.ledger.existing_invoices("subsidiary", ["R-1"]) == {"R-1": other}
        assert work.ledger.existing_payments("own", ["P-1", "R-1"]) == {"P-1": a_payment()}
        assert work.ledger.existing_orders("own", ["O-1"]) == {"O-1": an_order()}
        assert work.ledger.existing_orders("other", ["O-1"]) == {}


def test_a_document_is_never_added_twice(database):
    with database.work() as work:
        work.customers.put_all([a_customer()])
        work.ledger.add(invoices=[an_invoice()])
    with pytest.raises(Conflict), database.work() as work:
        work.ledger.add(invoices=[an_invoice("R-2"), an_invoice(amount=cny(1))])
    with database.reading() as work:
        assert work.ledger.of(ACME).invoices == (an_invoice(),)


def test_payments_are_found_by_the_invoice_they_name(database):
    second = a_payment("P-2", paid_on=date(2026, 2, 25))
    with database.work() as work:
        work.customers.put_all([a_customer()])
        work.ledger.add(payments=[second, a_payment(), a_payment("P-3", invoice=None)])
    with database.reading() as work:
        assert work.ledger.paid_on("own", ["R-1", "R-2"]) == {"R-1": [a_payment(), second]}
        assert work.ledger.paid_on("other", ["R-1"]) == {}


def test_an_order_moves_on(database):
    delivered = an_order(status=OrderStatus.DELIVERED, amount=cny(1))
    with database.work() as work:
        work.customers.put_all([a_customer()])
        work.ledger.add(orders=[an_order(), an_order("O-2")])
        work.ledger.put_orders([delivered])
    with database.reading() as work:
        assert work.ledger.of(ACME).orders == (delivered, an_order("O-2"))
    with database.work() as work, pytest.raises(NotFound):
        work.ledger.put_orders([an_order("O-404")])


def test_a_dispute_moves_on_and_the_invoice_is_the_latest_that_came_in(database):
    contested = an_invoice(disputed=True, disputed_on=date(2026, 1, 20))
    with database.work() as work:
        work.customers.put_all([a_customer()])
        work.ledger.add(invoices=[an_invoice(), an_invoice("R-2")])
        work.ledger.put_invoices([contested])
    with database.reading() as work:
        assert work.ledger.of(ACME).invoices == (contested, an_invoice("R-2"))
    with database.work() as work, pytest.raises(NotFound):
        work.ledger.put_invoices([an_invoice("R-404")])


def test_sources_without_days_of_disputes_and_orders_are_told(database):
    day, done = date(2026, 2, 1), OrderStatus.CANCELLED
    invoices = {
        "dated": [an_invoice("A", disputed_on=day, dispute_settled_on=day), an_invoice("B")],
        "running": [an_invoice("A", disputed=True, disputed_on=day)],
        "in part": [an_invoice("A", disputed_on=day), an_invoice("B", disputed=True)],
        "quiet": [an_invoice("A")],
    }
    orders = {
        "dated": [an_order("A", status=done, closed_on=day), an_order("B")],
        "in part": [an_order("A", status=done, closed_on=day), an_order("B", status=done)],
        "open": [an_order("A")],
    }
    with database.work() as work:
        work.customers.put_all([a_customer()])
        work.ledger.add(
            invoices=[replace(i, source=s) for s, of in invoices.items() for i in of],
            orders=[replace(o, source=s) for s, of in orders.items() for o in of],
        )
    with database.reading() as work:
        assert work.ledger.undated() == Undated(
            disputes=frozenset({"in part", "quiet"}), orders=frozenset({"in part", "open"})
        )


def test_to_which_project_an_invoice_belongs_is_said_later_and_nothing_else_of_it_changes(database):
    with database.work() as work:
        work.customers.put_all([a_customer()])
        work.ledger.add(
            invoices=[an_invoice(), an_invoice("R-2", project="港口大桥")],
            orders=[an_order(project="Harbour bridge")],
        )
        work.ledger.put_projects([an_invoice(amount=cny(1), project="Harbour bridge")])
    with database.reading() as work:
        ledger = work.ledger.of(ACME)
        assert ledger.invoices == (
            an_invoice(project="Harbour bridge"),
            an_invoice("R-2", project="港口大桥"),
        )
        assert ledger.orders == (an_order(project="Harbour bridge"),)
    with database.work() as work, pytest.raises(NotFound):
        work.ledger.put_projects([an_invoice("R-404", project="X")])


def test_statements_come_latest_first_and_unknown_is_not_zero(database):
    old = a_statement(period_end=date(2024, 12, 31), audited=None, cash=cny(0), inventory=None)
    loss = a_statement(net_profit=-cny(5), equity=-cny(1))
    with database.work() as work:
        work.customers.put_all([a_customer()])
        work.statements.put_all([old, a_statement()])
        work.statements.put_all([loss])
    with database.reading() as work:
        assert work.statements.of(ACME) == [loss, old]
        assert work.statements.of(ACME)[1].inventory is None
        assert work.statements.of(ACME)[1].cash == cny(0)


def test_rates_are_exact_and_replaced_by_day(database):
    exact = Decimal("7.853200000000000001")
    with database.work() as work:
        work.rates.put_all([a_rate(per_pivot="1"), a_rate("USD", "1.0843")])
        work.rates.put_all([a_rate(per_pivot=exact)])
    with database.reading() as work:
        used = work.rates.all().convert(cny(100), "USD", on=TODAY).used
        assert [rate.per_pivot for rate in used] == [exact, Decimal("1.0843")]


def test_a_rate_that_is_there_stands_and_is_told(database):
    first, again = a_rate(per_pivot="7.8"), a_rate(per_pivot="7.9")
    with database.work() as work:
        assert work.rates.add([]) == []
        assert work.rates.add([first]) == []
    with database.work() as work:
        assert work.rates.add([a_rate("USD", "1.1"), again]) == [first]
    with database.reading() as work:
        assert work.rates.all().listed() == (first, a_rate("USD", "1.1"))


def test_currencies_are_those_of_customers_and_of_documents(database):
    usd = Money.of(5, "USD")
    with database.work() as work:
        assert (work.customers.currencies(), work.ledger.currencies()) == (set(), set())
        work.customers.put_all([a_customer(currency="CNY")])
        work.ledger.add(
            invoices=[an_invoice()], payments=[a_payment(amount=usd)],
            orders=[an_order(amount=Money.of(5, "JPY"))],
        )  # fmt: skip
    with database.reading() as work:
        assert work.customers.currencies() == {"CNY"}
        assert work.ledger.currencies() == {"CNY", "USD", "JPY"}


def test_a_hand_in_is_found_by_its_files_bytes(database):
    with database.work() as work:
        work.hand_ins.put(a_hand_in())
        work.hand_ins.put(a_hand_in("H-2", at=later(days=1), file_name="again.csv"))
        work.hand_ins.put(a_hand_in("H-3", file_hash="cd" * 32, rejects=b""))
        work.hand_ins.put(a_hand_in("H-3", file_hash="cd" * 32, rejects=b"\x00\xff"))
    with database.reading() as work:
        assert work.hand_ins.of_file("ab" * 32) == a_hand_in()
        assert work.hand_ins.of_file("ef" * 32) is None
        assert work.hand_ins.get("H-3").rejects == b"\x00\xff"
        with pytest.raises(NotFound):
            work.hand_ins.get("H-404")


def test_no_policy_is_in_force_before_one_was_published(database):
    with database.reading() as work:
        with pytest.raises(NotFound):
            work.policies.current()
        with pytest.raises(NotFound):
            work.policies.version(1)


def test_publishing_the_text_in_force_publishes_nothing(database):
    with database.work() as work:
        assert work.policies.publish('{"a":1}', by="analyst.li", at=NOW) == 1
        assert work.policies.publish('{"a":1}', by="analyst.li", at=NOW) == 1
        assert work.policies.publish('{"a":2}', by="analyst.li", at=NOW) == 2
        assert work.policies.publish('{"a":1}', by="analyst.li", at=NOW) == 3
    with database.reading() as work:
        assert work.policies.current() == a_policy(3)
        assert work.policies.version(2) == a_policy(2)
        with pytest.raises(NotFound):
            work.policies.version(4)


def test_a_draft_is_read_back_with_what_became_of_it(database):
    draft = a_policy_draft()
    confirmed = draft.moved(
        DraftState.CONFIRMED, decided_by="policy.gao", decided_at=later(hours=1), comment="Fine."
    )
    with database.work() as work:
        work.policy_drafts.add(draft)
        assert work.policy_drafts.open() == draft
        work.policy_drafts.put(confirmed)
    with database.work() as work:
        assert work.policy_drafts.get(draft.id) == work.policy_drafts.open() == confirmed
        work.policy_drafts.put(confirmed.moved(DraftState.PUBLISHED, version=2))
    with database.reading() as work:
        assert work.policy_drafts.open() is None
        assert work.policy_drafts.all()[0].version == 2
        with pytest.raises(NotFound):
            work.policy_drafts.get("PD-404")


def test_one_draft_is_open_at_a_time_and_the_latest_comes_first(database):
    with database.work() as work:
        work.policy_drafts.add(a_policy_draft())
        with pytest.raises(Conflict):
            work.policy_drafts.add(a_policy_draft("PD-0002"))
        work.policy_drafts.put(a_policy_draft().moved(DraftState.WITHDRAWN))
        work.policy_drafts.add(a_policy_draft("PD-0002", proposed_at=later(hours=1)))
        assert [draft.id for draft in work.policy_drafts.all()] == ["PD-0002", "PD-0001"]


def test_a_draft_that_was_decided_is_not_decided_again(database):
    draft = a_policy_draft()
    with database.work() as work:
        work.policy_drafts.add(draft)
        work.policy_drafts.put(draft.moved(DraftState.REFUSED))
        with pytest.raises(Conflict):
            work.policy_drafts.put(draft.moved(DraftState.CONFIRMED))
