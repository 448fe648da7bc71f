"""docs/definitions.md, made from the registry so that a definition is written once."""

from __future__ import annotations

from itertools import groupby

from sim.kpis.registry import KPIS, Kpi
from sim.kpis.registry.base import PERIOD, REPLICATIONS

_HEAD = """# KPI definitions

Made from `sim/kpis/registry`; `python -m sim.kpis.docs docs/definitions.md` writes it anew, and a test holds the two
together.

## Words

- A **need** is one ticket: it arises, and may be met by self-service, by a bot or by an agent, be lost, or be open at
  the end. A **contact** is an arrival of the customer at a channel: the first one, a retry after leaving unserved, a
  return after an answer that did not help, a chaser after a message that still waits. A transfer makes a **leg**: work
  and a wait, but no further contact.
- **Offered** contacts reached the agents' side while the channel took contacts. A contact ended by a bot, or turned
  away by a closed channel, was not offered; a blocked one, and one that balked, was.
- The **wait** runs from the agents' queue (for who talked to a bot: from the end of its session) to the answer, or to
  the moment of leaving. A chat that is left without a sign ends when the customer leaves, not when an agent notices.
- Symbols, by channel and period: A offered, S answered, S_T answered within the target T, L abandoned, L_T abandoned
  within T. A wait that equals the target is in time.

## Rules

1. Numerators and denominators are kept apart, by replication, and add up. A KPI is the ratio of their sums over
   replications, months, channels, reasons; it is never a mean of ratios.
2. Every figure has its denominator beside it (column `n`, summed over replications; in hours where it is a time). 0/0
   is "no data" (empty), never 0 or 1.
3. A contact counts in the period in which it arrived, a ticket in the one in which its need arose, under the channel
   that the customer preferred; time (busy, on duty, waiting) counts where it was spent; handle time where
   `kpis.handle_booked` says: where handling ends, or where it starts. What arrives in the warm-up is left out.
4. Intervals are Student-t over replications (`experiment.confidence`): for ratios linearised (delta method), residuals
   e_r = top_r - R bottom_r, half-width t sqrt(n/(n - 1) sum e_r^2) / sum bottom_r; for quantiles by inverting the
   share's jackknife interval (Woodruff). They are not cut at 0 or 1. One replication has no interval.
5. Quantiles come from counts on a logarithmic grid whose bins are 4.4 % wide (16 to a doubling, from 128 ms to 99
   days), interpolated inside a bin.
6. Service levels leave out, answered or not, who was offered less than the target before the end of a horizon that is
   cut: to count them as missed would wrong the centre, to count the answered ones alone would flatter it. `n` shows it.
7. At the end of a horizon, open tickets are not forgotten: they are counted (`share_open`, `backlog`), the quantiles of
   response and resolution times treat them as censored (Kaplan-Meier), and means over answered or resolved tickets say
   so in their denominator.

## Two figures that are planned by hand

- **Residual handle time**, the handle time of what is left when a share d of the contacts is deflected:
  (AHT - d x AHT of the deflected) / (1 - d). The easy ones go first: 20 % deflected at 3 min out of 6 min overall
  leaves 6.75 min, so the work falls by 10 % and not by 20 %. `sim.kpis.residual_handle_time` computes it.
- **Shrinkage**: scheduled = needed / (1 - s). 70 agents needed at 30 % are 100 scheduled, not 91. Parts that follow one
  another compound, 1 - (1 - a)(1 - b); parts measured on the same paid hours add.
"""

_UNITS = {
    "share": "share of 1",
    "s": "seconds",
    "h": "hours",
    "erlang": "erlangs (mean number at once)",
}
_GOOD = {"higher": "higher is better", "lower": "lower is better", "": "neither direction is good as such"}
_SCOPE = {"cell": "channel and reason", "lane": "channel", "team": "team"}


def definitions() -> str:
    """The page as Markdown."""
    parts = [_HEAD]
    for group, kpis in groupby(KPIS.values(), key=lambda kpi: kpi.group):
        parts.append(f"\n## {group}\n")
        parts.extend(_entry(kpi) for kpi in kpis)
    return "".join(parts)


def _entry(kpi: Kpi) -> str:
    by = " and by ".join(_SCOPE[scope] if kpi.kind != "quantile" else "channel" for scope in kpi.scopes)
    lines = [f"Formula: {_formula(kpi)}"]
    if kpi.numerator.lower() != kpi.definition.rstrip(".").lower():  # else it is said already
        lines.append(f"Numerator: {kpi.numerator}")
    lines += [
        f"Denominator: {kpi.denominator}",
        f"Unit: {_UNITS.get(kpi.unit, kpi.unit)}; by {by}; {_GOOD[kpi.good]}",
        f"Usual mistake: {kpi.mistake}",
    ]
    return f"\n### `{kpi.name}`\n\n{kpi.definition}\n\n" + "".join(f"- {line}\n" for line in lines)


def _formula(kpi: Kpi) -> str:
    """The measures of the tally, as code."""
    if kpi.kind == "quantile":
        return f"{kpi.share:.0%} quantile of `{kpi.top[0]}`" + (", censored by open ones" if len(kpi.top) > 1 else "")

    def signed(names: tuple[str, ...]) -> str:
        words = " + ".join(f"`{name}`" for name in names).replace("+ `-", "- `")
        return f"({words})" if len(names) > 1 else words

    whole = {REPLICATIONS: "replications", PERIOD: "simulated time"}
    bottom = whole.get(kpi.bottom[0], signed(kpi.bottom))
    greatest = "greatest " if kpi.kind == "oldest" else ""
    return f"{greatest}{signed(kpi.top)} / {bottom}"


if __name__ == "__main__":
    import sys
    from pathlib import Path

    Path(sys.argv[1]).write_text(definitions(), encoding="utf-8")
