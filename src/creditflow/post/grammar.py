"""The grammar of templates that people write: they name facts, choose, go through lists; no more.

Whatever is not listed here is refused, so that a template is over when its lists
are: it cannot count, call, build texts, or reach anything but its typed view.
"""

import difflib
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from jinja2 import Environment, TemplateSyntaxError, nodes

from creditflow.domain.letter_template import LONGEST_SOURCE, TemplateName, TemplateProblem
from creditflow.domain.sentences import Sentence, say
from creditflow.post.vocabulary import NOT_TO_BE_TOLD, Kind

FOLDER: Final = "letters/"
FILTERS: Final = frozenset({"money", "date"})
TESTS: Final = frozenset({"none"})
DEEPEST: Final = 40
"""How deep what is written may lie in itself; ours goes to 6."""

_PLAIN: Final = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.If,
    nodes.CondExpr,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Compare,
    nodes.Operand,
)
_COMPARED: Final = frozenset({"eq", "ne", "lt", "lteq", "gt", "gteq"})
_LOOP: Final = Kind(
    {name: Kind() for name in ("index", "index0", "revindex", "first", "last", "length")}
)

_ONLY = say(
    "Templates name facts, choose with if, go through lists with for, and include parts;"
    " nothing else."
)


def parsed(source: str) -> nodes.Template | TemplateProblem:
    """The template's tree, or the one thing that keeps it from having one."""
    if len(source) > LONGEST_SOURCE:
        what = say(
            "The template has {size} characters; {most} are the most.",
            size=len(source),
            most=LONGEST_SOURCE,
        )
        return TemplateProblem(None, what, say("Shorten it, or move text into a part."))
    try:
        tree = Environment(trim_blocks=True, lstrip_blocks=True).parse(source)  # noqa: S701 - read, never rendered
    except TemplateSyntaxError as wrong:
        return TemplateProblem(
            wrong.lineno,
            say("This cannot be read: {problem}.", problem=(wrong.message or "").rstrip(".")),
            say("Compare it with the wording in force."),
        )
    except RecursionError:
        return _too_deep(None)
    return tree


def complaints(
    tree: nodes.Template,
    names: Mapping[str, Kind],
    *,
    language: str,
    parts: Collection[str],
) -> Iterator[TemplateProblem]:
    """Everything in the tree that is not in the grammar or not in the vocabulary.

    `names` is what the view knows, `parts` the files of that language that may be included.
    """
    yield from _Reader(language, parts).read(tree, names, 0)


def included(tree: nodes.Template) -> list[str]:
    """The names of templates that the tree includes by a fixed name."""
    found = (x.template for x in tree.find_all(nodes.Include))
    return [x.value for x in found if isinstance(x, nodes.Const) and isinstance(x.value, str)]


def within_bounds(source: str, template: TemplateName) -> list[TemplateProblem]:
    """What keeps a kept wording from being set at all, whatever its names are."""
    tree = parsed(source)
    if isinstance(tree, TemplateProblem):
        return [tree]
    return list(_Reader(template.language, None).read(tree, None, 0))


