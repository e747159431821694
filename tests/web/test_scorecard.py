"""The scorecard of a case: every point with its origin, and a trial that leaves no trace."""

import json
import re
from dataclasses import replace
from decimal import Decimal

import pytest

from creditflow.approvals.withdrawing import withdraw
from creditflow.domain.choosing import judged_again
from creditflow.domain.counterfactual import supposing
from creditflow.domain.grade import Grade
from creditflow.domain.learned import PointsColumn, PointsForm
from creditflow.domain.learned_writing import model_hash, model_to_json
from creditflow.domain.model_registry import ModelState
from creditflow.domain.occasion import Occasion, OccasionKind
from creditflow.domain.policy import Combine, LearnedRule
from creditflow.domain.signals import Evidence, Signal
from creditflow.domain.yardstick import yardstick
from creditflow.services.imagining import imagine
from creditflow.services.proposing import propose
from creditflow.sources.policy_files import shipped_policy_text
from creditflow.web.strips import WIDTH, strip
from creditflow.web.supposing import read_supposed, typed
from tests.domain.test_yardstick import EXISTING
from tests.makers import NOW, TODAY, a_learned_model, a_model, an_evaluation
from tests.services.judging import a_work, judged
from tests.web.installation import waiting


def path_of(app) -> str:
    row = next(r for r in waiting(app) if r.currency == "CNY" and r.proposed)
    return f"/cases/{row.case_id}/scorecard"


def evaluation_of(app, path):
    with app.reading() as work:
        case = work.cases.get(path.split("/")[2])
        evaluation = work.evaluations.get(case.evaluation_id)
        return evaluation, work.policies.version(evaluation.policy_version)


def test_every_characteristic_has_a_strip_its_points_and_a_field(app, visit):
    path = path_of(app)
    evaluation, _ = evaluation_of(app, path)
    page = visit("chen.wei").get(path).text
    assert page.count('<svg class="strip"') == len(evaluation.contributions)
    for contribution in evaluation.contributions:
        assert f'data-live="{contribution.characteristic}"' in page
    assert "可追回" in page


def test_another_value_moves_points_and_grade_and_nothing_is_kept(app, visit):
    path, somebody = path_of(app), visit("robert.klein")
    evaluation, policy = evaluation_of(app, path)
    with app.reading() as work:
        before = (work.evaluations.ids(), len(work.journal.entries()))
    page = somebody.get(path, params={"v.oldest_days_past_due": "95", "v.insolvency": "yes"})
    evidence = supposing(
        evaluation.evidence, evaluation, oldest_days_past_due=Decimal(95), insolvency="yes"
    )
    then = judged_again(evaluation, evidence, policy)
    result = re.search(r'data-live="result".*?</section>', page.text, re.DOTALL)[0]
    big = [int(found) for found in re.findall(r'"big (?:was|now)">([\d,]+)<', result)]
    assert big == [round(evaluation.points), round(then.points)]
    assert 'class="grade big G"' in result or ">G<" in result
    with app.reading() as work:
        assert (work.evaluations.ids(), len(work.journal.entries())) == before


def test_a_champion_with_a_say_is_named_and_what_only_it_asks_can_be_supposed(app, visit):
    documents = json.loads(shipped_policy_text())
    documents["policy"]["learned"] = {"combine": "worse_of"}
    asks = PointsColumn("judged_invoices_12m", (0, -4_000), 0, 0.0, (1_000.0,))
    text = model_to_json(replace(a_learned_model(), form=PointsForm(640, (asks,))))
    row = next(r for r in waiting(app) if r.currency == "CNY" and r.proposed)
    with app.work() as work:
        customer = work.cases.get(row.case_id).customer
        work.models.add(a_model(text=text, hash=model_hash(text), state=ModelState.CHAMPION))
        work.policies.publish(json.dumps(documents), by="test", at=app.now())
        withdraw(row.case_id, by=work.people.get("chen.wei"), at=app.now(), work=work)
    case = app.begin(Occasion(OccasionKind.SIGNAL, customer, app.today(), "again"))
    path, somebody = f"/cases/{case.id}/scorecard", visit("robert.klein")
    evaluation, _ = evaluation_of(app, path)
    assert evaluation.combined.grade is evaluation.grade is not Grade.G
    page = somebody.get(path).text
    assert "The learned model MD-0001 has a say" in page
    assert 'name="v.judged_invoices_12m"' in page
    supposed = somebody.get(path, params={"v.judged_invoices_12m": "5000"}).text
    result = re.search(r'data-live="result".*?</section>', supposed, re.DOTALL)[0]
    assert ">G<" in result
    assert f"The scorecard alone gives {evaluation.combined.grade}" in result
    # The negative control: where the policy gives it no say, nothing of it is asked.
    other = somebody.get(f"/cases/{row.case_id}/scorecard").text
    assert "judged_invoices_12m" not in other
    assert "has a say" not in other


