"""Observations in columns: what others have said of customers, their sectors and their countries.

Mirrors domain/observing.py. What a word or number means is asked of the domain,
once for everything that was ever said; which of several counts is found by a
kernel, customer after customer. Rows lie in the order of the domain's key, so
that of two of one day the same one is the later here and there.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditflow.domain.catalogue import CHOICES, KINDS, OBSERVED, is_category
from creditflow.domain.customer import Customer
from creditflow.domain.freshness import SHELF_LIFE_DAYS
from creditflow.domain.observation import OBSERVABLE, About, Observation
from creditflow.domain.observing import badness, reading
from creditflow.domain.policy import Policy
from creditflow.domain.quantities import exact
from creditflow.domain.sentences import Sentence
from creditflow.portfolio.arithmetic import NO_DAY, UNKNOWN, Ints
from creditflow.portfolio.arrow import days, one_array
from creditflow.portfolio.book import Book, Customers, day
from creditflow.portfolio.compiled import compiled, inlined
from creditflow.portfolio.statements import TOO_LARGE, scaled
from creditflow.portfolio.witnesses import Observations, Observed, Said

PLACES = 9
"""Decimals of an observed number."""

SEEN: Mapping[str, int] = {
    name: 0 if is_category(name) else PLACES for name, kind in KINDS.items() if kind in OBSERVED
}
"""The signals that others observe, in the order of the columns, with their places."""

WHAT = tuple(OBSERVABLE)
_COLUMN = np.array([list(SEEN).index(signal) for signal, _ in OBSERVABLE.values()], np.int64)
_SUBJECTS = (About.COUNTRY, About.CUSTOMER, About.SECTOR)
"""In the order of the domain's key."""


class Meanings(NamedTuple):
    """What each thing that was said means under a policy on a day, and how long each kind holds.

    `number` is the column's whole number, UNKNOWN where nothing follows; `bad` is
    higher where it is worse; `fine` is false where a column holds it only rounded.
    """

    number: Ints
    bad: Ints
    fine: NDArray[np.bool_]
    life: Ints


class Latest(NamedTuple):
    """Room for one customer: of each column the worst that is fresh, and the latest that is not."""

    fresh: NDArray[np.bool_]
    bad: Ints
    number: Ints
    on: Ints
    last: Ints


def observed_columns(
    table: pa.Table | None, ids: pa.Array, sectors: Sequence[str], countries: Sequence[str]
) -> Observed | None:
    """The observations of a table (see RawBook), where it has any.

    A later row replaces the earlier one under its key.
    """
    if table is None or not len(table):
        return None
    texts = {n: one_array(table[n].cast(pa.string())) for n in _TEXTS}
    on, until = days(table["on_day"]), days(table["valid_until"])
    providers = _ranks(texts["provider"])
    what = np.asarray(pc.fill_null(pc.index_in(texts["what"], value_set=pa.array(WHAT)), -1))
    said, words = _said(texts)
    groups = []
    for about, names in zip(
        _SUBJECTS, (pa.array(countries, pa.string()), ids, pa.array(sectors, pa.string())),
        strict=True,
    ):  # fmt: skip
        mine = np.asarray(pc.equal(texts["about"], about.value))
        owner = np.asarray(
            pc.fill_null(pc.index_in(texts["subject"], value_set=names.cast(pa.string())), -1)
        )
        rows = np.flatnonzero(mine & (owner >= 0) & (what >= 0))
        order = np.lexsort((rows, on[rows], providers[rows], what[rows], owner[rows]))
        rows = rows[order]
        key = np.stack([owner[rows], what[rows], providers[rows], on[rows]])
        last = np.append((key[:, 1:] != key[:, :-1]).any(axis=0), True)[: len(rows)]
        rows = rows[last]
        starts = np.zeros(len(names) + 1, np.int64)
        starts[1:] = np.cumsum(np.bincount(owner[rows], minlength=len(names)))
        groups.append(
            Observations(
                starts=starts,
                what=what[rows].astype(np.int8),
                on=on[rows],
                until=until[rows],
                said=said[rows],
                provider=providers[rows],
            )
        )
    return Observed(groups[1], groups[2], groups[0], words)


_TEXTS = ("about", "subject", "what", "value", "provider", "scale")


def _ranks(column: pa.Array) -> NDArray[np.int32]:
    """The place of each text among all, in the order in which Python has them."""
    known = column.dictionary_encode()
    order = sorted(range(len(known.dictionary)), key=known.dictionary.to_pylist().__getitem__)
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    ranks: NDArray[np.int32] = rank[np.asarray(known.indices)]
    return ranks


def _said(texts: Mapping[str, pa.Array]) -> tuple[NDArray[np.int32], tuple[Said, ...]]:
    """The place of what each row says, and everything that is said, by its first row."""
    names = ("what", "value", "scale")
    known = [texts[name].dictionary_encode(null_encoding="encode") for name in names]
    key = np.zeros(len(texts["what"]), np.int64)
    for each in known:
        key = key * (len(each.dictionary) + 1) + np.asarray(each.indices)
    unlike = pa.array(key).dictionary_encode()
    places: NDArray[np.int32] = np.asarray(unlike.indices)
    first = np.empty(len(unlike.dictionary), np.int64)
    first[places[::-1]] = np.arange(len(places))[::-1]
    words = (texts[name].take(pa.array(first)).to_pylist() for name in names)
    return places, tuple(map(Said._make, zip(*words, strict=True)))


