"""Keep a list of the inbox under a name, for oneself or for one's desk; rename it, forget it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from creditflow.domain.errors import Refusal
from creditflow.domain.journal import Entry
from creditflow.domain.people import Person
from creditflow.domain.saved_view import LONGEST_NAME, LONGEST_QUERY, MOST_VIEWS, SavedView
from creditflow.domain.sentences import Sentence, say
from creditflow.ports import Work


class BadView(Refusal):
    """What was asked for cannot be kept as a view."""


def save_view(
    name: str, query: str, *, desk: str | None, by: Person, at: datetime, work: Work
) -> SavedView:
    """Keep it; the same name again replaces what it stood for. Raises BadView."""
    own = {view.name: view for view in work.saved_views.of(by.id)}
    plain = " ".join(name.split())
    known = own.get(plain)
    if problems := [*_problems(plain, query, desk, by), *_too_many(own, known)]:
        raise BadView(problems[0], details=problems if len(problems) > 1 else ())
    number = known.id if known else f"SV-{work.counters.next('saved_view'):06d}"
    view = SavedView(number, by.id, plain, query, at, desk)
    work.saved_views.put(view)
    _record("view.saved", view, by, at, work)
    return view


def change_view(
    view_id: str, name: str, *, desk: str | None, by: Person, at: datetime, work: Work
) -> SavedView:
    """Give it another name, or other readers; what it shows stays. Raises BadView."""
    view, plain = _own(view_id, by, work), " ".join(name.split())
    taken = any(one.name == plain and one.id != view.id for one in work.saved_views.of(by.id))
    problems = [*_problems(plain, view.query, desk, by)]
    if taken:
        problems.append(say("You have a view of that name already: {name}.", name=plain))
    if problems:
        raise BadView(problems[0], details=problems if len(problems) > 1 else ())
    changed = replace(view, name=plain, desk=desk, at=at)
    work.saved_views.put(changed)
    _record("view.changed", changed, by, at, work)
    return changed


def forget_view(view_id: str, *, by: Person, at: datetime, work: Work) -> None:
    """Forget it; raises NotFound and BadView."""
    view = _own(view_id, by, work)
    work.saved_views.remove(view.id)
    _record("view.forgotten", view, by, at, work)


def _own(view_id: str, by: Person, work: Work) -> SavedView:
    """A view that the person may change: an own one, or a desk's whose owner has left."""
    view = work.saved_views.get(view_id)
    if view.owner == by.id:
        return view
    left = not work.people.get(view.owner).active
    if left and view.desk in by.desks:
        return view
    raise BadView(say("Only who made a view changes it. Make one of your own."))


def _problems(name: str, query: str, desk: str | None, by: Person) -> Iterator[Sentence]:
    if not name or not name.isprintable() or len(name) > LONGEST_NAME:
        yield say("Give the view a name of at most {most} characters.", most=LONGEST_NAME)
    if len(query) > LONGEST_QUERY:
        yield say("The search is too long to be kept. Shorten it.")
    if desk is not None and desk not in by.desks:
        yield say("You do not sit at that desk, so you cannot share a view with it.")


def _too_many(own: dict[str, SavedView], known: SavedView | None) -> Iterator[Sentence]:
    if known is None and len(own) >= MOST_VIEWS:
        yield say("You keep {most} views already. Forget one, then save this.", most=MOST_VIEWS)


def _record(what: str, view: SavedView, by: Person, at: datetime, work: Work) -> None:
    facts = {"name": view.name, "query": view.query, "desk": view.desk or ""}
    work.journal.record(Entry(what, view.id, by.id, at, facts))
