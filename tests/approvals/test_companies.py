"""Which company of ours grants a limit may ask for other desks than the amount alone would."""

from dataclasses import replace

import pytest

from creditflow.approvals.routing import route
from creditflow.approvals.undecided import undecided
from creditflow.domain.authority import AuthorityRule, Stage
from creditflow.domain.legal_entity import LegalEntity, granting_entity
from tests.approvals.desks import waiting
from tests.makers import TODAY, a_policy, a_proposal, an_evaluation, an_occasion, cny, texts

ENTITIES = (LegalEntity("CN01", texts("One", "一")), LegalEntity("DE01", texts("Two", "二")))
GERMAN = AuthorityRule("german", (Stage("committee"),), legal_entity="DE01")
POLICY = a_policy(authority=(GERMAN,), legal_entities=ENTITIES)
RAISE = a_proposal(proposed=cny(700_000))


def way_of(named, policy=POLICY):
    return route(RAISE, an_evaluation(), an_occasion(), policy, legal_entity=named)


@pytest.mark.parametrize(
    ("named", "grants"), [("DE01", "DE01"), ("CN01", "CN01"), (None, "CN01"), ("FR01", "CN01")]
)
def test_the_first_company_grants_where_none_or_an_unknown_one_is_named(named, grants):
    assert granting_entity(ENTITIES, named) == grants
    assert granting_entity((), named) is None
    assert way_of(named).rule == ("german" if grants == "DE01" else "")


def test_a_rule_of_a_company_says_so():
    way = way_of("DE01")
    assert [step.desk.id for step in way.steps] == ["committee"]
    assert str(way.why) == "What DE01 grants asks for it."
    assert str(way.steps[0].why).startswith("Rule german asks for this desk.")


def test_other_conditions_still_have_to_hold():
    larger = replace(GERMAN, limit_above=cny(700_000))
    assert way_of("DE01", a_policy(authority=(larger,), legal_entities=ENTITIES)).rule == ""


def test_a_case_goes_the_way_of_the_company_that_master_data_names():
    scene = waiting(policy={"authority": (GERMAN,), "legal_entities": ENTITIES})
    work, proposal = scene.work, replace(scene.proposal, proposed=cny(700_000))
    evaluation = work.evaluations.get(proposal.evaluation_id)

    def rule():
        policy = work.policies.current()
        asked = undecided(scene.case.occasion, proposal, evaluation, policy, on=TODAY, work=work)
        return asked.way().rule

    assert rule() == ""
    customer = work.customers.get(proposal.customer)
    work.customers.put_all([replace(customer, legal_entity="DE01")])
    assert rule() == "german"
