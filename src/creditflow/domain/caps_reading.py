"""Reading what a policy says of limits taken together: caps by sector, country, region, in all."""

from collections.abc import Collection, Mapping

from creditflow.domain.caps_rule import Cap, Caps, Overdrawn
from creditflow.domain.plain_data import Place
from creditflow.domain.scope import Scope
from creditflow.domain.sentences import say

_PARTS: Mapping[str, Scope] = {
    "sectors": Scope.SECTOR,
    "countries": Scope.COUNTRY,
    "regions": Scope.REGION,
}


def read_caps(place: Place, base: str, sectors: Collection[str] | None, *, is_draft: bool) -> Caps:
    """The caps; to be thrown away where problems were noted.

    `sectors` are those known, None where they could not be read. A draft is
    also told of a part that may have more than the whole book.
    """
    f = place.fields(optional=("total", *_PARTS, "overdrawn"))
    found = []
    total = f.read("total", lambda p: p.money(base), None)
    if total is not None:
        found.append(Cap(Scope.BOOK, "", total))
    for name, scope in _PARTS.items():
        parts = f.get(name)
        for part, at in parts.entries() if parts is not None else ():
            cap = Cap(scope, part, at.money(base))
            found.append(cap)
            if scope is Scope.SECTOR and sectors is not None and part not in sectors:
                at.wrong(
                    say("No sector is called {sector}.", sector=part),
                    say("Use one of: {choices}.", choices=", ".join(sectors)),
                )
            elif is_draft and total is not None and at.is_sound and cap.most > total:
                at.wrong(
                    say("A part may have more than the {total} for everybody.", total=total),
                    say("Write at most {most}.", most=str(total.major)),
                )
    if f.complete and not found and place.is_sound:
        place.wrong(
            say("There is no cap here."),
            say("Set at least one of: {fields}.", fields=", ".join(("total", *_PARTS))),
        )
    words = tuple(each.value for each in Overdrawn)
    overdrawn = f.read("overdrawn", lambda p: p.one_of(words), Overdrawn.KEEP.value)
    return Caps(tuple(found), Overdrawn(overdrawn))
