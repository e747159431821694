"""Reading nested plain data: every problem is noted with its place, and reading goes on.

A reader that has to refuse a value notes a problem and gives back a harmless
stand-in, so that the rest can be looked at too. Whoever reads must throw the
result away where there are problems. What follows from several values is only
looked at where all of them are sound: a stand-in must never be blamed.
"""

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeVar

from creditflow.domain.customer import LANGUAGES
from creditflow.domain.money import CURRENCIES, Money
from creditflow.domain.plain_values import exact, shown
from creditflow.domain.policy_problem import PolicyProblem, Problems
from creditflow.domain.sentences import Sentence, say
from creditflow.domain.texts import TAG, Text

T = TypeVar("T")
Path = tuple[str | int, ...]
LineOf = Callable[[str, Path], int | None]
"""The line on which that place of that document stands, if anybody knows."""

UNREAD = object()
"""Stands for a value that could not even be read; that was noted, and nothing more is to say."""

_PLACE = re.compile(r"{([^{}]*)}")


class Place:
    """One value in a document, with its path and the list that collects problems."""

    def __init__(
        self,
        value: object,
        *,
        document: str,
        path: Path,
        line_of: LineOf,
        problems: Problems,
    ) -> None:
        self.value = value
        self.document = document
        self.path = path
        self._line_of = line_of
        self.problems = problems

    def wrong(self, what: Sentence, remedy: Sentence) -> None:
        """Note a problem here."""
        if self.value is UNREAD:
            return
        line = self._line_of(self.document, self.path)
        self.problems.append(PolicyProblem(self.document, line, self._name(), what, remedy))

    @property
    def is_sound(self) -> bool:
        """Whether nothing was noted about this value or anything inside it so far."""
        whole = self.problems.leave_sound(self.document, self._name())
        return self.value is not UNREAD and whole

    def is_sound_at(self, *names: str) -> bool:
        """Whether all these fields are there, and nothing was noted about them."""
        value = self.value
        return isinstance(value, Mapping) and all(
            name in value and self.below(name, value[name]).is_sound for name in names
        )

    def _name(self) -> str:
        return ".".join(str(part) for part in self.path) or "."

    def below(self, key: str | int, value: object) -> "Place":
        """A value inside this one."""
        return Place(
            value,
            document=self.document,
            path=(*self.path, key),
            line_of=self._line_of,
            problems=self.problems,
        )

    # ------------------------------------------------------------------ structure

    def fields(self, *needed: str, optional: tuple[str, ...] = ()) -> "Fields":
        """The named fields of a mapping; too many and too few are problems."""
        if not isinstance(self.value, Mapping):
            self.wrong(
                say("This should be a mapping of names to values."),
                say("Write it with these fields: {fields}.", fields=", ".join(needed)),
            )
            return Fields(self, {}, complete=False)
        known = (*needed, *optional)
        missing = [key for key in needed if key not in self.value]
        for key in self.value:
            if key not in known:
                meant = difflib.get_close_matches(str(key), missing, n=1)
                missing = [name for name in missing if name not in meant]
                self._unknown(str(key), known, meant)
        for key in missing:
            self.wrong(
                say("The field {field} is missing.", field=key),
                say("Add {field}.", field=key),
            )
        return Fields(self, self.value, complete=all(key in self.value for key in needed))

    def _unknown(self, key: str, known: tuple[str, ...], meant: list[str]) -> None:
        """A field that nobody reads: most often a missing one with a typing mistake."""
        self.below(key, None).wrong(
            say("There is no field of this name."),
            say("Write {field} instead.", field=meant[0])
            if meant
            else say("Remove it, or use one of: {fields}.", fields=", ".join(known)),
        )

    def entries(self) -> Iterator[tuple[str, "Place"]]:
        """Names and values of a mapping with free names."""
        if not isinstance(self.value, Mapping):
            self.wrong(
                say("This should be a mapping of names to values."),
                say("Write one name: value per line."),
            )
            return
        for key, value in self.value.items():
            yield str(key), self.below(str(key), value)

    def names(self) -> frozenset[str]:
        """The names in a mapping; none where it is something else."""
        return frozenset(map(str, self.value) if isinstance(self.value, Mapping) else ())

    def items(self, *, least: int = 1) -> list["Place"]:
        """The entries of a list."""
        entries = self.value if isinstance(self.value, list) else []
        if not isinstance(self.value, list) or len(entries) < least:
            self.wrong(
                say("This should be a list with at least {least} entries.", least=least),
                say("Write each entry on a line that begins with a dash."),
            )
        return [self.below(index, value) for index, value in enumerate(entries)]

    # ------------------------------------------------------------------ values

    def number(self, least: Decimal | int, most: Decimal | int) -> Decimal:
        """An exact number within bounds."""
        number = exact(self.value)
        if number is None or not least <= number <= most:
            self.wrong(
                say(
                    "{value} is not a number from {least} to {most}.",
                    value=shown(self.value),
                    least=str(least),
                    most=str(most),
                ),
                say("Write a plain number such as {least}.", least=str(least)),
            )
            return Decimal(least)
        return number

    def whole(self, least: int, most: int) -> int:
        """A whole number within bounds."""
        number = exact(self.value)
        if number is None or number != number.to_integral_value() or not least <= number <= most:
            self.wrong(
                say(
                    "{value} is not a whole number from {least} to {most}.",
                    value=shown(self.value),
                    least=least,
                    most=most,
                ),
                say("Write a whole number without decimals."),
            )
            return least
        return int(number)

    def money(self, currency: str) -> Money:
        """An amount of that currency, not below zero."""
        number = exact(self.value)
        try:
            if number is not None and number >= 0:
                return Money.of(number, currency)
        except (ValueError, OverflowError):
            pass
        self.wrong(
            say(
                "{value} is not an amount in {currency}.",
                value=shown(self.value),
                currency=currency,
            ),
            say("Write an amount of zero or more, in major units, without separators."),
        )
        return Money.zero(currency)

    def day(self) -> date:
        """A day that exists, as 2026-01-31."""
        try:
            return date.fromisoformat(self.value if isinstance(self.value, str) else "")
        except ValueError:
            self.wrong(
                say("{value} is no day of the calendar.", value=shown(self.value)),
                say("Write a day that exists, as 2026-01-31."),
            )
            return date.max

    def truth(self) -> bool:
        """Yes or no."""
        if not isinstance(self.value, bool):
            self.wrong(
                say("{value} is neither true nor false.", value=shown(self.value)),
                say("Write true or false."),
            )
        return self.value is True

    def word(self) -> str:
        """A text that is not empty."""
        if isinstance(self.value, str) and self.value.strip():
            return self.value
        self.wrong(
            say("{value} is not a text.", value=shown(self.value)), say("Write a short text.")
        )
        return ""

    def one_of(self, choices: tuple[str, ...]) -> str:
        """One of these words."""
        if isinstance(self.value, str) and self.value in choices:
            return self.value
        self.wrong(
            say("{value} is not known here.", value=shown(self.value)),
            say("Use one of: {choices}.", choices=", ".join(choices)),
        )
        return choices[0]

    def currency(self) -> str:
        """A currency code that money knows."""
        if isinstance(self.value, str) and self.value in CURRENCIES:
            return self.value
        self.wrong(
            say("{value} is not a currency code.", value=shown(self.value)),
            say("Use a code of ISO 4217 such as CNY."),
        )
        return "CNY"

    def text(self, places: frozenset[str] | None = frozenset()) -> Text:
        """A text in every language of the product, with no other {places} than these.

        None stands for places that are not known and cannot be checked. Further
        languages are those of letters that an installation has added.
        """
        further = tuple(sorted(filter(TAG.fullmatch, self.names() - set(LANGUAGES))))
        fields = self.fields(*LANGUAGES, optional=further)
        texts: dict[str, str] = {}
        for language in (*LANGUAGES, *further):
            if (place := fields.get(language)) is not None:
                texts[language] = place.word()
                if places is not None:
                    place.check_places(texts[language], places)
        return texts

    def check_places(self, text: str, places: frozenset[str]) -> None:
        """Note {places} that nothing can fill, and braces without a partner."""
        if self.value is UNREAD:
            return
        used = set(_PLACE.findall(text))
        stray = set("{}") & set(_PLACE.sub("", text))
        if stray or not used <= places:
            self.wrong(
                say(
                    "Nothing can fill {places}.",
                    places=", ".join(sorted(used - places)) or "{ }",
                ),
                say(
                    "Use only these places: {places}.",
                    places=", ".join(sorted(places)) or "-",
                ),
            )


class Fields:
    """Fields of a mapping; a missing one has been noted already and is not noted again."""

    def __init__(self, place: Place, values: Mapping[str, object], *, complete: bool) -> None:
        self.place = place
        self._values = values
        self.complete = complete

    def get(self, name: str) -> Place | None:
        """The field's place, None where it is missing or could not be read."""
        if self._values.get(name, UNREAD) is UNREAD:
            return None
        return self.place.below(name, self._values[name])

    def read(self, name: str, read: Callable[[Place], T], default: T) -> T:
        """What `read` makes of the field; the default where it is missing."""
        place = self.get(name)
        return default if place is None else read(place)


def again(places: Sequence[Place], names: Sequence[str]) -> list[tuple[Place, str]]:
    """Each entry whose name an earlier one has already; empty names are no names."""
    return [
        (place, name)
        for at, (place, name) in enumerate(zip(places, names, strict=True))
        if name and name in names[:at]
    ]
