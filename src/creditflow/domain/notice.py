"""Notice: a letter that no case brings about."""

from enum import StrEnum


class Notice(StrEnum):
    """What a letter tells besides the outcome of a case."""

    TEMPORARY_LIMIT = "temporary_limit"
    PROJECT_LIMIT = "project_limit"
    LIMIT_ENDS = "limit_ends"
    HELD = "held"
    RELEASED = "released"
    STATEMENTS_WANTED = "statements_wanted"
    PAYMENT_BEHAVIOUR = "payment_behaviour"
    PLAN_OFFERED = "plan_offered"
    PLAN_BROKEN = "plan_broken"
    TERMS_CHANGED = "terms_changed"
