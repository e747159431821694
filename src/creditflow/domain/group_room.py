"""The limit method of groups: what every group above leaves of its limit for one customer's own."""

from creditflow.domain.candidate import Candidate, LimitMethod
from creditflow.domain.group_headroom import Room
from creditflow.domain.sentences import say


def group_candidate(room: Room) -> Candidate:
    """What the group that leaves least would give, and why."""
    limit, group, taken = room.limit, room.group, room.taken
    if room.left:
        why = say(
            "Of the {limit} that group {group} ({id}) may have, others take {taken}: of each the"
            " larger of what it was granted and what it owes. {left} is left.",
            limit=limit,
            group=group.name,
            id=group.id,
            taken=taken,
            left=room.left,
        )
    else:
        why = say(
            "Nothing is left of the {limit} that group {group} ({id}) may have: others take"
            " {taken}, of each the larger of what it was granted and what it owes.",
            limit=limit,
            group=group.name,
            id=group.id,
            taken=taken,
        )
    return Candidate(LimitMethod.GROUP, room.left, why)
