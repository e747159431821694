"""Groups on pages and on the command line: the tree, what is left, and limits that take two."""

import re
import sys
from dataclasses import replace
from datetime import timedelta

import pytest
import typer
from pwdlib import PasswordHash

from creditflow.cli import installing, run
from creditflow.domain.groups import Group, GroupId
from creditflow.domain.limits import LimitState
from creditflow.domain.money import Money
from creditflow.services.limiting_groups import (
    WantedLimit,
    confirm_group_limit,
    propose_group_limit,
)
from tests.makers import a_customer, a_limit, cny

G1, TOP = GroupId("G0001"), GroupId("TOP")
WHY = "Two of its companies are growing."


@pytest.fixture
def grouped(app):
    """The first group under a parent that may owe a hundred million yuan."""
    with app.work() as work:
        for person in work.people.all():
            work.people.put(replace(person, language="en"))
        known = work.groups.get(G1)
        work.groups.put_all(
            [Group(TOP, "顶层控股", "Top Holding"), Group(G1, known.name, "First", TOP)]
        )
    set_limit(app, TOP, Money.of(100_000_000, "CNY"))
    return app


def set_limit(app, group, amount):
    with app.work() as work:
        state = LimitState.AMOUNT if amount else LimitState.ZERO
        wanted = WantedLimit(state, amount or None, "CNY", app.today())
        by, confirms = work.people.get("chen.wei"), work.people.get("robert.klein")
        at, on = app.now(), app.today()
        change = propose_group_limit(group, wanted, why=WHY, by=by, at=at, on=on, work=work)
        confirm_group_limit(change.id, by=confirms, at=at, on=on, work=work)


def members(app, group=G1):
    with app.reading() as work:
        return [c.id for c in work.memberships.members([group])]


def test_the_list_shows_the_tree_with_limits_and_members(grouped, visit):
    page = visit("sales.chen").get("/groups")
    assert page.status_code == 200
    at = [page.text.index(name) for name in ("Top Holding", "First")]
    assert at == sorted(at)
    assert 'class="in-tree depth-1"' in page.text
    assert "100,000,000" in page.text
    assert 'href="/groups"' in visit("sales.chen").get("/customers").text


def test_a_groups_page_says_in_words_what_the_bars_show(grouped, visit):
    page = visit("sales.chen").get(f"/groups/{G1}")
    bars = re.findall(r'<svg class="headroom"[^>]*role="img" aria-label="([^"]+)"', page.text)
    assert len(bars) == 2
    assert re.match(r"Top Holding owes .* and was granted .* of its limit are left\.", bars[0])
    assert bars[1].startswith("First owes ")
    assert "no limit of its own bounds it" in bars[1]
    for member in members(grouped):
        assert f'href="/customers/{member}"' in page.text
    assert "may still be drawn" in page.text


def test_a_customers_page_shows_its_path_and_what_is_left(grouped, visit):
    member = members(grouped)[0]
    page = visit("sales.chen").get(f"/customers/{member}")
    assert re.search(
        r'href="/groups/TOP">Top Holding</a> › <a href="/groups/G0001">First', page.text
    )
    assert (
        "counting its own credit and every group above" in page.text or "more is owed" in page.text
    )
    with grouped.reading() as work:
        alone = next(c for c in work.customers.ids() if work.customers.get(c).group is None)
    assert 'id="group"' not in visit("sales.chen").get(f"/customers/{alone}").text


def test_one_proposes_on_the_page_and_another_confirms(grouped, visit):
    path = f"/groups/{G1}"
    analyst = visit("chen.wei")
    fields = {
        "state": "amount",
        "amount": "200万",
        "currency": "CNY",
        "from": "",
        "until": "",
        "why": WHY,
    }
    analyst.post(f"{path}/limit", path, **fields)
    with grouped.reading() as work:
        (change,) = work.group_limits.changes(G1)
        assert (change.amount, work.group_limits.of(G1)) == (Money.of(2_000_000, "CNY"), [])
    own = analyst.get(path).text
    assert "another approver confirms it" in own
    assert 'value="confirm"' not in own
    verdict = f"{path}/limit/{change.id}"
    refused = analyst.post(verdict, path, say="confirm", comment="")
    assert refused.status_code == 422
    assert "You proposed this limit yourself" in refused.text
    assert 'value="confirm"' in visit("robert.klein").get(path).text
    visit("robert.klein").post(verdict, path, say="confirm", comment="Fine.")
    with grouped.reading() as work:
        (entry,) = work.group_limits.of(G1)
    assert (entry.amount, entry.recorded_by) == (Money.of(2_000_000, "CNY"), "robert.klein")
    assert change.id in visit("robert.klein").get(path).text


