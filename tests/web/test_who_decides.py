"""Who would decide: on a page and on the command line, for a customer and for what is entered."""

import json
import re
import sys

import pytest

from creditflow.cli import installing, run
from creditflow.domain.policy_reading import canonical
from creditflow.sources.policy_files import shipped_policy_text
from tests.web.installation import waiting


@pytest.fixture
def said(app, monkeypatch, capsys):
    """What the command says, and its exit status."""
    monkeypatch.setattr(installing, "installed", lambda: app)
    monkeypatch.setenv("CREDITFLOW_LANGUAGE", "en")

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["creditflow", "route", "simulate", *words])
        status = run()
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


def test_anybody_who_is_signed_in_learns_who_would_decide_about_a_customer(app, visit):
    row = next(r for r in waiting(app) if r.currency == "CNY")
    page = visit("everything").get(f"/who-decides?customer={row.customer_id}&amount=12000000")

    assert page.status_code == 200
    assert "Credit committee" in page.text
    assert "facts CNY" in page.text
    assert '<tr class="binding"' in page.text
    assert re.search(r'role="img" aria-label="up to CNY[^"]*Credit committee', page.text)
    link = f"/who-decides?customer={row.customer_id}&amp;amount="
    assert link in visit("everything").get(f"/customers/{row.customer_id}").text
    assert link in visit("everything").get(f"/cases/{row.case_id}").text


def test_what_a_waiting_case_was_told_is_foretold(app, visit):
    """The page asks anew and comes to the desk where the case waits, without a copy of the rules."""
    with app.reading() as work:
        cases = [work.cases.get(row.case_id) for row in waiting(app)]
        amounts = {c.id: work.proposals.get(c.proposal_id).proposed.major for c in cases}
        titles = {d.id: d.title["en"] for d in work.policies.current().desks}
    reader = visit("everything")
    for case in [c for c in cases if c.stage == 1][:4]:
        path = f"/who-decides?customer={case.customer}&amount={amounts[case.id]}&occasion=periodic"
        assert f"<h2>1. {titles[case.desk]}" in reader.get(path).text


def test_without_a_customer_what_is_entered_counts(visit):
    path = "/who-decides?grade=A&currency=CNY&current=800000&confidence=80&amount="
    reader = visit("robert.klein")

    assert "the policy decides this amount by itself" in reader.get(path + "900000").text
    assert "1. Credit manager" in reader.get(path + "1300000").text
    assert "Raises of" in reader.get(path + "1300000&raised=5000000").text
    assert "knock-out" in reader.get(path + "900000&knocked_out=1").text


def test_the_company_that_grants_can_be_entered_where_the_policy_lists_some(app, visit, said):
    reader, query = visit("robert.klein"), "/who-decides?grade=A&current=800000&amount=900000"
    assert "Granted by" not in reader.get(query).text
    refused = reader.get(query + "&legal_entity=DE01")
    assert refused.status_code == 422
    assert "DE01 is no company of ours: the policy lists none." in refused.text

    documents = json.loads(shipped_policy_text())
    documents["policy"]["legal_entities"] = [
        {"id": at, "title": {"en": name, "zh-CN": name}}
        for at, name in (("CN01", "Huadong Trading"), ("DE01", "Huadong Europe"))
    ]
    documents["policy"]["authority"] = [
        {"id": "eu", "when": {"legal_entity": "DE01"}, "stages": [{"desk": "credit-committee"}]}
    ]
    with app.work() as work:
        work.policies.publish(canonical(documents), by="test", at=app.now())

    assert "the policy decides this amount by itself" in reader.get(query).text
    page = reader.get(query + "&legal_entity=DE01").text
    assert "What DE01 grants asks for it." in page
    assert '<option value="DE01" selected>Huadong Europe</option>' in page
    assert "legal_entity=DE01" in page.partition("Were it another amount")[2]
    assert "FR01 is none of CN01, DE01." in reader.get(query + "&legal_entity=FR01").text
    _, out, _ = said("900000", "--grade", "A", "--current", "800000", "--legal-entity", "DE01")
    assert "1. Credit committee: Rule eu asks for this desk. What DE01 grants asks for it." in out


def test_everything_that_is_wrong_is_said_in_one_go_and_what_was_typed_stays(visit):
    page = visit("robert.klein").get(
        "/who-decides?amount=lots&grade=Z&currency=XXQ&confidence=120&raised=much"
    )

    assert page.status_code == 422
    for piece in ("lots", "Z is none of", "XXQ", "120 is no share", "much"):
        assert piece in page.text
    assert page.text.count("<p>") >= 5
    assert 'value="lots"' in page.text


def test_the_command_says_the_same(app, said):
    status, out, err = said("1300000", "--grade", "A", "--current", "800000")
    assert (status, err) == (0, "")
    assert "1. Credit manager: It answers for up to CNY 2,000,000.00" in out
    with app.reading() as work:
        manager = next(p for p in work.people.all() if "credit-manager" in p.desks)
    assert f"Could decide: {manager.name}" in out
    assert "CNY 10,000,000.01" in out

    row = next(r for r in waiting(app) if r.currency == "CNY")
    status, out, _ = said("60000000", "--customer", row.customer_id)
    assert status == 0
    assert "Nobody can approve more than the policy's cap of" in out


def test_the_command_says_every_mistake(said):
    status, _, err = said("lots", "--grade", "Z", "--currency", "XXQ")
    assert status == 1
    assert len(err.splitlines()) == 3
