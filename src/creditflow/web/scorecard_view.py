"""Everything that the page of a case's scorecard shows: each characteristic, and what if."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from creditflow.domain.case import Case
from creditflow.domain.catalogue import AMOUNT, CHOICES, COUNT, DAYS, SHARE, SIGNALS, is_category
from creditflow.domain.choosing import used
from creditflow.domain.counterfactual import Turn, WayBack
from creditflow.domain.customer import Customer
from creditflow.domain.evaluation import Contribution
from creditflow.domain.learned_judging import champions
from creditflow.domain.limit_setting import Suggestion
from creditflow.domain.sentences import Sentence, say
from creditflow.domain.signals import SignalValue
from creditflow.domain.yardstick import Yardstick
from creditflow.ports import Work
from creditflow.services.explaining import knock_out_texts
from creditflow.services.imagining import Imagined, imagine
from creditflow.web.language import Speech
from creditflow.web.naming import word
from creditflow.web.signal_names import WORDS, signal_name, written_value
from creditflow.web.strips import Strip, strip
from creditflow.web.supposing import PREFIX, Supposed, read_supposed, seen, typed

UNITS: Mapping[str, str] = {DAYS: word("days"), SHARE: "%"}
BLENDED_BY = "settled_12m"

_NOTHING = say("Nothing is lost here.")
_TURNS: Mapping[Turn, str] = {
    Turn.BELOW: word(
        "Below {edge} it would win {points} points back: {total} in all, grade {grade},"
        " limit {limit}."
    ),
    Turn.AT_LEAST: word(
        "From {edge} on it would win {points} points back: {total} in all, grade {grade},"
        " limit {limit}."
    ),
    Turn.WORD: word(
        "With “{edge}” it would win {points} points back: {total} in all, grade {grade},"
        " limit {limit}."
    ),
    Turn.KNOWN: word(
        "It is not known; known and at its best it would win {points} points: {total} in all,"
        " grade {grade}, limit {limit}."
    ),
}


@dataclass(frozen=True, slots=True)
class Field:
    """Where a value can be changed; `choices` are words with their names, empty for numbers."""

    name: str
    label: str
    text: str
    unit: str
    choices: Sequence[tuple[str, str]]
    is_changed: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One characteristic: what it gives now, what it gave, and what would win points back."""

    title: str
    value: str
    contribution: Contribution
    gave: Decimal | None
    strip: Strip
    field: Field
    way: str


@dataclass(frozen=True)
class ScorecardView:
    """A case's scorecard with the customer in it, as it was judged and as it is supposed.

    `lines` begin with what costs most points. `learned` are fields for what only the
    learned model asks that has a say in the grade.
    """

    case: Case
    customer: Customer
    imagined: Imagined
    lines: Sequence[Line]
    others: Sequence[Field]
    learned: Sequence[Field]
    cards: Sequence[tuple[str, Decimal]]
    knock_outs: Sequence[str]
    problems: Sequence[Sentence]
    settled: Decimal | None

    @property
    def is_supposed(self) -> bool:
        """Whether anything was changed."""
        return self.imagined.supposed.evaluation is not self.imagined.kept.evaluation


def view_scorecard(
    case_id: str, fields: Mapping[str, str], speech: Speech, work: Work
) -> ScorecardView:
    """Judge the case with what the fields suppose, and lay it out; raises NotFound."""
    kept = imagine(case_id, {}, work=work)
    supposed = read_supposed(fields, kept.kept.evaluation)
    imagined = imagine(case_id, supposed.values, work=work) if supposed.values else kept
    case = work.cases.get(case_id)
    customer = work.customers.get(case.customer)
    by = used(imagined.supposed.evaluation, imagined.policy)
    writer = _Writer(imagined, supposed, by, customer.currency, speech)
    evaluation = imagined.supposed.evaluation
    return ScorecardView(
        case=case,
        customer=customer,
        imagined=imagined,
        lines=[writer.line(c) for c in sorted(evaluation.contributions, key=lambda c: -c.lost)],
        others=list(writer.others()),
        learned=list(writer.learned()),
        cards=_cards(by, speech),
        knock_outs=knock_out_texts(evaluation, imagined.policy, speech.language),
        problems=supposed.problems,
        settled=evaluation.evidence.number(BLENDED_BY, on=evaluation.on),
    )


