"""Saved views as the inbox shows them: own ones and those of one's desks, with how many wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from creditflow.domain.saved_view import SavedView
from creditflow.ports import Work
from creditflow.store.readings import Readings
from creditflow.web.lists import WAITING, Asked, Place, asked_of, wanted

MOST_COUNTED = 24
"""Of how many views their cases are counted, all in one walk over what waits."""


@dataclass(frozen=True, slots=True)
class Tab:
    """A view beside the lists. `count` is None where counting would take long.

    `whose` is the name of the one who shared it, empty where it is one's own.
    """

    view: SavedView
    count: int | None
    is_shown: bool
    whose: str
    may_change: bool


def tabs(asked: Asked, place: Place, work: Work, readings: Readings) -> Sequence[Tab]:
    """The views that somebody sees; the first that shows what is asked for is the one shown."""
    own = work.saved_views.of(place.me.id)
    shared = [v for v in work.saved_views.shared_with(place.me.desks) if v.owner != place.me.id]
    views = [*own, *shared]
    if not views:
        return ()
    asks = [read(view.query) for view in views]
    counted = [number for number, ask in enumerate(asks[:MOST_COUNTED]) if ask.chosen in WAITING]
    found = readings.waiting.counts([wanted(asks[number], place) for number in counted])
    counts = dict(zip(counted, found, strict=True))
    shown = next((n for n, ask in enumerate(asks) if ask.query == asked.query), None)
    people = {person.id: person for person in work.people.all()} if shared else {}
    return [
        Tab(
            view,
            counts.get(number),
            number == shown,
            "" if view.owner == place.me.id else people[view.owner].name,
            view.owner == place.me.id or not people[view.owner].active,
        )
        for number, view in enumerate(views)
    ]


def read(query: str) -> Asked:
    """What a kept query asks for, by the rules of any address."""
    return asked_of(dict(parse_qsl(query)), usual="all")
