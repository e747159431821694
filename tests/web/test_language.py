"""Everything that people read exists in Chinese, with the same places for facts."""

import re
import string
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from creditflow.domain.case import CaseState
from creditflow.domain.catalogue import SIGNALS
from creditflow.domain.decision import Say
from creditflow.domain.letter import LetterState
from creditflow.domain.limits import LimitState
from creditflow.domain.money import Money
from creditflow.domain.occasion import OccasionKind
from creditflow.domain.people import Role
from creditflow.domain.proposal import LimitMethod, Outcome
from creditflow.domain.scorecard import Segment
from creditflow.domain.sentences import say
from creditflow.domain.signals import Dimension
from creditflow.web.binding import BINDING
from creditflow.web.language import preferred, speech
from creditflow.web.naming import name_of
from creditflow.web.signal_names import NAMES
from tests.web.catalogue import translations
from tests.web.msgids import KEPT_IN_THE_JOURNAL, texts


def places(text):
    named = {
        name for _, name, _, _ in string.Formatter().parse(re.sub(r"%\((\w+)\)s", "", text)) if name
    }
    return named | set(re.findall(r"%\((\w+)\)s", text))


def test_every_text_has_a_translation():
    known = translations()

    missing = [f"{place}: {text}" for text, place in texts().items() if not known.get(text)]

    assert missing == []


def test_a_missing_translation_would_be_noticed():
    assert "This text is nowhere." not in translations()
    assert len(texts()) > 500
    assert all(text in texts() for text in ("Sign in", "Waiting for me", "%(num)s case"))


def test_every_translation_has_the_same_places_for_facts():
    wrong = [
        text for text, translated in translations().items() if places(translated) != places(text)
    ]

    assert wrong == []


def test_no_translation_is_left_over():
    assert set(translations()) - set(texts()) == KEPT_IN_THE_JOURNAL


@pytest.mark.parametrize(
    "codes",
    [
        CaseState,
        OccasionKind,
        Say,
        Outcome,
        LimitMethod,
        LimitState,
        LetterState,
        Role,
        Dimension,
        Segment,
    ],
)
def test_every_code_has_a_name_in_both_languages(codes):
    zh = speech("zh-CN")
    for code in codes:
        assert "_" not in name_of(code)
        assert re.search(r"[\u4e00-\u9fff]", zh.gettext(name_of(code)))


def test_every_signal_and_every_method_has_a_name():
    assert set(NAMES) == set(SIGNALS)
    assert set(BINDING) == set(LimitMethod)


def test_amounts_days_and_shares_are_written_as_readers_expect():
    en, zh = speech("en", "Asia/Shanghai"), speech("zh-CN", "Asia/Shanghai")
    amount, at = Money.of("2600000", "CNY"), datetime(2026, 11, 23, 9, 30, tzinfo=UTC)

    assert en.money(amount) == zh.money(amount) == "CNY\u00a02,600,000.00"
    assert en.money(Money.of(5000, "JPY")) == "JPY\u00a05,000"
    assert (en.compact(amount), zh.compact(amount)) == ("2.6M", "260万")
    assert (en.day(date(2026, 11, 23)), zh.day(date(2026, 11, 23))) == (
        "23 Nov 2026",
        "2026年11月23日",
    )
    assert (en.moment(at), zh.moment(at)) == ("23 Nov 2026, 17:30", "2026年11月23日 17:30")
    assert en.percent(Fraction(-3, 10), signed=True) == "−30%"
    assert en.money(None) == zh.day(None) == "—"


def test_sentences_are_told_with_their_codes_named():
    sentence = say(
        "Case {case} is {state}, so it cannot become {to}. Reload it to see what happened meanwhile.",
        case="CF-1", state="awaiting", to="applied",
    )  # fmt: skip

    assert "待审批" in speech("zh-CN").tell(sentence)
    assert "waiting for a decision" in speech("en").tell(sentence)


def test_what_people_typed_is_told_literally():
    sentence = say("There is no template for {kind}.", kind="{secret} %(x)s <b>")

    assert "{secret} %(x)s <b>" in speech("en").tell(sentence)


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("en-US,en;q=0.9,zh;q=0.8", "en"),
        ("zh-TW", "zh-CN"),
        ("fr,en;q=0.3,zh;q=0.7", "zh-CN"),
        ("fr", "en"),
        ("", "en"),
        (";q=,,zh;q=x", "zh-CN"),
    ],
)
def test_the_browser_says_which_language_it_prefers(accepted, language):
    assert preferred(accepted, "en") == language


def test_the_language_is_the_persons_before_the_browsers(visit):
    somebody = visit("emma.miller")

    page = somebody.get("/", headers={"Accept-Language": "zh-CN"})

    assert '<html lang="en">' in page.text


def test_choosing_a_language_keeps_it_with_the_person(app, visit):
    somebody = visit("emma.miller")

    answer = somebody.post("/language", "/", language="zh-CN", next="/customers")

    assert answer.headers["location"] == "/customers"
    assert '<html lang="zh-CN">' in somebody.get("/").text
    with app.reading() as work:
        assert work.people.get("emma.miller").language == "zh-CN"


def test_before_signing_in_the_cookie_is_before_the_browser(visit):
    somebody = visit()
    assert "登录" in somebody.get("/sign-in", headers={"Accept-Language": "zh-CN"}).text

    somebody.post("/language", language="en", next="/sign-in")

    assert "Password" in somebody.get("/sign-in", headers={"Accept-Language": "zh-CN"}).text


def test_a_project_that_is_called_like_a_word_of_ours_keeps_its_name():
    room = say(
        "A further order of the project {project} may come to {amount}.",
        project="Amount", amount=Money.of(5, "CNY"),
    )  # fmt: skip
    assert speech("zh-CN").gettext("Amount") != "Amount"
    assert "“Amount”" in speech("zh-CN").tell(room)
