"""The sections that `deskplan optimize` adds to the page and report.md, and its charts; all from plain data."""

from __future__ import annotations

from collections.abc import Sequence

from report import format as fmt
from report.charts.style import Size
from report.draw import Chart
from report.extra import Extra, TextTable
from report.plan import Plain, words
from report.plan.drawn import frontier_chart, plan_charts, service_charts
from report.plan.tables import all_tables


def sections(data: Plain) -> list[Extra]:
    """In the order of the page; the first one has the tables and the headline."""
    first = Extra(
        "plan",
        "The plan",
        tuple(words.five_lines(data)),
        tuple(_decisions(data)),
        tuple(plan_charts(data)),
        all_tables(data),
        early=True,
        headline=words.headline(data),
    )
    return [first, _service(data), *([_frontier(data)] if data["frontier"] else []), _limits(data), _others(data),
            *([_robust(data)] if data["robust"] else []), _check_sum(data)]  # fmt: skip


def _decisions(data: Plain) -> list[TextTable]:
    heads = ("Decision", "Works from", "In full from", "Counts towards budgets", "Present value of its own money")
    rows = tuple(words.rows_of(data))
    if not rows:
        return []
    sort = tuple((None, None, each["counted"], each["present"]) for each in data["decisions"])
    caption = "What to do when. Savings of work elsewhere are in the plan's NPV, not in a decision's own money."
    return [TextTable(caption, heads, rows, sort=sort)]


def _service(data: Plain) -> Extra:
    fresh = data["fresh"]
    raised = (
        f" A promise failed on fresh seeds at first, so that the margin was raised {fresh['raised']} times."
        if fresh["raised"]
        else ""
    )
    said = (
        f"The plan on {fresh['replications']} replications of seeds that no choice has seen (seed {fresh['seed']}); a "
        "share counts months and replications in which the month's target is met. A promise holds where this share is "
        "at least what is promised and no month fails by more than chance explains (all months together 95 %)."
        + raised,
        f"Predicted beside simulated below: the model's law of service, with the margins that {len(data['rounds'])} "
        "rounds of simulation added, and the replications on which the plan was chosen. Months in grey need not hold.",
    )
    channels = fresh["channels"]
    heads = ("Channel", "Promise", "Answered in time", "Kept in", "Worst month", "Verdict")
    rows = tuple(
        (
            each["channel"],
            _promise(data, each),
            _share(each["level"]),
            _share(each["share"], 0),
            f"{each['worst'] or 'all'}: {fmt.percent(each['worst_share'][0], 0)}",
            "holds" if each["holds"] else f"fails{_where(each)}",
        )
        for each in channels
    )
    sort = tuple(
        (each["target"], each["level"][0], each["share"][0], each["worst_share"][0], None) for each in channels
    )
    tables = [TextTable("Promises on fresh seeds", heads, rows, sort=sort)] if rows else []
    tables.append(_months(data))
    return Extra("promises", "Does it hold?", said, tuple(tables), tuple(service_charts(data)), early=True)


def _where(each: Plain) -> str:
    return f" in {', '.join(each['refuted'])}" if each["refuted"] else ""


def _promise(data: Plain, each: Plain) -> str:
    within = fmt.duration(data["asked"]["within"].get(each["channel"]))
    often = "on average" if each["asked"] is None else f"in {fmt.percent(each['asked'], 0)} of replications"
    return f"{fmt.percent(each['target'], 0)} within {within}, {often}"


def _share(figure: Sequence[float | None], digits: int = 1) -> str:
    value, low, high = figure
    text = fmt.percent(value, digits)
    return text if low is None else f"{text} ({fmt.span(fmt.percent(low, digits), fmt.percent(high, digits))})"


