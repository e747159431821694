"""Read what an approver wants otherwise than proposed; every mistake in one go."""

from collections.abc import Iterable, Mapping

from creditflow.domain.errors import Refusal
from creditflow.domain.granting import Change, Condition
from creditflow.domain.sentences import say
from creditflow.web.amounts import read_amount
from creditflow.web.typed import Typed, read_last_day

MOST_DAYS = 3_660


class Unreadable(Refusal):
    """Something that was typed is no amount, no number of days, or no day."""


def read_change(typed: Mapping[str, str], chosen: Iterable[str], currency: str) -> Change:
    """What was typed of `amount`, `terms`, `last_day` and `written`, and the conditions chosen.

    Each line of `written` is a condition; what is empty changes nothing. Raises
    Unreadable with everything that is wrong at once.
    """
    form = Typed(typed)
    amount = form.read("amount", lambda text: read_amount(text, currency))
    terms, until = form.read("terms", _days), form.read("last_day", read_last_day)
    if form.problems:
        raise Unreadable(form.problems[0], details=form.problems)
    lines = [line.strip() for line in typed.get("written", "").splitlines()]
    return Change(
        amount=amount,
        terms_days=terms,
        until=until,
        conditions=(
            *(Condition(code) for code in chosen if code),
            *(Condition(text=line) for line in lines if line),
        ),
    )


def _days(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 4 or int(text) > MOST_DAYS:  # noqa: PLR2004 - digits
        raise Unreadable(say("{typed} is no number of days. Write it like 45.", typed=text[:20]))
    return int(text)
