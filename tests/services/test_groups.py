"""Groups come in from files and people, and whoever joins, leaves or gets too little is looked at."""

from dataclasses import replace

import pytest

from creditflow.domain.added_limits import Consumption
from creditflow.domain.case import CaseState
from creditflow.domain.customer import CustomerId
from creditflow.domain.groups import GroupId, cycles
from creditflow.domain.hand_in import Kind, Severity
from creditflow.domain.limits import LimitState
from creditflow.domain.occasion import OccasionKind
from creditflow.domain.people import Role
from creditflow.domain.rates import NoRate
from creditflow.portfolio.grouped import shares_of
from creditflow.services.grouping import bounding_book
from creditflow.services.joining import NotToMove, join_group
from creditflow.web.groups_view import member_view
from tests.fakes import FakeWork
from tests.makers import (
    NOW,
    TODAY,
    a_customer,
    a_group,
    a_group_limit,
    a_limit,
    a_person,
    a_policy,
    an_added_limit,
    an_order,
    cny,
    later,
)
from tests.services.test_importing import CUSTOMER, errors, keep, numbers, warnings

ROW = {"id": "G1", "name": "海潮集团", "name_en": "Haichao", "parent": "", "limit": "",
       "currency": "", "from": ""}  # fmt: skip
G1, G2 = GroupId("G1"), GroupId("G2")
STEWARD = a_person("steward.sun", roles=frozenset({Role.DATA_STEWARD}), mandate=None)


def row(group="G1", parent="", **more):
    return {**ROW, "id": group, "name": f"Group {group}", "parent": parent, **more}


def limited(group="G1", limit="1000", currency="CNY", first="2026-01-01", **more):
    return row(group, limit=limit, currency=currency, **{"from": first}, **more)


@pytest.fixture
def work():
    return FakeWork(a_policy())


@pytest.fixture
def grouped():
    """G2 under G1, which may owe 1,000; C001 (granted 600) in G2, C002 (500) in none."""
    work = FakeWork(a_policy())
    work.groups.put_all([a_group("G1"), a_group("G2", parent="G1")])
    work.customers.put_all([a_customer(), a_customer("C002")])
    work.group_limits.add(a_group_limit("G1", amount=cny(1000)), replacing=0)
    for customer, limit in (("C001", 600), ("C002", 500)):
        work.limits.add(
            replace(a_limit(cny(limit)), customer=CustomerId(customer), from_=TODAY, until=None),
            replacing=0,
        )
    join_group(CustomerId("C001"), G2, by=STEWARD, at=NOW, on=TODAY, work=work)
    work.kept.cases.clear()
    work.kept.occasions.clear()
    return work


def opened(work):
    return sorted((c.customer, c.occasion.kind.value, c.occasion.reference)
                  for c in work.kept.cases.values())  # fmt: skip


def journal(work, subject):
    return [(e.entry.what, dict(e.entry.facts)) for e in work.journal.of(subject)]


# ------------------------------------------------------------------ files of groups


def test_groups_come_in_with_parents_in_any_order_and_open_their_limits(work):
    report = keep(
        work, "groups",
        row("G2", "G1", limit="0", currency="EUR", **{"from": "2026-02-01"}),
        limited(), row("G3", limit="不限额", currency="CNY", **{"from": "2026-01-01"}), row("G4"),
    )  # fmt: skip
    assert numbers(report) == (4, 4, 0, 0)
    assert [(x.id, x.parent) for x in work.groups.all()] == [
        ("G1", None), ("G2", "G1"), ("G3", None), ("G4", None),
    ]  # fmt: skip
    states = {x: h[-1].state for x, h in work.group_limits.histories().items()}
    assert states == {
        "G1": LimitState.AMOUNT, "G2": LimitState.ZERO, "G3": LimitState.UNLIMITED,
    }  # fmt: skip
    assert work.group_limits.of(G1)[0].amount == cny(1000)
    assert [what for what, _ in journal(work, "G1")] == ["group.added", "group.limit_opened"]


def test_every_error_of_a_file_is_told_in_one_go_with_its_line(work):
    report = keep(
        work, "groups",
        row("A", "B"), row("B", "C"), row("C", "A"), row("D", "D"), row("E", "nowhere"),
        row("F", "E"), limited("H", first=""), limited("I", currency=""), limited("J", "1.234,5x"),
        row("K"), row("K"),
    )  # fmt: skip
    found = {line: what for line, _, what in errors(report)}
    assert set(found) == {2, 3, 4, 5, 6, 7, 8, 9, 10, 12}
    for line in (2, 3, 4):
        assert found[line].startswith("A → B → C → A is a cycle")
    assert found[5].startswith("D → D is a cycle")
    assert found[6] == "There is no group nowhere."
    assert found[7] == "There is no group E."
    assert "belong together" in found[8]
    assert found[12] == "The group stands in line 11 already."
    assert [x.id for x in work.groups.all()] == ["K"]
    assert all(p.remedy for p in report.problems)


