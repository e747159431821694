"""The whole book on the command line, over a generated installation: equal to a review, customer by customer."""

import csv
import json
from datetime import timedelta
from pathlib import Path

import pytest

from creditflow.cli.installing import prepare
from creditflow.cli.whole_book import NoSnapshot, evaluate, export, refresh
from creditflow.domain.catalogue import KINDS, OBSERVED
from creditflow.domain.customer import CustomerId
from creditflow.domain.model_registry import ModelState
from creditflow.domain.money import Money
from creditflow.domain.occasion import OccasionKind
from creditflow.services.presuming import presume
from creditflow.settings import Settings
from creditflow.sources.generated import write_portfolio
from creditflow.sources.policy_files import shipped_policy_text
from creditflow.store.columns import ColumnStore
from tests.makers import NOW, a_limit, a_model, an_added_limit


@pytest.fixture
def app(tmp_path: Path):
    settings = Settings(
        data_dir=tmp_path, company_name="T", sender_name="T", sender_address="t@t.example"
    )
    made = prepare(settings)
    files = write_portfolio(tmp_path / "generated", customers=25, months=12, until=made.today())
    for kind in ("rates", "customers", "invoices", "payments", "orders", "statements", "signals"):
        path: Path = getattr(files, kind)
        made.hand_in(path.read_bytes(), path.name, kinds=[kind], by="test")
    yield made
    made.close()


def test_without_a_snapshot_it_says_what_to_do(app) -> None:
    with pytest.raises(NoSnapshot, match="portfolio refresh"):
        evaluate(app, app.today(), None)