def observations_of(book: Book, place: int, customer: Customer) -> list[Observation]:
    """What was said of one customer as the domain knows it; providers are numbered in order."""
    if book.observed is None:
        return []
    seen, c = book.observed, book.customers
    groups = (
        (About.COUNTRY, seen.countries, int(c.country[place]), customer.country),
        (About.CUSTOMER, seen.customers, place, customer.id),
        (About.SECTOR, seen.sectors, int(c.sector[place]), customer.sector or ""),
    )
    return [
        Observation(
            about=about,
            subject=subject,
            what=seen.said[of.said[row]].what,
            on=day(of.on[row]) or date.min,
            value=seen.said[of.said[row]].value,
            provider=f"{of.provider[row]:09d}",
            scale=seen.said[of.said[row]].scale,
            valid_until=day(of.until[row]),
        )
        for about, of, at, subject in groups
        if at >= 0
        for row in range(int(of.starts[at]), int(of.starts[at + 1]))
    ]


def meanings(said: Sequence[Said], policy: Policy | None, on: date) -> Meanings:
    """What all that was said means; without a policy there is no scale, shelf lives are usual."""
    numbers, bads, fine = [], [], []
    for words in said:
        number, bad, sure = _meaning(words, policy, on)
        numbers.append(number)
        bads.append(bad)
        fine.append(sure)
    lives = policy.shelf_life_days if policy is not None else SHELF_LIFE_DAYS.get
    life = [lives(KINDS[signal]) or 0 for signal, _ in OBSERVABLE.values()]
    return Meanings(
        np.array(numbers, np.int64),
        np.array(bads, np.int64),
        np.array(fine, np.bool_),
        np.array(life, np.int64),
    )


def _meaning(words: Said, policy: Policy | None, on: date) -> tuple[int, int, bool]:
    signal, _ = OBSERVABLE[words.what]
    observation = Observation(
        About.CUSTOMER, "", words.what, on, words.value, "", scale=words.scale
    )
    value = reading(observation, policy.scales if policy is not None else {}, on)
    if value is None or isinstance(value, Sentence):
        return UNKNOWN, 0, True
    if isinstance(value, str):
        return CHOICES[signal].index(value), int(badness(signal, value)), True
    number = scaled(value, PLACES)
    if number == TOO_LARGE:
        rounded = scaled(exact(Fraction(value), PLACES), PLACES)
        return rounded, int(badness(signal, exact(Fraction(value), PLACES)).scaleb(PLACES)), False
    return number, int(badness(signal, value).scaleb(PLACES)), True


@compiled
def fill_observed(
    on: int,
    of: tuple[Customers, Observations, Observations, Observations],
    meanings: Meanings,
    into: tuple[Ints, NDArray[np.bool_], NDArray[np.bool_], Ints],
    room: Latest,
) -> None:
    """Fill the columns of SEEN; say which values are stale, and which rows the domain has to make.

    `of` are the master data and what was said of countries, customers and sectors;
    `into` the table, what is stale in it, the unsure rows, and the column of each of WHAT.
    """
    masters, countries, customers, sectors = of
    table, stale, unsure, columns = into
    for place in range(len(unsure)):
        room.fresh[:] = False
        room.on[:] = NO_DAY
        by = meanings, columns
        of_country = notice(on, masters.country[place], countries, by, room)
        own = notice(on, place, customers, by, room)
        of_sector = notice(on, masters.sector[place], sectors, by, room)
        unsure[place] |= not (of_country and own and of_sector)
        for column in range(len(room.on)):
            fresh = room.fresh[column]
            known = fresh or room.on[column] != NO_DAY
            table[place, column] = room.number[column] if fresh else room.last[column]
            if not known:
                table[place, column] = UNKNOWN
            stale[place, column] = known and not fresh


@inlined
def notice(on: int, place: int, of: Observations, by: tuple[Meanings, Ints], room: Latest) -> bool:
    """Take in what was said of one subject; whether columns hold all of it."""
    meanings, columns = by
    sure = True
    if place < 0:
        return sure
    last = of.starts[place + 1]
    for row in range(of.starts[place], last):
        same = row + 1 < last and of.what[row + 1] == of.what[row]
        replaced = same and of.provider[row + 1] == of.provider[row] and of.on[row + 1] <= on
        if of.on[row] > on or replaced:
            continue
        what, said = of.what[row], of.said[row]
        column, number, bad = columns[what], meanings.number[said], meanings.bad[said]
        if number == UNKNOWN:
            continue
        sure = sure and meanings.fine[said]
        until = of.on[row] + meanings.life[what]
        if of.until[row] != NO_DAY:
            until = min(until, of.until[row])
        if on <= until and (not room.fresh[column] or bad > room.bad[column]):
            room.fresh[column], room.bad[column], room.number[column] = True, bad, number
        if of.on[row] >= room.on[column]:
            room.on[column], room.last[column] = of.on[row], number
    return sure


def fill(
    book: Book, on: int, by: Meanings | None, table: Ints, unsure: NDArray[np.bool_]
) -> NDArray[np.bool_] | None:
    """Fill the columns of SEEN of a book; which of them are stale, None where none is."""
    if book.observed is None or by is None:
        table[:] = UNKNOWN
        return None
    seen = book.observed
    stale = np.zeros(table.shape, np.bool_)
    flags = np.zeros(len(SEEN), np.bool_)
    numbers = [np.zeros(len(SEEN), np.int64) for _ in range(4)]
    fill_observed(
        on,
        (book.customers, seen.countries, seen.customers, seen.sectors),
        by,
        (table, stale, unsure, _COLUMN),
        Latest(flags, *numbers),
    )
    return stale if stale.any() else None
