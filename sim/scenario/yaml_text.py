"""YAML 1.2 text -> a tree of nodes with positions. `no`, `on` and `17:30` stay text, as do dates.

The parser's events are used directly: that keeps positions, bounds aliases, and builds no object that a scenario
does not need. Only the core schema's null, true, false and numbers are anything else than text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from dataclasses import replace as node_replace
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml import events as ev
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from sim.scenario.nodes import MAX_DEPTH, MAX_NODES, Node, Path, Scalar, show_path
from sim.scenario.problems import Origin, Problem, ScenarioProblems

MAX_BYTES = 1_000_000
_INT = re.compile(r"^[-+]?[0-9]{1,300}$")
_FLOAT = re.compile(r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")
_SPECIAL = {".inf": float("inf"), "+.inf": float("inf"), "-.inf": float("-inf"), ".nan": float("nan")}
_WORDS: dict[str, Scalar] = {"null": None, "~": None, "": None, "true": True, "false": False}

# What the parser says -> what a planner can act on.
_PLAINER = (
    ("found character '\\t'", "a tab stands where YAML needs spaces", "spaces to indent, never tabs"),
    ("mapping values are not allowed", "a ':' does not fit here", "one 'key: value' a line, indented like its "
     "neighbours; a text that holds ': ' stands in quotes"),
    ("found unexpected end of stream", "a quote is opened and never closed", "the same quote at the end of the text"),
    ("expected ',' or ']'", "a list in [ ] is not closed, or a comma is missing", "[a, b, c]"),
    ("expected ',' or '}'", "a map in { } is not closed, or a comma is missing", "{key: value, key: value}"),
    ("could not find expected ':'", "a key without its ':'", "'key: value'"),
    ("expected <block end>", "the indentation does not match the lines above", "entries of one block start in one "
     "column"),
    ("found undefined alias", "an alias (*name) without its anchor (&name)", "an anchor earlier in the file"),
    ("cannot start any token", "this character cannot start a value", "quotes around a text that starts with it"),
    ("found duplicate anchor", "an anchor is given twice", "one anchor of each name"),
    ("expected the node content", "a value is missing", "'key: value', '[a, b]' or '{key: value}'"),
)  # fmt: skip


def read_yaml(data: bytes | str, source: str, problems: list[Problem] | None = None) -> Node:
    """Parse one document; raises ScenarioProblems with file, line and column.

    With a list of ``problems``, duplicate keys are added to it (the first one counts) and reading goes on.
    """
    text = _decode(data, source)
    found: list[Problem] = [] if problems is None else problems
    reader = _Reader(source, found)
    try:
        root = reader.document(YAML(typ="safe", pure=True).parse(text))
    except ReaderError as error:
        before = text[: error.position]
        column = error.position - (before.rfind("\n") + 1) + 1
        where = Origin(source, before.count("\n") + 1, column)
        raise ScenarioProblems(
            [Problem("", "a control character stands here", "printable text", origin=where)]
        ) from None
    except MarkedYAMLError as error:
        raise ScenarioProblems([*found, reader.long_quote(error) or _syntax(error, source)]) from None
    except YAMLError as error:
        raise ScenarioProblems([Problem("", f"not YAML: {_first_line(error)}", origin=Origin(source, 1, 1))]) from None
    except RecursionError:
        raise ScenarioProblems(
            [Problem("", "the document is nested too deeply", origin=Origin(source, 1, 1))]
        ) from None
    if problems is None and found:
        raise ScenarioProblems(found)
    return root


def _decode(data: bytes | str, source: str) -> str:
    if isinstance(data, str):
        return data.removeprefix("\ufeff")
    if len(data) > MAX_BYTES:
        size = f"{len(data) / 1e6:.1f} MB"
        problem = Problem("", f"the file has {size}", f"up to {MAX_BYTES / 1e6:g} MB; long profiles belong in a CSV",
                          origin=Origin(source))  # fmt: skip
        raise ScenarioProblems([problem])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        good = data[: error.start].decode("utf-8", errors="replace")
        where = Origin(source, good.count("\n") + 1, len(good) - (good.rfind("\n") + 1) + 1)
        raise ScenarioProblems(
            [Problem("", "this byte is not UTF-8 text", "a file saved as UTF-8", origin=where)]
        ) from None


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]


def _syntax(error: MarkedYAMLError, source: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    if "could not find expected ':'" in str(error.problem) and error.context_mark is not None:
        mark = error.context_mark  # the key, and not the line after it
    where = Origin(source, mark.line + 1, mark.column + 1) if mark else Origin(source, 1, 1)
    said = f"{error.context or ''} {error.problem or ''}"
    for sign, wrong, allowed in _PLAINER:
        if sign in said:
            return Problem("", wrong, allowed, origin=where)
    return Problem("", f"not YAML: {(error.problem or error.context or 'it cannot be read').strip()}", origin=where)


@dataclass
class _Reader:
    """Builds the tree from the parser's events; duplicate keys are gathered, the rest stops at once."""

    source: str
    problems: list[Problem]
    anchors: dict[str, Node] = field(default_factory=dict)
    sizes: dict[int, int] = field(default_factory=dict)
    quote: tuple[Origin, int] | None = None
    """The last quoted text of several lines: where it opens, and the line in which it closes."""

    def document(self, stream: Iterator[Any]) -> Node:
        root: Node | None = None
        for event in stream:
            if isinstance(event, ev.DocumentStartEvent):
                if root is not None:
                    self.stop("a second document starts here", "one document a file (no '---' in its middle)", event)
                root = self.node(next(stream), stream, ())
        if root is None or root.value is None:
            where = Origin(self.source, 1, 1)
            raise ScenarioProblems([Problem("", "the file is empty", "a scenario: see `deskplan new`", origin=where)])
        if not root.is_map:
            problem = Problem("", "a scenario is a map of keys and values", "'name: baseline', one key a line",
                              origin=root.origin)  # fmt: skip
            raise ScenarioProblems([problem])
        return root

    def where(self, event: Any) -> Origin:
        return Origin(self.source, event.start_mark.line + 1, event.start_mark.column + 1)

    def stop(self, wrong: str, allowed: str, event: Any) -> None:
        raise ScenarioProblems([*self.problems, Problem("", wrong, allowed, origin=self.where(event))])

    def node(self, event: Any, stream: Iterator[Any], path: Path) -> Node:
        if len(path) > MAX_DEPTH:
            self.stop("the document is nested too deeply", f"up to {MAX_DEPTH} levels", event)
        if isinstance(event, ev.AliasEvent):
            return self.alias(event)
        if event.tag is not None and str(event.tag) not in ("!", "tag:yaml.org,2002:str"):
            self.stop(f"a tag ({event.tag}) cannot be used in a scenario", "plain values", event)
        if isinstance(event, ev.ScalarEvent):
            made = self.scalar(event)
            size = 1
        elif isinstance(event, ev.SequenceStartEvent):
            made, size = self.sequence(event, stream, path)
        else:
            made, size = self.mapping(event, stream, path)
        if size > MAX_NODES:
            self.stop("the document is too large once its aliases are written out", f"{MAX_NODES:,} values", event)
        self.sizes[id(made.value)] = size
        if event.anchor is not None:
            self.anchors[str(event.anchor)] = made
        return made

    def long_quote(self, error: MarkedYAMLError) -> Problem | None:
        """A quote that was not closed runs on to the next one, and only what follows is no YAML."""
        mark = error.problem_mark
        if self.quote is None or mark is None or mark.line + 1 > self.quote[1]:
            return None
        wrong = f"the quote that opens here closes only in line {self.quote[1]}"
        return Problem("", wrong, "the same quote at the end of the text", origin=self.quote[0])

    def alias(self, event: Any) -> Node:
        target = self.anchors.get(str(event.anchor))
        if target is None:
            self.stop("an alias (*name) without its anchor (&name)", "an anchor earlier in the file", event)
        assert target is not None
        return node_replace(target, origin=self.where(event))

    def size_of(self, node: Node) -> int:
        return self.sizes.get(id(node.value), 1) if not node.is_scalar else 1

    def scalar(self, event: Any) -> Node:
        text = str(event.value)
        where = self.where(event)
        if not event.implicit[0]:  # quoted, or a block of text
            if event.style in ("'", '"') and event.end_mark.line > event.start_mark.line:
                self.quote = where, event.end_mark.line + 1
            return Node(text, where)
        value = plain_scalar(text)
        return Node(value, where, text=text if isinstance(value, int | float) and not isinstance(value, bool) else "")

    def sequence(self, start: Any, stream: Iterator[Any], path: Path) -> tuple[Node, int]:
        items: list[Node] = []
        size = 1
        while not isinstance(event := next(stream), ev.SequenceEndEvent):
            items.append(self.node(event, stream, (*path, len(items))))
            size += self.size_of(items[-1])
        return Node(items, self.where(start)), size

    def mapping(self, start: Any, stream: Iterator[Any], path: Path) -> tuple[Node, int]:
        entries: dict[str, Node] = {}
        size = 1
        while not isinstance(event := next(stream), ev.MappingEndEvent):
            if not isinstance(event, ev.ScalarEvent):
                self.stop("a key is a single word", "'key: value'; a text with { or [ stands in quotes", event)
            key, where = str(event.value), self.where(event)
            value = self.node(next(stream), stream, (*path, key))
            size += self.size_of(value)
            if key in entries:
                first = entries[key].at
                wrong = f"'{key}' is given twice in this block (first in line {first.line})"
                self.problems.append(Problem(show_path((*path, key)), wrong, "each key once", origin=where))
                continue
            entries[key] = node_replace(value, key_origin=where)
        return Node(entries, self.where(start)), size


def plain_scalar(text: str) -> Scalar:
    """What an unquoted text is by YAML 1.2's core schema; a date, a time, `yes` and `no` are text.

    >>> [plain_scalar(word) for word in ("26", "0.13", "no", "17:30", "2027-01-04", "true", "~")]
    [26, 0.13, 'no', '17:30', '2027-01-04', True, None]
    """
    low = text.lower()
    if low in _WORDS:
        return _WORDS[low]
    if _INT.match(text):
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    return _SPECIAL.get(low, text)