def test_who_may_not_confirm_learns_why_and_may_refuse(grouped, visit):
    path = f"/groups/{TOP}"
    visit("robert.klein").post(
        f"{path}/limit", path, state="unlimited", amount="", currency="CNY", why=WHY,
        **{"from": "", "until": ""},
    )  # fmt: skip
    with grouped.reading() as work:
        change = work.group_limits.changes(TOP)[0]
    page = visit("li.na").get(path).text
    assert "takes a mandate without a ceiling" in page
    assert 'value="confirm"' not in page
    visit("li.na").post(
        f"{path}/limit/{change.id}", path, say="refuse", comment="Not without a bound."
    )
    assert "Not without a bound." in visit("li.na").get(path).text


def test_everything_that_is_wrong_is_told_at_once_and_what_was_typed_stays(grouped, visit):
    path = f"/groups/{G1}"
    page = visit("chen.wei").post(
        f"{path}/limit", path, state="amount", amount="a lot", currency="CNY", why=WHY,
        **{"from": "soon", "until": "never"},
    )  # fmt: skip
    assert page.status_code == 422
    for told in ("“a lot” is not an amount", "soon is not a day", "never is not a day"):
        assert told in page.text
    assert 'value="a lot"' in page.text


def test_customers_join_and_leave_on_the_page(grouped, visit):
    with grouped.reading() as work:
        alone = next(c for c in work.customers.ids() if work.customers.get(c).group is None)
    path, steward = f"/groups/{G1}", visit("admin")
    steward.post(f"{path}/members", path, customer=alone, say="join")
    assert alone in members(grouped)
    assert f"{alone}</a> joined" in steward.get(path).text
    steward.post(f"{path}/members", path, customer=alone, say="leave")
    assert alone not in members(grouped)
    missing = steward.post(f"{path}/members", path, customer="nobody", say="join")
    assert "There is no customer nobody" in missing.text


def with_a_full_group(app):
    """Somebody new with a limit, who is in no group; and a group whose limit has no room for it."""
    who = a_customer("JOINS")
    with app.work() as work:
        work.customers.put_all([who])
        limit = a_limit(cny(500), customer=who.id, from_=app.today(), until=None)
        work.limits.add(limit, replacing=0)
        work.groups.put_all([Group(GroupId("TIGHT"), "紧绷集团", "Tight", None)])
    set_limit(app, GroupId("TIGHT"), cny(1))
    return who


def test_who_joins_a_group_without_room_is_told_so_and_is_looked_at(grouped, visit):
    who, steward, path = with_a_full_group(grouped), visit("admin"), "/groups/TIGHT"
    assert "its members take" not in steward.get(path).text

    steward.post(f"{path}/members", path, customer=who.id, say="join")

    page = steward.get(f"{path}?done=group_joined").text
    assert "Where it has a limit, that is looked at again." in page
    assert re.search(r"may have CNY.1\.00, its members take CNY.*too much", page)
    with grouped.reading() as work:
        case = work.cases.open_of(who.id)
    assert case.occasion.reference == "TIGHT"
    assert f'href="/cases/{case.id}"' in page
    steward.post(f"{path}/members", path, customer=who.id, say="leave")
    assert "its members take" not in steward.get(path).text


def test_a_missing_rate_is_told_instead_of_sums(grouped, visit):
    with grouped.work() as work:
        known = work.customers.get(members(grouped)[0])
        work.customers.put_all([replace(known, currency="GBP", id="GBP1")])
    page = visit("sales.chen").get(f"/groups/{TOP}")
    assert page.status_code == 200
    assert "There is no exchange rate for GBP" in page.text
    assert "There is no exchange rate for GBP" in visit("sales.chen").get("/customers/GBP1").text


def test_a_group_is_shown_as_it_stood_and_as_was_known(grouped, visit):
    today, sales = grouped.today(), visit("sales.chen")
    before = (today - timedelta(1)).isoformat()
    now = sales.get(f"/groups/{TOP}").text
    assert f'name="believed" type="date" max="{today}"' in now
    assert 'id="in-force"' not in now
    past = sales.get(f"/groups/{TOP}?on={today}&believed={before}").text
    assert "as was known at the end of" in past
    assert re.search(
        r'id="in-force">.*?<b class="num"><span class="mut">no limit set', past, re.DOTALL
    )
    assert "what was owed then is not recalled" in past
    assert 'id="headroom"' not in past
    assert f"/groups/G0001?on={today}&amp;believed={before}" in past
    ahead = sales.get(f"/groups/{TOP}?on={today + timedelta(9)}").text
    assert "100,000,000" in re.search(r'id="in-force">(.*?)</section>', ahead, re.DOTALL).group(1)
    for member in members(grouped):
        assert f'href="/customers/{member}?on=' in ahead


