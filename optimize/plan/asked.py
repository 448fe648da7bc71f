"""What the command line asks for, as changes to the scenario: the same `path=change` that `--set` takes."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sim.scenario.checks_choose import TARGET_KPI, held_channels
from sim.scenario.emit import flow
from sim.scenario.kpi_text import named
from sim.scenario.resolved import Resolved


class NotAsked(ValueError):
    """An option of the command that cannot be read; the message says what is allowed."""


def as_sets(
    base: Resolved, budget: str | None, objective: str | None, targets: Sequence[str], indifference: str | None = None
) -> tuple[str, ...]:
    """Changes that lay what is asked for over the scenario's `choose:` block.

    A target of a service level takes the place of the channel's own; one of any other KPI becomes a goal by the last
    month. Raises NotAsked.
    """
    found = []
    if budget is not None:
        found.append(f"choose.budget.total={budget}")
    if objective is not None:
        found.append(f"choose.objective={objective}")
    if indifference is not None:
        found.append(f"choose.indifference={indifference}")
    return (*found, *_targets(base, targets))


def _targets(base: Resolved, targets: Sequence[str]) -> list[str]:
    block, found = base.scenario.choose, []
    held = {f"{TARGET_KPI}({name})": f">= {_own(base, name) * 100:g} %" for name in held_channels(base.scenario)}
    goals, own = list(block.goals), dict(base.document.get("goals", {}))
    services = False
    for number, text in enumerate(targets, start=1):
        kpi, wanted = parted(text)
        if named(kpi).kpi == TARGET_KPI:
            services = True
            channel = ", ".join(named(kpi).parts)
            held[f"{TARGET_KPI}({channel})"] = wanted
            if channel in block.grades:
                found.append(f"choose.grades.{channel}=null")
            continue
        name, last = f"target_{number}", base.calendar.month_labels[-1]
        own[name] = {"kpi": kpi, "target": wanted, "by": last}
        goals.append(name)
    if services:
        kept = {
            name: share for name, share in held.items()
            if named(name).parts[0] not in block.grades or any(parted(text)[0] == name for text in targets)
        }  # fmt: skip
        inside = ", ".join(f'"{name}": "{wanted}"' for name, wanted in kept.items())
        found.append(f"choose.targets={{{inside}}}")
    if goals != list(block.goals):
        found.append(f"goals={flow(own)}")
        found.append(f"choose.goals=[{', '.join(goals)}]")
    return found


def _own(base: Resolved, channel: str) -> float:
    for text, wanted in (base.scenario.choose.targets or {}).items():
        if named(text).parts == (channel,):
            return float(wanted.replace(">=", "").replace("%", "")) / 100
    target = base.scenario.channels[channel].target
    return 0.8 if target is None else target.share


def parted(text: str) -> tuple[str, str]:
    """``service_level(phone)>=80 %`` -> ("service_level(phone)", ">= 80 %"). Raises NotAsked."""
    for sign in (">=", "<="):
        kpi, found, amount = text.partition(sign)
        if found and kpi.strip() and amount.strip():
            return named(kpi.strip()).text, f"{sign} {amount.strip()}"
    raise NotAsked(f"--target {text!r}: write KPI>=x or KPI<=x, such as 'service_level(phone)>=85 %'")


def budgets_of(text: str) -> tuple[float, ...]:
    """``0:600000:50000`` -> 0, 50000, ... 600000. Raises NotAsked.

    >>> budgets_of("0:100000:50000")
    (0.0, 50000.0, 100000.0)
    """
    try:
        low, high, step = (float(part) for part in text.split(":"))
    except ValueError:
        raise NotAsked(f"--frontier {text!r}: write FROM:TO:STEP, such as 0:600000:50000") from None
    if not (math.isfinite(low + high + step) and low >= 0 and high >= low and step > 0):
        raise NotAsked(f"--frontier {text!r}: FROM from 0 on, TO not below it, STEP above 0")
    count = math.floor((high - low) / step + 1e-9) + 1
    if count > _MOST_POINTS:
        raise NotAsked(f"--frontier {text!r} has {count} budgets: {_MOST_POINTS} at most")
    return tuple(low + place * step for place in range(count))


_MOST_POINTS = 60