class _Reader:
    """Reads a tree; without `names` or `parts` it looks at the grammar alone."""

    def __init__(self, language: str, parts: Collection[str] | None) -> None:
        self._language = language
        self._parts = parts

    def read(
        self, node: nodes.Node, names: Mapping[str, Kind] | None, depth: int
    ) -> Iterator[TemplateProblem]:
        """Everything wrong at the node and below it."""
        if depth > DEEPEST:
            yield _too_deep(node.lineno)
            return
        if isinstance(node, nodes.For):
            yield from self._for(node, names, depth)
            return
        if isinstance(node, nodes.Name | nodes.Getattr):
            yield from self._named(node, names)
            return
        if (problem := self._refused(node)) is not None:
            yield problem
            return
        for child in node.iter_child_nodes():
            yield from self.read(child, names, depth + 1)

    def _refused(self, node: nodes.Node) -> TemplateProblem | None:
        if isinstance(node, nodes.Include):
            return self._include(node)
        refused = _refusal(node)
        return None if refused is None else TemplateProblem(node.lineno, *refused)

    def _include(self, node: nodes.Include) -> TemplateProblem | None:
        name = node.template.value if isinstance(node.template, nodes.Const) else None
        ending = f".{self._language}.md.j2"
        known = self._parts
        fine = (
            isinstance(name, str)
            and name.startswith(f"{FOLDER}_")
            and name.endswith(ending)
            and (known is None or name.removeprefix(FOLDER) in known)
        )
        if fine:
            return None
        return _problem(
            node.lineno,
            say("{name} cannot be included.", name=str(name)),
            say("There are: {known}.",
                known=", ".join(f'"{FOLDER}{x}"' for x in sorted(known or ()))),
        )  # fmt: skip

    def _for(
        self, node: nodes.For, names: Mapping[str, Kind] | None, depth: int
    ) -> Iterator[TemplateProblem]:
        if node.recursive or node.test is not None or not isinstance(node.target, nodes.Name):
            yield _problem(node.lineno, say("This loop is of a kind that there is not."),
                           say("Write: for reason in reasons."))  # fmt: skip
            return
        if any(node.find_all(nodes.For)) and _loops_below(node):
            yield _problem(node.lineno, say("A loop stands within a loop."),
                           say("One after the other is enough."))  # fmt: skip
            return
        within = None
        if not isinstance(node.iter, nodes.Name | nodes.Getattr):
            yield _problem(node.lineno, say("A loop goes through something that is no list."),
                           say("Write: for reason in reasons."))  # fmt: skip
            return
        if names is not None:
            problems = list(self._named(node.iter, names))
            yield from problems
            list_ = _resolved(node.iter, names)
            if not problems and (list_ is None or list_.each is None):
                yield _problem(
                    node.lineno,
                    say("{name} is no list.", name=_written(node.iter)),
                    say("A loop goes through: {lists}.", lists=_lists(names)),
                )
                return
            each = (list_.each if list_ else None) or Kind()
            within = {**names, node.target.name: each, "loop": _LOOP}
        for child in (*node.body, *node.else_):
            yield from self.read(child, within, depth + 1)

    def _named(
        self, node: nodes.Name | nodes.Getattr, names: Mapping[str, Kind] | None
    ) -> Iterator[TemplateProblem]:
        chain = _chain(node)
        if chain is None:
            yield _problem(node.lineno, _not_allowed(type(node).__name__), _ONLY)
            return
        if any(x.startswith("_") for x in chain):
            yield _problem(node.lineno, say("{name} is nobody's business.", name=".".join(chain)),
                           say("Names of facts begin with a letter."))  # fmt: skip
            return
        if names is None:
            return
        known: Mapping[str, Kind] = names
        for place, name in enumerate(chain):
            if name not in known:
                yield _unknown(node.lineno, name, chain[:place], known)
                return
            known = known[name].parts


def _refusal(node: nodes.Node) -> tuple[Sentence, Sentence] | None:
    """What is wrong with a node by itself, and what there is instead; None where it is fine."""
    what = None
    if isinstance(node, nodes.Filter):
        if node.name not in FILTERS or node.args or node.kwargs or node.dyn_args:
            what = say("There is no filter {name}.", name=node.name)
        remedy = say("There are money and date.")
    elif isinstance(node, nodes.Test):
        if node.name not in TESTS:
            what = say("There is no test {name}.", name=node.name)
        remedy = say("There are “is none” and “is not none”.")
    else:
        if isinstance(node, nodes.Operand):
            fine, name = node.op in _COMPARED, node.op
        elif isinstance(node, nodes.Const):
            fine = node.value is None or isinstance(node.value, bool | int | str)
            name = repr(node.value)[:40]
        else:
            fine, name = isinstance(node, _PLAIN), type(node).__name__
        if not fine:
            what = say("{what} is not allowed in a template.", what=name)
        remedy = _ONLY
    return None if what is None else (what, remedy)


def _loops_below(node: nodes.For) -> bool:
    return any(x is not node for x in node.find_all(nodes.For))


def _chain(node: nodes.Node) -> tuple[str, ...] | None:
    """`proof.code` as its names; None for an attribute of anything but a name."""
    if isinstance(node, nodes.Name):
        return (node.name,)
    if isinstance(node, nodes.Getattr):
        before = _chain(node.node)
        return None if before is None else (*before, node.attr)
    return None


def _resolved(node: nodes.Node, names: Mapping[str, Kind]) -> Kind | None:
    known, found = names, None
    for name in _chain(node) or ():
        found = known.get(name)
        if found is None:
            return None
        known = found.parts
    return found


def _written(node: nodes.Node) -> str:
    return ".".join(_chain(node) or ("?",))


def _lists(names: Mapping[str, Kind]) -> str:
    return ", ".join(sorted(name for name, kind in names.items() if kind.each)) or "–"


def _unknown(
    line: int, name: str, before: tuple[str, ...], known: Mapping[str, Kind]
) -> TemplateProblem:
    whole = ".".join((*before, name))
    if name in NOT_TO_BE_TOLD:
        return _problem(
            line,
            say("{name} is never told to a customer.", name=whole),
            say("What a letter may say comes as reasons, in words of the policy."),
        )
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        remedy = say("Did you mean {name}?", name=".".join((*before, near[0])))
    else:
        remedy = say("There are: {known}.", known=", ".join(sorted(known)) or "–")
    return _problem(line, say("This letter knows no {name}.", name=whole), remedy)


def _not_allowed(what: str) -> Sentence:
    return say("{what} is not allowed in a template.", what=what)


def _too_deep(line: int | None) -> TemplateProblem:
    return TemplateProblem(
        line, say("This lies too deep in itself."), say("Write it one after the other.")
    )


def _problem(line: int, what: Sentence, remedy: Sentence) -> TemplateProblem:
    return TemplateProblem(line, what, remedy)
