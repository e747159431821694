"""The journal for auditors: what happened, and whether the chain is whole."""

from starlette.responses import Response

from creditflow.domain.permissions import Permission
from creditflow.services.verifying import verify_journal
from creditflow.web.doors import Doors, Entered
from creditflow.web.events import Teller

doors = Doors()
MOST = 200
VERIFIED_AT_ONCE = 20_000
"""Longer chains are verified when somebody asks for it: it takes seconds."""


@doors.get("/journal", who=Permission.READ_JOURNAL)
def journal(visit: Entered) -> Response:
    """The latest entries, or those about one subject, with the state of the chain."""
    about = visit.request.query_params.get("about", "").strip()
    with visit.app.readings() as readings:
        latest = readings.journal(most=MOST)
    length = latest[0].seq if latest else 0
    with visit.app.reading() as work:
        people = {person.id: person for person in work.people.all()}
        policy = work.policies.current()
        entries = work.journal.of(about)[::-1][:MOST] if about else latest
        verified = None
        if length <= VERIFIED_AT_ONCE or "verify" in visit.request.query_params:
            verified = verify_journal(work=work)
    return visit.page(
        "journal.html",
        events=Teller(people, policy, visit.speech).events(entries),
        about=about,
        length=length,
        verified=verified,
        most=MOST,
    )
