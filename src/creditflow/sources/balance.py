"""A balance sheet has to add up; one that misses its sum is kept, with a warning."""

from creditflow.domain.money import Money
from creditflow.domain.sentences import say
from creditflow.sources.rows import RowReader

_TOLERANCE = 100  # it may miss its sum by one part in a hundred


def check_balance(
    row: RowReader, assets: Money | None, liabilities: Money | None, equity: Money | None
) -> None:
    """Assets are liabilities and equity; a statement that misses this is kept, with a warning."""
    if assets is None or liabilities is None or equity is None:
        return
    gap = abs(assets.minor - liabilities.minor - equity.minor)
    if gap * _TOLERANCE > assets.minor:
        row.warn(
            "total_assets",
            say(
                "Assets of {assets} are not liabilities of {liabilities} and equity of {equity}.",
                assets=assets,
                liabilities=liabilities,
                equity=equity,
            ),
            say("Compare the three figures with the statement, and their unit."),
        )
