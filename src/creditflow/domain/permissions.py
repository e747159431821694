"""Say what each role permits, and which roles one person may not hold together.

One table answers for every page, for the interface and for the documents. A role
permits to open a door; what somebody may decide behind it is a matter of desk,
mandate and impartiality (creditflow.approvals.mandates).
"""

from collections.abc import Collection, Mapping
from enum import StrEnum

from creditflow.domain.people import Person, Role
from creditflow.domain.sentences import Sentence, say


class Permission(StrEnum):
    """What a page needs of whoever opens it."""

    COME_IN = "come_in"
    LOOK = "look"
    ASK = "ask"
    COMMENT = "comment"
    DECIDE = "decide"
    DELEGATE = "delegate"
    MEND_CASES = "mend_cases"
    MEND_LETTERS = "mend_letters"
    PLAN = "plan"
    HAND_IN = "hand_in"
    READ_JOURNAL = "read_journal"
    READ_POLICY = "read_policy"
    CHANGE_POLICY = "change_policy"
    WATCH = "watch"
    SEE_PEOPLE = "see_people"
    CHANGE_PEOPLE = "change_people"
    MAKE_KEYS = "make_keys"
    SEE_MESSAGES = "see_messages"
    CONNECT = "connect"
    PROPOSE_GROUP_LIMITS = "propose_group_limits"


P = Permission
EVERYBODY = frozenset({P.COME_IN, P.LOOK})
RECORDS = frozenset({P.READ_JOURNAL, P.READ_POLICY, P.WATCH})
SPEAKING = EVERYBODY | {P.COMMENT}
CONNECTING = frozenset({P.SEE_MESSAGES, P.CONNECT})
MENDING = frozenset({P.MEND_CASES, P.MEND_LETTERS, P.HAND_IN})

GRANTS: Mapping[Role, frozenset[Permission]] = {
    Role.VIEWER: EVERYBODY | {P.WATCH},
    Role.ANALYST: SPEAKING | RECORDS | MENDING | {P.ASK, P.PLAN, P.PROPOSE_GROUP_LIMITS},
    Role.APPROVER: SPEAKING
    | RECORDS
    | {P.DECIDE, P.DELEGATE, P.MEND_LETTERS, P.PLAN, P.PROPOSE_GROUP_LIMITS},
    Role.SALES: SPEAKING | {P.ASK},
    Role.ORDER_DESK: SPEAKING | {P.ASK},
    Role.DATA_STEWARD: SPEAKING | {P.HAND_IN},
    Role.POLICY_ADMIN: SPEAKING | RECORDS | {P.CHANGE_POLICY},
    Role.USER_ADMIN: SPEAKING
    | {P.READ_JOURNAL, P.SEE_PEOPLE, P.CHANGE_PEOPLE, P.DELEGATE}
    | CONNECTING,
    Role.ADMIN: SPEAKING | RECORDS | MENDING | CONNECTING | {P.SEE_PEOPLE, P.MAKE_KEYS},
    Role.AUDITOR: EVERYBODY | RECORDS | {P.SEE_PEOPLE, P.SEE_MESSAGES},
}
"""What each role permits. Only an approver decides, and no role permits it besides."""

_DECIDES_AND_SELLS = say("who sells to a customer may not decide how much credit it gets")
_DECIDES_AND_RELEASES = say("who releases orders may not decide the limit they count against")
_DECIDES_AND_IMPORTS = say("who imports the figures may not decide on them")
_DECIDES_AND_RULES = say("who writes the policy may not decide by it")
_DECIDES_AND_STAFFS = say("who grants mandates may not hold one")
_DECIDES_AND_RUNS = say("who keeps the installation running may not decide in it")
_RULES_AND_STAFFS = say("who says which desk decides may not say who sits there")
_AUDITS_AND_ACTS = say("who audits may change nothing")

ACTING = tuple(role for role in Role if role not in (Role.AUDITOR, Role.VIEWER))

CONFLICTS: Mapping[frozenset[Role], Sentence] = {
    frozenset({Role.APPROVER, Role.SALES}): _DECIDES_AND_SELLS,
    frozenset({Role.APPROVER, Role.ORDER_DESK}): _DECIDES_AND_RELEASES,
    frozenset({Role.APPROVER, Role.DATA_STEWARD}): _DECIDES_AND_IMPORTS,
    frozenset({Role.APPROVER, Role.POLICY_ADMIN}): _DECIDES_AND_RULES,
    frozenset({Role.APPROVER, Role.USER_ADMIN}): _DECIDES_AND_STAFFS,
    frozenset({Role.APPROVER, Role.ADMIN}): _DECIDES_AND_RUNS,
    frozenset({Role.POLICY_ADMIN, Role.USER_ADMIN}): _RULES_AND_STAFFS,
    **{frozenset({Role.AUDITOR, role}): _AUDITS_AND_ACTS for role in ACTING},
}
"""Roles that one person may not hold together, and why not."""


def permits(person: Person | None, permission: Permission) -> bool:
    """Whether an active person's roles permit it; nobody at all may only come in."""
    if person is None:
        return permission is Permission.COME_IN
    return person.active and any(permission in GRANTS[role] for role in person.roles)


def holders(permission: Permission) -> list[Role]:
    """The roles that permit it, in the order of the roles."""
    return [role for role in Role if permission in GRANTS[role]]


def conflicts(roles: Collection[Role]) -> list[tuple[Role, Role, Sentence]]:
    """Pairs among the roles that one person may not hold together, each with the reason."""
    held = [role for role in Role if role in roles]
    return [
        (one, other, CONFLICTS[pair])
        for place, one in enumerate(held)
        for other in held[place + 1 :]
        if (pair := frozenset({one, other})) in CONFLICTS
    ]
