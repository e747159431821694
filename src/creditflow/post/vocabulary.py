"""Say which names a letter's template may use, and of what kind each is: those of its view."""

from collections.abc import Mapping
from dataclasses import dataclass, field, is_dataclass
from types import MappingProxyType, UnionType
from typing import Final, Union, get_args, get_origin, get_type_hints

from creditflow.domain.letter import Addressed, DisclosedReason
from creditflow.domain.money import Money


@dataclass(frozen=True, slots=True)
class Kind:
    """What stands behind a name: a fact, or something with facts of its own, or several of these.

    `parts` are what may be asked of it (`proof.code`); `each` is what a loop over
    it finds.
    """

    parts: "Mapping[str, Kind]" = field(default_factory=lambda: MappingProxyType({}))
    each: "Kind | None" = None


FACT: Final = Kind()
_REASON: Final = Kind({"text": FACT, "advice": FACT})

DERIVED: Final[Mapping[str, str]] = {
    "last_day": "until",
    "day_before": "from_",
    "notice_days": "from_",
}
"""What the press adds, and the field without which it says nothing."""

NOT_TO_BE_TOLD: Final = frozenset(
    {
        *("score", "points", "grade", "pd", "rating", "scorecard", "model", "policy", "evaluation"),
        *("insurer", "insurance", "bureau", "cover", "comment", "comments", "approver", "owner"),
        *("decided_by", "requested_by", "desk", "binding", "confidence", "signals", "evidence"),
    }
)
"""Names that somebody may look for and that no letter knows."""


def vocabulary(view: type[Addressed]) -> Mapping[str, Kind]:
    """The names that templates of letters with this view have, and what each is."""
    found = {name: _kind(hint) for name, hint in get_type_hints(view).items() if name != "about"}
    return found | {name: FACT for name, field_ in DERIVED.items() if field_ in found}


def places(known: Mapping[str, Kind]) -> list[str]:
    """Every name that may be asked for, as it is written; `[]` stands for each of a list."""
    found = []
    for name, kind in known.items():
        if kind.each is not None:
            found.append(f"{name}[]")
            found += [f"{name}[].{part}" for part in kind.each.parts]
        elif kind.parts:
            found += [f"{name}.{part}" for part in kind.parts]
        else:
            found.append(name)
    return found


def _kind(hint: object) -> Kind:
    if get_origin(hint) in (Union, UnionType):
        (hint, *_) = (x for x in get_args(hint) if x is not type(None))
    if get_origin(hint) is tuple:
        return Kind(each=_kind(get_args(hint)[0]))
    if hint is DisclosedReason:
        return _REASON
    if isinstance(hint, type) and is_dataclass(hint) and hint is not Money:
        return Kind({name: _kind(part) for name, part in get_type_hints(hint).items()})
    return FACT