def test_a_day_that_is_none_is_told(grouped, visit):
    page = visit("sales.chen").get(f"/groups/{TOP}?on=soon&believed=2999-01-01")
    assert page.status_code == 422
    assert "soon is not a day" in page.text
    assert "is not known yet" in page.text


# ------------------------------------------------------------------ command line


@pytest.fixture
def said(grouped, monkeypatch, capsys):
    """What the command says, and its exit status."""
    password = "correct horse"
    monkeypatch.setattr(installing, "installed", lambda: grouped)
    monkeypatch.setenv("CREDITFLOW_LANGUAGE", "en")
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: password)
    digest = PasswordHash.recommended().hash(password)
    with grouped.work() as work:
        for person in ("chen.wei", "robert.klein", "admin"):
            work.credentials.set_password_hash(person, digest)

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["creditflow", "groups", *words])
        status = run()
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


def test_the_command_shows_the_tree_and_a_group(grouped, said):
    status, out, _ = said("list")
    assert status == 0
    assert "TOP" in out
    assert "100,000,000" in out
    status, out, _ = said("show", G1)
    assert status == 0
    assert out.startswith("TOP Top Holding › G0001 First")
    for member in members(grouped):
        assert member in out
    status, _, err = said("show", "nowhere")
    assert (status, err.strip()) == (1, "There is no group nowhere.")


def test_the_command_shows_a_group_on_another_day(grouped, said):
    before = (grouped.today() - timedelta(1)).isoformat()
    status, out, _ = said("show", TOP, "--believed", before)
    assert status == 0
    assert "no limit set" in out
    assert "100,000,000" not in out
    status, out, _ = said("show", TOP, "--on", (grouped.today() + timedelta(3)).isoformat())
    assert (status, "100,000,000" in out) == (0, True)
    assert "Granted to its members together: CNY" in out
    assert members(grouped)[0] in out
    status, _, err = said("show", TOP, "--believed", "2999-01-01")
    assert (status, "is not known yet" in err) == (1, True)


def test_a_limit_takes_two_on_the_command_line_too(grouped, said):
    status, out, _ = said("propose", G1, "3000000", "--why", WHY, "--as", "chen.wei")
    assert status == 0
    change = re.search(r"GL-\d{6}", out).group()
    status, _, err = said("confirm", change, "--as", "chen.wei")
    assert (status, "yourself" in err) == (1, True)
    status, out, _ = said("confirm", change, "--as", "robert.klein", "--comment", "Fine.")
    assert (status, grouped.today().isoformat() in out) == (0, True)
    assert "3,000,000" in said("show", G1)[1]
    last = grouped.today() + timedelta(30)
    said("propose", G1, "zero", "--why", WHY, "--until", last.isoformat(), "--as", "chen.wei")
    with grouped.reading() as work:
        waits = work.group_limits.waiting()[0]
    assert (waits.limit, waits.until) == (LimitState.ZERO, last + timedelta(1))
    assert said("refuse", waits.id, "--as", "chen.wei")[0] == 0


def test_the_command_says_what_is_too_much_and_in_which_case_it_is_looked_at(grouped, said):
    who = with_a_full_group(grouped)
    status, out, _ = said("join", who.id, "TIGHT", "--as", "admin")
    assert (status, "too much" in out) == (0, True)
    with grouped.reading() as work:
        case = work.cases.open_of(who.id).id
    assert f"Cases that are open: {who.id} {case}" in out
    shown = said("show", "TIGHT")[1]
    assert "too much" in shown
    assert case in shown
    assert f"looked at in case {case}" in said("leave", who.id, "--as", "admin")[1]


def test_customers_move_on_the_command_line(grouped, said):
    with grouped.reading() as work:
        alone = next(c for c in work.customers.ids() if work.customers.get(c).group is None)
    assert said("join", alone, G1, "--as", "admin")[0] == 0
    assert alone in members(grouped)
    assert said("leave", alone, "--as", "admin")[0] == 0
    status, _, err = said("join", alone, G1, "--as", "chen.wei")
    assert status == 0, err
    assert said("join", alone, "nowhere", "--as", "admin")[0] == 1
