"""What the pages about scorecards say is what the code does."""

import re
from decimal import Decimal

from creditflow.domain.choosing import own_weight, scorecard_for
from creditflow.domain.scorecard import Segment
from creditflow.domain.signals import Evidence, Signal
from creditflow.sources.policy_files import load_policy, shipped_policy_documents
from tests.docs.snippets import ROOT, block
from tests.makers import TODAY

REFERENCE = ROOT / "docs" / "reference" / "scorecards.md"
EXPLANATION = ROOT / "docs" / "explanation" / "how-a-customer-is-judged.md"
FOR_THE_REST = "\napplies_to:\n  sector: [other]\n"


def documents(for_the_rest: str) -> dict[str, str]:
    texts = shipped_policy_documents()
    texts["scorecard_existing.yaml"] += for_the_rest
    return {**texts, "scorecard_construction.yaml": block("yaml", REFERENCE)}


def test_the_scorecard_on_the_page_can_be_published_and_is_chosen():
    policy, problems = load_policy(documents(FOR_THE_REST), 1)
    assert problems == []
    for sector, card in [("construction", "existing-construction-1"), ("food", "existing-2026")]:
        evidence = Evidence([Signal("sector", sector, TODAY, "test")])
        assert scorecard_for(Segment.EXISTING, evidence, policy, on=TODAY).id == card


def test_without_other_it_overlaps_as_the_page_says():
    _, (problem,) = load_policy(documents(""), 1)
    assert problem.line is not None
    assert "sector = construction" in str(problem.what)


def test_the_weights_on_the_page_are_those_of_the_shipped_policy():
    policy, _ = load_policy(shipped_policy_documents(), 1)
    text = EXPLANATION.read_text("utf-8")
    rows = re.findall(r"^\| (\d+) \| ([\d.]+) \|$", text, flags=re.MULTILINE)
    assert len(rows) > 4
    assert f"{policy.blend_invoices} as shipped" in text
    for settled, weight in rows:
        assert own_weight(Decimal(settled), policy.blend_invoices) == Decimal(weight)
