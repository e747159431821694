"""Import what is known of customers themselves: master data, opening limits, statements, rates."""

from dataclasses import replace
from datetime import date, datetime

from creditflow.domain.customer import Customer, CustomerId
from creditflow.domain.hand_in import Kind, OpeningLimit
from creditflow.domain.journal import Entry
from creditflow.domain.ledger import Statement
from creditflow.domain.legal_entity import granting_entity
from creditflow.domain.limits import Limit, limit_state
from creditflow.domain.sentences import say
from creditflow.ports import Work
from creditflow.services.exchanging import keep_rates
from creditflow.services.importing_groups import import_members
from creditflow.services.sifting import Sifted, differences, row_of
from creditflow.services.sifting_rows import not_of_the_future, of_known_customers


def import_customers(sifted: Sifted, *, by: str, at: datetime, work: Work) -> None:
    """Add customers, and replace what the file speaks of in those who are known."""
    customers = sifted.hand_in.customers
    known = work.customers.known([c.id for c in customers])
    before: dict[str, Customer] = {}
    new = [c for c in customers if c.id not in known]
    tally = sifted.counts[Kind.CUSTOMERS]
    if sifted.hand_in.keeps_known_customers:
        tally.known += len(customers) - len(new)
        changed = []
    else:
        old = [c for c in customers if c.id in known]
        before = {c.id: work.customers.get(c.id) for c in old}
        changed = [
            c
            for customer in old
            if (c := _changed(customer, before[customer.id], sifted, by=by, at=at, work=work))
        ]
    _warn_of_unknown_companies([*new, *changed], sifted, work)
    work.customers.put_all([*new, *changed])
    import_members(before, [*new, *changed], sifted, by=by, at=at, work=work)
    sifted.keep(Kind.CUSTOMERS, new)
    sifted.keep(Kind.CUSTOMERS, changed, replaced=True)


def _warn_of_unknown_companies(customers: list[Customer], sifted: Sifted, work: Work) -> None:
    """Say which company grants instead, where a file names one that the policy does not list."""
    naming = [customer for customer in customers if customer.legal_entity]
    entities = work.policies.current().legal_entities if naming else ()
    for customer in naming:
        grants = granting_entity(entities, customer.legal_entity)
        if grants in (None, customer.legal_entity):
            continue
        sifted.warn(
            row_of(customer),
            "legal_entity",
            customer.legal_entity,
            say("The policy knows no such company; {company} counts as granting.", company=grants),
            say("Write one of: {known}, or add the company to legal_entities in the policy.",
                known=", ".join(entity.id for entity in entities)),
        )  # fmt: skip


def _changed(
    customer: Customer, before: Customer, sifted: Sifted, *, by: str, at: datetime, work: Work
) -> Customer | None:
    """The known customer with what the file says; None if that is nothing new, or rejected."""
    given = sifted.hand_in.given - {"customer", "current_limit", "current_limit_from"}
    merged = replace(before, **{name: getattr(customer, name) for name in given})
    tally = sifted.counts[Kind.CUSTOMERS]
    if not differences(before, merged):
        tally.known += 1
        return None
    if merged.currency != before.currency and work.limits.current(customer.id):
        tally.rejected += 1
        sifted.reject(
            customer,
            "currency",
            customer.currency,
            say(
                "The customer has a limit in {currency}, so its currency stays.",
                currency=before.currency,
            ),
            say("Keep the currency; documents may be in any other."),
        )
        return None
    if merged.requested_limit and merged.requested_limit.currency != merged.currency:
        # What was asked for in the old currency says nothing in the new one.
        merged = replace(merged, requested_limit=None)
    # Which fields, not what stood in them: the journal is for ever, names and addresses are not.
    names = ", ".join(name for name, _, _ in differences(before, merged))
    facts = {"fields": names, "file": sifted.hand_in.file_hash}
    work.journal.record(Entry("customer.changed", customer.id, by, at, facts))
    return replace(merged, origin=customer.origin)


