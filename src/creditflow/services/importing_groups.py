"""Import groups of companies and who belongs to them; a cycle keeps out every row that makes it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from creditflow.domain.customer import Customer
from creditflow.domain.group_limits import GroupLimit
from creditflow.domain.groups import Group, GroupId, cycle_told, cycles, tree_of
from creditflow.domain.hand_in import (
    HandedGroup,
    Kind,
    OpeningGroupLimit,
    RowProblem,
    Severity,
)
from creditflow.domain.journal import Entry
from creditflow.domain.sentences import Sentence, say
from creditflow.ports import Work
from creditflow.services.joining import record_moves, review_moved, review_overdrawn
from creditflow.services.sifting import Sifted, row_of


def import_groups(sifted: Sifted, *, by: str, at: datetime, work: Work) -> None:
    """Add groups, replace what the file speaks of in those that are known, open their limits."""
    if not sifted.hand_in.groups:
        return
    known = {group.id: group for group in work.groups.held()}
    good = _standing(sifted, known)
    new, changed = _sorted(good, known)
    sifted.counts[Kind.GROUPS].known += len(good) - len(new) - len(changed)
    work.groups.put_all([*new.values(), *changed.values()])
    for group in (*new.values(), *changed.values()):
        work.journal.record(_journalled(group, known.get(group.id), sifted, by=by, at=at))
    for handed in good.values():
        if handed.limit is not None:
            _open(handed.group.id, handed.limit, row_of(handed), sifted, by=by, at=at, work=work)
    sifted.keep(Kind.GROUPS, [good[x] for x in new])
    sifted.keep(Kind.GROUPS, [good[x] for x in changed], replaced=True)
    moved = {x for x in good if x in new or x in changed or good[x].limit}
    _tell(review_overdrawn(moved, at=at, on=at.date(), work=work), sifted)


def import_members(
    before: Mapping[str, Customer],
    after: Sequence[Customer],
    sifted: Sifted,
    *,
    by: str,
    at: datetime,
    work: Work,
) -> None:
    """Record who has joined or left a group, and have those who moved looked at again.

    Groups that only customers name become groups of that name, at the top.
    """
    moves = [
        (before.get(c.id, replace(c, group=None)), None if c.group is None else GroupId(c.group))
        for c in after
        if c.group != (before[c.id].group if c.id in before else None)
    ]
    if not moves:
        return
    known = {group.id for group in work.groups.held()}
    named = {GroupId(c.group): c.group_name or c.group for c in reversed(after) if c.group}
    added = [Group(x, name) for x, name in sorted(named.items()) if x not in known]
    work.groups.put_all(added)
    for group in added:
        work.journal.record(Entry("group.added", group.id, by, at, {"parent": ""}))
    on: date = at.date()
    record_moves(moves, by=by, at=at, on=on, work=work)
    moved = [(c, to) for c, to in moves if c.id in before]
    _tell(review_moved(moved, at=at, on=on, work=work), sifted)


def _tell(unknown: Sequence[Sentence], sifted: Sifted) -> None:
    """That nobody can say whether a group's limit still holds keeps no row out."""
    for what in dict.fromkeys(unknown):
        remedy = say("Then have the members of the group reviewed: its limit may be exceeded.")
        problem = RowProblem(None, "group", "", what, remedy, Severity.WARNING)
        sifted.problems.append(problem)


def _standing(sifted: Sifted, known: Mapping[GroupId, Group]) -> dict[GroupId, HandedGroup]:
    """The rows that leave the groups in a tree; every other one is rejected, with the reason.

    A row that goes may take the parent of another with it, so it is looked again
    until nothing changes.
    """
    good = {h.group.id: h for h in sifted.hand_in.groups if row_of(h) not in sifted.rejected}
    while True:
        merged = {**known, **{x: _merged(h, known.get(x)) for x, h in good.items()}}
        lost = [x for x in good if (p := merged[x].parent) is not None and p not in merged]
        rings = {x: ring for ring in cycles(merged) for x in ring if x in good}
        if not lost and not rings:
            tree_of(merged.values())
            return good
        for group in sorted({*lost, *rings}):
            handed = good.pop(group)
            sifted.counts[Kind.GROUPS].rejected += 1
            parent = merged[group].parent
            if group in rings:
                what = cycle_told(rings[group])
                remedy = say("Say in one of these rows another parent, or none.")
            else:
                what = say("There is no group {group}.", group=parent)
                remedy = say("Add a row for the parent, or correct its number.")
            sifted.reject(handed, "parent", parent, what, remedy)


def _merged(handed: HandedGroup, before: Group | None) -> Group:
    """The group with what the file says; what it has no column for stays."""
    if before is None:
        return handed.group
    given = {"name", "name_en", "parent"} & handed.given
    return replace(before, **{name: getattr(handed.group, name) for name in given})


def _sorted(
    good: Mapping[GroupId, HandedGroup], known: Mapping[GroupId, Group]
) -> tuple[dict[GroupId, Group], dict[GroupId, Group]]:
    merged = {x: _merged(handed, known.get(x)) for x, handed in good.items()}
    new = {x: group for x, group in merged.items() if x not in known}
    changed = {x: g for x, g in merged.items() if x in known and g != known[x]}
    return new, changed


def _journalled(
    group: Group, before: Group | None, sifted: Sifted, *, by: str, at: datetime
) -> Entry:
    facts = {"parent": group.parent or "", "file": sifted.hand_in.file_hash}
    if before is None:
        return Entry("group.added", group.id, by, at, facts)
    return Entry("group.changed", group.id, by, at, {"before": before.parent or "", **facts})


def _open(
    group: GroupId, limit: OpeningGroupLimit, line: int, sifted: Sifted, *,
    by: str, at: datetime, work: Work,
) -> None:  # fmt: skip
    """Open the history of a group that has none; a limit that is there takes two people."""
    history = work.group_limits.of(group)
    if not history:
        entry = GroupLimit(
            group, 1, limit.state, limit.amount, limit.currency, limit.from_, None, at, by
        )
        work.group_limits.add(entry, replacing=0)
        sifted.kept.add(line)
        facts = {"limit": str(limit.amount or limit.state.value), "currency": limit.currency,
                 "from": limit.from_.isoformat()}  # fmt: skip
        work.journal.record(Entry("group.limit_opened", group, by, at, facts))
        return
    current = history[-1]
    if (current.state, current.amount, current.from_) != (limit.state, limit.amount, limit.from_):
        sifted.warn(
            line,
            "limit",
            limit.amount or limit.state.value,
            say(
                "The group has a limit here already ({limit}); this one was not taken.",
                limit=current.amount or current.state.value,
            ),
            say("Propose it on the group's page; somebody else confirms it."),
        )
