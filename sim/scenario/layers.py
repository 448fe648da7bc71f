"""Files -> one document: `extends` < the file < overlays in order < `--set`, each with its own changes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path

from sim.scenario.changes import Override, apply_change, apply_changes
from sim.scenario.evidence import apply_by_path, collect, unwrap
from sim.scenario.files import is_file, is_folder
from sim.scenario.merge import merge
from sim.scenario.nodes import Node
from sim.scenario.problems import Origin, Problem, ScenarioProblems, listed, nearest
from sim.scenario.shapes import root
from sim.scenario.yaml_text import MAX_BYTES, plain_scalar, read_yaml

CONTROL_KEYS = ("extends", "changes")
_OWN = ("name", "title", "because")
"""What a scenario does not take over from the one that it extends."""


@dataclass
class Layers:
    """Gathers the layers of one scenario, with problems, overrides and the folder of every file read."""

    problems: list[Problem] = field(default_factory=list)
    log: list[Override] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    folders: dict[str, Path] = field(default_factory=dict)
    about_defaults: dict[str, Node] = field(default_factory=dict)

    def document(self, path: Path | str, overlays: Sequence[Path | str], sets: Sequence[str]) -> Node:
        """The merged document of a file, its overlays and `--set`s, evidence gathered."""
        return collect(self.merged(path, overlays, sets), self.about_defaults)

    def merged(self, path: Path | str, overlays: Sequence[Path | str], sets: Sequence[str]) -> Node:
        """The same with evidence where it was written, so that more can be laid on it."""
        found = locate(str(path), Path())
        if found is None:
            raise ScenarioProblems([_missing(str(path), Path(), Origin(str(path)))])
        document = self.file(*found, ())
        for overlay in overlays:
            document = self.overlay(document, Path(overlay))
        for text in sets:
            document = self.set(document, text)
        return document

    def memory(self, document: Node, folder: Path | None) -> Node:
        """The merged document of one that is already in memory."""
        self.folders[""] = folder or Path()
        return collect(self.layered(document, folder or Path(), ()), self.about_defaults)

    def file(self, path: Path, label: str, above: tuple[str, ...]) -> Node:
        """A file's document on top of what it extends."""
        self.folders[label] = path.parent
        return self.layered(self.read(path, label), path.parent, (*above, str(path.resolve())), label)

    def read(self, path: Path, label: str) -> Node:
        """One file as written; raises where it cannot be read at all."""
        try:
            with path.open("rb") as stream:
                data = stream.read(MAX_BYTES + 1)
                size = os.fstat(stream.fileno()).st_size
        except OSError as error:
            raise ScenarioProblems([Problem("", f"cannot be read: {error.strerror}", origin=Origin(label))]) from None
        if len(data) > MAX_BYTES:
            wrong, allowed = f"the file has {size / 1e6:.1f} MB", f"up to {MAX_BYTES / 1e6:g} MB"
            raise ScenarioProblems(
                [Problem("", wrong, f"{allowed}; long profiles belong in a CSV", origin=Origin(label))]
            )
        return read_yaml(data, label, self.problems)

    def layered(self, own: Node, folder: Path, above: tuple[str, ...], label: str = "") -> Node:
        """A document on top of what it extends."""
        own = unwrap(own)
        extends = own.children.get("extends")
        base = self.extended(extends, folder, above, label) if extends is not None else None
        self.names.append(label)
        if base is None:
            return self.laid(Node({}, own.origin), own)
        kept = {key: node for key, node in base.children.items() if key not in _OWN}
        return self.laid(replace(base, value=kept), own)

    def extended(self, extends: Node, folder: Path, above: tuple[str, ...], label: str) -> Node:
        """The document that another one extends."""
        if not isinstance(extends.value, str) or not extends.value.strip():
            allowed = "the path of a file beside this one, or the name of a scenario that ships with deskplan"
            wrong = "this names no scenario"
            raise ScenarioProblems([*self.problems, Problem("extends", wrong, allowed, origin=extends.origin)])
        found = locate(extends.value, folder, label)
        if found is None:
            missing = replace(_missing(extends.value, folder, extends.origin), path="extends")
            raise ScenarioProblems([*self.problems, missing])  # without its base, everything would seem missing
        path = found[0]
        if str(path.resolve()) in above:
            chain = " -> ".join(Path(name).name for name in (*above, str(path)))
            wrong = f"the files extend each other in a circle: {chain}"
            raise ScenarioProblems([*self.problems, Problem("extends", wrong, origin=extends.origin)])
        return self.file(*found, above)

    def laid(self, base: Node, layer: Node) -> Node:
        """A layer on a base: merged, then its changes, then its evidence."""
        own = {key: node for key, node in layer.children.items() if key not in (*CONTROL_KEYS, "evidence")}
        if base.children:
            document = merge(base, replace(layer, value=own), root(), self.problems, self.log)
        else:
            document = replace(layer, value=own)
        changes = layer.children.get("changes")
        if changes is not None:
            document = self.changed(document, changes)
        evidence = layer.children.get("evidence")
        if evidence is not None and self.is_map(evidence, "evidence"):
            document, about = apply_by_path(document, evidence, self.problems)
            self.about_defaults.update(about)
        return document

    def is_map(self, node: Node, key: str) -> bool:
        """Whether a control key holds a map; a problem where it does not."""
        if not node.is_map:
            self.problems.append(Problem(key, "a map is needed here", "path: ... lines", origin=node.origin))
        return node.is_map

    def changed(self, document: Node, changes: Node) -> Node:
        """A layer's `changes:` applied."""
        if not self.is_map(changes, "changes"):
            return document
        return apply_changes(document, changes, "changes", self.problems, self.log, at="changes")

    def overlay(self, document: Node, path: Path) -> Node:
        """A partial document laid on top: a file, or one that ships with deskplan, by its name."""
        found = locate(str(path), Path())
        if found is None:
            raise ScenarioProblems([*self.problems, _missing(str(path), Path(), Origin(str(path)))])
        path, label = found
        self.folders[label] = path.parent
        layer = unwrap(self.read(path, label))
        extends = layer.children.get("extends")
        if extends is not None:
            wrong = "an overlay extends nothing: it is laid on the scenario that the command names"
            self.problems.append(Problem("extends", wrong, origin=extends.at))
        self.names.append(label)
        return self.laid(document, layer)

    def set(self, document: Node, text: str) -> Node:
        """One `--set PATH=CHANGE`."""
        path, sign, value = text.partition("=")
        origin = Origin("--set", via=text)
        self.names.append(f"--set {text}")
        if not sign:
            allowed = "PATH=CHANGE, such as 'reasons.return.per_order=x 1.2'"
            self.problems.append(Problem("", "there is no '='", allowed, origin=origin))
            return document
        node = set_value(value.strip(), origin, self.problems)
        if node is None:
            return document
        before = len(self.problems)
        document = apply_change(document, path.strip(), node, self.problems, self.log)
        self.problems[before:] = [replace(problem, path="") for problem in self.problems[before:]]
        return document


