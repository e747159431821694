"""Replay: a judgement beside what its evidence gives today, every difference by name."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from decimal import Decimal

from creditflow.domain.evaluation import Contribution, Evaluation
from creditflow.domain.proposal import Proposal
from creditflow.domain.signals import Evidence

ABOUT = frozenset({"id", "case_id", "customer", "on", "at", "evidence", "contributions", "rates"})
"""What a replay takes over as it is, and what is compared part by part."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that was kept and comes out otherwise; `field` names it with dots."""

    field: str
    kept: str
    again: str


def differences(kept: Evaluation, again: Evaluation) -> list[Difference]:
    """Everything in which the two differ, in the order of an evaluation's fields."""
    found = [
        Difference(f.name, _plain(getattr(kept, f.name)), _plain(getattr(again, f.name)))
        for f in fields(Evaluation)
        if f.name not in ABOUT and getattr(kept, f.name) != getattr(again, f.name)
    ]
    return [*found, *_by_characteristic(kept, again)]


def differences_of_proposals(kept: Proposal, again: Proposal) -> list[Difference]:
    """Everything in which the two differ, and their hashes, which decisions are bound to."""
    found = [
        Difference(f"proposal.{f.name}", _plain(before), _plain(after))
        for f in fields(Proposal)
        if (before := getattr(kept, f.name)) != (after := getattr(again, f.name))
    ]
    if kept.hash != again.hash:
        found.append(Difference("proposal.hash", kept.hash, again.hash))
    return found


def fingerprint(evidence: Evidence) -> str:
    """SHA-256 over every problem and every signal with value, kind, day, source and shelf life."""
    rows: list[list[str | None]] = [
        [
            signal.name,
            type(signal.value).__name__,
            None if signal.value is None else str(signal.value),
            signal.as_of.isoformat(),
            signal.source,
            signal.stale_after.isoformat() if signal.stale_after else None,
        ]
        for signal in evidence.values()
    ]
    rows += [[p.code.value, str(p.what), *p.signals] for p in evidence.problems]
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _by_characteristic(kept: Evaluation, again: Evaluation) -> Iterator[Difference]:
    before = {c.characteristic: c for c in kept.contributions}
    after = {c.characteristic: c for c in again.contributions}
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            yield Difference(f"contributions.{name}", _gave(before, name), _gave(after, name))
    order = [[c.characteristic for c in e.contributions] for e in (kept, again)]
    if order[0] != order[1] and set(order[0]) == set(order[1]):
        yield Difference("contributions", ", ".join(order[0]), ", ".join(order[1]))


def _gave(contributions: dict[str, Contribution], name: str) -> str:
    c = contributions.get(name)
    if c is None:
        return "-"
    value = "unknown" if c.missing else _plain(c.value)
    return f"{value}: {_plain(c.points)} / {_plain(c.best)}"


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value.is_finite() else str(value)
    if isinstance(value, tuple):
        return ", ".join(map(_plain, value)) or "-"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(part)}" for key, part in value.items())
    return "-" if value is None else str(value)
