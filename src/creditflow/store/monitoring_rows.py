"""What monitoring reads, row by row: typed values, never a row of the store."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from creditflow.domain.case import TaskState
from creditflow.domain.customer import CustomerId
from creditflow.domain.decision import Say
from creditflow.domain.grade import Grade
from creditflow.domain.money import Money
from creditflow.domain.monitoring import Judged
from creditflow.domain.monitoring_approvals import Stage
from creditflow.domain.monitoring_overrides import Ruling
from creditflow.domain.people import POLICY_ACTOR
from creditflow.domain.scorecard import Segment
from creditflow.domain.signals import SignalValue
from creditflow.store.encoding import packed_signals
from creditflow.store.transaction import money_or_none


@dataclass(frozen=True, slots=True)
class Moment:
    """A business date as monitoring sees it: `end` is the first moment after it.

    `business_date` tells on which day a moment lies where the company is.
    """

    on: date
    end: datetime
    business_date: Callable[[datetime], date]


def judged(row: sa.Row[Any]) -> Judged:
    """An evaluation without its values."""
    return Judged(
        customer=CustomerId(row.customer_id),
        on=date.fromisoformat(row.on),
        segment=Segment(row.segment),
        scorecard=row.scorecard,
        policy_version=int(row.policy_version),
        points=Decimal(row.points),
        grade=Grade(row.grade),
        pd=Decimal(row.pd),
        evaluation=row.id,
    )


def values(
    body: str, on: date, signals: Collection[str] | None = None
) -> Mapping[str, SignalValue]:
    """The signals of an evaluation's body that were known and fresh on its day."""
    return MappingProxyType(dict(_usable(packed_signals(body), on.isoformat(), signals)))


def _usable(
    evidence: Sequence[Mapping[str, Any]], on: str, wanted: Collection[str] | None
) -> Iterator[tuple[str, SignalValue]]:
    """Signals that were known and within their shelf life, as `Signal.usable` says."""
    for signal in evidence:
        if wanted is not None and signal["name"] not in wanted:
            continue
        value, stale_after = signal["value"], signal["stale_after"]
        if value is not None and (stale_after is None or on <= stale_after):
            known = value if isinstance(value, str) else Decimal(value["Decimal"])
            if isinstance(known, str) or known.is_finite():
                yield signal["name"], known


def ruling(row: sa.Row[Any], moment: Moment) -> Ruling:
    """A final decision."""
    return Ruling(
        case=row.case_id,
        customer=CustomerId(row.customer_id),
        on=moment.business_date(row.made_at),
        at=row.made_at,
        by=row.made_by,
        desk=None if row.made_by == POLICY_ACTOR else row.desk,
        verdict=Say(row.verdict),
        proposed=Money(row.proposed_minor, row.proposed_currency),
        decided=money_or_none(row.limit_minor, row.limit_currency),
        grade=Grade(row.grade),
    )


def stage(row: sa.Row[Any], moment: Moment) -> Stage:
    """A review task as it stood at the end of the day."""
    done_at = row.done_at if row.done_at is not None and row.done_at < moment.end else None
    return Stage(
        case=row.case_id,
        desk=row.desk,
        stage=row.stage,
        opened_at=row.opened_at,
        opened_on=moment.business_date(row.opened_at),
        due_on=row.due_on,
        done_at=done_at,
        done_on=None if done_at is None else moment.business_date(done_at),
        counts=row.state != TaskState.CANCELLED.value or done_at is None,
    )
