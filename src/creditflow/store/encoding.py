"""Write a domain value as canonical JSON and read back exactly the same value.

What a value is made of follows from its type hints, so a new field needs no
code here; a type that is not known is refused when it is first met. Decimals
and fractions are text, amounts are minor units with a currency, moments are in
UTC. Where a place may hold several types (a sentence's fact, a signal's value),
the type is written next to everything that JSON has no type of its own for.
"""

import dataclasses
import json
import types
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import (
    Any,
    Literal,
    NamedTuple,
    NewType,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from creditflow.domain.evidence_problem import EvidenceProblem
from creditflow.domain.money import Money
from creditflow.domain.rates import Rate, Rates
from creditflow.domain.sentences import Fact, Sentence
from creditflow.domain.signals import Evidence, Signal

T = TypeVar("T")


class Codec(NamedTuple):
    """How to turn values of one type into what JSON knows, and back."""

    pack: Callable[[Any], Any]
    unpack: Callable[[Any], Any]


def encode(value: object) -> str:
    """Write the value as canonical JSON: sorted keys, no spaces, no escapes but the needed."""
    return canonical(_codec(type(value)).pack(value))


def decode(text: str, kind: type[T]) -> T:
    """Read a value of that type back from what `encode` wrote."""
    value: T = _codec(kind).unpack(json.loads(text))
    return value


def packed_signals(body: str) -> list[dict[str, Any]]:
    """The signals of an evaluation as they are kept, for who reads thousands and needs few."""
    evidence = json.loads(body)["evidence"]
    return list(evidence if isinstance(evidence, list) else evidence["signals"])


def encode_words(words: Mapping[str, str]) -> str:
    """Write plain words by name."""
    return canonical(dict(words))


def decode_words(text: str) -> dict[str, str]:
    """Read plain words by name."""
    return {str(name): str(word) for name, word in json.loads(text).items()}


def encode_names(names: Iterable[str]) -> str:
    """Write a set of names."""
    return canonical(sorted(names))


def decode_names(text: str) -> list[str]:
    """Read a set of names, in their order."""
    return [str(name) for name in json.loads(text)]


def canonical(plain: object) -> str:
    """One text per value, whatever the order it was put together in."""
    return json.dumps(
        plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )


def _same(value: Any) -> Any:  # noqa: ANN401 - what JSON knows by itself
    return value


_CODECS: dict[object, Codec] = {
    str: Codec(str, _same),
    int: Codec(int, _same),
    bool: Codec(_same, _same),
    float: Codec(repr, float),
    Decimal: Codec(str, Decimal),
    Fraction: Codec(str, Fraction),
    date: Codec(date.isoformat, date.fromisoformat),
    datetime: Codec(lambda at: at.astimezone(UTC).isoformat(), datetime.fromisoformat),
    Money: Codec(lambda m: [m.minor, m.currency], lambda p: Money(p[0], p[1])),
    Rates: Codec(
        lambda table: [_codec(Rate).pack(rate) for rate in table.listed()],
        lambda plain: Rates(map(_codec(Rate).unpack, plain)),
    ),
}


def _codec(kind: Any) -> Codec:  # noqa: ANN401 - a type hint is not always a type
    if kind not in _CODECS:
        _CODECS[kind] = _made(kind)
    return _CODECS[kind]


def _made(kind: Any) -> Codec:  # noqa: ANN401
    if isinstance(kind, NewType):
        return _codec(kind.__supertype__)
    if get_origin(kind) is not None:
        return _generic(kind, get_origin(kind), get_args(kind))
    if kind is Sentence:
        return _sentence()
    if kind is Evidence:
        return _evidence()
    if isinstance(kind, type) and issubclass(kind, Enum):
        return Codec(lambda member: member.value, kind)
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return _record(kind)
    raise TypeError(f"no way to keep a {kind!r} is known")


def _generic(kind: object, origin: object, inner: tuple[Any, ...]) -> Codec:
    if origin is Literal:
        return Codec(_same, _same)
    if origin in (Union, types.UnionType):
        return _one_of(inner)
    if origin is tuple:
        return _collection(_codec(inner[0]), tuple, in_order=True)
    if origin is frozenset:
        return _collection(_codec(inner[0]), frozenset, in_order=False)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping(*map(_codec, inner))
    raise TypeError(f"no way to keep a {kind!r} is known")


def _collection(items: Codec, make: Callable[[Any], Any], *, in_order: bool) -> Codec:
    def pack(values: Any) -> list[Any]:  # noqa: ANN401
        packed = [items.pack(value) for value in values]
        return packed if in_order else sorted(packed)

    return Codec(pack, lambda plain: make(items.unpack(item) for item in plain))


def _mapping(keys: Codec, values: Codec) -> Codec:
    return Codec(
        lambda mapping: {keys.pack(k): values.pack(v) for k, v in mapping.items()},
        lambda plain: {keys.unpack(k): values.unpack(v) for k, v in plain.items()},
    )


def _record(kind: type) -> Codec:
    """A record by its fields; one that was kept before a field with a default existed has that."""
    hints = get_type_hints(kind)
    fields = [(field.name, _codec(hints[field.name])) for field in dataclasses.fields(kind)]
    younger = {
        field.name
        for field in dataclasses.fields(kind)
        if (field.default, field.default_factory) != (dataclasses.MISSING, dataclasses.MISSING)
    }
    return Codec(
        lambda value: {name: codec.pack(getattr(value, name)) for name, codec in fields},
        lambda plain: kind(
            **{
                name: codec.unpack(plain[name])
                for name, codec in fields
                if name in plain or name not in younger
            }
        ),
    )


def _evidence() -> Codec:
    """Signals, and the problems that were found; older ones are a bare list of signals."""
    signals = _collection(_codec(Signal), tuple, in_order=True)
    problems = _collection(_codec(EvidenceProblem), tuple, in_order=True)

    def pack(evidence: Evidence) -> dict[str, Any]:
        return {
            "problems": problems.pack(evidence.problems),
            "signals": signals.pack(evidence.values()),
        }

    def unpack(plain: Any) -> Evidence:  # noqa: ANN401
        if isinstance(plain, list):
            return Evidence(signals.unpack(plain))
        return Evidence(signals.unpack(plain["signals"]), problems.unpack(plain["problems"]))

    return Codec(pack, unpack)


def _sentence() -> Codec:
    # A sentence may stand within a sentence, so what facts are is looked up when one is met.
    def pack(sentence: Sentence) -> dict[str, Any]:
        facts = _mapping(_codec(str), _codec(Fact))
        return {"text": sentence.text, "facts": facts.pack(sentence.facts)}

    def unpack(plain: Any) -> Sentence:  # noqa: ANN401
        facts = _mapping(_codec(str), _codec(Fact))
        return Sentence(plain["text"], types.MappingProxyType(facts.unpack(plain["facts"])))

    return Codec(pack, unpack)


def _one_of(kinds: tuple[Any, ...]) -> Codec:
    """A place for several types: None, text and whole numbers as they are, others by name."""
    some = [kind for kind in kinds if kind is not type(None)]
    if len(some) == 1:
        return _optional(_codec(some[0]))
    # A moment is a day to isinstance(), so the narrower type is asked first.
    some.sort(key=lambda kind: len(kind.__mro__), reverse=True)
    codecs = {kind.__name__: _codec(kind) for kind in some}

    def pack(value: Any) -> Any:  # noqa: ANN401
        if value is None:
            return None
        for kind in some:
            if isinstance(value, kind):
                packed = codecs[kind.__name__].pack(value)
                return packed if kind in (str, int) else {kind.__name__: packed}
        raise TypeError(f"no way to keep {value!r} among {kinds!r} is known")

    def unpack(plain: Any) -> Any:  # noqa: ANN401
        if not isinstance(plain, dict):
            return plain
        [(name, packed)] = plain.items()
        return codecs[name].unpack(packed)

    return Codec(pack, unpack)


def _optional(inner: Codec) -> Codec:
    return Codec(
        lambda value: None if value is None else inner.pack(value),
        lambda plain: None if plain is None else inner.unpack(plain),
    )
