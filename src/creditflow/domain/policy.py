"""Policy: the company's rules about credit as versioned data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from creditflow.domain.asking_rule import USUAL_ASKING, AskingRule
from creditflow.domain.authority import AuthorityRule
from creditflow.domain.backing_rule import BackingRule
from creditflow.domain.caps_rule import Caps
from creditflow.domain.catalogue import Kind
from creditflow.domain.competition_rule import CompetitionStep
from creditflow.domain.dynamic_limits import DynamicRule
from creditflow.domain.errors import NotFound
from creditflow.domain.freshness import SHELF_LIFE_DAYS, ThinEvidence, thinness
from creditflow.domain.grade import Grade
from creditflow.domain.grant_rule import NO_GRANT_RULE, GrantRule
from creditflow.domain.legal_entity import LegalEntity
from creditflow.domain.market_rule import MarketStep
from creditflow.domain.money import Money
from creditflow.domain.notice_rules import NO_NOTICES, NoticeRules
from creditflow.domain.profit_rule import ProfitRule
from creditflow.domain.scale import Scale
from creditflow.domain.scorecard import Disclosure, Scorecard
from creditflow.domain.season import SeasonRule
from creditflow.domain.sentences import say
from creditflow.domain.terms_rule import TermsRule
from creditflow.domain.texts import Text
from creditflow.domain.tolerance import Tolerance


@dataclass(frozen=True, slots=True)
class GradeRule:
    """What the company allows a grade.

    `need_share` is the share of the expected need that is covered,
    `worth_share` and `turnover_share` bound the limit by the customer's
    tangible net worth and yearly turnover, and `working_share` by its working
    capital (None: that is no bound). `cap` is the most for one name in
    the base currency (zero: no open credit). `validity_months` and
    `cadence_months` say how long a limit holds and when it is looked at again.
    """

    grade: Grade
    need_share: Decimal
    worth_share: Decimal
    turnover_share: Decimal
    cap: Money
    terms_days: int
    validity_months: int
    cadence_months: int
    working_share: Decimal | None = None


@dataclass(frozen=True, slots=True)
class StraightThrough:
    """Within these bounds the policy decides by itself, in the base currency."""

    ceiling: Money
    worst_grade: Grade
    least_confidence: Decimal
    largest_raise: Decimal
    largest_cut: Decimal


@dataclass(frozen=True, slots=True)
class Desk:
    """Where cases wait; up to which resulting limit (base currency) and grade it answers.

    `ceiling` None means any amount. Desks come in order of authority, lowest first.
    """

    id: str
    title: Text
    ceiling: Money | None
    worst_grade: Grade
    due_working_days: int


class Combine(StrEnum):
    """How the champion's judgement is combined with that of the scorecard."""

    WORSE_OF = "worse_of"
    BLEND = "blend"


@dataclass(frozen=True, slots=True)
class LearnedRule:
    """The say of the champion among learned models.

    `worse_of` takes the worse of both grades. `blend` weighs the log-odds of
    both yearly probabilities, the champion's with `weight`, and grades the result.
    """

    combine: Combine
    weight: Decimal = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules in force, as one numbered version.

    A customer counts as new until it has been one for `new_until_days` and has
    settled `new_until_settled` invoices within a year. `blend_invoices` is how
    many settled invoices make the scorecard for existing customers weigh half
    (None: there is no blend, the scorecard changes at once). `scorecards` are
    by name, `new` and `existing` among them. From `full_confidence` on,
    appetite and validity count in full; below, they shrink with it.
    `name_cap` is the most for any one name (None: the grades' caps suffice).
    `limit_reasons` says, by limit method, what a letter may give as the reason
    where that method has lowered or prevented a limit. The first rule of
    `authority` that holds says who has to agree; where none does, the lowest
    desk that answers for the amount. `shelf_lives` are days by kind of
    evidence, `scales` those on which bureaus and insurers grade,
    `thin_evidence` what follows where little is known. `learned` is how the
    champion among learned models counts (None: it decides nothing). `dynamic` says
    how limits follow the evaluation by themselves (None: as straight-through says alone),
    `terms` what shortens the terms of payment that a grade allows, `profit` what a
    customer is expected to earn (None: that is not said), `market` how much of the
    appetite is left where the outlook is poor, `caps` what limits may come to together,
    `season` how the need follows that of the year before (None: the busiest days count),
    `competition` how much more of the need is covered where others sell hard.
    `moved_beyond` is how far the grounds of a waiting case may move (None: as far as they like).
    `notices` are the rules on letters that are written without a case. `backing` says how
    covers and guarantees count (None: they do not). `legal_entities` are
    the companies of ours that grant limits; the first one does where a customer names none.
    """

    version: int
    base_currency: str
    new_until_days: int
    grades: Mapping[Grade, GradeRule]
    straight_through: StraightThrough
    desks: tuple[Desk, ...]
    rounding_steps: Mapping[str, Money]
    usual_delay_cap_days: int
    least_change: Decimal
    expiry_days: int
    tell_unchanged: bool
    scorecards: Mapping[str, Scorecard]
    sector_outlook: Mapping[str, Decimal]
    country_outlook: Mapping[str, Decimal]
    new_until_settled: int = 6
    full_confidence: Decimal = Decimal("0.7")
    name_cap: Money | None = None
    limit_reasons: Mapping[str, Disclosure] = field(default_factory=dict)
    blend_invoices: int | None = None
    authority: tuple[AuthorityRule, ...] = ()
    shelf_lives: Mapping[Kind, int] = field(default_factory=dict)
    scales: Mapping[str, Scale] = field(default_factory=dict)
    thin_evidence: tuple[ThinEvidence, ...] = ()
    learned: LearnedRule | None = None
    dynamic: DynamicRule | None = None
    terms: TermsRule | None = None
    profit: ProfitRule | None = None
    market: tuple[MarketStep, ...] = ()
    caps: Caps | None = None
    season: SeasonRule | None = None
    competition: tuple[CompetitionStep, ...] = ()
    moved_beyond: Tolerance | None = None
    notices: NoticeRules = NO_NOTICES
    granting: GrantRule = NO_GRANT_RULE
    backing: BackingRule | None = None
    legal_entities: tuple[LegalEntity, ...] = ()
    asking: AskingRule = USUAL_ASKING

    def shelf_life_days(self, kind: Kind) -> int | None:
        """Days for which evidence of that kind may be used; None for the policy's own views."""
        return self.shelf_lives.get(kind, SHELF_LIFE_DAYS.get(kind))

    def thinness(self, confidence: Decimal) -> ThinEvidence | None:
        """What follows from a confidence below the policy's bounds; None where it is firm.

        Where the policy has no rules of its own, a limit holds half as long
        below `full_confidence`, and desks stay as they are.
        """
        usual = (ThinEvidence(self.full_confidence, Decimal("0.5"), 0),)
        return thinness(self.thin_evidence or usual, confidence)

    def desk(self, desk_id: str) -> Desk:
        """The desk of that name."""
        for desk in self.desks:
            if desk.id == desk_id:
                return desk
        raise NotFound(
            say("Policy {version} has no desk {desk}.", version=self.version, desk=desk_id)
        )
