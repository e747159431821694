"""The inbox: what waits for me, at my desk and for others, what I asked for, what is done."""

import secrets

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
from creditflow.web.outcomes import item_of

doors = Doors()


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
    policy, language = place.policy, visit.speech.language
    return visit.page(
        "inbox.html",
        lists=LISTS,
        asked=asked,
        chosen=asked.chosen,
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
        desks=[(desk.id, desk.title[language]) for desk in policy.desks],
        kinds=OCCASIONS,
        grades=[grade.value for grade in Grade],
        moves=MOVES,
        dues=DUE,
        orders=ORDERS,
        earlier=asked.link(asked.page - 1) if asked.page > 1 else None,
        later=asked.link(asked.page + 1) if found.more else None,
    )