def test_a_cycle_with_what_is_known_keeps_out_the_row_that_closes_it(work):
    keep(work, "groups", row("G1"), row("G2", "G1"), row("G3", "G2"))
    report = keep(work, "groups", row("G1", "G3"), row("G4", "G1"))
    assert [(line, what[:26]) for line, _, what in errors(report)] == [
        (2, "G1 → G3 → G2 → G1 is a cyc")
    ]
    assert work.groups.get(G1).parent is None
    assert work.groups.get(GroupId("G4")).parent == "G1"
    assert not cycles({x.id: x for x in work.groups.all()})


def test_what_a_file_has_no_column_for_stays_and_what_is_known_is_counted(work):
    keep(work, "groups", row("G1"), row("G2", "G1"))
    again = keep(work, "groups", row("G1"), row("G2", "G1"), row("G3"))
    assert numbers(again) == (3, 1, 2, 0)
    keep(work, "groups", {"id": "G2", "name": "New name"})
    assert (work.groups.get(G2).name, work.groups.get(G2).parent) == ("New name", "G1")
    assert again.counts[Kind.GROUPS].known == 2


def test_a_file_never_changes_a_limit_that_is_there(work):
    keep(work, "groups", limited())
    report = keep(work, "groups", limited(limit="9000"))
    assert work.group_limits.of(G1)[-1].amount == cny(1000)
    (told,) = warnings(report)
    assert "has a limit here already (CNY 1,000.00)" in str(told.what)
    assert warnings(keep(work, "groups", limited(), row("G2"))) == []


# ------------------------------------------------------------------ members


def test_customers_bring_their_groups_along(work):
    members = [
        {**CUSTOMER, "customer": c, "name": c, "group": g, "group_name": n}
        for c, g, n in (("C1", "G1", "甲集团"), ("C2", "G1", "甲集团"), ("C3", "", ""))
    ]
    keep(work, "customers", *members)
    assert [(x.id, x.name) for x in work.groups.all()] == [("G1", "甲集团")]
    assert [c.id for c in work.memberships.members([G1])] == ["C1", "C2"]
    assert work.memberships.of(CustomerId("C3")) == []
    assert [x.group for x in work.memberships.of(CustomerId("C1"))] == ["G1"]
    # They are new, so they are due for a first review anyway.
    assert opened(work) == []


def test_a_file_that_moves_a_customer_is_an_event_that_is_looked_at(work):
    who = {**CUSTOMER, "group": "G1", "group_name": "甲"}
    keep(work, "customers", who)
    keep(work, "customers", {**who, "group": "G2", "group_name": "乙"}, at=later(days=1))
    keep(work, "customers", {**who, "group": "", "group_name": ""}, at=later(days=2))
    history = work.memberships.of(CustomerId("C001"))
    assert [(x.version, x.group, x.from_.day) for x in history] == [
        (1, "G1", 2), (2, "G2", 3), (3, None, 4),
    ]  # fmt: skip
    assert [(what, facts["group"]) for what, facts in journal(work, "C001") if "group." in what] == [
        ("group.joined", "G1"), ("group.joined", "G2"), ("group.left", "G2"),
    ]  # fmt: skip
    # The second move finds the case of the first still open: it is judged anew there.
    assert opened(work) == [("C001", "group", "G2")]


def test_who_joins_and_whom_that_leaves_no_room_are_looked_at(grouped):
    join_group(CustomerId("C002"), G1, by=STEWARD, at=NOW, on=TODAY, work=grouped)
    assert opened(grouped) == [("C001", "group", "G1"), ("C002", "group", "G1")]
    assert all(c.state is CaseState.DRAFT for c in grouped.kept.cases.values())
    assert grouped.customers.get(CustomerId("C002")).group == "G1"
    assert grouped.customers.get(CustomerId("C002")).group_name == a_group().name


def test_where_the_group_has_room_only_who_joined_is_looked_at(grouped):
    grouped.group_limits.add(a_group_limit("G1", version=2, amount=cny(1100)), replacing=1)
    join_group(CustomerId("C002"), G1, by=STEWARD, at=NOW, on=TODAY, work=grouped)
    assert opened(grouped) == [("C002", "group", "G1")]