def set_value(text: str, origin: Origin, problems: list[Problem]) -> Node | None:
    """The value given to `--set`: a change as it stands, or a list or map as in YAML."""
    if not text.startswith(("[", "{", '"', "'")):
        value = plain_scalar(text)
        numeric = isinstance(value, int | float) and not isinstance(value, bool)
        return Node(value, origin, text=text if numeric else "")
    try:
        node = read_yaml(f"value: {text}", "--set").children["value"]
    except ScenarioProblems as found:
        problems += [replace(problem, origin=origin) for problem in found.problems]
        return None
    return unwrap(_placed(node, origin), ("value",))


def _placed(node: Node, origin: Origin) -> Node:
    """The tree with one origin throughout."""
    if isinstance(node.value, dict):
        value: object = {key: _placed(child, origin) for key, child in node.value.items()}
    elif isinstance(node.value, list):
        value = [_placed(child, origin) for child in node.value]
    else:
        value = node.value
    return replace(node, value=value, origin=origin, key_origin=None)  # type: ignore[arg-type]


def bundled() -> dict[str, Path]:
    """Scenarios that ship with deskplan, by name (`baseline`, `classic/erlang_c`)."""
    home = Path(str(resources.files("scenarios")))
    found = {path.relative_to(home).with_suffix("").as_posix(): path for path in sorted(home.rglob("*.yaml"))}
    return {name: path for name, path in found.items() if not name.startswith("benchmarks/")}  # figures, no scenarios


def locate(name: str, folder: Path, label: str = "") -> tuple[Path, str] | None:
    """The file that a path or a bundled name means, and how it is called in messages."""
    path = folder / name
    if is_file(path):
        beside = Path(label).parent if label else folder
        shown = Path(os.path.normpath(beside / name))
        return path, shown.as_posix() if not Path(name).is_absolute() else name
    shipped = bundled().get(name.removesuffix(".yaml"))
    return (shipped, f"scenarios/{name.removesuffix('.yaml')}.yaml") if shipped is not None else None


def _missing(name: str, folder: Path, origin: Origin) -> Problem:
    if is_folder(folder / name):
        return Problem("", f"'{name}' is a folder", "a file", origin=origin)
    near = folder / Path(name).parent
    siblings = [(Path(name).parent / p.name).as_posix() for p in _yaml_in(near)]
    shipped = list(bundled())
    allowed = f"a file, or a scenario that ships with deskplan: {listed(shipped)}" if shipped else "a file"
    return Problem("", f"there is no file '{name}'", allowed, nearest(name, [*siblings, *shipped]), origin)


def _yaml_in(folder: Path) -> Iterable[Path]:
    return sorted(folder.glob("*.y*ml")) if is_folder(folder) else ()
