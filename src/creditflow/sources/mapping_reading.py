"""Read a column mapping from YAML: all its problems at once, each with its line and remedy."""

import codecs
import difflib
import hashlib
from collections.abc import Collection, Iterable
from types import MappingProxyType

import yaml

from creditflow.domain.errors import Refusal
from creditflow.domain.hand_in import Kind, RowProblem, shortened
from creditflow.domain.sentences import Sentence, say
from creditflow.sources import days, words
from creditflow.sources.amounts import FORMS, NEGATIVES, NumberForm, Unreadable
from creditflow.sources.fields import CHOICES, FIELDS, OPTIONS, REQUIRED, Holds
from creditflow.sources.mapping import FieldMapping, KindMapping, Profile
from creditflow.sources.tables import Layout

MOST_CHARACTERS = 100_000

_DELIMITERS = {",": ",", ";": ";", "\t": "\t", "comma": ",", "semicolon": ";", "tab": "\t"}
_FORM_KEYS = ("numbers", "negative", "units", "dates")
_TOP_KEYS = ("name", "together", "encoding", "delimiter", "sheet", "header_line", *_FORM_KEYS,
             "yes", "no", "empty", "ignore", "kinds")  # fmt: skip
_FIELD_KEYS = ("column", "constant", "values", "others", "prefix", "whole_number", *_FORM_KEYS)
_CHECKS = {"currency": words.currency, "base": words.currency, "country": words.country,
           "language": words.language_tag, "letters_by": words.letters_by}  # fmt: skip


class ProfileRefused(Refusal):
    """A column mapping that is not valid; `problems` has every reason with its line."""

    def __init__(self, problems: Collection[RowProblem]) -> None:
        self.problems = tuple(problems)
        listed = "; ".join(
            f"line {p.line}, {p.column}: {p.what} {p.remedy}" for p in self.problems[:20]
        )
        super().__init__(say("The column mapping is not valid. {problems}", problems=listed))


def read_profile(text: str) -> Profile:
    """The mapping that the text says; raises ProfileRefused with all that is wrong with it."""
    reader = _Reader()
    profile = reader.profile(text)
    if profile is None or reader.problems:
        raise ProfileRefused(sorted(reader.problems, key=lambda p: p.line or 0))
    return profile


