"""Which scenario is better: a rule that is stated, applied and shown with what speaks against it.

The rule: of the scenarios that meet every target, the one with the highest NPV against the base (the base's own is
zero). Where none meets every target, the one that meets most of them, then the highest NPV, and the answer says that
the targets are missed. A lead whose paired interval includes zero is called too close to call. An option that something
else has chosen (`Comparison.chosen`) comes first, whatever the rule would say.
"""

from __future__ import annotations

from dataclasses import dataclass

from evaluate.compare import Comparison
from evaluate.intervals import Figure


@dataclass(frozen=True)
class Standing:
    """One scenario's place."""

    name: str
    npv: Figure
    missed: tuple[str, ...]
    """Channels whose target is missed over the horizon; where nobody came, none is."""
    unsure: tuple[str, ...]
    """Channels whose interval includes the target."""
    targets: int


@dataclass(frozen=True)
class Verdict:
    """The best scenario by the rule above, and what it is set against."""

    ranked: tuple[Standing, ...]
    """Best first, the base among them."""
    lead: Figure
    """NPV of the best less that of the runner-up with as many targets met; no data without one."""
    runner_up: str

    @property
    def best(self) -> Standing:
        """The first."""
        return self.ranked[0]

    @property
    def close(self) -> bool:
        """Whether the lead over the runner-up could be chance."""
        return self.lead.value is not None and not self.lead.certain_sign


def standing(comparison: Comparison, name: str) -> Standing:
    """Targets and NPV of one scenario."""
    results = comparison.targets(name)
    return Standing(
        name,
        comparison.npv(name),
        tuple(result.channel for result in results if result.met is False),
        tuple(result.channel for result in results if result.unsure),
        len(results),
    )


def verdict(comparison: Comparison) -> Verdict:
    """Ranks the scenarios by the rule."""
    found = [standing(comparison, priced.name) for priced in comparison.scenarios]
    chosen = comparison.chosen
    ranked = tuple(sorted(found, key=lambda one: (one.name != chosen, len(one.missed), -(one.npv.value or 0.0))))
    rivals = [one for one in ranked[1:] if len(one.missed) == len(ranked[0].missed)]
    if not rivals:
        return Verdict(ranked, Figure(None), "")
    return Verdict(ranked, comparison.npv_difference(ranked[0].name, rivals[0].name), rivals[0].name)
