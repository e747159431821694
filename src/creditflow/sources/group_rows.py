"""A row as a group of companies, and the limit that its members shared so far."""

from collections.abc import Mapping

from creditflow.domain.customer import Origin
from creditflow.domain.groups import Group, GroupId
from creditflow.domain.hand_in import HandedGroup, OpeningGroupLimit
from creditflow.domain.limits import LimitState, limit_state
from creditflow.domain.sentences import say
from creditflow.sources.rows import RowReader

UNLIMITED = dict.fromkeys(("unlimited", "不限额", "无限额"), LimitState.UNLIMITED)
"""Words for a limit without a bound."""


def group_of(row: RowReader, *, origin: Origin, known: Mapping[str, HandedGroup]) -> HandedGroup:
    """The group that the row speaks of; `known` are those of earlier rows."""
    parent = row.optional_id("parent")
    handed = HandedGroup(
        group=Group(
            id=GroupId(row.id("id")),
            name=row.text("name"),
            name_en=row.optional_text("name_en"),
            parent=None if parent is None else GroupId(parent),
        ),
        limit=_limit(row),
        given=row.given(),
        origin=origin,
    )
    first = known.get(handed.group.id)
    if first is not None and not row.failed:
        row.complain(
            "id",
            say("The group stands in line {line} already.", line=first.origin.row),
            say("Keep one row for each group."),
        )
    return handed


def _limit(row: RowReader) -> OpeningGroupLimit | None:
    """The opening limit; its currency and first day belong to it, and nothing without them."""
    there = [row.has(name) for name in ("limit", "from")]
    if not all(there):
        if any(there):
            row.complain(
                "from" if there[0] else "limit",
                say("A limit in force and the day from which it is in force belong together."),
                say("Fill in both cells or neither."),
            )
        return None
    currency = row.currency()
    limit = row.optional_money_or("limit", currency, UNLIMITED)
    from_ = row.day("from")
    if limit is None:
        return None
    if isinstance(limit, LimitState):
        return OpeningGroupLimit(limit, None, currency, from_)
    return OpeningGroupLimit(limit_state(limit), limit or None, currency, from_)