def import_limits(sifted: Sifted, *, by: str, at: datetime, work: Work) -> None:
    """Open the history of limits of customers who have none yet."""
    for limit in sifted.hand_in.limits:
        if limit.line in sifted.rejected:
            continue
        current = work.limits.current(limit.customer)
        if current is None:
            _open(limit, by=by, at=at, work=work)
            sifted.kept.add(limit.line)
        elif current.amount != (limit.amount or None) or current.from_ != limit.from_:
            sifted.warn(
                limit.line,
                "current_limit",
                limit.amount,
                say(
                    "The customer has a limit here already ({limit}); this one was not taken.",
                    limit=current.amount or current.state.value,
                ),
                say("Limits change by a review; ask for one if this limit is the right one."),
            )


def _open(limit: OpeningLimit, *, by: str, at: datetime, work: Work) -> None:
    work.limits.add(
        Limit(
            customer=limit.customer,
            version=1,
            state=limit_state(limit.amount),
            amount=limit.amount or None,
            from_=limit.from_,
            until=None,
            terms_days=limit.terms_days,
            recorded_at=at,
        ),
        replacing=0,
    )
    facts = {"limit": str(limit.amount), "from": limit.from_.isoformat()}
    work.journal.record(Entry("limit.opened", limit.customer, by, at, facts))


def import_statements(sifted: Sifted, *, by: str, at: datetime, work: Work) -> None:
    """Add statements; one that says something else than before takes its place, journaled."""
    statements = sifted.hand_in.statements
    if not statements:
        return
    good = of_known_customers(sifted, Kind.STATEMENTS, statements, work)
    good = not_of_the_future(sifted, Kind.STATEMENTS, good, "period_end", on=at.date())
    good = sifted.distinct(Kind.STATEMENTS, good, lambda s: (s.customer, s.period_end))
    before = _statements_of({s.customer for s in good}, sifted.hand_in.source, work)
    new, changed = [], []
    for statement in good:
        old = before.get((statement.customer, statement.period_end))
        if old is None:
            new.append(statement)
        elif differences(old, statement):
            changed.append(statement)
            _journal_change(old, statement, by=by, at=at, work=work)
        else:
            sifted.counts[Kind.STATEMENTS].known += 1
    work.statements.put_all([*new, *changed])
    sifted.keep(Kind.STATEMENTS, new)
    sifted.keep(Kind.STATEMENTS, changed, replaced=True)


def _statements_of(
    customers: set[CustomerId], source: str, work: Work
) -> dict[tuple[CustomerId, date], Statement]:
    return {
        (s.customer, s.period_end): s
        for customer in sorted(customers)
        for s in work.statements.of(customer)
        if s.source == source
    }


def _journal_change(old: Statement, new: Statement, *, by: str, at: datetime, work: Work) -> None:
    changes = {name: f"{before} → {after}" for name, before, after in differences(old, new)}
    facts = {"period_end": new.period_end.isoformat(), "source": new.source, **changes}
    work.journal.record(Entry("statement.replaced", new.customer, by, at, facts))


def import_rates(sifted: Sifted, *, work: Work) -> None:
    """Add exchange rates; another value for a currency and day that are known is rejected."""
    rates = sifted.distinct(Kind.RATES, sifted.hand_in.rates, lambda r: r.document)
    good = [handed for handed in rates if row_of(handed) not in sifted.rejected]
    kept = keep_rates([handed.rate for handed in good], work=work)
    new = set(kept.new)
    sifted.keep(Kind.RATES, [handed for handed in good if handed.rate in new])
    sifted.counts[Kind.RATES].known += kept.known
    differing = {one.told: one for one in kept.differing}
    for handed in good:
        if (other := differing.get(handed.rate)) is not None:
            sifted.counts[Kind.RATES].rejected += 1
            sifted.reject(
                handed,
                "rate",
                handed.rate.per_pivot,
                say(
                    "{document} is known already, with {known} where this row has {given}.",
                    document=handed.document,
                    known=str(other.stands.per_pivot),
                    given=str(handed.rate.per_pivot),
                ),
                say(
                    "Find out which is right. What stands is corrected by name and with a reason:"
                    " creditflow rates correct."
                ),
            )
