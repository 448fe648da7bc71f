"""Where assumptions come from: `{value: ..., evidence: ...}` beside a value, `evidence:` in a block or by path."""

from __future__ import annotations

from dataclasses import replace

from sim.scenario.changes import NoMatch, find
from sim.scenario.nodes import Node, Path, read_path, show_path
from sim.scenario.problems import Problem, listed, nearest


def unwrap(node: Node, path: Path = ()) -> Node:
    """The tree with each `{value: X, evidence: E}` replaced by X, and evidence kept on the node that it is about."""
    if isinstance(node.value, list):
        return replace(node, value=[unwrap(item, (*path, i)) for i, item in enumerate(node.value)])
    if not isinstance(node.value, dict):
        return node
    entries = node.value
    if set(entries) == {"value", "evidence"}:
        inner = unwrap(entries["value"], path)
        return replace(inner, key_origin=node.key_origin, evidence=_full(entries["evidence"]))
    if path == ():
        return replace(node, value={key: child if key == "evidence" else unwrap(child, (key,))
                                    for key, child in entries.items()})  # fmt: skip
    kept = {key: unwrap(child, (*path, key)) for key, child in entries.items() if key != "evidence"}
    own = _full(entries["evidence"]) if "evidence" in entries else None
    return replace(node, value=kept, evidence=own)


def _full(node: Node) -> Node:
    """`evidence: measured` stands for `{level: measured}`."""
    return node if not node.is_scalar else Node({"level": node}, node.origin, node.key_origin)


def apply_by_path(document: Node, by_path: Node, problems: list[Problem]) -> tuple[Node, dict[str, Node]]:
    """A layer's top-level `evidence:` map put on the values that it names.

    Returns the document, and evidence about defaults (which the document does not hold) by path.
    """
    about_defaults: dict[str, Node] = {}
    for text, node in by_path.children.items():
        try:
            targets = find(document, read_path(text))
        except ValueError:
            problems.append(Problem(f"evidence: {text}", "this is not a path", origin=node.at))
            continue
        except NoMatch as failure:
            similar = nearest(str(failure.part), failure.options, quote="")
            meant = f"'{show_path((*failure.matched, similar))}'" if similar else ""
            problems.append(Problem(f"evidence: {text}", f"nothing matches '{failure.part}'",
                                    listed(failure.options, 20), meant, node.at))  # fmt: skip
            continue
        for target in targets:
            held = document.get(target.path)
            if held is None:
                about_defaults[show_path(target.path)] = _full(node)
            else:
                document = document.put(target.path, replace(held, evidence=_full(node)))
    return document, about_defaults


def collect(document: Node, about_defaults: dict[str, Node]) -> Node:
    """The document with all evidence gathered in its top-level `evidence` map, by path."""
    found: dict[str, Node] = {}

    def visit(node: Node, path: Path) -> None:
        if node.evidence is not None:
            found[show_path(path)] = replace(node.evidence, key_origin=node.evidence.at)
        for key, child in node.items():
            visit(child, (*path, key))

    visit(document, ())
    found.update({path: node for path, node in about_defaults.items() if path not in found})
    if not found:
        return document
    first = next(iter(found.values()))
    return document.put(("evidence",), Node(found, first.origin))
