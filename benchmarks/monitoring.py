"""What the readings of monitoring cost, beside decoding every evaluation one by one.

    python -m benchmarks.monitoring [--evaluations 10000] [--invoices 20]

Generated evaluations of the usual size, and a ledger of which a tenth is paid
late, in SQLite on this machine's disk. All figures are CPU seconds of this
process; the last line is JSON with them and the ratios.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from creditflow.domain.catalogue import SIGNALS
from creditflow.domain.evaluation import Evaluation
from creditflow.domain.monitoring import period
from creditflow.domain.monitoring_backtest import backtest
from creditflow.domain.monitoring_drift import drift
from creditflow.domain.monitoring_lateness import Outcome
from creditflow.domain.policy_reading import policy_from_json
from creditflow.domain.rates import Rates
from creditflow.domain.scorecard import Segment
from creditflow.domain.signals import Evidence, Signal
from creditflow.sources.policy_files import shipped_policy_text
from creditflow.store.database import Database
from creditflow.store.encoding import decode, encode
from creditflow.store.monitoring import Moment
from creditflow.store.tables import EVALUATION
from tests.makers import a_case, a_customer, a_payment, an_evaluation, an_invoice, cny

ON = date(2026, 3, 31)
AT = datetime(2026, 3, 31, 12, tzinfo=UTC)
BATCH = 20_000


def measured(figures: dict[str, float], name: str, act: Callable[[], Any]) -> Any:
    """Do it, and keep the CPU seconds under that name."""
    begin = time.process_time()
    found = act()
    figures[name] = round(time.process_time() - begin, 3)
    print(f"{name:<28} {figures[name]:>8.3f} s")
    return found


def fill(database: Database, evaluations: int, invoices: int) -> None:
    """One evaluation per customer, spread over sixteen months, and a ledger behind it."""
    ids = [f"C{n:06}" for n in range(evaluations)]
    with database.work() as work:
        for start in range(0, evaluations, BATCH):
            work.customers.put_all([a_customer(i) for i in ids[start : start + BATCH]])
        work.cases.add(a_case(customer=ids[0]))
        for start in range(0, evaluations, BATCH):
            rows = [row(n, ids[n]) for n in range(start, min(start + BATCH, evaluations))]
            work.evaluations._transaction.insert(EVALUATION, rows)
        for start in range(0, evaluations, BATCH // invoices):
            part = range(start, min(start + BATCH // invoices, evaluations))
            made = [(n, i) for n in part for i in range(invoices)]
            work.ledger.add(
                invoices=[an_invoice(f"R-{n}-{i}", customer=ids[n], **due(i)) for n, i in made],
                payments=[paid(n, i, ids[n]) for n, i in made],
            )


def row(n: int, customer: str) -> dict[str, object]:
    """An evaluation as the store keeps it."""
    on = ON - timedelta(days=n % 480)
    values = (Signal(s, Decimal(n * 7 % 100) / 10, on, "ledger") for s in SIGNALS)
    made = an_evaluation(f"EV-{n:06}", customer=customer, on=on, at=AT, evidence=Evidence(values))
    return {
        "id": made.id,
        "case_id": "CASE-1",
        "customer_id": customer,
        "made_at": AT - timedelta(days=n % 480),
        "grade": made.grade.value,
        "points": str(made.points),
        "confidence": str(made.confidence),
        "body": encode(made),
    }


def due(i: int) -> dict[str, Any]:
    """The days and the amount of a customer's invoice."""
    issued = ON - timedelta(days=30 * i + 40)
    return {"issued_on": issued, "due_on": issued + timedelta(days=30), "amount": cny(1000)}


def paid(n: int, i: int, customer: str) -> Any:
    """Its payment: a tenth of the customers is late by more than a month with one in five."""
    late = 45 if n % 10 == 0 and i % 5 == 0 else -3
    on = due(i)["due_on"] + timedelta(days=late)
    name = f"{n}-{i}"
    return a_payment(
        f"P-{name}", customer=customer, invoice=f"R-{name}", paid_on=on, amount=cny(1000)
    )


def main() -> None:
    """Fill a database, read and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--evaluations", type=int, default=10_000)
    parser.add_argument("--invoices", type=int, default=20, help="per customer")
    asked = parser.parse_args()
    card = policy_from_json(shipped_policy_text(), 1).scorecards[Segment.EXISTING]
    moment = Moment(ON, AT + timedelta(hours=12), lambda at: at.date())
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder)}/monitoring.db"
        database = Database(url, policy_from_json=policy_from_json)
        database.migrate()
        fill(database, asked.evaluations, asked.invoices)
        asked_of = {c.signal for c in card.characteristics}
        with database.readings() as readings:
            watch = readings.monitoring
            light = measured(figures, "evaluations", lambda: watch.judged(moment))
            full = measured(
                figures, "with their values", lambda: watch.with_values(light, asked_of)
            )
            rates = Rates([])
            late = measured(figures, "late payers", lambda: watch.spells(ON, days=30, rates=rates))
        with database.reading() as work:
            decoded = "decoding each evaluation"
            measured(figures, decoded, lambda: [work.evaluations.get(j.evaluation) for j in light])
        windows = period(ON, days=90, reference_days=365)
        measured(figures, "drift", lambda: drift(full, card, windows))
        tested = measured(
            figures, "backtest", lambda: backtest(light, late, outcome=Outcome(30, 90), on=ON)
        )
        database.close()
    assert decode(encode(an_evaluation()), Evaluation) == an_evaluation()
    print(f"{len(light)} evaluations, {tested.count} outcomes known, {tested.bad} bad")
    facts = {
        "evaluations": len(light),
        "invoices": asked.evaluations * asked.invoices,
        "cpu_seconds": figures,
        "decoding_to_reading": round(figures[decoded] / figures["evaluations"], 1),
        "decoding_to_reading_with_values": round(
            figures[decoded] / (figures["evaluations"] + figures["with their values"]), 1
        ),
    }
    print(json.dumps(facts))


if __name__ == "__main__":
    main()
