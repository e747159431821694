"""Random observations: words, counts, days, grades and outlooks, fresh and stale, and some nonsense."""

from datetime import date, timedelta
from random import Random

import pyarrow as pa

from creditflow.domain.observation import OBSERVABLE, About, Observation, Reads
from creditflow.domain.policy_reading import policy_from_json
from creditflow.sources.policy_files import shipped_policy_text
from tests.makers import TODAY

SCALES = policy_from_json(shipped_policy_text(), 1).scales
TOO_FINE = "0.1234567890123"
"""An outlook with more decimals than a column has."""

_VALUES = {
    Reads.WORD: ("yes", "no", "active", "abnormal", "deregistered", "perhaps"),
    Reads.COUNT: ("0", "1", "7", "9999", "10000", "2.5", "many"),
    Reads.DAY: ("2019-05-31", "2026-02-28", "2031-01-01", "never"),
    Reads.STANDING: ("AAA", "BBB-", "D", "NR", "1", "7.5", "63", "?"),
    Reads.OUTLOOK: ("-1", "-0.25", "0", "0.4", "1", "1.5", "fair", TOO_FINE),
}
_SCALED = (*SCALES, "unheard of", None)


def random_observations(r: Random, about: About, subject: str) -> list[Observation]:
    """A few about one subject; of sectors and countries only what may be said of them."""
    what = list(OBSERVABLE) if about is About.CUSTOMER else ["market_outlook"]
    return [_one(r, about, subject, r.choice(what)) for _ in range(r.choice([0, 0, 2, 6, 20]))]


def _one(r: Random, about: About, subject: str, what: str) -> Observation:
    reads = OBSERVABLE[what][1]
    on = TODAY - timedelta(days=r.choice([0, 1, 31, 32, 92, 93, 183, 365, 366, r.randint(-9, 700)]))
    values = _VALUES[reads][: None if about is About.CUSTOMER or r.random() < 0.1 else -1]
    return Observation(
        about,
        subject,
        what,
        on,
        r.choice(values),
        r.choice(["Bureau", "Ärzte", "court", "Zeitung"]),
        r.choice(_SCALED) if reads is Reads.STANDING else None,
        r.choice([None, None, TODAY, TODAY - timedelta(days=1), on, date(2026, 12, 31)]),
    )


def latest(observations: list[Observation]) -> tuple[Observation, ...]:
    """As a store gives them: the later word under each key, by key."""
    found = {o.key: o for o in observations}
    return tuple(found[key] for key in sorted(found))


def observation_table(observations: list[Observation]) -> pa.Table:
    """In the columns of the database, in the order in which they came."""
    columns = {
        "about": [o.about.value for o in observations],
        "subject": [o.subject for o in observations],
        "what": [o.what for o in observations],
        "on_day": pa.array([o.on for o in observations], pa.date32()),
        "value": [o.value for o in observations],
        "provider": [o.provider for o in observations],
        "scale": pa.array([o.scale for o in observations], pa.string()),
        "valid_until": pa.array([o.valid_until for o in observations], pa.date32()),
    }
    return pa.table(columns)
