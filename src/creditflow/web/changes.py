"""Read what an approver wants otherwise than proposed; every mistake in one go."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import TypeVar

from creditflow.domain.errors import Problem, Refusal
from creditflow.domain.granting import Change, Condition
from creditflow.domain.sentences import Sentence, say
from creditflow.web.amounts import read_amount

Read = TypeVar("Read")
MOST_DAYS = 3_660


class Unreadable(Refusal):
    """Something that was typed is no amount, no number of days, or no day."""


def read_change(typed: Mapping[str, str], chosen: Iterable[str], currency: str) -> Change:
    """What was typed of `amount`, `terms`, `last_day` and `written`, and the conditions chosen.

    Each line of `written` is a condition; what is empty changes nothing. Raises
    Unreadable with everything that is wrong at once.
    """
    problems: list[Sentence] = []

    def read(name: str, how: Callable[[str], Read]) -> Read | None:
        text = typed.get(name, "").strip()
        try:
            return how(text) if text else None
        except Problem as problem:
            problems.append(problem.sentence)
            return None

    amount = read("amount", lambda text: read_amount(text, currency))
    terms, last = read("terms", _days), read("last_day", _day)
    if problems:
        raise Unreadable(problems[0], details=problems)
    lines = [line.strip() for line in typed.get("written", "").splitlines()]
    return Change(
        amount=amount,
        terms_days=terms,
        # People name the last day; a limit ends before a day.
        until=last + timedelta(days=1) if last is not None else None,
        conditions=(
            *(Condition(code) for code in chosen if code),
            *(Condition(text=line) for line in lines if line),
        ),
    )


def _days(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 4 or int(text) > MOST_DAYS:  # noqa: PLR2004 - digits
        raise Unreadable(say("{typed} is no number of days. Write it like 45.", typed=text[:20]))
    return int(text)


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.max
    if day.year >= date.max.year:
        raise Unreadable(say("{day} is not a day; write it as 2026-01-31.", day=text[:20]))
    return day
