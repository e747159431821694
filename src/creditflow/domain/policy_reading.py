"""Policy reading: plain data becomes a policy, or every problem in it is named at once."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal

from creditflow.domain.asking_reading import read_asking_rule
from creditflow.domain.asking_rule import USUAL_ASKING
from creditflow.domain.authority import AuthorityRule
from creditflow.domain.authority_reading import read_authority
from creditflow.domain.backing_reading import read_backing
from creditflow.domain.caps_reading import read_caps
from creditflow.domain.competition_reading import read_competition
from creditflow.domain.desk_reading import known_desks, read_desks, read_grade
from creditflow.domain.dynamic_reading import read_dynamic
from creditflow.domain.errors import Refusal
from creditflow.domain.evidence_reading import scales, shelf_lives, thin_evidence
from creditflow.domain.grade import Grade
from creditflow.domain.grade_reading import read_grades
from creditflow.domain.grant_reading import read_grant_rule
from creditflow.domain.grant_rule import NO_GRANT_RULE
from creditflow.domain.learned_rule_reading import read_learned_rule
from creditflow.domain.legal_entity import LegalEntity
from creditflow.domain.legal_entity_reading import known_entities, read_legal_entities
from creditflow.domain.market_reading import read_market
from creditflow.domain.money import Money
from creditflow.domain.moving_reading import read_tolerance
from creditflow.domain.notice_reading import read_notice_rules
from creditflow.domain.notice_rules import NO_NOTICES
from creditflow.domain.plain_data import Fields, LineOf, Place
from creditflow.domain.policy import Desk, Policy, StraightThrough
from creditflow.domain.policy_problem import PolicyProblem, Problems
from creditflow.domain.profit_reading import read_profit
from creditflow.domain.scorecard import Segment
from creditflow.domain.scorecard_reading import (
    read_knock_outs,
    read_limit_reasons,
    read_scorecard,
)
from creditflow.domain.scorecard_set import Placed, check_blend, check_set, with_knock_outs
from creditflow.domain.season_reading import read_season
from creditflow.domain.sentences import say
from creditflow.domain.terms_reading import read_terms

POLICY = "policy"
SCORECARD = "scorecard_"
SCORECARDS: Mapping[Segment, str] = {segment: SCORECARD + segment for segment in Segment}
DOCUMENTS = (POLICY, *SCORECARDS.values())
"""The documents that make a policy, by name; more scorecards may stand beside them."""

_SEGMENTS = {name: segment for segment, name in SCORECARDS.items()}
_DAYS = 3_660

_NEEDED = (
    *("base_currency", "new_until_days", "new_until_settled", "full_confidence"),
    *("usual_delay_cap_days", "least_change", "expiry_days", "tell_unchanged"),
    *("grades", "straight_through", "desks", "rounding_steps"),
    *("sector_outlook", "country_outlook"),
)
_OPTIONAL = (
    *("name_cap", "limit_reasons", "blend_invoices", "knock_outs", "authority"),
    *("shelf_life_days", "scales", "thin_evidence", "learned", "dynamic_limits", "moved_beyond"),
    *("terms", "profit", "market", "notices", "granting", "caps", "season", "competition"),
    "backing",
    "legal_entities",
    "asking",
)


class InvalidPolicy(Refusal):
    """Documents that do not make a policy; `problems` has all that is wrong with them."""

    def __init__(self, problems: Sequence[PolicyProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            say(
                "The policy has {count} problems; the first: {first}",
                count=len(self.problems),
                first=str(self.problems[0]),
            )
        )


def read_policy(
    documents: Mapping[str, object],
    *,
    version: int,
    line_of: LineOf | None = None,
    noted: Sequence[PolicyProblem] = (),
    is_draft: bool = False,
) -> tuple[Policy | None, list[PolicyProblem]]:
    """The policy that the documents make, or None and every problem in them.

    `documents` are nested plain data (mappings, lists, texts, whole and exact
    decimal numbers) under the names in DOCUMENTS; what could not be read is
    UNREAD and among the problems `noted` already. A draft is also told what
    would never take effect; a published policy stays readable in spite of it.
    Never raises.
    """
    problems = Problems(noted)

    def whole(name: str) -> Place:
        return Place(
            documents.get(name),
            document=name,
            path=(),
            line_of=line_of or (lambda _document, _path: None),
            problems=problems,
        )

    _check_names(documents, whole(POLICY))
    placed = {
        name.removeprefix(SCORECARD): Placed(
            whole(name), read_scorecard(whole(name), _SEGMENTS.get(name))
        )
        for name in documents
        if is_scorecard(name)
    }
    policy = None
    if POLICY in documents:
        policy = _read(whole(POLICY), placed, version, is_draft=is_draft)
    else:
        check_set(placed, None)
    return (None, problems) if problems else (policy, [])


def is_scorecard(name: str) -> bool:
    """Whether a document of that name is a scorecard."""
    return name.startswith(SCORECARD) and name != SCORECARD


def policy_from_json(text: str, version: int) -> Policy:
    """The policy whose canonical text this is; raises InvalidPolicy."""
    documents: object = None
    try:
        documents = json.loads(text, parse_float=Decimal, parse_constant=str)
    except (ValueError, RecursionError):
        documents = None
    policy, problems = read_policy(
        documents if isinstance(documents, dict) else {}, version=version
    )
    if policy is None:
        raise InvalidPolicy(problems)
    return policy


def canonical(documents: Mapping[str, object]) -> str:
    """The documents as JSON that is the same for the same content; decimals are written as text."""
    return json.dumps(
        documents, default=str, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )


def _check_names(documents: Mapping[str, object], place: Place) -> None:
    for name in DOCUMENTS:
        if name not in documents:
            place.wrong(
                say("The document {document} is missing.", document=name),
                say("Add {document}.yaml next to the others.", document=name),
            )
    for name in documents:
        if name not in DOCUMENTS and not is_scorecard(name):
            place.wrong(
                say("Nobody reads a document named {document}.", document=str(name)),
                say("The documents are: {documents}, and more that are named {scorecard}….",
                    documents=", ".join(DOCUMENTS), scorecard=SCORECARD),
            )  # fmt: skip


def _read(place: Place, placed: Mapping[str, Placed], version: int, *, is_draft: bool) -> Policy:
    f = place.fields(*_NEEDED, optional=_OPTIONAL)
    sectors = f.read("sector_outlook", _outlook, dict[str, Decimal]())
    listed = sectors if f.get("sector_outlook") is not None else None
    check_set(placed, listed)
    blend_invoices = _blend(f, placed)
    base = f.read("base_currency", Place.currency, "CNY")
    desks = f.read("desks", lambda p: read_desks(p, base), tuple[Desk, ...]())
    entities = f.read("legal_entities", read_legal_entities, tuple[LegalEntity, ...]())
    return Policy(
        version=version,
        base_currency=base,
        new_until_days=f.read("new_until_days", lambda p: p.whole(1, _DAYS), 1),
        grades=f.read("grades", lambda p: read_grades(p, base), {}),
        straight_through=_bounds(f, base),
        desks=desks,
        rounding_steps=_steps_of(f, base),
        usual_delay_cap_days=f.read("usual_delay_cap_days", lambda p: p.whole(0, _DAYS), 0),
        least_change=f.read("least_change", lambda p: p.number(0, 1), Decimal(0)),
        expiry_days=f.read("expiry_days", lambda p: p.whole(1, _DAYS), 1),
        tell_unchanged=f.read("tell_unchanged", Place.truth, default=False),
        scorecards=with_knock_outs(placed, f.read("knock_outs", read_knock_outs, ())),
        sector_outlook=sectors,
        country_outlook=f.read("country_outlook", _outlook, {}),
        new_until_settled=f.read("new_until_settled", lambda p: p.whole(0, _DAYS), 0),
        full_confidence=f.read("full_confidence", _full_confidence, Decimal(1)),
        name_cap=_name_cap(f, base),
        limit_reasons=f.read("limit_reasons", read_limit_reasons, {}),
        blend_invoices=blend_invoices,
        authority=_authority(f, base, desks, entities, is_draft=is_draft),
        shelf_lives=f.read("shelf_life_days", shelf_lives, {}),
        scales=f.read("scales", scales, {}),
        thin_evidence=f.read("thin_evidence", thin_evidence, ()),
        learned=f.read("learned", read_learned_rule, None),
        dynamic=f.read("dynamic_limits", read_dynamic, None),
        terms=f.read("terms", lambda p: read_terms(p, base), None),
        profit=f.read("profit", read_profit, None),
        market=f.read("market", read_market, ()),
        caps=f.read("caps", lambda p: read_caps(p, base, listed, is_draft=is_draft), None),
        competition=f.read("competition", read_competition, ()),
        season=f.read("season", read_season, None),
        moved_beyond=f.read("moved_beyond", read_tolerance, None),
        notices=f.read("notices", read_notice_rules, NO_NOTICES),
        granting=f.read("granting", read_grant_rule, NO_GRANT_RULE),
        backing=f.read("backing", lambda p: read_backing(p, is_draft=is_draft), None),
        legal_entities=entities,
        asking=f.read("asking", read_asking_rule, USUAL_ASKING),
    )


def _authority(
    f: Fields,
    base: str,
    desks: tuple[Desk, ...],
    entities: tuple[LegalEntity, ...],
    *,
    is_draft: bool,
) -> tuple[AuthorityRule, ...]:
    """Who has to agree, held against the desks and companies that could be read."""
    known = known_desks(f.get("desks"), desks)
    companies = known_entities(f.get("legal_entities"), entities)

    def rules(place: Place) -> tuple[AuthorityRule, ...]:
        return read_authority(place, base, known, entities=companies, is_draft=is_draft)

    return f.read("authority", rules, ())


def _full_confidence(place: Place) -> Decimal:
    return place.number(Decimal("0.01"), 1)


def _blend(f: Fields, placed: Mapping[str, Placed]) -> int | None:
    """After how many invoices both scorecards weigh the same; looks whether they may be blended."""
    invoices = f.read("blend_invoices", lambda p: p.whole(1, _DAYS), None)
    if invoices is not None:
        check_blend(placed)
    return invoices


def _bounds(f: Fields, base: str) -> StraightThrough:
    zero = StraightThrough(Money.zero(base), Grade.A, Decimal(1), Decimal(0), Decimal(0))
    return f.read("straight_through", lambda p: _straight_through(p, base), zero)


def _steps_of(f: Fields, base: str) -> dict[str, Money]:
    needed = base if f.place.is_sound_at("base_currency") else None
    return f.read("rounding_steps", lambda p: _steps(p, needed), {})


def _name_cap(f: Fields, base: str) -> Money | None:
    place = f.get("name_cap")
    return None if place is None or place.value is None else place.money(base)


def _straight_through(place: Place, base: str) -> StraightThrough:
    f = place.fields("ceiling", "worst_grade", "least_confidence", "largest_raise", "largest_cut")
    return StraightThrough(
        ceiling=f.read("ceiling", lambda p: p.money(base), Money.zero(base)),
        worst_grade=f.read("worst_grade", read_grade, Grade.A),
        least_confidence=f.read("least_confidence", lambda p: p.number(0, 1), Decimal(1)),
        largest_raise=f.read("largest_raise", lambda p: p.number(0, 100), Decimal(0)),
        largest_cut=f.read("largest_cut", lambda p: p.number(0, 1), Decimal(0)),
    )


def _steps(place: Place, base: str | None) -> dict[str, Money]:
    """Steps by currency; `base` is the one that must be among them, None where it is unknown."""
    steps: dict[str, Money] = {}
    for code, found in place.entries():
        named = place.below(code, code)
        currency = named.currency()
        step = found.money(currency)
        if not named.is_sound:
            continue
        if not step:
            found.wrong(
                say("A rounding step of zero rounds nothing."),
                say("Write the amount that limits should be whole multiples of."),
            )
        steps[currency] = step
    if base is not None and base not in place.names():
        place.wrong(
            say("There is no rounding step for the base currency {currency}.", currency=base),
            say("Add a step for {currency}.", currency=base),
        )
    return steps


def _outlook(place: Place) -> dict[str, Decimal]:
    return {name: found.number(-1, 1) for name, found in place.entries()}
