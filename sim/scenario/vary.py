"""One scenario in many versions: the same files, read once, with changes for a draw laid into them.

A change of a path that `uncertain:` declares takes effect in the layer that declares it first, after that layer's own
changes; so an option that extends a base with an uncertain wage and raises the wage by 5 % still raises every drawn
wage by 5 %. All other changes take effect last. What matches nothing in this scenario changes nothing in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from sim.scenario.changes import NoMatch, find
from sim.scenario.layers import Layers
from sim.scenario.load import finish, load
from sim.scenario.nodes import Node, from_python, read_path, show_path
from sim.scenario.problems import Origin
from sim.scenario.resolved import Resolved
from sim.scenario.schema.base import Evidence
from sim.scenario.show import nearest_evidence
from sim.scenario.uncertain import lay
from sim.scenario.yaml_text import read_yaml


@dataclass(frozen=True)
class Sources:
    """Where a scenario is written."""

    file: str
    """A path, or the name of a scenario that ships with deskplan."""
    overlays: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()

    def declared(self) -> Resolved:
        """The scenario as it is written. Raises ScenarioProblems."""
        return load(self.file, self.overlays, self.sets)

    def resolved(self, changes: Mapping[str, str] | None = None) -> Resolved:
        """The scenario under changes (path -> change), without its `uncertain:`. Raises ScenarioProblems."""
        return finish(*self.document(changes))

    def document(self, changes: Mapping[str, str] | None = None) -> tuple[Node, Layers]:
        """The merged document under changes, without its `uncertain:`, and the layers that it was merged from."""
        layers = _Drawn(draw=dict(changes or {}))
        return layers.document(self.file, self.overlays, self.sets), layers


@dataclass
class _Drawn(Layers):
    """Layers with changes laid in where they are declared."""

    draw: dict[str, str] = field(default_factory=dict)

    def document(self, path: Path | str, overlays: Sequence[Path | str], sets: Sequence[str]) -> Node:
        """The merged document under the draw."""
        merged = super().document(path, overlays, sets)
        return self.drawn(merged, list(self.draw)).put(("uncertain",), None)

    def laid(self, base: Node, layer: Node) -> Node:
        """A layer on a base, then what it declares uncertain."""
        document, declared = super().laid(base, layer), layer.children.get("uncertain")
        return document if declared is None else self.drawn(document, declared.children)

    def drawn(self, document: Node, paths: Iterable[str]) -> Node:
        """Those of the paths that are still to be drawn and match here."""
        for path in paths:
            if path in self.draw and matches(document, path):
                origin = Origin("uncertain", via=path)
                document = lay(document, path, self.draw.pop(path), origin, self.problems)
        return document

    def read(self, path: Path, label: str) -> Node:
        """One file as written, read once as long as it does not change."""
        try:
            status = path.stat()
        except OSError:
            return super().read(path, label)
        found = _read(path, label, status.st_mtime_ns, status.st_size)
        return found if found is not None else super().read(path, label)


@lru_cache(maxsize=64)
def _read(path: Path, label: str, _changed: int, _size: int) -> Node | None:
    """None where something is wrong, which is then said by the ordinary way."""
    problems: list[object] = []
    try:
        node = read_yaml(path.read_bytes(), label, problems)  # type: ignore[arg-type]
    except Exception:  # noqa: BLE001  (the ordinary way raises it again)
        return None
    return None if problems else node


def matches(document: Node, path: str) -> bool:
    """Whether a path leads to a value of this document, or to one that it could hold."""
    try:
        return any(target.node is not None for target in find(document, read_path(path)))
    except (NoMatch, ValueError):
        return False


def written_at(resolved: Resolved, path: str) -> dict[str, str]:
    """Every place that a path matches in a scenario, with its value as written."""
    try:
        targets = find(from_python(dict(resolved.document)), read_path(path))
    except (NoMatch, ValueError):
        return {}
    return {show_path(target.path): target.node.written() for target in targets if target.node is not None}


def evidence_of(resolved: Resolved, path: str) -> Evidence | None:
    """Where an input comes from: what its `uncertain:` entry says, else what the first value that it matches says."""
    own = resolved.scenario.evidence.get(show_path(("uncertain", path)))
    if own is not None:
        return own
    places = (read_path(place) for place in written_at(resolved, path))
    found = (nearest_evidence(place, resolved.scenario.evidence) for place in places)
    return next((evidence for evidence in found if evidence is not None), None)
