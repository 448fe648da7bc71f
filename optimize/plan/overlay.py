"""A scenario with an overlay that is in memory, laid where `--overlay` lays a file: above the others, below `--set`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.scenario.emit import to_yaml
from sim.scenario.evidence import unwrap
from sim.scenario.layers import Layers
from sim.scenario.load import finish
from sim.scenario.nodes import Node
from sim.scenario.resolved import Resolved
from sim.scenario.vary import Sources
from sim.scenario.yaml_text import read_yaml

NAME = "decisions.yaml"
_NO_FILE = Path("\0decisions")  # no file can be called so


@dataclass
class _Overlaid(Layers):
    """Layers of which the last overlay is a text."""

    text: str = ""

    def document(self, path: Path | str, overlays: Sequence[Path | str], sets: Sequence[str]) -> Node:
        """The merged document with the text as one overlay more."""
        return super().document(path, (*overlays, _NO_FILE), sets)

    def overlay(self, document: Node, path: Path) -> Node:
        """A file, or the text."""
        if path != _NO_FILE:
            return super().overlay(document, path)
        self.names.append(NAME)
        return self.laid(document, unwrap(read_yaml(self.text.encode(), NAME, self.problems)))


def overlaid(sources: Sources, overlay: Mapping[str, Any]) -> Resolved:
    """The scenario under an overlay; the same as with a file that holds it. Raises ScenarioProblems."""
    layers = _Overlaid(text=to_yaml(overlay))
    return finish(layers.document(sources.file, sources.overlays, sources.sets), layers)