def _months(data: Plain) -> TextTable:
    """Predicted, simulated and error by month, a column a channel with a target."""
    channels = list(data["asked"]["targets"])
    by = {(each["channel"], each["month"]): each for each in data["services"]}
    rows, sort = [], []
    for month in data["months"]:
        cells: list[str] = []
        values: list[float | None] = []
        for name in channels:
            each = by.get((name, month))
            known = each is not None and each["predicted"] is not None and each["simulated"] is not None
            if each is None or not known:
                cells.append(fmt.NO_DATA)
                values.append(None)
                continue
            error = each["simulated"] - each["predicted"]
            mark = "" if each["held"] else " (need not hold)"
            cells.append(
                f"{fmt.percent(each['predicted'])} / {fmt.percent(each['simulated'])} ({fmt.points(error)}){mark}"
            )
            values.append(each["simulated"])
        rows.append((month, *cells))
        sort.append(tuple(values))
    caption = (
        "Answered in time: predicted / simulated (error) by month; all channels and hours of work are in "
        "predicted_simulated.csv"
    )
    return TextTable(caption, ("Month", *channels), tuple(rows), sort=tuple(sort))


def _frontier(data: Plain) -> Extra:
    points = data["frontier"]
    there = [point for point in points if point["plan"]]
    said = "What each budget buys: each point is the best plan of the model within it, simulated with few replications."
    if len(there) < len(points):
        least = (
            f" No plan within less than {fmt.money(there[0]['budget'], data['currency'])}."
            if there
            else " None has a plan."
        )
        said += least
    heads = ("Budget", "Investments", "People", "Used", "Predicted", "Simulated", "Promises kept")
    rows = tuple(_frontier_row(data, point) for point in points)
    sort = tuple(
        (
            None,
            point.get("heads"),
            point.get("spent"),
            point.get("predicted"),
            (point.get("simulated") or [None])[0],
            None,
        )
        for point in points
    )
    table = TextTable("Budget against what it brings; investments in the order of their starts", heads, rows, sort=sort)
    return Extra("frontier", "What a budget buys", (said,), (table,), (frontier_chart(data),) if there else ())


def _frontier_row(data: Plain, point: Plain) -> tuple[str, ...]:
    budget = fmt.money(point["budget"], data["currency"])
    if not point["plan"]:
        return (budget, "no plan", *[fmt.DASH] * 5)
    simulated = point["simulated"]
    return (
        budget,
        point["mix"],
        fmt.number(point["heads"], signed=True),
        fmt.money(point["spent"], data["currency"]),
        words.amount(data, point["predicted"], True),
        "predicted only"
        if simulated is None
        else words.amount(data, simulated[0], True) + words.between(data, simulated),
        fmt.DASH if simulated is None else f"{point['kept']} of {point['of']}",
    )


def _limits(data: Plain) -> Extra:
    return Extra("limits", "What holds it back", tuple(words.holding_back(data)))


def _others(data: Plain) -> Extra:
    chosen = data["selection"]
    said = [
        f"{len(chosen['plans'])} plans were simulated on the same customers and the best was selected by the procedure "
        f"of Kim and Nelson (2001) with {chosen['replications']} replications in all: with a chance of "
        f"{fmt.percent(1 - chosen['alpha'], 0)} at least it is the best, where the others are "
        f"{words.amount(data, chosen['guaranteed'])} or more behind."
    ]
    if not chosen["complete"]:
        said.append(
            f"{words.amount(data, chosen['indifference'])} was asked for; the replications that are allowed end before "
            "that, so that the guarantee is for the wider zone."
        )
    said += words.why_not(data)
    heads = ("Plan", "Investments", "Predicted", "Simulated", "Behind the best", "Replications")
    rows = tuple(
        (
            f"{each['name']}{' (chosen)' if each['name'] == chosen['best'] else ''}",
            each["mix"],
            words.amount(data, each["predicted"], True),
            words.amount(data, each["value"][0], True) + words.between(data, each["value"]),
            words.amount(data, each["behind"][0]),
            f"{each['replications']}{'' if each['left_after'] is None else ', then out'}",
        )
        for each in chosen["plans"]
    )
    sort = tuple(
        (None, each["predicted"], each["value"][0], each["behind"][0], each["replications"]) for each in chosen["plans"]
    )
    tables = (TextTable("Proposals that were selected from", heads, rows, sort=sort), _beside(data))
    return Extra("others", "Why not another plan?", tuple(said), tables)