class _Reader:
    """Goes through the YAML nodes, which know their lines, and collects what is wrong."""

    def __init__(self) -> None:
        self.problems: list[RowProblem] = []
        self._form = _Form()

    # ------------------------------------------------------------------ the parts of a mapping

    def profile(self, text: str) -> Profile | None:
        root = self._compose(text)
        if root is None:
            return None
        top = self.mapping(root, "", _TOP_KEYS)
        name = self.scalar(top.get("name"), "name")
        if not name:
            self.wrong(root, "name", say("This is missing."), say("Give the mapping a name."))
        self._form = self.form(top, _Form())
        kinds_node = top.get("kinds")
        if kinds_node is None:
            what = say("This is missing.")
            self.wrong(root, "kinds", what, say("Say under “kinds” what the file holds."))
        kinds = self.mapping(kinds_node, "kinds", [k.value for k in Kind])
        return Profile(
            name=name or "",
            digest=hashlib.sha256(text.encode(errors="replace")).hexdigest(),
            kinds=MappingProxyType({Kind(k): self.kind(Kind(k), n) for k, n in kinds.items()}),
            together=self.flag(top.get("together"), "together"),
            layout=self.layout(top),
            ignored=frozenset(c.casefold() for c in self.texts(top.get("ignore"), "ignore")),
            empty=frozenset(self.texts(top.get("empty"), "empty")),
            yes=frozenset(w.casefold() for w in self.texts(top.get("yes"), "yes") or ("yes",)),
            no=frozenset(w.casefold() for w in self.texts(top.get("no"), "no") or ("no",)),
        )

    def layout(self, top: dict[str, yaml.Node]) -> Layout:
        delimiter = self.one_of(top.get("delimiter"), "delimiter", _DELIMITERS)
        encoding = self.scalar(top.get("encoding"), "encoding")
        if encoding and not _is_text_encoding(encoding):
            what = say("There is no encoding of this name.")
            self.wrong(top["encoding"], "encoding", what, say("Write utf-8, gb18030 or another."))
        line = self.scalar(top.get("header_line"), "header_line") or "1"
        if not (line.isascii() and line.isdecimal() and 1 <= int(line[:6]) <= 100):  # noqa: PLR2004
            what = say("This is not a line number between 1 and 100.")
            self.wrong(top["header_line"], "header_line", what, say("Write the header's line."))
            line = "1"
        return Layout(
            delimiter=_DELIMITERS.get(delimiter or ""),
            encoding=encoding,
            sheet=self.scalar(top.get("sheet"), "sheet"),
            header_line=int(line),
        )

    def kind(self, kind: Kind, node: yaml.Node) -> KindMapping:
        options = {n: choices for n, (kinds, choices) in OPTIONS.items() if kind in kinds}
        body = self.mapping(node, kind.value, (*options, "skip_when_empty", "fields"))
        chosen = {n: self.one_of(body.get(n), n, c) or c[0] for n, c in options.items()}
        known = FIELDS[kind]
        fields_node = body.get("fields", node)
        named = self.mapping(body.get("fields"), f"{kind.value}: fields", known)
        fields = {name: self.field(name, known[name], item) for name, item in named.items()}
        for name in sorted(REQUIRED[kind] - fields.keys()):
            what = say("The field {field} of {kind} is missing.", field=name, kind=kind.value)
            self.wrong(fields_node, name, what, say("Name its column, or give it a constant."))
        skip = tuple(self.texts(body.get("skip_when_empty"), "skip_when_empty"))
        for name in skip:
            if name not in fields:
                self.unknown(body["skip_when_empty"], name, fields)
        return KindMapping(MappingProxyType(fields), MappingProxyType(chosen), skip)

    def field(self, name: str, holds: Holds, node: yaml.Node) -> FieldMapping:
        form = self._form
        body: dict[str, yaml.Node] = {"column": node}
        if isinstance(node, yaml.MappingNode):
            body = self.mapping(node, name, _FIELD_KEYS)
            form = self.form(body, form)
        columns = tuple(self.texts(body.get("column"), name))
        constant = self.scalar(body.get("constant"), name)
        if bool(columns) == (constant is not None):
            what = say("A field comes either from a column or from a constant.")
            self.wrong(node, name, what, say("Write one of “column” and “constant”."))
        self._needs_form(node, name, holds, form)
        values = {
            key: self.scalar(value, name) or ""
            for key, value in self.mapping(body.get("values"), f"{name}: values").items()
        }
        self._check_words(node, name, [*values.values(), *([constant] if constant else [])])
        return FieldMapping(
            columns=columns,
            constant=constant,
            values=MappingProxyType(values),
            others_empty=self.one_of(body.get("others"), "others", ("empty", "read")) == "empty",
            prefix=self.scalar(body.get("prefix"), "prefix") or "",
            whole_number=self.flag(body.get("whole_number"), "whole_number"),
            numbers=form.numbers or NumberForm("1234.56"),
            dates=form.dates,
        )

    def _needs_form(self, node: yaml.Node, name: str, holds: Holds, form: "_Form") -> None:
        if holds in {Holds.MONEY, Holds.NUMBER} and form.numbers is None:
            what = say("Nothing says how numbers are written.")
            self.wrong(node, name, what, say("Add numbers: and an example, such as “1,234.56”."))
        if holds is Holds.DATE and not form.dates:
            what = say("Nothing says how dates are written.")
            self.wrong(node, name, what, say("Add dates: and their forms, such as [d/m/y]."))

    def _check_words(self, node: yaml.Node, name: str, texts: Iterable[str]) -> None:
        for text in texts:
            if name in CHOICES and text not in CHOICES[name]:
                self.unknown(node, text, CHOICES[name])
            if check := _CHECKS.get(name):
                try:
                    check(text)
                except Unreadable as no:
                    self.wrong(node, name, no.what, no.remedy, text)

    def form(self, body: dict[str, yaml.Node], base: "_Form") -> "_Form":
        """How numbers and dates are written, as far as it is said here; else as before."""
        example = self.one_of(body.get("numbers"), "numbers", FORMS)
        negative = self.texts(body.get("negative"), "negative")
        for way in negative:
            if way not in NEGATIVES:
                self.unknown(body["negative"], way, NEGATIVES)
        numbers = base.numbers
        if example or (numbers and ("negative" in body or "units" in body)):
            old = numbers or NumberForm("1234.56")
            numbers = NumberForm(
                example or old.example,
                frozenset(negative) if negative else old.negatives,
                self.flag(body["units"], "units") if "units" in body else old.units,
            )
        dates = tuple(self.texts(body.get("dates"), "dates"))
        for form in dates:
            if not days.is_form(form):
                what = say("This is not a form of dates.")
                remedy = say("Name y, m and d once each: d/m/y, yyyymmdd; or write excel.")
                self.wrong(body["dates"], "dates", what, remedy, form)
        if both := days.clash(dates):
            what = say("Under {one} and {other} the same date means two days.", one=both[0],
                       other=both[1])  # fmt: skip
            self.wrong(body["dates"], "dates", what, say("Keep the one that the file uses."))
        return _Form(numbers, dates or base.dates)

    # ------------------------------------------------------------------ YAML

    def _compose(self, text: str) -> yaml.Node | None:
        where, node = 1, None
        try:
            # Composing makes no objects; the loader's tags never come into play.
            if len(text) <= MOST_CHARACTERS:
                node = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            where = error.problem_mark.line + 1 if error.problem_mark else 1
        except (yaml.YAMLError, RecursionError, ValueError):
            pass
        if isinstance(node, yaml.MappingNode):
            return node
        what = say("This is not a column mapping in YAML.")
        remedy = say("Check indentation, colons and quotation marks near this line.")
        self.problems.append(RowProblem(where, "", "", what, remedy))
        return None

    def mapping(
        self, node: yaml.Node | None, where: str, known: Collection[str] | None = None
    ) -> dict[str, yaml.Node]:
        """The entries of a node that must be a mapping; only known keys, each once."""
        if node is None:
            return {}
        if not isinstance(node, yaml.MappingNode):
            what = say("Here must be names with values.")
            self.wrong(node, where, what, say("Write one “name: value” per line, indented."))
            return {}
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
            if known is not None and name not in known:
                self.unknown(key, name, known)
            elif name in found:
                what = say("This name stands here twice.")
                self.wrong(key, name, what, say("Remove one of the two."))
            else:
                found[name] = value
        return found

    def scalar(self, node: yaml.Node | None, where: str) -> str | None:
        if node is None:
            return None
        if isinstance(node, yaml.ScalarNode):
            return str(node.value)
        self.wrong(node, where, say("Here must be one value."), say("Write a single word or text."))
        return None

    def texts(self, node: yaml.Node | None, where: str) -> list[str]:
        """One text or a list of texts."""
        items = node.value if isinstance(node, yaml.SequenceNode) else [node]
        found = (self.scalar(item, where) for item in items)
        return [text for text in found if text]

    def flag(self, node: yaml.Node | None, where: str) -> bool:
        return self.one_of(node, where, ("true", "false")) == "true"

    def one_of(self, node: yaml.Node | None, where: str, known: Collection[str]) -> str | None:
        text = self.scalar(node, where)
        if node is None or text is None or text in known:
            return text
        self.unknown(node, text, known)
        return None

    def unknown(self, node: yaml.Node, name: str, known: Collection[str]) -> None:
        near = difflib.get_close_matches(name, list(known), n=1)
        remedy = (
            say("Did you mean {name}?", name=near[0])
            if near
            else say("Known here are: {names}.", names=", ".join(known))
        )
        self.wrong(node, name, say("This name is not known here."), remedy, name)

    def wrong(
        self, node: yaml.Node, where: str, what: Sentence, remedy: Sentence, value: str = ""
    ) -> None:
        line = node.start_mark.line + 1
        self.problems.append(RowProblem(line, shortened(where), shortened(value), what, remedy))


class _Form:
    """How numbers and dates are written, as far as a mapping has said it."""

    def __init__(self, numbers: NumberForm | None = None, dates: tuple[str, ...] = ()) -> None:
        self.numbers = numbers
        self.dates = dates


def _is_text_encoding(name: str) -> bool:
    try:
        return bool(codecs.lookup(name)._is_text_encoding)  # noqa: SLF001 - base64 is none
    except (LookupError, ValueError):
        return False