def test_what_cannot_be_read_is_told_all_at_once(app, visit):
    path = path_of(app)
    page = visit("robert.klein").get(
        path, params={"v.tenure_days": "long", "v.net_margin": "NaN", "v.insolvency": "perhaps"}
    )
    assert page.status_code == 422
    assert page.text.count("cannot be read") + page.text.count("无法识别") == 3


def test_a_form_sent_as_it_is_supposes_nothing(app, visit):
    path, somebody = path_of(app), visit("robert.klein")
    page = somebody.get(path).text
    fields = dict(re.findall(r'<input id="[^"]*" name="([^"]*)" value="([^"]*)"', page))
    again = somebody.get(path, params=fields).text
    assert len(fields) > 20
    assert '"big was"' not in again
    assert '"big was"' in somebody.get(path, params={**fields, "v.tenure_days": "1"}).text


def test_who_is_not_signed_in_sees_nothing(app, visit):
    assert visit(None).get(path_of(app), follow_redirects=False).status_code in {303, 401, 403}


# ------------------------------------------------------------------ the parts


def test_without_changes_the_limit_is_the_proposed_one():
    work = a_work(late=12)
    judged(work)
    proposal = work.proposals.get(propose("CASE-1", at=NOW, work=work).proposal_id or "")
    imagined = imagine("CASE-1", {}, work=work)
    assert imagined.supposed is imagined.kept or imagined.supposed == imagined.kept
    assert imagined.kept.suggestion.proposed == proposal.proposed


@pytest.mark.parametrize("rule", [None, LearnedRule(Combine.WORSE_OF)])
def test_a_champion_that_counts_has_its_say_in_every_trial(rule):
    work = a_work(late=20)
    work.kept.policies[1] = replace(work.policies.current(), learned=rule)
    work.models.add(a_model(late=-4_000, state=ModelState.CHAMPION))
    judged(work)
    imagined = imagine("CASE-1", {"sector_outlook": Decimal(1)}, work=work)
    judgements = [imagined.kept.evaluation, imagined.supposed.evaluation]
    judgements += [
        way.after for way, _ in imagined.ways.values() if way.signal != "days_beyond_terms_12m"
    ]
    assert len(judgements) > 5
    assert {e.grade is Grade.G for e in judgements} == {rule is not None}


@pytest.mark.parametrize(
    ("signal", "value", "text"),
    [
        ("net_margin", "0.0345", "3.45"), ("net_margin", "0", "0"), ("tenure_days", "800", "800"),
        ("lateness_slope_12m", "-0.5", "-0.5"), ("statement_audited", "yes", "yes"),
        ("annual_revenue", "1200000", "1200000"), ("net_margin", None, ""),
    ],
)  # fmt: skip
def test_a_value_is_read_as_it_is_shown(signal, value, text):
    number = value if value in (None, "yes") else Decimal(value)
    assert typed(signal, number) == text
    evaluation = an_evaluation(evidence=Evidence([Signal(signal, number, TODAY, "test")]))
    assert not read_supposed({f"v.{signal}": text}, evaluation).values
    nothing = an_evaluation(evidence=Evidence([]))
    read = read_supposed({f"v.{signal}": text}, nothing).values
    assert read == ({} if number is None else {signal: number})


def test_a_value_lies_in_its_bin():
    question = yardstick(EXISTING).question("worst_days_late_12m")
    width = WIDTH / len(question.points)
    for place, edge in enumerate(question.edges):
        below, at = (
            strip(question, value, write=str).at for value in (edge - Decimal("0.01"), edge)
        )
        assert width * place < below < width * (place + 1) < at < width * (place + 2)
    assert strip(question, None, write=str).at is None
