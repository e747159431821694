"""The sample that a model learns from: out of columns where they are installed, else one by one."""

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from creditflow.cli.speed import SpeedBar
from creditflow.cli.words import _
from creditflow.domain.learned import BadOutcome
from creditflow.models.sample import Sample, columns_of
from creditflow.services.sampling import SampledRow, cutoffs, first_invoice, sample

if TYPE_CHECKING:
    from creditflow.bootstrap import App


def sampled(app_: "App", today: date, outcome: BadOutcome) -> Sample:
    """Every performing customer on every cut-off, with a progress bar that tells rows per second.

    Both ways give the same rows; columns take the extra `creditflow[portfolio]`.
    """
    from creditflow.portfolio.compiled import ExtraMissing, ensure_installed

    try:
        ensure_installed()
    except ExtraMissing:
        return _one_by_one(app_, today, outcome)
    return _in_columns(app_, today, outcome)


def _in_columns(app_: "App", today: date, outcome: BadOutcome) -> Sample:
    from creditflow.cli import whole_book
    from creditflow.portfolio import sampling

    whole_book.refresh(app_, anew=False)
    with app_.reading() as work:
        policy, rates = work.policies.current(), work.rates.all()
        undated = work.ledger.undated()
    book = whole_book.book(app_, rates)
    first = sampling.first_issued(book)
    days = [] if first is None else cutoffs(first, today, outcome)
    with SpeedBar(_("Looking back"), len(book) * len(days), _("{speed} rows/s")) as bar:
        found = sampling.sampled(book, days, outcome, policy, undated=undated, seen=bar.advance)
    return Sample(found.columns, found.bad, found.day, found.customer)


def _one_by_one(app_: "App", today: date, outcome: BadOutcome) -> Sample:
    from creditflow.domain.catalogue import SIGNALS, is_category

    rows: list[SampledRow] = []
    owner: list[int] = []
    with app_.reading() as work:
        first = first_invoice(work)
        days = [] if first is None else cutoffs(first, today, outcome)
        ids, policy, rates = work.customers.ids(), work.policies.current(), work.rates.all()
        undated = work.ledger.undated()
        with SpeedBar(_("Looking back"), len(ids), _("{speed} rows/s")) as bar:
            for place, customer in enumerate(ids):
                before = len(rows)
                rows += sample(
                    customer, days, outcome,
                    policy=policy, rates=rates, undated=undated, work=work,
                )  # fmt: skip
                owner += [place] * (len(rows) - before)
                bar.advance(1, len(rows) - before)
    words = frozenset(name for name in SIGNALS if is_category(name))
    return Sample(
        columns_of([row.values for row in rows], words),
        np.array([row.bad for row in rows], dtype=np.bool_),
        np.array([row.on.toordinal() for row in rows], dtype=np.int64),
        np.array(owner, dtype=np.int64),
    )