def _cards(by: Yardstick, speech: Speech) -> list[tuple[str, Decimal]]:
    """The scorecards that judge, each with its weight."""
    own = by.own_weight
    weights = [Decimal(1)] if own is None else [1 - own, own]
    return [
        (card.title[speech.language], weight)
        for card, weight in zip(by.cards, weights, strict=True)
    ]


@dataclass(frozen=True)
class _Writer:
    imagined: Imagined
    supposed: Supposed
    by: Yardstick
    currency: str
    speech: Speech

    def line(self, contribution: Contribution) -> Line:
        """One characteristic as a reader sees it."""
        name = contribution.characteristic
        question, characteristic = self.by.question(name), self.by.characteristic(name)
        signal = question.signal
        kept = self.imagined.kept.evaluation
        before = {c.characteristic: c for c in kept.contributions}.get(name)
        changed = signal in self.supposed.values
        return Line(
            title=characteristic.title[self.speech.language],
            value=self._written(signal, contribution.value),
            contribution=contribution,
            gave=before.points if before and before.points != contribution.points else None,
            strip=strip(
                question,
                contribution.value,
                was=seen(kept, signal) if changed else None,
                write=lambda edge: self._edge(signal, edge),
            ),
            field=self._field(signal),
            way=self._way(contribution),
        )

    def others(self) -> Iterator[Field]:
        """Fields for what no characteristic asks: knock-out rules and the blend."""
        asked = {question.signal for question in self.by.questions}
        yield from (self._field(signal) for signal in self._others() if signal not in asked)

    def learned(self) -> Iterator[Field]:
        """Fields for what only the learned model asks that has a say."""
        judged, policy = self.imagined.kept.evaluation, self.imagined.policy
        asked = {question.signal for question in self.by.questions} | set(self._others())
        for judgement in judged.learned:
            if judgement.hash in champions(judged, policy):
                names = (part.characteristic for part in judgement.judged.parts)
                yield from (self._field(n) for n in names if n in SIGNALS and n not in asked)

    def _others(self) -> list[str]:
        more = [c.signal for rule in self.by.knock_outs for c in rule.conditions]
        if self.by.own_weight is not None:
            more.append(BLENDED_BY)
        return list(dict.fromkeys(more))

    def _field(self, signal: str) -> Field:
        before = seen(self.imagined.kept.evaluation, signal)
        now = self.supposed.values.get(signal, before)
        words = CHOICES.get(signal, ()) if is_category(signal) else ()
        unit = SIGNALS.get(signal, "")
        return Field(
            name=PREFIX + signal,
            label=self.speech.gettext(signal_name(signal)),
            text=typed(signal, now),
            unit=self.currency if unit == AMOUNT else self.speech.gettext(UNITS.get(unit, "")),
            choices=[(word_, self.speech.gettext(WORDS.get(word_, word_))) for word_ in words],
            is_changed=signal in self.supposed.values,
        )

    def _way(self, contribution: Contribution) -> str:
        found = self.imagined.ways.get(contribution.characteristic)
        if found is None:
            return self.speech.tell(_NOTHING) if contribution.lost <= 0 else ""
        return self.speech.tell(self._sentence(*found))

    def _sentence(self, way: WayBack, then: Suggestion) -> Sentence:
        edge = way.edge if way.edge is not None else (way.word or "")
        return say(
            _TURNS[way.turn],
            edge=self._said(way.signal, edge),
            points=self.speech.number(way.regained, 0),
            total=self.speech.number(way.after.points, 0),
            grade=way.after.grade.value,
            limit=self.speech.whole(then.proposed),
        )

    def _said(self, signal: str, edge: Decimal | str) -> str:
        """An edge as it stands in a sentence, with its unit."""
        if isinstance(edge, Decimal) and SIGNALS.get(signal) == DAYS:
            days = self.speech.ngettext("{n} day", "{n} days", int(edge))
            return days.format(n=self._edge(signal, edge))
        return self._edge(signal, edge)

    def _written(self, signal: str, value: SignalValue) -> str:
        return written_value(signal, value, self.currency, self.speech)

    def _edge(self, signal: str, edge: Decimal | str) -> str:
        """An edge exactly; the usual way of writing would round half a per cent to one."""
        unit = SIGNALS.get(signal)
        if isinstance(edge, str) or unit == AMOUNT:
            return self._written(signal, edge)
        if unit == SHARE:
            return f"{self.speech.number(edge * 100, 2)}%"
        return self.speech.number(edge, 0 if unit == COUNT else 2)
