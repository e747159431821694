"""The two days of a page that recalls: in force on one, as believed at the end of another."""

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from creditflow.domain.sentences import Sentence
from creditflow.services.recalling import NotYetKnown
from creditflow.web.typed import Typed, read_day
from creditflow.web.visit import Visit

Found = TypeVar("Found")


def on_days_asked(
    visit: Visit, recall: Callable[[date, date], Found]
) -> tuple[Found, tuple[Sentence, ...]]:
    """What `recall` finds for the days that the address names, and what is wrong with them.

    It is given the day and the belief; today where the address names none. A day
    that nobody can read, or on which nobody believed anything yet, is told and
    counts as today.
    """
    today, asked = visit.app.today(), Typed(visit.request.query_params)
    on = asked.read("on", read_day) or today
    believed = asked.read("believed", read_day) or today
    try:
        found = recall(on, believed)
    except NotYetKnown as early:
        asked.problems.append(early.sentence)
        found = recall(on, today)
    return found, tuple(asked.problems)
