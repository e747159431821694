"""Policy files: YAML text becomes plain data with exact numbers and known lines.

Safe by construction: only mappings, lists and plain scalars are read, a key
that stands twice is a problem, and no number ever becomes a float. What is not
YAML is set aside, entry by entry, so that everything around it is read all the same.
"""

import json
from collections.abc import Callable, Hashable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.resources import files
from pathlib import Path as Folder

import yaml

from creditflow.domain.plain_data import UNREAD, LineOf, Path
from creditflow.domain.policy import Policy
from creditflow.domain.policy_draft import PolicyDraft
from creditflow.domain.policy_problem import PolicyProblem
from creditflow.domain.policy_reading import DOCUMENTS, InvalidPolicy, canonical, read_policy
from creditflow.domain.sentences import Sentence, say
from creditflow.sources.broken_yaml import SET_ASIDE, mended

MOST_BYTES = 2_000_000
DEEPEST = 40
MOST_NODES = 50_000

_TAG = "tag:yaml.org,2002:"


def load_policy(
    source: Folder | Mapping[str, str], version: int
) -> tuple[Policy | None, list[PolicyProblem]]:
    """The policy in a folder of YAML files, or in their texts by file name; else every problem.

    Raises OSError where the folder cannot be read.
    """
    _, policy, problems = _loaded(source, version)
    return policy, problems


def read_document(name: str, text: str) -> tuple[object, LineOf, list[PolicyProblem]]:
    """One YAML text as plain data, where everything in it stands, and what cannot be read."""
    documents, lines, problems = _parse({name: text})
    return documents[name], _line_of(lines), problems


def policy_text(source: Folder | Mapping[str, str]) -> str:
    """The canonical JSON under which a policy is published; raises InvalidPolicy."""
    documents, policy, problems = _loaded(source, version=1)
    if policy is None:
        raise InvalidPolicy(problems)
    return canonical(documents)


def folder_texts(folder: Folder) -> dict[str, str]:
    """The YAML texts in a folder, by document; raises OSError where it cannot be read."""
    return _texts(folder)


def shipped_policy_documents() -> dict[str, str]:
    """The YAML texts of the policy that creditflow comes with, by file name."""
    folder = files("creditflow") / "data" / "policy"
    return {f"{name}.yaml": (folder / f"{name}.yaml").read_text("utf-8") for name in DOCUMENTS}


@cache
def shipped_policy_text() -> str:
    """The canonical JSON of the shipped policy; read once, for YAML is slow to read."""
    return policy_text(shipped_policy_documents())


def sources_of(text: str, drafts: Iterable[PolicyDraft] = ()) -> dict[str, str]:
    """A published policy as YAML texts by document, as it was written where that is known.

    `text` is its canonical JSON. Written anew, comments are gone and nothing else.
    """
    for draft in drafts:
        if draft.text == text and draft.sources:
            return dict(draft.sources)
    shipped = _texts(shipped_policy_documents())
    if text == shipped_policy_text():
        return shipped
    documents = json.loads(text)
    return {
        name: yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=100)
        for name, document in sorted(documents.items())
    }


def _loaded(
    source: Folder | Mapping[str, str], version: int
) -> tuple[dict[str, object], Policy | None, list[PolicyProblem]]:
    """The documents as plain data, and the policy that they make or every problem."""
    documents, lines, problems = _parse(_texts(source))
    policy, found = read_policy(
        documents, version=version, line_of=_line_of(lines), noted=problems, is_draft=True
    )
    order = [*DOCUMENTS, *sorted(documents)]
    return documents, policy, sorted(found, key=lambda p: (order.index(p.document), p.line or 0))


def _texts(source: Folder | Mapping[str, str]) -> dict[str, str]:
    if isinstance(source, Folder):
        found = sorted(p for p in source.iterdir() if p.suffix in {".yaml", ".yml"})
        return {p.stem: p.read_text("utf-8-sig", errors="replace") for p in found}
    return {name.rsplit(".", 1)[0]: text for name, text in source.items()}


