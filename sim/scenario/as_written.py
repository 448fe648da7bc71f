"""The layers of a scenario one by one, as texts that can be read again from anywhere.

A merged scenario shows what was run, and runs again. But a draw of what is uncertain is laid into the layer that
declares it (`sim.scenario.vary`), so that whoever wants to draw again needs the layers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.scenario.emit import to_yaml
from sim.scenario.layers import Layers, set_value
from sim.scenario.nodes import Node
from sim.scenario.problems import Origin
from sim.scenario.profiles import ProfileError, file_of, profile_text, read_profile
from sim.scenario.vary import Sources

_NUMBERED = re.compile(r"^(overlay_\d{3}|\d{2})_")


def as_written(sources: Sources) -> dict[str, str]:
    """The layers of a scenario as files of one folder, by name. Raises ScenarioProblems.

    ``01_NAME.yaml`` is the scenario, ``02_NAME.yaml`` what it extends, and so on. ``overlay_001_NAME.yaml`` ... are
    laid on it in this order; a `--set` is an overlay of one change. Profiles that they name are ``profile_1.csv`` ...
    """
    reader = _Reader()
    reader.merged(sources.file, sources.overlays, ())
    count = len(reader.found) - len(sources.overlays)
    texts = _Texts()
    texts.chain(reader.found[:count])
    for path, node in reader.found[count:]:
        texts.overlay(path.stem, node.plain(), path.parent)
    for text in sources.sets:
        texts.overlay("set", {"changes": _one_change(text)}, Path())
    return texts.made


def given(folder: Path) -> tuple[Path, list[Path]] | None:
    """The scenario among the layers in a folder, and its overlays in order; None where the folder holds none."""
    first = sorted(folder.glob("01_*.yaml"))
    return (first[0], sorted(folder.glob("overlay_*.yaml"))) if first else None


@dataclass
class _Reader(Layers):
    """Layers that remember what they read: a file, what it extends, and so on, then the overlays."""

    found: list[tuple[Path, Node]] = field(default_factory=list)

    def read(self, path: Path, label: str) -> Node:
        node = super().read(path, label)
        self.found.append((path, node))
        return node


@dataclass
class _Texts:
    """Texts under numbered names, with what they name among each other."""

    made: dict[str, str] = field(default_factory=dict)
    profiles: dict[Path, str] = field(default_factory=dict)
    overlays: int = 0

    def chain(self, found: list[tuple[Path, Node]]) -> None:
        names = [f"{number:02d}_{_own(path.stem)}.yaml" for number, (path, _) in enumerate(found, 1)]
        for name, above, (path, node) in zip(names, [*names[1:], ""], found, strict=True):
            document = self.moved(node.plain(), path.parent)
            self.made[name] = to_yaml({**document, "extends": above} if above else document)

    def overlay(self, name: str, document: Mapping[str, Any], folder: Path) -> None:
        self.overlays += 1
        self.made[f"overlay_{self.overlays:03d}_{_own(name)}.yaml"] = to_yaml(self.moved(document, folder))

    def moved(self, value: Any, folder: Path) -> Any:
        """The document with profiles named where their copies are."""
        if isinstance(value, dict):
            return {key: self.moved(entry, folder) for key, entry in value.items()}
        if isinstance(value, list):
            return [self.moved(entry, folder) for entry in value]
        return self.profile(value, folder) or value if isinstance(value, str) else value

    def profile(self, name: str, folder: Path) -> str | None:
        """The name of the copy of a profile; None where the text names none."""
        file = file_of(name, folder) if name.strip() else None
        if file is None:
            return None
        if file not in self.profiles:
            try:
                weights = read_profile(file)
            except ProfileError:
                return None
            own = f"profile_{len(self.profiles) + 1}.csv"
            self.profiles[file] = own
            self.made[own] = profile_text(weights)
        return self.profiles[file]


def _own(name: str) -> str:
    """A name without the number that this module gave it before."""
    return _NUMBERED.sub("", name)


def _one_change(text: str) -> dict[str, Any]:
    path, _, value = text.partition("=")
    node = set_value(value.strip(), Origin("--set"), [])
    assert node is not None  # it was laid on before
    return {path.strip(): node.plain()}
