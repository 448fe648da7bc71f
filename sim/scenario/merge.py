"""One layer on another: maps merge, lists and scalars replace, `null` removes."""

from __future__ import annotations

from dataclasses import replace

from sim.scenario.changes import Override
from sim.scenario.nodes import Node, Path, show_path
from sim.scenario.problems import Problem
from sim.scenario.shapes import Shape


def merge(
    base: Node, layer: Node, shape: Shape | None, problems: list[Problem], log: list[Override], path: Path = ()
) -> Node:
    """``layer`` on ``base``. What is replaced is logged; removing what is not there is a problem."""
    if base.is_scalar and layer.is_map and shape is not None and shape.short and shape.short != "channel":
        base = Node({shape.short: base}, base.origin, base.key_origin, evidence=base.evidence)
    if not (isinstance(base.value, dict) and isinstance(layer.value, dict)):
        if base.plain() != layer.plain():
            log.append(Override(show_path(path), base.written(), layer.written(), layer.origin))
        return layer
    entries = dict(base.value)
    for key, node in layer.value.items():
        inner = (*path, key)
        present = entries.get(key)
        if node.value is None and node.is_scalar:
            if present is None:
                wrong = "null (or nothing) removes what an earlier layer gave, and no earlier layer gave this"
                problems.append(Problem(show_path(inner), wrong, origin=node.at))
                continue
            log.append(Override(show_path(inner), present.written(), None, node.origin))
            del entries[key]
        elif present is None:
            entries[key] = node
        else:
            below = shape.pick(base).step(key, present) if shape is not None else None
            entries[key] = merge(present, node, below.pick(present) if below else None, problems, log, inner)
    return replace(base, value=entries, origin=layer.origin, evidence=layer.evidence or base.evidence,
                   key_origin=layer.key_origin or base.key_origin)  # fmt: skip
