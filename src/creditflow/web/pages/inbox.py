"""The inbox: what waits for me, at my desk and for others, what I asked for, what is done."""

import secrets
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from creditflow.domain.grade import Grade
from creditflow.domain.people import Role
from creditflow.domain.permissions import Permission
from creditflow.web.doors import SIGNED_IN, Doors, Entered
from creditflow.web.lists import (
    DUE,
    EMPTY,
    LISTS,
    MOVES,
    ORDERS,
    WAITING,
    asked_of,
    decidable,
    listed,
    place_of,
    shown,
)
from creditflow.web.naming import OCCASIONS
from creditflow.web.news import LIVE_LISTS
from creditflow.web.outcomes import item_of
from creditflow.web.tabs import tabs

doors = Doors()
CHOICES: Mapping[str, Any] = {
    "lists": LISTS,
    "kinds": OCCASIONS,
    "grades": [grade.value for grade in Grade],
    "moves": MOVES,
    "dues": DUE,
    "orders": ORDERS,
}
"""What a list can be asked for."""


@doors.get("/", who=SIGNED_IN)
def inbox(visit: Entered) -> Response:
    """One page of a list, filtered and put in order."""
    at = visit.app.now()
    usual = "mine" if visit.may(Role.APPROVER) else "all"
    asked = asked_of(visit.request.query_params, usual=usual)
    with visit.app.database.both() as (work, readings):
        place = place_of(visit.me, at, visit.app.business_date(at), work, readings)
        found = listed(asked, place, readings)
        names = {person.id: person.name for person in work.people.all()}
        held = {case: names.get(by, by) for case, by in readings.held(at).items()}
        unanswered = readings.asked_by(visit.me.id)
        may = visit.may(Permission.DECIDE)
        pickable = decidable(asked, place, found, readings) if may else frozenset()
        cases = [row.case_id for row in found.rows] if asked.chosen in WAITING else []
        standing = readings.waiting.standings(cases)
        views = tabs(asked, place, work, readings)
        position = readings.journal_length()
    desks = [(desk.id, desk.title[visit.speech.language]) for desk in place.policy.desks]
    return visit.page(
        "inbox.html",
        **CHOICES,
        asked=asked,
        chosen=asked.chosen,
        position=position if asked.chosen in LIVE_LISTS else None,
        tabs=views,
        tab=next((tab for tab in views if tab.is_shown), None),
        own_desks=[desk for desk in desks if desk[0] in visit.me.desks],
        is_waiting=asked.chosen in WAITING,
        counts=place.counts,
        rows=[
            shown(
                row,
                place,
                visit.speech,
                held=held,
                unanswered=unanswered,
                standing=standing.get(row.case_id),
            )
            for row in found.rows
        ],
        items={case: item_of(standing[case].line) for case in pickable if case in standing},
        key=secrets.token_hex(16),
        found=found,
        empty=EMPTY[asked.chosen],
        desks=desks,
        earlier=asked.link(asked.page - 1) if asked.page > 1 else None,
        later=asked.link(asked.page + 1) if found.more else None,
    )
