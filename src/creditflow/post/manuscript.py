"""One Markdown manuscript becomes the text part and the HTML part; what was data stays text.

A template's own Markdown is markup. Everything that is put into it — a name, an
amount, a reason — passes `as_text` on its way in, which escapes all that
Markdown knows, so a customer called `**{{7*7}}** <script>` is printed as it is
called, in both parts alike.
"""

import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from markdown_it.utils import EnvType, OptionsDict

# Marks that turn the reading direction of what follows them. They show nothing
# themselves, but can make an amount or a file name read as another one.
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Control characters, halves of characters, and what ends a line or a paragraph.
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_MARKUP = re.compile(r"([!-/:-@\[-`{-~])")
_AMOUNT = re.compile(r"\b[A-Z]{3} -?[\d,]+(?:\.\d+)?\b")


def one_line(text: str) -> str:
    """The text on one line: no control characters, no turning marks, single spaces."""
    return " ".join(_BREAKS.sub(" ", _TURNING.sub("", text)).split())


def as_text(text: str) -> str:
    """The text so that Markdown prints it literally, on one line."""
    return _MARKUP.sub(r"\\\1", one_line(text))


Signs = tuple[str, str]
"""How a heading and a pair of a table are written in plain text."""


class Manuscript:
    """A parsed letter: its first line is the title, the rest is the body."""

    def __init__(self, source: str) -> None:
        title, _, body = source.strip().partition("\n")
        self._title = _MARKDOWN.parse(title)
        self._body = _without_empty_heads(_MARKDOWN.parse(body))
        self._tree = SyntaxTreeNode(self._body)

    @property
    def title(self) -> str:
        """The title as plain text on one line."""
        return one_line("".join(_words(SyntaxTreeNode(self._title))))

    @property
    def html(self) -> str:
        """The body as HTML, without any style."""
        rendered: str = _MARKDOWN.renderer.render(self._body, _MARKDOWN.options, {})
        return rendered.strip()

    def text(self, signs: Signs) -> str:
        """The body as plain text, paragraph by paragraph."""
        paragraphs = _paragraphs(self._tree, signs)
        return "\n\n".join(paragraphs) + "\n"

    @property
    def tree(self) -> list[dict[str, object]]:
        """The body as plain data, for a printer that must not read it as markup."""
        return [_block(block) for block in self._tree.children]


class _Renderer(RendererHTML):
    """HTML in which an amount is never torn from its currency at the end of a line."""

    def text(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """One run of text, escaped."""
        del options, env
        return _AMOUNT.sub(r'<span class="nobreak">\g<0></span>', escapeHtml(tokens[idx].content))


_MARKDOWN = MarkdownIt(
    "commonmark", {"html": False, "linkify": False}, renderer_cls=_Renderer
).enable("table")


def _without_empty_heads(tokens: list[Token]) -> list[Token]:
    """Drop table heads without a word in them: Markdown wants one, the reader does not."""
    kept: list[Token] = []
    head: list[Token] | None = None
    for token in tokens:
        if token.type == "thead_open":
            head = []
        if head is None:
            kept.append(token)
            continue
        head.append(token)
        if token.type == "thead_close":
            if any(t.type == "inline" and t.content.strip() for t in head):
                kept.extend(head)
            head = None
    return kept


def _words(node: SyntaxTreeNode) -> Iterator[str]:
    """All words below a node; a forced line break stays one, a link names its address."""
    if node.type in {"text", "code_inline"}:
        yield node.content
    elif node.type == "hardbreak":
        yield "\n"
    elif node.type == "softbreak":
        yield " "
    for child in node.children:
        yield from _words(child)
    if node.type == "link":
        yield f" {node.attrs['href']}"


def _paragraphs(node: SyntaxTreeNode, signs: Signs) -> Iterator[str]:
    """The blocks below a node as plain text, in order."""
    for block in node.children:
        words = "".join(_words(block))
        if block.type == "heading":
            yield _heading(words, signs)
        elif block.type == "table":
            yield "\n".join(_rows(block, signs))
        elif block.type in {"ordered_list", "bullet_list"}:
            yield "\n".join(_items(block))
        else:
            yield words


def _heading(words: str, signs: Signs) -> str:
    text = signs[0].format(words)
    return text if text != words else f"{words}\n{'-' * len(words)}"


def _rows(table: SyntaxTreeNode, signs: Signs) -> Iterator[str]:
    """A line for each row: what it is about, and all that is said of it."""
    for row in table.walk():
        if row.type == "tr":
            first, *others = ("".join(_words(cell)) for cell in row.children)
            yield signs[1].format(first, " · ".join(x for x in others if x.strip()))


def _items(items: SyntaxTreeNode) -> Iterator[str]:
    ordered = items.type == "ordered_list"
    for number, item in enumerate(items.children, start=1):
        mark = f"{number}. " if ordered else "- "
        lines = ("".join(_words(paragraph)) for paragraph in item.children)
        yield mark + ("\n" + " " * len(mark)).join(lines)


def _block(node: SyntaxTreeNode) -> dict[str, object]:
    """One block as data: a paragraph, a heading, a list or a table."""
    if node.type == "paragraph":
        return {"t": "p", "c": _inline(node)}
    if node.type == "heading":
        return {"t": "h", "c": _inline(node)}
    if node.type in {"ordered_list", "bullet_list"}:
        items = [[_inline(part) for part in item.children] for item in node.children]
        return {"t": "ol" if node.type == "ordered_list" else "ul", "c": items}
    if node.type == "table":
        head = [_inline(c) for row in _rows_of(node, "thead") for c in row.children]
        rows = [[{"cell": _inline(c)} for c in row.children] for row in _rows_of(node, "tbody")]
        return {"t": "table", "head": head, "rows": rows}
    raise ValueError(f"letters have no {node.type}")


def _rows_of(table: SyntaxTreeNode, part: str) -> list[SyntaxTreeNode]:
    return [row for x in table.children if x.type == part for row in x.children]


def _inline(node: SyntaxTreeNode) -> list[dict[str, object]]:
    """The words below a node as data, with what is strong, emphasised or linked."""
    found: list[dict[str, object]] = []
    for child in node.children:
        if child.type in {"text", "code_inline"}:
            found.append({"t": "text", "s": child.content})
        elif child.type == "softbreak":
            found.append({"t": "text", "s": " "})
        elif child.type == "hardbreak":
            found.append({"t": "break"})
        elif child.type == "link":
            found.append({"t": "link", "href": child.attrs["href"], "c": _inline(child)})
        elif child.type in {"strong", "em"}:
            found.append({"t": child.type, "c": _inline(child)})
        elif child.type == "inline":
            found += _inline(child)
        else:
            raise ValueError(f"letters have no {child.type}")
    return found
