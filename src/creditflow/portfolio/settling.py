"""What a customer's documents came to by the day: kernels that mirror domain/ledger.py.

One pass over a customer's invoices and payments makes its lines (what was
paid, what is open, as domain/behaviour.py has them), its sales, its exposure
and its balance by day. Nothing dated after the day is looked at.
"""

from creditflow.portfolio.arithmetic import (
    MOST_DAYS,
    MOST_MASS,
    NO_DAY,
    UNKNOWN,
    Ints,
    converted,
)
from creditflow.portfolio.book import (
    CREDIT_NOTE,
    DISPUTED,
    ON_ACCOUNT,
    Invoices,
    Orders,
    Payments,
)
from creditflow.portfolio.compiled import compiled, inlined
from creditflow.portfolio.room import NEVER, PLACES, YEAR, Account, Lines, Moment, Paid, Scratch


@inlined
def settle(
    place: int, day: Moment, invoices: Invoices, payments: Payments, room: Scratch
) -> Account:
    """Fill the room with one customer's lines, sales, moves and ageing; give its sums."""
    start = invoices.starts[place]
    room.moves[:] = 0
    room.ageing[:] = 0
    payment, credit, sums = _unmatched(place, day, payments, room.moves)
    before, mass, fine = sums
    count = documents = receivables = disputed = oldest = 0
    span = (start, payments.starts[place + 1], room.moves)
    for row in range(start, invoices.starts[place + 1]):
        paid, payment = _paid(row, payment, day, (invoices, payments), span)
        before, mass, fine = before + paid.before, mass + paid.mass, fine and paid.fine
        issued, due = invoices.issued[row], invoices.due[row]
        if issued > day.on:
            continue
        amount = own(invoices.amount[row], invoices.currency[row], day)
        note = invoices.flags[row] & CREDIT_NOTE != 0
        fine = fine and amount != UNKNOWN and _dated(day.on, issued, due, note)
        mass += amount
        signed = -amount if note else amount
        room.sales.days[documents], room.sales.amounts[documents] = issued, signed
        documents += 1
        before += _moved(room.moves, day.on, issued, signed)
        if note:
            credit += amount
            continue
        left = max(0, invoices.amount[row] - paid.amount)
        rest = left if left == 0 else own(left, invoices.currency[row], day)
        in_dispute = invoices.flags[row] & DISPUTED != 0
        if left > 0:
            receivables += rest
            room.ageing[_bucket(day.on - due)] += rest
            oldest = max(oldest, day.on - due)
            disputed += rest if in_dispute else 0
        done = paid.last != NO_DAY and rest * 100 <= amount
        _noted(room.lines, count, issued, due, amount)
        room.lines.open[count] = 0 if done else rest
        room.lines.settled[count] = paid.last if done else NO_DAY
        room.lines.payments[count] = paid.times
        room.lines.disputed[count] = in_dispute
        count += 1
    fine = fine and mass < MOST_MASS
    if fine and credit > 0:
        cover(room.lines, count, credit, room.keys)
    weigh(room.lines, count, day.on)
    highest = _highest(room.moves, before) if count > 0 else 0
    return Account(count, documents, credit, receivables, disputed, oldest, highest, fine)


@inlined
def own(amount: int, currency: int, day: Moment) -> int:
    """An amount in the customer's currency; UNKNOWN where it is too large or has no rate."""
    return converted(amount, day.tops[currency], day.bottoms[currency])


@inlined
def _unmatched(
    place: int, day: Moment, payments: Payments, moves: Ints
) -> tuple[int, int, tuple[int, float, bool]]:
    """Book what belongs to no invoice; where the others begin, and what is on account."""
    payment, end = payments.starts[place], payments.starts[place + 1]
    before, credit, mass, fine = 0, 0, 0.0, True
    while payment < end and payments.of[payment] < 0:
        if payments.paid[payment] <= day.on:
            amount = own(payments.amount[payment], payments.currency[payment], day)
            fine = fine and amount != UNKNOWN and _near(day.on, payments.paid[payment])
            mass += amount
            before += _moved(moves, day.on, payments.paid[payment], -amount)
            if payments.of[payment] == ON_ACCOUNT:
                credit += amount
        payment += 1
    return payment, credit, (before, mass, fine)