def test_who_leaves_is_looked_at_and_nobody_else(grouped):
    join_group(CustomerId("C001"), None, by=STEWARD, at=later(hours=1), on=TODAY, work=grouped)
    assert opened(grouped) == [("C001", "group", "G2")]
    assert grouped.memberships.of(CustomerId("C001"))[-1].group is None


def test_a_group_that_moves_takes_its_members_along(grouped):
    """A file puts a subtree under a limit that it does not fit into."""
    keep(grouped, "groups", limited("G9", limit="100"))
    assert opened(grouped) == []
    report = keep(grouped, "groups", row("G2", "G9"))
    assert opened(grouped) == [("C001", "group", "G9")]
    assert warnings(report) == []


def test_what_cannot_be_converted_keeps_no_row_out_but_is_told(grouped):
    grouped.ledger.add(orders=[an_order(amount=replace(cny(5), currency="USD"))])
    report = keep(grouped, "groups", row("G2", "G1", name_en="New"))
    (told,) = warnings(report)
    assert "no exchange rate for USD" in str(told.what) or "no exchange rate for CNY" in str(
        told.what
    )
    assert "reviewed" in str(told.remedy)
    assert told.severity is Severity.WARNING
    with pytest.raises(NoRate):
        join_group(CustomerId("C002"), G2, by=STEWARD, at=NOW, on=TODAY, work=grouped)


def test_a_move_that_changes_nothing_or_is_not_ones_own_is_refused(grouped):
    with pytest.raises(NotToMove, match="Nothing would change"):
        join_group(CustomerId("C001"), G2, by=STEWARD, at=NOW, on=TODAY, work=grouped)
    sales = a_person("sales.wang", roles=frozenset({Role.SALES}), mandate=None)
    with pytest.raises(NotToMove, match="master data"):
        join_group(CustomerId("C001"), G1, by=sales, at=NOW, on=TODAY, work=grouped)


# ------------------------------------------------------------------ what members take


def test_everything_that_is_granted_counts_and_nobody_is_read_where_nothing_bounds(grouped):
    grouped.added_limits.add(
        an_added_limit(amount=cny(50), from_=TODAY, until=later(days=9).date()), replacing=0
    )
    grouped.ledger.add(orders=[an_order(amount=cny(70))])
    book = bounding_book(G2, grouped.rates.all(), on=TODAY, work=grouped)
    (member,) = book.positions
    assert (member.exposure, member.granted, member.taken) == (cny(70), cny(650), cny(650))
    assert book.headroom(member).left == cny(580)
    grouped.kept.group_limits.clear()
    assert bounding_book(G2, grouped.rates.all(), on=TODAY, work=grouped) is None


@pytest.mark.parametrize(
    ("consumption", "taken", "left", "left_for_bridge"),
    [
        # 600 granted and 50 of the bridge; 620 owed for nothing in particular, 10 for the bridge.
        (Consumption.OWN_ONLY, cny(670), cny(-20), cny(40)),
        (Consumption.OWN_FIRST, cny(670), cny(-20), cny(40)),
        (Consumption.GENERAL_FIRST, cny(670), cny(-20), cny(40)),
    ],
)
def test_what_a_project_has_left_covers_nothing_else_in_a_group_either(
    grouped, consumption, taken, left, left_for_bridge
):
    bridge = an_added_limit(
        amount=cny(50), from_=TODAY, until=later(days=9).date(), project="Bridge",
        consumption=consumption,
    )  # fmt: skip
    grouped.added_limits.add(bridge, replacing=0)
    grouped.ledger.add(
        orders=[an_order(amount=cny(620)), an_order("O-2", amount=cny(10), project="bridge")]
    )
    book = bounding_book(G2, grouped.rates.all(), on=TODAY, work=grouped)
    (member,) = book.positions

    assert (member.exposure, member.granted, member.taken) == (cny(630), cny(650), taken)
    assert book.headroom(member).left == left
    assert book.headroom(member, "Bridge").left == left_for_bridge
    seen = member_view(grouped.customers.get(CustomerId("C001")), on=TODAY, work=grouped)
    assert [(name, x.left) for name, x in seen.projects] == [("Bridge", left_for_bridge)]
    in_columns = shares_of(TODAY, grouped).members[CustomerId("C001")]
    assert (in_columns.granted, in_columns.taken) == (member.granted, member.taken)


def test_the_occasion_of_a_group_opens_one_case_a_day_for_each_group(grouped):
    join_group(CustomerId("C001"), None, by=STEWARD, at=NOW, on=TODAY, work=grouped)
    (case,) = grouped.kept.cases.values()
    assert case.occasion.kind is OccasionKind.GROUP
    assert case.occasion.key == f"group:C001:{TODAY}:G2"
