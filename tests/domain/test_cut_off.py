"""Nothing after the cut-off is seen, and whatever is there, the evaluator gives exact figures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.domain.catalogue import CHOICES, SIGNALS, is_category
from creditflow.domain.exposure import exposure
from creditflow.domain.figures import FIGURES
from creditflow.domain.gathering import gather
from creditflow.domain.ledger import Invoice, InvoiceType, Ledger, Order, Payment, Statement
from creditflow.domain.money import MAX_MINOR, Money
from creditflow.domain.observation import Observation
from creditflow.domain.policy import Policy
from creditflow.domain.policy_reading import policy_from_json
from creditflow.domain.rates import Rates
from creditflow.domain.scorecard import Segment
from creditflow.domain.scoring import score
from creditflow.domain.signals import Evidence
from creditflow.sources.policy_files import shipped_policy_text
from tests.domain.strategies import days, ledgers, statements
from tests.domain.test_observing import POLICY, observations
from tests.makers import TODAY, a_customer, a_rate, cny

CUT_OFF = TODAY - timedelta(days=120)
SHIPPED = policy_from_json(shipped_policy_text(), 1)
RATES = Rates([a_rate("CNY", "8", on=CUT_OFF), a_rate("CNY", "8")])


@dataclass(frozen=True)
class Known:
    """Everything that is on file about a customer."""

    ledger: Ledger
    statements: tuple[Statement, ...]
    observations: tuple[Observation, ...]


def seen(known: Known, *, on: date = CUT_OFF, policy: Policy = POLICY) -> Evidence:
    return gather(
        a_customer(),
        ledger=known.ledger,
        statements=known.statements,
        exposure=exposure(known.ledger, currency="CNY", rates=RATES, on=on),
        limit=None,
        policy=policy,
        rates=RATES,
        on=on,
        observations=known.observations,
        seen_on=TODAY,
    )


@st.composite
def files(draw: st.DrawFn) -> Known:
    return Known(
        draw(ledgers()),
        tuple(draw(st.lists(statements(), max_size=3))),
        tuple(draw(st.lists(observations(), max_size=6))),
    )


# ------------------------------------------------------------------ after the cut-off

later_days = st.integers(1, 90).map(lambda n: CUT_OFF + timedelta(days=n))


@st.composite
def changed_later(draw: st.DrawFn, known: Known) -> Known:
    """The same files, with whatever is dated after the cut-off moved, altered, disputed or gone."""

    def invoice(old: Invoice) -> Invoice | None:
        if not draw(st.booleans()):
            return None
        on = draw(later_days)
        return replace(
            old, issued_on=on, due_on=on + timedelta(days=draw(st.integers(-9, 90))),
            amount=Money(draw(st.integers(0, 10**9)), "CNY"), disputed=not old.disputed,
            type=draw(st.sampled_from(InvoiceType)),
        )  # fmt: skip

    def payment(old: Payment) -> Payment | None:
        return draw(
            st.sampled_from(
                [None, replace(old, paid_on=draw(later_days), amount=cny(7), invoice=None)]
            )
        )

    def order(old: Order) -> Order:
        return replace(old, ordered_on=draw(later_days), amount=cny(draw(st.integers(0, 9))))

    def statement(old: Statement) -> Statement:
        # Not beyond today: what is dated in the future is a mistake, which is named.
        return replace(
            old, period_end=draw(later_days), total_assets=cny(1), equity=None, source="other"
        )

    def observation(old: Observation) -> Observation:
        return replace(old, on=draw(later_days), value=draw(st.sampled_from(["yes", "9", "C"])))

    return Known(
        Ledger(
            known.ledger.customer,
            moved(known.ledger.invoices, lambda i: i.issued_on, invoice),
            moved(known.ledger.payments, lambda p: p.paid_on, payment),
            moved(known.ledger.orders, lambda o: o.ordered_on, order),
        ),
        moved(known.statements, lambda s: s.period_end, statement),
        moved(known.observations, lambda o: o.on, observation),
    )


def moved(
    things: Sequence[object], day: Callable[..., date], change: Callable[..., object]
) -> tuple[object, ...]:
    """The things with `change` applied to those that are dated after the cut-off."""
    found = (t if day(t) <= CUT_OFF else change(t) for t in things)
    return tuple(t for t in found if t is not None)


@settings(max_examples=80)
@given(st.data())
def test_whatever_happens_after_the_cut_off_changes_no_signal(data: st.DataObject) -> None:
    known = data.draw(files())
    later = data.draw(changed_later(known))
    assert dict(seen(later)) == dict(seen(known))


@pytest.mark.parametrize("part", ["ledger", "statements", "observations"])
def test_one_that_looks_ahead_would_be_noticed(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # The same change, seen by an evaluator whose cut-off is today: it must see a difference.
    known, changed = pair_that_differs_after_the_cut_off(part)
    assert dict(seen(known)) == dict(seen(changed))
    if part == "ledger":
        monkeypatch.setattr(Ledger, "until", lambda self, _: self)
        assert dict(seen(known)) != dict(seen(changed))
    else:
        assert dict(seen(known, on=TODAY)) != dict(seen(changed, on=TODAY))


def pair_that_differs_after_the_cut_off(part: str) -> tuple[Known, Known]:
    from tests.domain.test_gathering import billed, ledger, paid
    from tests.makers import a_statement, an_observation

    base = Known(ledger(billed("a", due=200), paid("a", ago=150)), (a_statement(),), ())
    day = CUT_OFF + timedelta(days=100)
    if part == "ledger":
        late = ledger(*base.ledger.invoices, *base.ledger.payments, billed("b", due=30))
        return base, replace(base, ledger=late)
    if part == "statements":
        news = replace(a_statement(), period_end=day, net_profit=-cny(1))
        return base, replace(base, statements=(*base.statements, news))
    word = an_observation("insolvency", value="yes", scale=None, on=day)
    return base, replace(base, observations=(word,))


# ------------------------------------------------------------------ whatever is there

amounts = st.integers(-MAX_MINOR, MAX_MINOR) | st.integers(-5, 5)
wild_figures = st.none() | st.builds(Money, amounts, st.sampled_from(["CNY", "CNY", "EUR"]))


@st.composite
def wild_statements(draw: st.DrawFn) -> Statement:
    figures = {name: draw(wild_figures) for name in FIGURES}
    return replace(
        draw(statements()), months=draw(st.integers(-3, 40)),
        currency=draw(st.sampled_from(["CNY", "EUR"])),
        source=draw(st.sampled_from(["own", "other"])), **figures,
    )  # fmt: skip


@st.composite
def wild_ledgers(draw: st.DrawFn) -> Ledger:
    """Ledgers in which documents are also huge, or due long before they were issued."""
    calm = draw(ledgers())
    huge = st.integers(0, 10**13).map(lambda n: Money(n, "CNY"))
    return replace(
        calm,
        invoices=tuple(
            replace(i, due_on=draw(days), amount=draw(huge)) if draw(st.booleans()) else i
            for i in calm.invoices
        ),
    )


def assert_exact(evidence: Evidence) -> None:
    """Every signal is a finite exact number, one of its words, or unknown."""
    assert set(evidence) == set(SIGNALS)
    for name, signal in evidence.items():
        if is_category(name):
            words = CHOICES.get(name)
            assert signal.value is None or isinstance(signal.value, str)
            assert words is None or signal.value is None or signal.value in words
        else:
            assert signal.value is None or isinstance(signal.value, Decimal)
            assert signal.value is None or signal.value.is_finite()


@settings(max_examples=120)
@given(
    wild_ledgers(),
    st.lists(wild_statements(), max_size=4),
    st.lists(observations(), max_size=8),
    st.sampled_from([CUT_OFF, TODAY]),
)
def test_the_evaluator_never_raises_and_never_gives_what_is_not_a_number(
    ledger: Ledger, reports: list[Statement], words: list[Observation], on: date
) -> None:
    evidence = seen(Known(ledger, tuple(reports), tuple(words)), on=on, policy=SHIPPED)
    assert_exact(evidence)
    for segment in Segment:
        scored = score(evidence, SHIPPED.scorecards[segment], on=on)
        assert 0 <= scored.points <= 1000
        assert 0 <= scored.confidence <= 1


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), 0.5, "perhaps"])
def test_what_is_not_a_number_would_be_noticed(value: object) -> None:
    evidence = seen(Known(Ledger(a_customer().id), (), ()))
    odd = replace(evidence["current_ratio"], value=value)
    with pytest.raises(AssertionError):
        assert_exact(Evidence([*evidence.values(), odd]))
