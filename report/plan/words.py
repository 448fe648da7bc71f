"""The answer in words: five lines that a planner understands, then what holds it back and why others lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from report import format as fmt
from report.plan import Plain

_MOST = 4  # decisions or months named before "and so on"


def five_lines(data: Plain) -> list[str]:
    """What to do when, what it costs, what it brings, what service, how sure."""
    return [_do(data), _costs(data), _brings(data), _service(data), _sure(data)]


def headline(data: Plain) -> str:
    """The answer in a sentence."""
    value = worth(data, data["fresh"]["chosen_on"])
    what = data["mix"] if data["mix"] != "people only" else "people only, no investment"
    return f"The plan: {what}; {value} against {data['today']} over {len(data['months'])} months."


def worth(data: Plain, value: float | None) -> str:
    """A value of the objective with its unit."""
    if data["objective"] == "score":
        return f"a score of {fmt.number(value, 3, signed=True)}"
    if data["objective"] == "cost":
        return f"a present cost of {fmt.money(None if value is None else -value, data['currency'])}"
    return f"NPV {fmt.money(value, data['currency'], signed=True)}"


def amount(data: Plain, value: float | None, signed: bool = False) -> str:
    """A difference of the objective with its unit."""
    if data["objective"] == "score":
        return f"{fmt.number(value, 3, signed)} points"
    return fmt.money(value, data["currency"], signed=signed)


def between(data: Plain, figure: Sequence[float | None]) -> str:
    """An interval in brackets, or nothing."""
    _, low, high = figure
    if low is None or high is None or low == high:
        return ""
    digits = 3 if data["objective"] == "score" else 0
    if data["objective"] == "cost":
        low, high = -high, -low
    return f" ({data['confidence'] * 100:g}{fmt.FIRM}% {fmt.span(fmt.number(low, digits), fmt.number(high, digits))})"


def decision_text(each: Plain) -> str:
    """One decision: ``help_centre (basic) from 2027-03``, ``4 more in frontline in 2027-05``."""
    what, month, units = each["what"], each["month"], each["units"]
    count = fmt.number(units)
    level = f" ({each['detail']})" if each["detail"] else ""
    return {
        "investment": f"{what}{level} from {month}",
        "hire": f"{count} more in {what} in {month}",
        "cut": f"{count} fewer in {what} from {month}",
        "outsource": f"{count} {'agent' if units == 1 else 'agents'} of {what} in {month}",
        "overtime": f"{fmt.percent(units)} overtime in {what} in {month}",
        "grade": f"promise {each['detail']} on {what}",
    }[each["kind"]]


def _do(data: Plain) -> str:
    bought = [decision_text(each) for each in data["decisions"] if each["kind"] in ("investment", "grade")]
    parts = [f"Start {', '.join(bought)}" if bought else "Start nothing new"]
    for kind, verb in (("hire", "hire"), ("cut", "cut"), ("outsource", "outsource"), ("overtime", "overtime")):
        rows = [each for each in data["decisions"] if each["kind"] == kind]
        if rows:
            parts.append(f"{verb} {_people(rows, kind)}")
    return f"Do: {'; '.join(parts)}."


def _people(rows: Sequence[Plain], kind: str) -> str:
    """By team: how many in all and when."""
    teams = dict.fromkeys(each["what"] for each in rows)
    said = []
    for team in teams:
        mine = [each for each in rows if each["what"] == team]
        if len(mine) <= _MOST:
            when = ", ".join(
                f"{fmt.percent(each['units']) if kind == 'overtime' else fmt.number(each['units'])} in {each['month']}"
                for each in mine
            )
            said.append(f"{team} {when}")
        else:
            total = "" if kind == "overtime" else f"{fmt.number(sum(each['units'] for each in mine))} in all, "
            said.append(f"{team} {total}{len(mine)} months from {mine[0]['month']} to {mine[-1]['month']}")
    return ", ".join(said)


def _costs(data: Plain) -> str:
    spent = sum(data["spent"])
    said = f"Costs: {fmt.money(spent, data['currency'])} counts towards budgets"
    limits = [
        f"{fmt.money(b['used'], data['currency'])} of {fmt.money(b['limit'], data['currency'])} "
        f"{'in all' if b['name'] == 'total' else b['name'].replace('year_', 'in ')}"
        for b in data["asked"]["budgets"]
    ]
    people = sum(each["present"] for each in data["decisions"] if each["kind"] not in ("investment", "grade"))
    if people:
        worth_today = fmt.money(abs(people), data["currency"])
        said += f"; what is decided about people {'costs' if people < 0 else 'saves'} {worth_today} in present value"
    return f"{said} ({'; '.join(limits)})." if limits else f"{said}."


def _brings(data: Plain) -> str:
    fresh = data["fresh"]
    found = fresh["values"]["plan"]
    base = next(each for each in data["plans"] if each["name"] == data["today"])
    said = (
        f"Brings: {worth(data, found[0])}{between(data, found)} against {data['today']} on fresh customers over "
        f"{len(data['months'])} months"
    )
    if base["kept"] < base["of"]:
        said += f"; {data['today']} keeps {base['kept']} of its {base['of']} promises of service"
    return f"{said}."


def _service(data: Plain) -> str:
    said = []
    for each in data["fresh"]["channels"]:
        within = fmt.duration(data["asked"]["within"].get(each["channel"]))
        said.append(
            f"{each['channel']} {fmt.percent(each['level'][0])} within {within} (promised "
            f"{fmt.percent(each['target'], 0)}, kept in {fmt.percent(each['share'][0], 0)} of {_cells(data)})"
        )
    goals = _goals(data)
    if not said:
        return f"Service: nothing is promised{goals}."
    asked = data["asked"]["chance"]
    promised = "their mean" if asked is None else f"{fmt.percent(asked, 0)}"
    failed = [each["channel"] for each in data["fresh"]["channels"] if not each["holds"]]
    verdict = f"NOT held on {', '.join(failed)}" if failed else "every promise holds"
    return f"Service: {'; '.join(said)}; promised is {promised}: {verdict}{goals}."


def _goals(data: Plain) -> str:
    """Goals on fresh seeds."""
    said = []
    for goal in data["fresh"].get("goals", []):
        value = fmt.percent(goal["value"][0]) if goal["unit"] == "share" else fmt.number(goal["value"][0], 2)
        said.append(f"; {goal['words']} {'is reached' if goal['holds'] else 'is NOT reached'} with {value}")
    return "".join(said)


def _cells(data: Plain) -> str:
    return "replications" if data["asked"]["together"] else "months and replications"


def _sure(data: Plain) -> str:
    chosen, fresh, solver = data["selection"], data["fresh"], data["solver"]
    count = len(chosen["plans"])
    if count > 1:
        said = (
            f"Sure: best of {count} simulated plans with {fmt.percent(1 - chosen['alpha'], 0)} confidence where the "
            f"others are {amount(data, chosen['guaranteed'])} or more behind"
        )
    else:
        said = "Sure: one plan was simulated, so that nothing was selected"
    optimism = fresh["optimism"]
    said += f"; on fresh seeds it is worth {amount(data, _less(optimism[0]), True)}{between_plain(data, optimism)}"
    return f"{said} beside those of the choice; {_gap(data, solver)}."


def between_plain(data: Plain, figure: Sequence[float | None]) -> str:
    """The interval of minus a figure, in brackets, or nothing."""
    _, low, high = figure
    if low is None or high is None or low == high:
        return ""
    digits = 3 if data["objective"] == "score" else 0
    return f" ({fmt.span(fmt.number(-high, digits, True), fmt.number(-low, digits, True))})"


def _between_amounts(data: Plain, figure: Sequence[float | None]) -> str:
    """The interval of a difference, in brackets, or nothing."""
    _, low, high = figure
    if low is None or high is None or low == high:
        return ""
    digits = 3 if data["objective"] == "score" else 0
    return f" ({fmt.span(fmt.number(low, digits), fmt.number(high, digits))})"


def _less(value: float | None) -> float | None:
    return None if value is None else -value


def _gap(data: Plain, solver: Plain) -> str:
    """How far from the best the search may have ended, with people in fractions, and what whole people cost on top."""
    if not solver["name"]:
        return "the model asks for more than it has, and the simulation says that it is enough"
    if solver["gap"] is None:
        return f"{solver['name']} gives no bound"
    size = fmt.percent(solver["gap"], 2)
    if solver["proven"]:
        said = f"no plan of the model is better by more than {size} ({solver['name']})"
    else:
        said = f"stopped at the time limit: a plan of the model may be better by up to {size} ({solver['name']})"
    if solver["rounding"] < 1:
        return said
    return f"{said} with people in fractions, of which whole ones cost {amount(data, solver['rounding'])}"


def holding_back(data: Plain) -> list[str]:
    """What binds the plan and what one more unit of it is worth, in words; then what would bind it in fractions."""
    said = [f"{_sentence(row['words'])}: {_price(data, row)}." for row in data["binding"]]
    if not any(row.get("binds", True) for row in data["binding"]):
        said.insert(0, "No limit is reached by the plan as it is, with whole people and whole investments.")
    if data["budget_step"] is not None:
        said.append(_more_budget(data))
    return said


def _more_budget(data: Plain) -> str:
    """What a little more of the budget would bring."""
    step = data["budget_step"]
    budget = next(b for b in data["asked"]["budgets"] if b["name"] == "total")
    more = f"{fmt.money(step['more'], data['currency'])} more of the budget would"
    if abs(step["gain"]) < (5e-6 if data["objective"] == "score" else 0.005):
        left = fmt.money(budget["limit"] - budget["used"], data["currency"])
        return f"{more} change nothing: solved again with it, no better plan is found that needs it; {left} is left."
    gain = f"{more} bring {amount(data, step['gain'], True)}"
    if not step["sure"]:
        open_ = "" if step["leeway"] is None else f" ({amount(data, step['leeway'])})"
        return f"{gain}, which is no more than the solver leaves open{open_}: it may as well be worth nothing."
    return f"{gain}, {fmt.number(step['each'], 2)} for each 1 {data['currency']} (both solved again)."


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _price(data: Plain, row: Plain) -> str:
    price, name = row["price"], row["name"]
    worth_it = f"one more would be worth {amount(data, price)}"
    if name.startswith("budget_"):
        worth_it = f"1 {data['currency']} more would bring about {fmt.number(price, 2)} at the margin"
    elif name.startswith(("pool_", "most_")):
        worth_it = f"one head less of it would be worth {amount(data, price)}"
    if name.startswith("most_"):
        worth_it = f"one head more would be worth {amount(data, price)}"
    if row["slack"] < -0.005 and name.startswith("pool_"):
        short = fmt.number(-row["slack"], 2)
        return f"the model would ask for {short} heads more; the plan is as good as asked without, as simulated"
    if not row.get("binds", True):
        return f"{_left(data, row)}; in fractions it would bind, and {worth_it}"
    return worth_it if price else "nothing is left of it, and a little more would not be worth anything by itself"


def _left(data: Plain, row: Plain) -> str:
    """What the plan leaves of a requirement that would bind in fractions."""
    name, slack = row["name"], row["slack"]
    if name.startswith("budget_"):
        return f"{fmt.money(slack, data['currency'])} is left of it, since investments come whole"
    if name.startswith("pool_"):
        return f"{fmt.number(slack, 2)} heads to spare, since people come whole"
    return f"{fmt.number(slack, 2)} is left of it"


def why_not(data: Plain) -> list[str]:
    """Why the plans beside it lost, one sentence each."""
    said = []
    best = next((each for each in data["selection"]["plans"] if each["name"] == data["selection"]["best"]), None)
    for each in data["selection"]["plans"]:
        if best is None or each["name"] == best["name"]:
            continue
        behind = each["behind"]
        within = behind[1] is not None and behind[1] <= 0
        unsure = ", within the noise" if within else ""
        apart = f"{amount(data, behind[0])}{_between_amounts(data, behind)}"
        said.append(f"{each['name']} ({each['mix']}) is {apart} behind{unsure}.")
    for name, missed in data["selection"]["kept_out"].items():
        what = "promise or goal" if missed == 1 else "promises and goals"
        said.append(f"{name} was left out: {missed} {what} not kept.")
    for name, why in data["no_plan"].items():
        said.append(f"{name}: no plan. {_sentence(why)}.")
    return said


def rows_of(data: Plain) -> list[tuple[str, ...]]:
    """Decisions as rows: what, when, from when it works, what counts towards budgets, present value."""
    currency = data["currency"]
    return [
        (
            decision_text(each),
            each["live"] or fmt.DASH,
            each["full"] or fmt.DASH,
            fmt.money(each["counted"], currency),
            fmt.money(each["present"], currency, signed=True),
        )
        for each in data["decisions"]
    ]


def refused(problem: Any) -> list[str]:
    """An infeasible request in words: what would have to give way, and what conflicts."""
    reasons = getattr(problem, "reasons", None)
    if reasons is None:
        return [f"No plan meets everything that is asked: {problem}."]
    said = ["No plan meets everything that is asked. The smallest change that would make one possible:"]
    said += [f"  - {each.words}" for each in reasons.shortfalls]
    if len(reasons.conflict_words) > 1:
        said += ["These cannot hold together; giving up any one of them is enough:"]
        said += [f"  - {words}" for words in reasons.conflict_words]
    elif reasons.conflict_words:
        said += [f"This cannot hold, whatever else is given up: {reasons.conflict_words[0]}"]
    if reasons.alternatives:
        said += ["Enough by itself:"] + [f"  - {each.words}" for each in reasons.alternatives]
    if not reasons.proven:
        said.append("(The time limit came before this could be proven to be the smallest.)")
    return said