def test_the_rows_are_those_of_a_review(app, tmp_path: Path) -> None:
    assert refresh(app, anew=False).anew
    result = evaluate(app, app.today(), None)
    assert (result.rows, result.refused) == (25, [])
    for occasion in app.due(app.today()):
        app.begin(occasion)
    with ColumnStore(app.settings.database).opened() as columns:
        rows = columns.table("SELECT * FROM portfolio_evaluation").to_pylist()
    observed = 0
    with app.reading() as work:
        for row in rows:
            alone = work.evaluations.latest(row["customer_id"])
            assert alone is not None
            known = (name for name, signal in alone.evidence.items() if signal.value is not None)
            observed += any(KINDS[name] in OBSERVED for name in known)
            assert (row["points_cents"], row["grade"]) == (int(alone.points * 100), alone.grade)
            assert row["reasons_against"] == ",".join(alone.reasons_against)
            case = work.cases.get(alone.case_id)
            proposal = work.proposals.get(case.proposal_id)
            assert row["proposed_minor"] == proposal.proposed.minor
            assert row["binding"] == proposal.binding
            assert row["until_day"] == proposal.until.isoformat()
    assert observed, "what others have said has to be among what is compared"
    assert evaluate(app, app.today(), [rows[0]["customer_id"]]).rows == 1
    export(app, app.today(), tmp_path / "book.csv")
    with (tmp_path / "book.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 25
    export(app, app.today(), tmp_path / "one.csv", [rows[0]["customer_id"]])
    with (tmp_path / "one.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 1


def test_the_desk_is_the_one_that_a_case_opened_today_gets(app) -> None:
    """Also where the limit was raised in small steps of late, or by credit on top."""
    on, documents = app.today(), json.loads(shipped_policy_text())
    rules = [
        {"id": "raises", "when": {"raised_above": 900}, "stages": [{"desk": "credit-committee"}]},
        *documents["policy"]["authority"],
    ]
    documents["policy"] |= {"authority": rules, "least_change": 0}
    with app.work() as work:
        work.policies.publish(json.dumps(documents), by="test", at=NOW)
        for number, customer in enumerate(work.customers.ids()):
            own = work.customers.get(customer).currency
            for ago in (120, 89)[: number % 3]:
                now = work.limits.current(customer)
                before = now.amount.minor if now and now.amount else 0
                version = now.version if now else 0
                made = a_limit(
                    Money(before + 60_000, own), version=version + 1, customer=customer,
                    from_=on - timedelta(days=ago), until=None, case_id="CASE-1",
                    recorded_at=app.now(),
                )  # fmt: skip
                work.limits.add(made, replacing=version)
            if number % 4 == 3:
                top = an_added_limit(
                    f"AL-{number}", amount=Money(100_000, own), customer=customer, from_=on,
                    until=on + timedelta(days=9), recorded_at=app.now(), case_id="CASE-1",
                )  # fmt: skip
                work.added_limits.add(top, replacing=0)
    refresh(app, anew=False)
    evaluate(app, on, None)
    with ColumnStore(app.settings.database).opened() as columns:
        rows = columns.table("SELECT customer_id, desk FROM portfolio_evaluation").to_pylist()
    for occasion in app.due(on):
        app.begin(occasion)
    why = []
    with app.reading() as work:
        for row in rows:
            alone = work.evaluations.latest(row["customer_id"])
            tasks = work.tasks.of(alone.case_id)
            assert row["desk"] == (tasks[0].desk if tasks else None)
            why += [str(task.why) for task in tasks[:1]]
    by_raises = [sentence for sentence in why if "within 90 days" in sentence]
    assert 3 < len(by_raises) < len(why), "some go by their raises, and not all"


def test_a_champion_that_counts_grades_the_book_as_it_grades_a_review(app) -> None:
    documents = json.loads(shipped_policy_text())
    documents["policy"]["learned"] = {"combine": "worse_of"}
    with app.work() as work:
        work.models.add(a_model(late=-90, state=ModelState.CHAMPION))
    refresh(app, anew=False)
    evaluate(app, app.today(), None)
    before = {row["customer_id"]: row for row in _rows(app)}
    assert all(row["model"] is None is row["scorecard_grade"] for row in before.values())
    with app.work() as work:
        work.policies.publish(json.dumps(documents), by="test", at=NOW)
    evaluate(app, app.today(), None)
    for occasion in app.due(app.today()):
        app.begin(occasion)
    rows = _rows(app)
    with app.reading() as work:
        for row in rows:
            alone = work.evaluations.latest(row["customer_id"])
            assert (row["grade"], row["pd_ppm"]) == (alone.grade, round(alone.pd * 10**6))
            assert row["model"] == (alone.combined and alone.combined.model)
            assert row["scorecard_grade"] == (alone.combined and alone.combined.grade)
            proposal = work.proposals.get(work.cases.get(alone.case_id).proposal_id)
            assert row["proposed_minor"] == proposal.proposed.minor
    moved = [row for row in rows if row["grade"] != before[row["customer_id"]]["grade"]]
    assert moved
    assert all(row["model"] == "MD-0001" for row in moved)


def _rows(app) -> list[dict]:
    with ColumnStore(app.settings.database).opened() as columns:
        return columns.table("SELECT * FROM portfolio_evaluation").to_pylist()


def test_members_of_groups_get_in_columns_what_a_review_would_propose(app, tmp_path: Path) -> None:
    """A book with tight limits of groups, whole and in part, against one customer at a time."""
    groups = tmp_path / "generated" / "groups.csv"
    app.hand_in(groups.read_bytes(), groups.name, kinds=["groups"], by="test")
    refresh(app, anew=False)
    evaluate(app, app.today(), None)
    with ColumnStore(app.settings.database).opened() as columns:
        whole = columns.table("SELECT * FROM portfolio_evaluation").to_pylist()
    with app.reading() as work:
        for row in whole:
            who = CustomerId(row["customer_id"])
            found = presume(who, OccasionKind.PERIODIC, at=app.now(), on=app.today(), work=work)
            assert found.proposal is not None
            assert row["proposed_minor"] == found.proposal.proposed.minor
            assert row["binding"] == found.proposal.binding
        members = [c.id for c in work.memberships.members([g.id for g in work.groups.all()])]
    bound = [row for row in whole if row["binding"] == "group"]
    assert bound, "the generated tight limit is to bind somebody"
    (one, *_) = bound
    assert one["customer_id"] in members
    evaluate(app, app.today(), [one["customer_id"]])
    with ColumnStore(app.settings.database).opened() as columns:
        part = columns.table("SELECT * FROM portfolio_evaluation").to_pylist()
    assert one in part
