"""Reading what a policy says of how long, and how far ahead, credit on top may be asked for."""

from creditflow.domain.asking_rule import USUAL_ASKING, AskingRule
from creditflow.domain.plain_data import Place

_DAYS = 3_660


def read_asking_rule(place: Place) -> AskingRule:
    """The rule; to be thrown away where problems were noted."""
    usual = USUAL_ASKING
    f = place.fields(
        optional=("longest_temporary_days", "longest_project_days", "furthest_ahead_days")
    )
    return AskingRule(
        longest_temporary_days=f.read(
            "longest_temporary_days", lambda p: p.whole(1, _DAYS), usual.longest_temporary_days
        ),
        longest_project_days=f.read(
            "longest_project_days", lambda p: p.whole(1, _DAYS), usual.longest_project_days
        ),
        furthest_ahead_days=f.read(
            "furthest_ahead_days", lambda p: p.whole(0, _DAYS), usual.furthest_ahead_days
        ),
    )
