"""Rows of an evaluated block, as Arrow columns of the table that keeps the book's evaluation.

Texts are dictionaries wherever customers share them; a reason is the name of
a characteristic, three of them with a comma between.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from creditflow.domain.policy import Policy
from creditflow.portfolio.arithmetic import UNKNOWN, Ints
from creditflow.portfolio.book import CODES, Days, day_number
from creditflow.portfolio.evaluated import Evaluated
from creditflow.portfolio.framing import METHODS
from creditflow.portfolio.probabilities import pds_of
from creditflow.portfolio.rules import GRADES
from creditflow.portfolio.scoring import REASONS

MILLION = 1_000_000


def rows_of(found: Evaluated, policy: Policy) -> pa.Table:
    """The rows of everybody who could be judged."""
    keep = np.ones(len(found), np.bool_)
    keep[list(found.refused)] = False
    rows = np.flatnonzero(keep)
    scores, frame, book = found.scores, found.frame, found.signals.book
    cards = [card.id for card in policy.scorecards.values()]
    on = np.full(len(rows), day_number(found.signals.on))
    return pa.table(
        {
            "on_day": _days(on),
            "customer_id": pa.array(book.ids[rows]).cast(pa.string()),
            "policy_version": pa.array(np.full(len(rows), policy.version, np.int64)),
            "segment": _words(found.chosen.existing[rows].astype(np.int8), ("new", "existing")),
            "scorecard": _words(found.chosen.card[rows], cards),
            "points_cents": pa.array(scores.cents[rows]),
            "grade": _words(scores.grade[rows], [grade.value for grade in GRADES]),
            "pd_ppm": pa.array(_pds(found)[rows]),
            "confidence_ppm": pa.array(scores.confidence[rows] // (found.unit // MILLION)),
            "reasons_for": _reasons(found, rows, 0),
            "reasons_against": _reasons(found, rows, REASONS),
            "knock_outs": _knock_outs(found, rows),
            "missing": pa.array(np.bitwise_count(scores.missing[rows]).astype(np.int64)),
            "currency": _words(book.customers.currency[rows], CODES),
            "exposure_minor": pa.array(found.signals.column("exposure")[rows]),
            "current_minor": _or_null(frame.current[rows]),
            "proposed_minor": pa.array(frame.proposed[rows]),
            "binding": _words(frame.binding[rows], METHODS),
            "terms_days": pa.array(frame.terms[rows].astype(np.int64)),
            "until_day": _days(frame.until[rows]),
            "desk": _words(frame.desk[rows], [desk.id for desk in policy.desks]),
            **_models(found, rows),
        }
    )


def _days(numbers: Ints | Days) -> pa.Array:
    return pa.array(numbers.astype(np.int32)).cast(pa.date32())


def _words(places: NDArray[Any], words: Sequence[str]) -> pa.Array:
    """Words by their places; a place below zero is none."""
    return pa.DictionaryArray.from_arrays(
        pa.array(places.astype(np.int32), mask=places < 0), pa.array(words, pa.string())
    )


def _or_null(amounts: Ints) -> pa.Array:
    return pa.array(amounts, mask=amounts == UNKNOWN)


def _pds(found: Evaluated) -> Ints:
    """Yearly default probabilities in millionths, rounded half to even."""
    pds, places = pds_of(found.chosen, found.sheets, found.scores.grade)
    values = [int((pd * MILLION).quantize(Decimal(1), ROUND_HALF_EVEN)) for pd in pds]
    alone: Ints = np.array(values, np.int64)[places]
    if found.combined is None:
        return alone
    return np.where(found.combined.ppm == UNKNOWN, alone, found.combined.ppm)


def _models(found: Evaluated, rows: Ints) -> dict[str, pa.Array]:
    """The model that had a say, and the grade of the scorecard alone; of others nothing."""
    combined, grades = found.combined, [grade.value for grade in GRADES]
    if combined is None:
        nobody = np.full(len(rows), -1)
        return {"model": _words(nobody, ("",)), "scorecard_grade": _words(nobody, grades)}
    counts = combined.counts[rows]
    return {
        "model": _words(np.where(counts, 0, -1), (combined.model,)),
        "scorecard_grade": _words(np.where(counts, combined.grade[rows], -1), grades),
    }


def _reasons(found: Evaluated, rows: Ints, first: int) -> pa.Array:
    """Three names with commas; customers with the same three share one text."""
    three = found.scores.reasons[rows, first : first + REASONS].astype(np.int64) + 1
    sheets = found.chosen.sheet[rows]
    packed = ((sheets * 64 + three[:, 0]) * 64 + three[:, 1]) * 64 + three[:, 2]
    keys, places = np.unique(packed, return_inverse=True)
    texts = []
    for key in keys.tolist():
        names = found.sheets[key >> 18].questions
        chosen = (key >> 12 & 63, key >> 6 & 63, key & 63)
        texts.append(",".join(names[place - 1] for place in chosen if place))
    return _words(places, texts)


def _knock_outs(found: Evaluated, rows: Ints) -> pa.Array:
    bits = found.scores.knock_outs[rows]
    texts = np.full(len(rows), "", object)
    for at in np.flatnonzero(bits).tolist():
        texts[at] = ",".join(found.knock_outs(int(rows[at])))
    return pa.array(texts, pa.string())