@inlined
def _paid(
    row: int, payment: int, day: Moment, of: tuple[Invoices, Payments], span: tuple[int, int, Ints]
) -> tuple[Paid, int]:
    """What was paid on one invoice, from that payment on; and the payment behind them.

    `span` is the customer's first invoice, the end of its payments and its moves.
    """
    invoices, payments = of
    first, end, moves = span
    currency = invoices.currency[row]
    amount, times, last = 0, 0, NO_DAY
    before, mass, fine = 0, 0.0, True
    while payment < end and payments.of[payment] == row - first:
        if payments.paid[payment] <= day.on:
            times += 1
            if payments.currency[payment] == currency:
                amount += payments.amount[payment]
                last = max(last, payments.paid[payment])
            in_own = own(payments.amount[payment], payments.currency[payment], day)
            fine = fine and in_own != UNKNOWN and _near(day.on, payments.paid[payment])
            mass += in_own
            before += _moved(moves, day.on, payments.paid[payment], -in_own)
        payment += 1
    return Paid(amount, times, last, before, mass, fine), payment


@inlined
def _noted(lines: Lines, line: int, issued: int, due: int, amount: int) -> None:
    lines.issued[line], lines.due[line], lines.amount[line] = issued, due, amount


@inlined
def _dated(on: int, issued: int, due: int, note: bool) -> bool:
    """Whether the days can be measured; an invoice due before its issue is left to the domain."""
    return _near(on, due) and _near(on, issued) and (note or issued <= due)


@inlined
def _near(on: int, day: int) -> bool:
    return abs(on - day) < MOST_DAYS


@inlined
def _moved(moves: Ints, on: int, day: int, amount: int) -> int:
    """Book a move of the balance on its day; give it back where that lies before the year."""
    if on - day >= YEAR:
        return amount
    moves[on - day] += amount
    return 0


@inlined
def _highest(moves: Ints, before: int) -> int:
    """The highest balance at the end of a day of the year, or before it; never below zero."""
    highest = max(0, before)
    for ago in range(YEAR - 1, -1, -1):
        before += moves[ago]
        highest = max(highest, before)
    return highest


@inlined
def _bucket(days_late: int) -> int:
    if days_late <= 0:
        return 0
    return min(4, (days_late + 29) // 30)


@compiled
def cover(lines: Lines, count: int, credit: int, keys: Ints) -> None:
    """Credits cover the open lines, oldest due date first, then in ledger order.

    `keys` has room for all lines; a key is a due date and, behind it, the place of a line.
    """
    found = 0
    for line in range(count):
        if lines.open[line] > 0:
            keys[found] = lines.due[line] * PLACES + line
            found += 1
    sort(keys, found)
    for at in range(found):
        line = keys[at] % PLACES
        used = min(credit, lines.open[line])
        lines.open[line] -= used
        credit -= used


@compiled
def sort(keys: Ints, count: int) -> None:
    """Bring the first so many keys into order where they are (heapsort)."""
    for start in range(count // 2 - 1, -1, -1):
        _sink(keys, start, count)
    for end in range(count - 1, 0, -1):
        keys[0], keys[end] = keys[end], keys[0]
        _sink(keys, 0, end)


@compiled
def _sink(keys: Ints, root: int, end: int) -> None:
    while 2 * root + 1 < end:
        child = 2 * root + 1
        if child + 1 < end and keys[child] < keys[child + 1]:
            child += 1
        if keys[root] >= keys[child]:
            return
        keys[root], keys[child] = keys[child], keys[root]
        root = child


@inlined
def weigh(lines: Lines, count: int, on: int) -> None:
    """How late each line is or was, and what it counts for."""
    for line in range(count):
        settled = lines.settled[line]
        end = on if settled == NO_DAY else settled
        lines.late[line] = max(0, end - lines.due[line])
        lines.weight[line] = lines.open[line] if settled == NO_DAY else lines.amount[line]


@inlined
def overdue(lines: Lines, line: int, on: int, days: int) -> bool:
    """Open and more than so many days past due."""
    return bool(lines.open[line] > 0 and on - lines.due[line] > days)


@inlined
def ago(lines: Lines, line: int, on: int) -> int:
    """How many days ago a line was paid, zero where it is overdue now; NEVER for all the rest."""
    if lines.disputed[line]:
        return NEVER
    settled = lines.settled[line]
    if settled != NO_DAY:
        return int(on - settled)
    return 0 if overdue(lines, line, on, 0) else NEVER


@inlined
def ordered(place: int, day: Moment, orders: Orders) -> tuple[int, bool, bool]:
    """What is on open orders, whether there is any order at all, and whether that is fine."""
    total, found, fine, mass = 0, False, True, 0.0
    for row in range(orders.starts[place], orders.starts[place + 1]):
        if orders.ordered[row] > day.on:
            continue
        found = True
        # One that is delivered has to fit as well: the domain leaves out what does not.
        amount = own(orders.amount[row], orders.currency[row], day)
        fine = fine and amount != UNKNOWN
        mass += amount
        if orders.open[row]:
            total += amount
    return total, found, fine and mass < MOST_MASS
