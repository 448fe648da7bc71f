"""The tables of a plan: CSV files beside the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from report.plan import Plain

if TYPE_CHECKING:
    import pandas as pd


def all_tables(data: Plain) -> dict[str, pd.DataFrame]:
    """File name -> table; those of what was not asked for are left out."""
    found = {
        "plan_decisions.csv": _frame(data["decisions"], _DECISIONS),
        "predicted_simulated.csv": _services(data),
        "reconciliation.csv": _reconciliation(data),
        "selection.csv": _selection(data),
        "fresh.csv": _fresh(data),
        "naive.csv": _naive(data),
        "binding.csv": _frame(data["binding"], ("name", "words", "binds", "slack", "price")),
        "rounds.csv": _frame(data["rounds"], ("plan", "number", "predicted", "simulated", "missed", "promised")),
        "staffing.csv": _staffing(data),
    }
    if data["frontier"]:
        found["frontier.csv"] = _frontier(data)
    if data["robust"]:
        found["regret.csv"] = _regret(data)
    return found


_DECISIONS = ("kind", "what", "detail", "month", "units", "live", "full", "counted", "present")


def _frame(rows: list[Plain], columns: tuple[str, ...]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame([[row.get(column) for column in columns] for row in rows], columns=list(columns))


def _services(data: Plain) -> pd.DataFrame:
    rows = []
    for each in data["services"]:
        known = each["predicted"] is not None and each["simulated"] is not None
        rows.append(
            {
                **each,
                "error": each["simulated"] - each["predicted"] if known else None,
                "hours_error": each["simulated_hours"] - each["predicted_hours"],
            }
        )
    columns = (
        "channel", "month", "held", "target", "predicted", "simulated", "error", "met", "predicted_hours",
        "simulated_hours", "hours_error",
    )  # fmt: skip
    return _frame(rows, columns)


def _reconciliation(data: Plain) -> pd.DataFrame:
    """From the model's NPV, category by category, to the simulated one."""
    found = data["check_sum"]
    rows = [
        {
            "line": row["category"],
            "title": row["title"],
            "predicted": row["predicted"],
            "simulated": row["simulated"],
            "difference": row["difference"],
        }
        for row in found["rows"]
    ]
    rows.append(
        {
            "line": "total",
            "title": "NPV",
            "predicted": found["predicted"],
            "simulated": found["simulated"],
            "difference": found["simulated"] - found["predicted"],
        }
    )
    return _frame(rows, ("line", "title", "predicted", "simulated", "difference"))


def _ends(row: Plain, key: str) -> dict[str, Any]:
    value, low, high = row[key]
    return {key: value, f"{key}_low": low, f"{key}_high": high}


def _selection(data: Plain) -> pd.DataFrame:
    chosen = data["selection"]
    rows = [{**row, **_ends(row, "value"), **_ends(row, "behind")} for row in chosen["plans"]]
    rows += [
        {"name": name, "mix": f"left out: {missed} promises missed"} for name, missed in chosen["kept_out"].items()
    ]
    columns = (
        "name", "mix", "predicted", "value", "value_low", "value_high", "behind", "behind_low", "behind_high",
        "replications", "left_after",
    )  # fmt: skip
    return _frame(rows, columns)


def _naive(data: Plain) -> pd.DataFrame:
    """Today, the plan, the runner-up and the answers without an optimiser."""
    rows = [{**row, **_ends(row, "value"), **_ends(row, "chosen_brings")} for row in data["plans"]]
    rows += [{"name": name, "mix": f"no plan: {why}"} for name, why in data["no_plan"].items()]
    columns = (
        "name", "mix", "heads", "spent", "kept", "of", "predicted", "value", "value_low", "value_high",
        "chosen_brings", "chosen_brings_low", "chosen_brings_high",
    )  # fmt: skip
    return _frame(rows, columns)


def _fresh(data: Plain) -> pd.DataFrame:
    rows = [
        {
            "channel": channel["channel"],
            "month": month["month"],
            "target": channel["target"],
            "promised": channel["asked"],
            **_ends(month, "share"),
            **_ends(month, "level"),
        }
        for channel in data["fresh"]["channels"]
        for month in [*channel["months"], {"month": "held months", **{k: channel[k] for k in ("share", "level")}}]
    ]
    columns = (
        "channel", "month", "target", "promised", "share", "share_low", "share_high", "level", "level_low",
        "level_high",
    )  # fmt: skip
    return _frame(rows, columns)


def _staffing(data: Plain) -> pd.DataFrame:
    """Heads at full speed by set of teams that something is asked of, and what it needs."""
    rows = [
        {
            "teams": " + ".join(panel["teams"]),
            "month": month,
            "heads": sum(heads[place] for heads in panel["heads"]),
            "today": panel["today"][place],
            "needed": panel["need"][place],
        }
        for panel in data["staffing"]
        for place, month in enumerate(data["months"])
    ]
    return _frame(rows, ("teams", "month", "heads", "today", "needed"))


def _frontier(data: Plain) -> pd.DataFrame:
    rows, channels = [], list(data["asked"]["targets"])
    for point in data["frontier"]:
        row = dict(point)
        if point["plan"] and point["simulated"] is not None:
            row |= _ends(point, "simulated")
            row |= {f"service_{name}": point["levels"].get(name, [None])[0] for name in channels}
        rows.append(row)
    columns = (
        "budget", "mix", "heads", "spent", "predicted", "simulated", "simulated_low", "simulated_high", "replications",
        "kept", "of", *(f"service_{name}" for name in channels),
    )  # fmt: skip
    return _frame(rows, columns)


def _regret(data: Plain) -> pd.DataFrame:
    rows = [{**row, **_ends(row, "mean"), **_ends(row, "p10")} for row in data["robust"]["rows"]]
    columns = (
        "name", "mean", "mean_low", "mean_high", "p10", "p10_low", "p10_high", "below_zero", "mean_regret",
        "max_regret", "best_in",
    )  # fmt: skip
    return _frame(rows, columns)
