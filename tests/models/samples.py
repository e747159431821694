"""Made-up samples with a known pattern, for the tests of training."""

import numpy as np

from creditflow.models.sample import Sample


def made(rows: int = 3000, seed: int = 1) -> Sample:
    """Lateness makes it worse, audit better, noise nothing; a tenth is unknown."""
    dice = np.random.default_rng(seed)
    late = dice.exponential(8, rows).round()
    equity = dice.normal(0.3, 0.2, rows)
    sector = dice.choice(
        np.array(["food", "steel", "rare"], dtype=object), rows, p=[0.6, 0.39, 0.01]
    )
    odds = -4 + 0.12 * late - 2 * equity + 0.8 * (sector == "steel")
    bad = dice.random(rows) < 1 / (1 + np.exp(-odds))
    late[dice.random(rows) < 0.1] = np.nan
    sector[dice.random(rows) < 0.1] = None
    columns = {
        "days_beyond_terms_12m": late,
        "equity_ratio": equity,
        "noise": dice.normal(size=rows),
        "constant": np.ones(rows),
        "sector": sector,
    }
    day = np.repeat(np.arange(12) * 30 + 737000, rows // 12 + 1)[:rows]
    return Sample(columns, bad, day, np.arange(rows) % 400)
