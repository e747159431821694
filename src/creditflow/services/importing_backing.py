"""Import covers and guarantees: what is new is kept, what says something else takes its place.

Whatever was said before stays in the record, and each change stands in the
customer's journal: a limit may rest on it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from creditflow.domain.covers import Cover, Guarantee, key_of
from creditflow.domain.hand_in import Kind
from creditflow.domain.journal import Entry
from creditflow.ports import Work
from creditflow.services.sifting import Sifted, differences
from creditflow.services.sifting_rows import of_known_customers

Record = TypeVar("Record", bound=Cover | Guarantee)


def import_backing(sifted: Sifted, *, by: str, at: datetime, work: Work) -> None:
    """Add covers and guarantees that are new, and those that say something else than before."""
    hand_in = sifted.hand_in
    if not hand_in.covers and not hand_in.guarantees:
        return
    named = {c.customer for c in hand_in.covers} | {g.customer for g in hand_in.guarantees}
    held = work.backings.all(named).values()
    covers = _kept(sifted, Kind.COVERS, hand_in.covers, [c for h in held for c in h.covers], work)
    guarantees = _kept(
        sifted, Kind.GUARANTEES, hand_in.guarantees, [g for h in held for g in h.guarantees], work
    )
    work.backings.add(
        covers=[new for new, _ in covers], guarantees=[new for new, _ in guarantees], at=at
    )
    for cover, old in covers:
        _journal("cover", cover, old, by=by, at=at, work=work)
    for guarantee, before in guarantees:
        _journal("guarantee", guarantee, before, by=by, at=at, work=work)


def _kept(
    sifted: Sifted, kind: Kind, given: Sequence[Record], known: Sequence[Record], work: Work
) -> list[tuple[Record, Record | None]]:
    """What is to be kept, each with what it takes the place of."""
    good = of_known_customers(sifted, kind, given, work)
    good = sifted.distinct(kind, good, key_of)
    before = {key_of(one): one for one in known}
    new = [one for one in good if key_of(one) not in before]
    again = [one for one in good if key_of(one) in before]
    changed = [one for one in again if differences(before[key_of(one)], one)]
    sifted.counts[kind].known += len(good) - len(new) - len(changed)
    sifted.keep(kind, new)
    sifted.keep(kind, changed, replaced=True)
    return [(one, before.get(key_of(one))) for one in (*new, *changed)]


def _journal(
    what: str, new: Record, old: Record | None, *, by: str, at: datetime, work: Work
) -> None:
    """Record a new cover or guarantee, or what of a known one has changed."""
    facts = {
        "number": new.number,
        "by": new.insurer if isinstance(new, Cover) else new.guarantor,
        "amount": str(new.amount),
        "from": new.from_.isoformat(),
        "until": "" if new.until is None else new.until.isoformat(),
    }
    if isinstance(new, Cover):
        facts["percent"] = str(new.insured_percent)
    else:
        facts["kind"] = new.kind.value
    if old is not None:
        facts |= {name: f"{was} → {is_}" for name, was, is_ in differences(old, new)}
    verb = "recorded" if old is None else "replaced"
    work.journal.record(Entry(f"{what}.{verb}", new.customer, by, at, facts))