def _line_of(lines: Mapping[str, Mapping[Path, int]]) -> LineOf:
    def find(document: str, path: Path) -> int | None:
        """The line of the place itself, else of the nearest thing around it."""
        known = lines.get(document, {})
        while path and path not in known:
            path = path[:-1]
        return known.get(path)

    return find


def _parse(
    texts: Mapping[str, str],
) -> tuple[dict[str, object], dict[str, dict[Path, int]], list[PolicyProblem]]:
    documents: dict[str, object] = {}
    lines: dict[str, dict[Path, int]] = {}
    problems: list[PolicyProblem] = []
    for name, text in texts.items():
        reader = _Reader(name, problems)
        documents[name] = reader.read(text)
        lines[name] = reader.lines
    return documents, lines, problems


class _Reader:
    """Reads one document and remembers on which line everything stands."""

    def __init__(self, document: str, problems: list[PolicyProblem]) -> None:
        self.document = document
        self.lines: dict[Path, int] = {}
        self._problems = problems
        self._nodes = 0
        self._aside: Mapping[int, int] = {}

    def read(self, text: str) -> object:
        if len(text) > MOST_BYTES:
            self._wrong(None, (), say("The file is too large."), say("Keep it under 2 MB."))
            return UNREAD
        node, self._aside, broken = mended(text)
        if broken is not None:
            self._not_yaml(broken.line, ())
            return UNREAD
        return None if node is None else self._plain(node, ())

    def _not_yaml(self, line: int | None, path: Path) -> None:
        self._wrong(
            line, path, say("This is not YAML."), say("Look at indentation, colons and quotes.")
        )

    def _plain(self, node: yaml.Node, path: Path) -> object:
        line = node.start_mark.line + 1
        self.lines.setdefault(path, line)
        self._nodes += 1
        if len(path) > DEEPEST or self._nodes > MOST_NODES:
            # Aliases can make a short text unfold without end.
            if self._nodes <= MOST_NODES + 1:
                what = say("This unfolds into too much.")
                self._wrong(line, path, what, say("Write values out instead of using aliases."))
            return UNREAD
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [
                self._plain(item, (*path, i))
                for i, item in enumerate(node.value)
                if self._nodes <= MOST_NODES
            ]
        return self._scalar(node, path)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, object]:
        found: dict[str, object] = {}
        for key_node, value_node in node.value:
            key, line = str(key_node.value), key_node.start_mark.line + 1
            place = (*path, key)
            if key in found:
                self._wrong(
                    line, place, say("This key stands here twice."), say("Remove one of the two.")
                )
            if self._nodes > MOST_NODES:
                break
            self.lines[place] = line
            found[key] = self._plain(value_node, place)
        return found

    def _scalar(self, node: yaml.Node, path: Path) -> object:
        text, read = str(node.value), _SCALARS.get(node.tag.removeprefix(_TAG))
        line = node.start_mark.line + 1
        if node.tag == SET_ASIDE:
            self._not_yaml(self._aside.get(line, line), path)
            return UNREAD
        if read is None:
            self._wrong(line, path, say("This kind of value is not read."), say("Quote it."))
            return UNREAD
        return read(text)

    def _wrong(self, line: int | None, path: Path, what: Sentence, remedy: Sentence) -> None:
        place = ".".join(str(part) for part in path) or "."
        self._problems.append(PolicyProblem(self.document, line, place, what, remedy))


def _number(text: str) -> object:
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def _whole(text: str) -> object:
    return int(text) if text.lstrip("+-").isdecimal() and len(text) < 40 else text  # noqa: PLR2004


_SCALARS: Mapping[Hashable, Callable[[str], object]] = {
    "str": str,
    "int": _whole,
    "float": _number,
    "bool": lambda text: text.lower() in {"true", "yes", "on"},
    "null": lambda _text: None,
    "timestamp": str,
}
