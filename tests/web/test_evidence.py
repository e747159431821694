"""The evidence of a case: by side, with source, date and freshness, and what is not believed."""

from creditflow.approvals.withdrawing import withdraw
from creditflow.domain.occasion import Occasion, OccasionKind
from tests.web.installation import waiting

HEADER = "customer,period_end,months,currency,revenue,total_assets,total_liabilities,equity\n"
SIGNALS = "customer,signal,observed_on,value,scale,provider\n"


def judged_again(app, *, statement: str = "", signals: str = "", unknown: str = "") -> str:
    """A case of a customer about whom these files were handed in first; its address.

    Of a customer about whom nobody has said anything under the name `unknown`.
    """
    with app.reading() as work:
        row = next(
            row
            for row in waiting(app)
            if unknown
            not in {o.what for o in work.observations.of(work.customers.get(row.customer_id))}
        )
    names = {"customer": row.customer_id, "currency": row.currency, "today": app.today()}
    for kind, text in (("statements", statement), ("signals", signals)):
        if text:
            data = text.format_map(names).encode()
            app.hand_in(data, f"{kind}.csv", kinds=[kind], by="test", source="late")
    with app.work() as work:
        withdraw(row.case_id, by=work.people.get("chen.wei"), at=app.now(), work=work)
    occasion = Occasion(OccasionKind.SIGNAL, row.customer_id, app.today(), reference="test")
    case = app.begin(occasion)
    return f"/cases/{case.id}"


def test_what_others_say_is_shown_with_their_own_words(app, visit):
    path = judged_again(app, signals=SIGNALS + (
        "{customer},bureau_standing,{today},D,letters,Kredit Büro\n"
        "{customer},insolvency,2024-01-01,no,,Old Court\n"
    ))  # fmt: skip

    english = visit("emma.miller").get(path).text
    chinese = visit("chen.wei").get(path).text

    assert "credit bureau: Kredit Büro = D (letters)" in english
    assert "征信机构: Kredit Büro = D (letters)" in chinese
    assert "known and fresh" in english
    assert "已知且有效" in chinese


def test_what_has_grown_old_is_marked_as_stale(app, visit):
    path = judged_again(
        app,
        signals=SIGNALS + "{customer},broken_promises_12m,2024-01-01,1,,Old Desk\n",
        unknown="broken_promises_12m",
    )

    page = visit("emma.miller").get(path).text

    row = page[page.index(">Broken payment promises", page.index("All signals")) :]
    assert "stale" in row[: row.index("</tr>")]


def test_a_statement_that_cannot_be_believed_is_named_with_a_remedy(app, visit):
    wrong = HEADER + "{customer},{today},12,{currency},9000000,5000000,2000000,1000000\n"
    path = judged_again(app, statement=wrong)

    english = visit("emma.miller").get(path).text
    chinese = visit("chen.wei").get(path).text

    assert "What could not be believed" in english
    assert "are not liabilities of" in english
    assert "in doubt" in english
    assert "不可采信的内容" in chinese
    assert "存疑" in chinese


def test_sound_evidence_shows_no_problem(app, visit):
    right = HEADER + "{customer},{today},12,{currency},9000000,5000000,3000000,2000000\n"
    page = visit("emma.miller").get(judged_again(app, statement=right)).text

    assert "What could not be believed" not in page
