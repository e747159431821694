"""Column mappings: which column of somebody's file is which field, and how it is written.

A mapping is YAML. The ones that come with the product lie in `profiles/`; anybody
can write another one. Nothing about a file is guessed that a mapping does not say.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from creditflow.domain.hand_in import Kind
from creditflow.sources.amounts import NumberForm
from creditflow.sources.tables import Layout


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """Where a field comes from: one of these columns, or a constant.

    `values` replaces words of the file by ours; where `others_empty` says so, a
    word that is not in it counts as an empty cell. `whole_number` takes off the
    `.0` of a number that went through a spreadsheet.
    """

    columns: tuple[str, ...] = ()
    constant: str | None = None
    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    others_empty: bool = False
    prefix: str = ""
    whole_number: bool = False
    numbers: NumberForm = field(default_factory=lambda: NumberForm("1234.56"))
    dates: tuple[str, ...] = ("y-m-d",)


@dataclass(frozen=True, slots=True)
class KindMapping:
    """How one kind of row is found in a file."""

    fields: Mapping[str, FieldMapping]
    options: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    skip_when_empty: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """A column mapping, validated.

    `together` says that every file holds all the kinds, else each holds one.
    `ignored` are columns that are known and not read; `*` stands for all others.
    `digest` changes whenever the mapping's text does.
    """

    name: str
    digest: str
    kinds: Mapping[Kind, KindMapping]
    together: bool = False
    layout: Layout = field(default_factory=Layout)
    ignored: frozenset[str] = frozenset()
    empty: frozenset[str] = frozenset()
    yes: frozenset[str] = frozenset({"yes"})
    no: frozenset[str] = frozenset({"no"})
