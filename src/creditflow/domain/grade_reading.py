"""Reading what a policy allows each grade; none of it may rise as the grade gets worse."""

from decimal import Decimal
from itertools import pairwise

from creditflow.domain.grade import Grade
from creditflow.domain.money import Money
from creditflow.domain.plain_data import Place
from creditflow.domain.policy import GradeRule
from creditflow.domain.sentences import say

_DAYS, _MONTHS = 3_660, 120
_MOST_SHARE = 10

_GRADES = tuple(grade.value for grade in Grade)
_GRADE_FIELDS = (
    "need_share",
    "worth_share",
    "turnover_share",
    "cap",
    "terms_days",
    "validity_months",
    "cadence_months",
)
_WORKING = "working_share"
"""What is said of a grade; none of it may rise as the grade gets worse."""


def read_grades(place: Place, base: str) -> dict[Grade, GradeRule]:
    """The rules by grade; to be thrown away where problems were noted."""
    f = place.fields(*_GRADES)
    found = {grade: p for grade in Grade if (p := f.get(grade.value)) is not None}
    rules = {grade: _grade(p, grade, base) for grade, p in found.items()}
    _check_working(found)
    for name in (*_GRADE_FIELDS, _WORKING):
        sound = [rules[grade] for grade, p in found.items() if p.is_sound_at(name)]
        for better, worse in pairwise(sound):
            if getattr(worse, name) > getattr(better, name):
                found[worse.grade].below(name, None).wrong(
                    say(
                        "Grade {worse} is treated better than grade {better}.",
                        worse=worse.grade.value,
                        better=better.grade.value,
                    ),
                    say(
                        "Write at most {most}.",
                        most=str(getattr(better, name)),
                    ),
                )
    return rules


def _check_working(found: dict[Grade, Place]) -> None:
    """Working capital bounds every grade or none: without a share there would be no bound."""
    without = {grade: p for grade, p in found.items() if _WORKING not in p.names()}
    if without and len(without) < len(found):
        next(iter(without.values())).wrong(
            say(
                "Other grades have a {field}, and {grades} have none.",
                field=_WORKING,
                grades=", ".join(without),
            ),
            say("Add {field}.", field=_WORKING),
        )


def _grade(place: Place, grade: Grade, base: str) -> GradeRule:
    f = place.fields(*_GRADE_FIELDS, optional=(_WORKING,))

    def shared(name: str) -> Decimal:
        return f.read(name, lambda p: p.number(0, _MOST_SHARE), Decimal(0))

    return GradeRule(
        grade=grade,
        need_share=shared("need_share"),
        worth_share=shared("worth_share"),
        turnover_share=shared("turnover_share"),
        cap=f.read("cap", lambda p: p.money(base), Money.zero(base)),
        terms_days=f.read("terms_days", lambda p: p.whole(0, _DAYS), 0),
        validity_months=f.read("validity_months", lambda p: p.whole(1, _MONTHS), 1),
        cadence_months=f.read("cadence_months", lambda p: p.whole(1, _MONTHS), 1),
        working_share=f.read(_WORKING, lambda p: p.number(0, _MOST_SHARE), None),
    )
