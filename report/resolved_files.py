"""Each scenario as it was run, in files that run again: merged, every default written out, profiles beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.scenario.as_written import as_written
from sim.scenario.emit import to_yaml
from sim.scenario.nodes import read_path
from sim.scenario.profiles import profile_text
from sim.scenario.resolved import Resolved
from sim.scenario.show import NOTHING, rows
from sim.scenario.vary import Sources
from sim.scenario.yaml_text import read_yaml

LAYERS = "layers"


def filled_in(resolved: Resolved) -> dict[str, Any]:
    """The merged document with every default that is a value; profiles are those that `write_scenario` writes."""
    document: dict[str, Any] = _copy(dict(resolved.document))
    for row in rows(resolved):
        if row.is_default and row.value not in (NOTHING, ""):
            _put(document, read_path(row.path), read_yaml(f"value: {row.value}", "").children["value"].plain())
    for block, key in _profile_places(document):
        block[key] = f"profiles/{_file_name(resolved, block[key])}"
    if "evidence" in document:  # gathered from all over: last, wherever it was written
        document["evidence"] = document.pop("evidence")
    return document


def write_scenario(resolved: Resolved, folder: Path) -> None:
    """Writes ``NAME.yaml``, and its profiles under ``profiles/``, into a folder."""
    (folder / f"{resolved.scenario.name}.yaml").write_text(to_yaml(filled_in(resolved)), encoding="utf-8")
    for name, weights in resolved.profiles.items():
        (folder / "profiles").mkdir(exist_ok=True)
        (folder / "profiles" / _file_name(resolved, name)).write_text(profile_text(weights), encoding="utf-8")


def layer_texts(sources: Sequence[Sources], resolveds: Sequence[Resolved]) -> dict[str, str]:
    """``layers/NAME/...`` -> text: the layers of every scenario, for a command that draws what is uncertain."""
    named = zip((resolved.scenario.name for resolved in resolveds), sources, strict=False)
    return {f"{LAYERS}/{name}/{file}": text for name, each in named for file, text in as_written(each).items()}


def write_texts(folder: Path, texts: Mapping[str, str]) -> None:
    """Name in the folder -> text, as files."""
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def _file_name(resolved: Resolved, profile: str) -> str:
    return f"{resolved.scenario.name}_{list(resolved.profiles).index(profile) + 1}.csv"


def _profile_places(document: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    blocks = [(document.get("demand", {}), "week_profile")]
    blocks += [(reason, "profile") for reason in document.get("reasons", {}).values()]
    return [(block, key) for block, key in blocks if isinstance(block, dict) and isinstance(block.get(key), str)]


def _put(document: Any, path: tuple[Any, ...], value: Any) -> None:
    for key in path[:-1]:
        document = document.setdefault(key, {})
        if not isinstance(document, dict):
            return  # a short form, such as `handle: 4 min`, has its defaults by itself
    document.setdefault(path[-1], value)


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(entry) for key, entry in value.items()}
    return [_copy(entry) for entry in value] if isinstance(value, list) else value