def _beside(data: Plain) -> TextTable:
    """Today, the plan, the runner-up and the answers without an optimiser."""
    heads = ("Plan", "Investments", "People", "Counts towards budgets", "Worth", "Choosing brings", "Promises kept")
    rows = tuple(
        (
            each["name"],
            each["mix"] or fmt.DASH,
            fmt.number(each["heads"], signed=True),
            fmt.money(each["spent"], data["currency"]),
            words.amount(data, each["value"][0], True) + words.between(data, each["value"]),
            words.amount(data, each["chosen_brings"][0], True),
            f"{each['kept']} of {each['of']}",
        )
        for each in data["plans"]
    )
    sort = tuple(
        (None, each["heads"], each["spent"], each["value"][0], each["chosen_brings"][0], each["kept"])
        for each in data["plans"]
    )
    return TextTable("The plan beside the answers without an optimiser, on the same customers", heads, rows, sort=sort)


def _robust(data: Plain) -> Extra:
    found = data["robust"]
    by = found["best_by"]
    same = by["mean"] == by["p10"]
    risk = {"mean": "on average", "p10": "at the tenth percentile"}[found["risk"]]
    said = (
        f"{found['draws']} draws of {len(found['inputs'])} uncertain inputs ({', '.join(found['inputs'])}), "
        f"{found['tapes']} replications each, all plans on the same customers in each. "
        + (f"{by['mean']} is best on average and at the tenth percentile alike." if same else
           f"{by['mean']} is best on average, {by['p10']} at the tenth percentile; `choose.risk` asks for what is best "
           f"{risk}.")
        + " People stay as decided: a plan is not put right for a draw.",
        f"{_today(data)}Regret: how much less a plan is worth in a draw than the one that is best there.",
    )  # fmt: skip
    heads = ("Plan", "Mean NPV", "Tenth percentile", "Below today in", "Mean regret", "Most regret", "Best in")
    rows = tuple(
        (
            row["name"],
            words.amount(data, row["mean"][0], True) + words.between(data, row["mean"]),
            words.amount(data, row["p10"][0], True),
            fmt.percent(row["below_zero"], 0),
            words.amount(data, row["mean_regret"]),
            words.amount(data, row["max_regret"]),
            fmt.percent(row["best_in"], 0),
        )
        for row in found["rows"]
    )
    sort = tuple(
        (row["mean"][0], row["p10"][0], row["below_zero"], row["mean_regret"], row["max_regret"], row["best_in"])
        for row in found["rows"]
    )
    return Extra("regret", "If inputs turn out otherwise", said, (TextTable("Regret", heads, rows, sort=sort),))


def _today(data: Plain) -> str:
    """Why today is no candidate, where it is none."""
    there = any(row["name"] == data["today"] for row in data["robust"]["rows"])
    return "" if there else f"{data['today']} is no candidate: it does not keep its promises. "


def _check_sum(data: Plain) -> Extra:
    found, currency = data["check_sum"], data["currency"]
    verdict = "agree to the cent" if found["adds_up"] else "do NOT agree"
    said = (
        "The model's objective, its predicted cash flows by category, the simulated cash-flow table and the NPV of "
        f"this report {verdict}. What a line differs by is what the model had to learn from few replications, or could "
        "not foresee: service better or worse than promised, and what follows from it.",
    )

    def cents(value: float, signed: bool = True) -> str:
        return fmt.money(value, currency, 2, signed)

    rows = [
        (row["title"], cents(row["predicted"]), cents(row["difference"]), cents(row["simulated"]))
        for row in found["rows"]
    ]
    sort = [(row["predicted"], row["difference"], row["simulated"]) for row in found["rows"]]
    total = (found["predicted"], found["simulated"] - found["predicted"], found["simulated"])
    rows.append(("NPV", cents(total[0]), cents(total[1]), cents(total[2])))
    sort.append(total)
    caption = "Present values against today: predicted by the model, what differs, and simulated (mean of replications)"
    heads = ("Category", "Predicted", "Difference", "Simulated")
    return Extra("check_sum", "The check sum", said, (TextTable(caption, heads, tuple(rows), sort=tuple(sort)),))


def charts_of(data: Plain) -> list[Chart]:
    """All charts, for tests and for those who want them alone."""
    return [each for extra in sections(data) for each in extra.charts]


__all__ = ["Size", "charts_of", "sections"]
