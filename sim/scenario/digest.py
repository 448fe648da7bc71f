"""A fingerprint of the world: equal worlds share it, whatever they are called and however they are written.

SHA-256 over every regime's scenario in canonical values (so `4 min` and `240 s` are the same, and so is a default
that is written out), which regime holds on which day, and the weights of the profiles. Left out is what does not
change a result at a given seed and replication: `name`, `title`, `because`, `evidence`, `experiment`, and what results
are judged by or chosen under: `benchmarks`, `goals`, `stakeholders`, `choose`,
`scheduling`. Declared order is kept, since it can
matter (teams, bots). Fractions count to 12 digits.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.scenario.nodes import Node
from sim.scenario.options import Decided, decided
from sim.scenario.schema import Scenario

LEFT_OUT = ("name", "title", "because", "evidence", "experiment", "benchmarks", "goals", "stakeholders", "uncertain",
            "choose", "scheduling")  # fmt: skip


def digest_of(
    variants: tuple[Scenario, ...], regime_of_day: np.ndarray, profiles: Mapping[str, tuple[float, ...]]
) -> str:
    """64 hexadecimal digits."""
    worlds = []
    for variant in variants:
        world = variant.model_dump(mode="json", by_alias=True, exclude=set(LEFT_OUT))
        world["demand"].pop("events")  # they count by what they do: the variants and their days
        world.pop("investments")  # likewise, and by what they cost; one that is not decided does nothing
        world["decisions"].pop("investments")
        worlds.append(_canonical(world, profiles))
    used: list[Any] = [worlds, [int(regime) for regime in regime_of_day]]
    bought = [_bought(each, profiles) for each in decided(variants[0], Node({}))]
    used += [bought] if bought else []
    text = json.dumps(used, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _bought(each: Decided, profiles: Mapping[str, tuple[float, ...]]) -> Any:
    """What a decided investment costs and when: prices count as effects do."""
    cost = each.option.cost.model_dump(mode="json")
    dates = [day.isoformat() for day in (each.start, each.live)]
    return [each.name, *dates, each.option.hours_over_days, each.option.investment.tangible, _canonical(cost, profiles)]


def _canonical(value: Any, profiles: Mapping[str, tuple[float, ...]], key: str = "") -> Any:
    """Values with fractions rounded and profiles in place of their paths."""
    if isinstance(value, dict):
        if key == "cost" and not any(amount for name, amount in value.items() if name != "starts"):
            value = {**value, "starts": None}  # what costs nothing begins to do so at any time
        return {name: _canonical(entry, profiles, name) for name, entry in value.items()}
    if isinstance(value, list):
        return [_canonical(entry, profiles) for entry in value]
    if isinstance(value, float):
        return f"{value:.12g}"
    if key in ("week_profile", "profile") and isinstance(value, str):
        return [f"{weight:.12g}" for weight in profiles[value]]
    return value
