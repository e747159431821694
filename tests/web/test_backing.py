"""What a limit rests on, on the pages of its case and customer, in both languages."""

import pytest

from creditflow.approvals.withdrawing import withdraw
from creditflow.domain.occasion import Occasion, OccasionKind
from creditflow.domain.proposal import LimitMethod
from tests.web.installation import waiting

COVERS = "客户编号,保险公司,保单号,保险额度,币种,赔付比例,生效日,有效期至\n"
GUARANTEES = "customer,kind,guarantor,guarantee_no,amount,currency,from,until\n"


@pytest.fixture
def backed(app):
    """A case whose open part is bound, with a cover and a guarantee behind it: its id, its customer."""
    with app.reading() as work:
        row = next(
            r
            for r in waiting(app)
            if r.currency == "CNY"
            and work.proposals.get(work.cases.get(r.case_id).proposal_id).binding
            in (LimitMethod.APPETITE, LimitMethod.CAPACITY)
        )
    name, at = row.customer_id, app.now()
    covers = COVERS + f"{name},Insurer & Co,P-77,9000000.00,CNY,87.5,2024-01-01,2099-12-31\n"
    guarantees = (
        GUARANTEES
        + f"{name},mortgage,Owner,M-5,2000.00,CNY,2024-01-01,\n"
        + f"{name},deposit,Owner,D-OLD,2000.00,CNY,2020-01-01,2021-01-01\n"
    )
    for kind, text in (("covers", covers), ("guarantees", guarantees)):
        report = app.hand_in(text.encode(), f"{kind}.csv", kinds=[kind], by="test")
        assert report.errors == 0
    with app.work() as work:
        withdraw(row.case_id, by=work.people.get("chen.wei"), at=at, work=work)
    case = app.begin(Occasion(OccasionKind.SIGNAL, name, app.today(), reference="backed"))
    return case.id, name


def test_a_case_shows_the_parts_and_what_each_rests_on(app, visit, backed):
    case, _ = backed
    with app.reading() as work:
        proposal = work.proposals.get(work.cases.get(case).proposal_id)
    assert proposal.parts.insured
    english = visit("emma.miller").get(f"/cases/{case}").text
    chinese = visit("chen.wei").get(f"/cases/{case}").text
    for page, title, insured, kind in (
        (english, "Open, secured and insured", "Insured part", "Mortgage"),
        (chinese, "敞口、担保与保险部分", "保险部分", "抵押"),
    ):
        section = page[page.index('id="parts"') :]
        section = section[: section.index("</section>")]
        for said in (title, insured, kind, "P-77", "Insurer &amp; Co", "M-5"):
            assert said in section
    assert "is open" in english
    assert "其中敞口" in chinese


def test_a_customers_page_lists_them_with_their_days_and_the_journal_has_them(app, visit, backed):
    _, customer = backed
    english = visit("emma.miller").get(f"/customers/{customer}").text
    chinese = visit("chen.wei").get(f"/customers/{customer}").text
    section = english[english.index('id="backing"') :]
    section = section[: section.index("</section>")]
    assert "Cover P-77" in section
    assert "87.5 % insured" in section
    assert "no end" in section
    assert section.index("M-5") < section.index("D-OLD")
    assert "over</span>" in section[section.index("D-OLD") :]
    assert "保险额度 P-77" in chinese
    with app.reading() as work:
        told = [s.entry.what for s in work.journal.of(customer)]
    assert told.count("guarantee.recorded") == 2
    assert "cover.recorded" in told


def test_a_customer_without_any_has_no_list_of_them(app, visit):
    row = waiting(app)[0]
    assert 'id="parts"' not in visit("emma.miller").get(f"/cases/{row.case_id}").text
    assert 'id="backing"' not in visit("emma.miller").get(f"/customers/{row.customer_id}").text


def test_who_decides_says_the_parts_of_what_is_entered(visit):
    path = "/who-decides?amount=900000&grade=C&current=100000&secured=400000"
    page = visit("everything").get(path).text.replace("\xa0", " ")
    assert "Of it CNY 500,000.00 is open, CNY 400,000.00 secured, CNY 0.00 insured." in page
    assert "is open" not in visit("everything").get(path.replace("400000", "")).text
