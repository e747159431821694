"""Specimens: made-up facts for each kind of letter, full and bare, each value another one.

A wording is tried on them before anybody may propose it. Poisoned ones bear
names that would do harm if anything read them as code, markup or a header.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any, Final

from creditflow.domain.added_limits import AddedKind
from creditflow.domain.letter import (
    Addressed,
    DisclosedReason,
    LetterFacts,
    Proof,
    Told,
)
from creditflow.domain.letter_notices import VIEWS, Instalment
from creditflow.domain.money import Money
from creditflow.domain.notice import Notice
from creditflow.domain.proposal import Outcome

ON: Final = date(2026, 11, 23)
NUMBER: Final = "L-000000"
POISON: Final = (
    "{{7*7}} {% raw %} <script>alert(1)</script> **b** [l](http://e.example) & |"
    "\r\nBcc: e@e.example"
)
POISONED: Final = ("customer_name", "customer_id", "sender_company", "sender_name", "project")

_NAMES: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "zh-CN": ("宁波海潮五金制品有限公司", "恒远国际贸易有限公司", "信用管理部", "跨海大桥二期"),
    "en": ("Nordsee Werkzeughandel GmbH", "Hengyuan Trading Co., Ltd.", "Credit Management",
           "Harbour Bridge, phase two"),
}  # fmt: skip
_REASONS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "zh-CN": (
        ("最近 {of} 张发票中，有 {late} 张晚于到期日付款。", "如按期付款，我司将在复核时考虑。"),
        ("贵司与我司合作已满 {months} 个月。", ""),
    ),
    "en": (
        ("{late} of your last {of} invoices were paid late.", "Paying on time will help."),
        ("You have bought from us for {months} months.", ""),
    ),
}  # fmt: skip
_CONDITIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "zh-CN": ("提供母公司担保", "每季度提供报表"),
    "en": ("A guarantee of the parent company", "Figures every quarter"),
}
_COUNTS: Final = {"late": 13, "of": 19, "months": 73}


def specimens(about: Told, language: str, *, poisoned: bool = False) -> list[Addressed]:
    """Facts of such a letter: first with everything that it can say, then with less and less."""
    view = VIEWS[about]
    made = [view(**_opening(language), **rest) for rest in _RESTS[about](language)]
    if poisoned:
        return [_poisoned(x) for x in made]
    return made


def required(facts: Addressed) -> list[tuple[str, object]]:
    """What the customer has to be able to read: names of facts and their values."""
    found: list[tuple[str, object]] = []
    for name in REQUIRED[facts.about]:
        value = getattr(facts, name)
        if value is not None and value != ():
            found.append((name, value))
    return [*found, *((name, getattr(facts, name)) for name in ALWAYS)]


ALWAYS: Final = ("customer_name", "reply_to", "object_by", "sender_company")
"""To whom, whom to ask, by when to object, and who says so."""

REQUIRED: Final[Mapping[Told, tuple[str, ...]]] = {
    Outcome.APPROVED: ("limit", "from_", "until", "terms_days", "reasons", "conditions"),
    Outcome.RAISED: ("limit", "from_", "until", "terms_days", "reasons", "conditions"),
    Outcome.REDUCED: ("limit", "from_", "until", "terms_days", "reasons", "conditions"),
    Outcome.UNCHANGED: ("limit", "until", "reasons"),
    Outcome.DECLINED: ("reasons",),
    Notice.TEMPORARY_LIMIT: ("limit", "from_", "until", "terms_days", "conditions"),
    Notice.PROJECT_LIMIT: ("project", "limit", "from_", "until", "terms_days", "conditions"),
    Notice.LIMIT_ENDS: ("project", "limit", "until", "send_by", "after"),
    Notice.HELD: ("from_", "overdue", "over"),
    Notice.RELEASED: ("from_",),
    Notice.STATEMENTS_WANTED: ("send_by",),
    Notice.PAYMENT_BEHAVIOUR: ("late", "judged", "overdue"),
    Notice.PLAN_OFFERED: ("total", "instalments", "accept_by"),
    Notice.PLAN_BROKEN: ("missed", "left", "pay_by"),
    Notice.TERMS_CHANGED: ("from_", "terms_days"),
}
"""What each letter has to say wherever it is known."""


def _opening(language: str) -> dict[str, Any]:
    customer, company, name, _ = _NAMES.get(language, _NAMES["en"])
    return {
        "number": NUMBER,
        "language": language,
        "customer_name": customer,
        "customer_id": "C100417",
        "on": ON,
        "sender_company": company,
        "sender_name": name,
        "reply_to": "answers@hengyuan.example",
        "object_by": ON + timedelta(days=31),
        "proof": Proof("ABCD-EFGH-JK", "https://letters.example/verify",
                       "https://letters.example/answer/token", ON + timedelta(days=61)),
    }  # fmt: skip


def _reasons(language: str) -> tuple[DisclosedReason, ...]:
    texts = _REASONS.get(language, _REASONS["en"])
    return tuple(
        DisclosedReason(f"r{n}", text, advice, _COUNTS) for n, (text, advice) in enumerate(texts)
    )


def _cny(amount: int) -> Money:
    return Money.of(amount, "CNY")


_FROM, _UNTIL = ON + timedelta(days=9), ON + timedelta(days=399)
Rest = dict[str, Any]


def _decided(language: str) -> Rest:
    return {"from_": _FROM, "until": _UNTIL, "terms_days": 47, "reasons": _reasons(language),
            "conditions": _CONDITIONS.get(language, _CONDITIONS["en"])}  # fmt: skip


def _approved(language: str) -> Iterator[Rest]:
    full = {**_decided(language), "outcome": Outcome.APPROVED, "limit": _cny(2_600_000)}
    yield {**full, "before": None}
    yield {**full, "before": None, "until": None, "reasons": (), "terms_days": 0, "conditions": ()}


def _raised(language: str) -> Iterator[Rest]:
    full = {**_decided(language), "outcome": Outcome.RAISED, "limit": _cny(2_600_000),
            "before": _cny(1_900_000)}  # fmt: skip
    yield full
    yield {**full, "until": None, "reasons": (), "terms_days": 0, "conditions": ()}


def _reduced(language: str) -> Iterator[Rest]:
    full = {**_decided(language), "outcome": Outcome.REDUCED, "limit": _cny(700_000),
            "before": _cny(1_900_000)}  # fmt: skip
    yield full
    yield {**full, "until": None, "reasons": (), "before": None, "limit": _cny(0), "terms_days": 0,
           "conditions": ()}  # fmt: skip


def _unchanged(language: str) -> Iterator[Rest]:
    full = {**_decided(language), "outcome": Outcome.UNCHANGED, "limit": _cny(1_900_000),
            "before": _cny(1_900_000)}  # fmt: skip
    yield full
    nothing = dict.fromkeys(("limit", "before", "from_", "until", "terms_days"))
    yield {**full, **nothing, "reasons": (), "conditions": ()}


def _declined(language: str) -> Iterator[Rest]:
    nothing = dict.fromkeys(("limit", "before", "from_", "until", "terms_days"))
    full = {**nothing, "outcome": Outcome.DECLINED, "reasons": _reasons(language)}
    yield full
    yield {**full, "reasons": ()}


def _temporary(language: str) -> Iterator[Rest]:
    full = {"limit": _cny(3_500_000), "base": _cny(1_900_000), "from_": _FROM, "until": _UNTIL,
            "terms_days": 47,
            "conditions": _CONDITIONS.get(language, _CONDITIONS["en"])}  # fmt: skip
    yield full
    yield {**full, "base": None, "terms_days": 0, "conditions": ()}


def _project(language: str) -> Iterator[Rest]:
    for rest in _temporary(language):
        yield {**rest, "project": _NAMES.get(language, _NAMES["en"])[3]}


def _limit_ends(language: str) -> Iterator[Rest]:
    full = {"limit": _cny(1_900_000), "until": _UNTIL, "send_by": ON + timedelta(days=21)}
    yield full
    project = _NAMES.get(language, _NAMES["en"])[3]
    for after in (_cny(1_300_000), None):
        yield {**full, "kind": AddedKind.TEMPORARY.value, "after": after}
        yield {**full, "kind": AddedKind.PROJECT.value, "after": after, "project": project}


def _held(language: str) -> Iterator[Rest]:
    del language
    full = {"from_": _FROM, "overdue": _cny(412_380), "invoices": 7, "oldest_days": 64,
            "over": _cny(88_000)}  # fmt: skip
    yield full
    yield {**full, "over": None}
    yield {**full, "overdue": _cny(0), "invoices": 0, "oldest_days": 0}


def _released(language: str) -> Iterator[Rest]:
    del language
    yield {"from_": _FROM, "limit": _cny(1_900_000)}
    yield {"from_": _FROM, "limit": None, "paid": False}


def _statements_wanted(language: str) -> Iterator[Rest]:
    del language
    yield {"latest": date(2025, 6, 30), "send_by": ON + timedelta(days=21)}
    yield {"latest": None, "send_by": ON + timedelta(days=21)}


def _payment_behaviour(language: str) -> Iterator[Rest]:
    del language
    full = {"late": 13, "judged": 19, "average_days": 23, "overdue": _cny(412_380), "invoices": 7,
            "oldest_days": 64, "pay_by": ON + timedelta(days=10)}  # fmt: skip
    yield full
    yield {**full, "overdue": _cny(0), "invoices": 0, "oldest_days": None}
    yield {**full, "late": 0, "average_days": 0}


def _plan_offered(language: str) -> Iterator[Rest]:
    del language
    parts = tuple(Instalment(ON + timedelta(days=22 + 30 * n), _cny(100_000 + n)) for n in range(3))
    total = sum((x.amount for x in parts), Money.zero("CNY"))
    yield {"total": total, "instalments": parts, "accept_by": ON + timedelta(days=8)}


def _plan_broken(language: str) -> Iterator[Rest]:
    del language
    yield {"missed": Instalment(ON - timedelta(days=8), _cny(100_000)), "received": _cny(50_000),
           "left": _cny(210_000), "pay_by": ON + timedelta(days=8)}  # fmt: skip
    yield {"missed": Instalment(ON - timedelta(days=8), _cny(100_000)), "received": _cny(0),
           "left": _cny(260_000), "pay_by": ON + timedelta(days=8)}  # fmt: skip


def _terms_changed(language: str) -> Iterator[Rest]:
    del language
    yield {"before_days": 61, "terms_days": 47, "from_": _FROM}
    yield {"before_days": 0, "terms_days": 47, "from_": _FROM}
    yield {"before_days": 61, "terms_days": 0, "from_": _FROM}


_RESTS: Final = {
    Outcome.APPROVED: _approved,
    Outcome.RAISED: _raised,
    Outcome.REDUCED: _reduced,
    Outcome.UNCHANGED: _unchanged,
    Outcome.DECLINED: _declined,
    Notice.TEMPORARY_LIMIT: _temporary,
    Notice.PROJECT_LIMIT: _project,
    Notice.LIMIT_ENDS: _limit_ends,
    Notice.HELD: _held,
    Notice.RELEASED: _released,
    Notice.STATEMENTS_WANTED: _statements_wanted,
    Notice.PAYMENT_BEHAVIOUR: _payment_behaviour,
    Notice.PLAN_OFFERED: _plan_offered,
    Notice.PLAN_BROKEN: _plan_broken,
    Notice.TERMS_CHANGED: _terms_changed,
}


def _poisoned(facts: Addressed) -> Addressed:
    known = {f.name for f in fields(facts) if getattr(facts, f.name)}
    changes: dict[str, Any] = {x: POISON for x in POISONED if x in known}
    if "conditions" in known:
        changes["conditions"] = (POISON,)
    if isinstance(facts, LetterFacts):
        changes["reasons"] = _with_poison(facts.reasons)
    return replace(facts, **changes)


def _with_poison(reasons: Sequence[DisclosedReason]) -> tuple[DisclosedReason, ...]:
    return tuple(
        replace(x, text=f"{x.text} {{who}}", facts={**x.facts, "who": POISON}) for x in reasons
    )
