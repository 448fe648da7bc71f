"""The planning problem as a PuLP problem: named columns and rows, and the words for each row.

Two forms of the same rows. *Open*: investments and grades are binary, each pool's need is a column above its tangent
planes. *Decided*: investments and grades are given, the needs are exact constants, and only people are left to decide.
An elastic problem has a priced slack in every requirement that could give way.

Rows and their names: `once_i`, `first_i_j_s` (prerequisite), `exclude_n`, `must_i`, `grade_c_k`, `cell_k`, `heads_t_m`,
`most_t_m`, `pool_p_m`, `tangent_n`, `budget_b`, `goal_n`, `limit_q` (upper bound of a decision about people),
`score`, `not_n`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pulp

from optimize.plan.cells import THOUSAND, Cells, Worth
from optimize.plan.choices import Decided, describe_people, grade_steps, starts_of
from optimize.plan.problem import PlanProblem
from optimize.plan.tangents import Need, Tangent

# A PuLP variable (PuLP has no types), or a number where the decision is given.
Column: TypeAlias = Any
# Heads, thousands of currency: below this a row without columns holds.
TOLERANCE = 1e-7
# Of an elastic problem: the objective's units in giving up a whole requirement.
SHARE = 1000.0


@dataclass(frozen=True)
class Group:
    """Rows that stand or fall together: one requirement of a planner."""

    name: str
    words: str
    kind: str
    """pool, budget, goal, must or most."""


def linear(terms: Iterable[tuple[float, Column]], constant: float = 0.0) -> pulp.LpAffineExpression:
    """The sum of coefficient times column; a column that is named twice counts twice (PuLP's own list form forgets)."""
    total: dict[pulp.LpVariable, float] = {}
    for coefficient, column in terms:
        if isinstance(column, pulp.LpVariable):
            total[column] = total.get(column, 0.0) + float(coefficient)
        else:
            constant += float(coefficient) * column
    return pulp.LpAffineExpression({c: v for c, v in total.items() if v}, float(constant))


class Rows:
    """Columns and rows of one problem; `lp` is what a solver gets."""

    def __init__(
        self,
        problem: PlanProblem,
        merged: Cells,
        worth: Worth,
        needs: Sequence[Need],
        *,
        decided: Decided | None = None,
        whole: bool = False,
        elastic: bool = False,
        rigid: frozenset[str] = frozenset(),
        leave_out: frozenset[str] = frozenset(),
        people_limits: bool = False,
        least_score: float | None = None,
    ) -> None:
        self.problem, self.merged, self.worth, self.needs = problem, merged, worth, needs
        self.decided, self.elastic, self.rigid, self.leave_out = decided, elastic, rigid, leave_out
        self.lp = pulp.LpProblem("plan", pulp.LpMaximize)
        self.impossible: list[str] = []
        """Rows without a column that do not hold."""
        self.words: dict[str, str] = {}
        self.group_of: dict[str, str] = {}
        self.groups: dict[str, Group] = {}
        self.slacks: dict[str, list[tuple[str, int | None, pulp.LpVariable, float]]] = {}
        """Group -> row, month, slack, what the whole requirement measures."""
        self._tangents = 0
        self._columns(whole, people_limits)
        self._investments()
        self._heads()
        self._pools()
        self._limits()
        if least_score is not None:
            self._score(least_score)
        self._objective()

    # Columns

    def _columns(self, whole: bool, people_limits: bool) -> None:
        problem = self.problem
        starts, grades = range(len(problem.starts)), range(len(problem.grades))
        self.x: list[Column]
        self.y: list[Column]
        if self.decided is None:
            self.x = [self.lp.add_variable(f"start_{j}", 0, 1, cat=pulp.LpInteger) for j in starts]
            self.y = [self.lp.add_variable(f"grade_{g}", 0, 1, cat=pulp.LpInteger) for g in grades]
        else:
            self.x = [float(v) for v in self.decided.x]
            self.y = [float(v) for v in self.decided.y]
        self.people: list[pulp.LpVariable] = []
        for q, person in enumerate(problem.people):
            endless = not np.isfinite(person.upper)
            top = None if endless or people_limits else person.upper
            category = pulp.LpInteger if whole and person.whole else pulp.LpContinuous
            self.people.append(self.lp.add_variable(f"people_{q}", 0, top, cat=category))
            if people_limits and not endless:
                words = f"at most {person.upper:g} {describe_people(problem, q)}"
                self._row(f"limit_{q}", words, linear([(1.0, self.people[q])]), "<=", person.upper)

    # Rows

    def _row(self, name: str, words: str, left: pulp.LpAffineExpression, sense: str, right: float) -> None:
        self.words[name] = words
        if not len(left):
            gap = (left.constant - right) if sense == "<=" else (right - left.constant)
            if gap > TOLERANCE * max(1.0, abs(right)) or (sense == "==" and abs(gap) > TOLERANCE):
                self.impossible.append(name)
            return
        row = left <= right if sense == "<=" else left >= right if sense == ">=" else left == right
        self.lp.addConstraint(row, name)

    def _asked(
        self,
        group: Group,
        name: str,
        words: str,
        terms: list[tuple[float, Column]],
        sense: str,
        right: float,
        scale: float,
        month: int | None = None,
    ) -> None:
        """A row of a requirement, which may give way in an elastic problem and can be left out."""
        self.groups[group.name] = group
        self.group_of[name] = group.name
        if group.name in self.leave_out:
            return
        if self.elastic and group.name not in self.rigid:
            slack = self.lp.add_variable(f"slack_{name}", 0)
            self.slacks.setdefault(group.name, []).append((name, month, slack, scale))
            terms = [*terms, (-1.0 if sense == "<=" else 1.0, slack)]
        self._row(name, words, linear(terms), sense, right)

    def _investments(self) -> None:
        problem = self.problem
        of = starts_of(problem)
        order = {name: n for n, name in enumerate(of)}
        for name, starts in of.items():
            each: list[tuple[float, Column]] = [(1.0, self.x[j]) for j in starts]
            self._row(f"once_{order[name]}", f"{name} is started once at most", linear(each), "<=", 1.0)
        for name in sorted(problem.must):
            group = Group(f"must_{name}", f"{name} has to be made", "must")
            each = [(1.0, self.x[j]) for j in of.get(name, ())]
            row = f"must_{order[name]}" if name in order else f"must_missing_{len(self.groups)}"
            self._asked(group, row, group.words, each, ">=", 1.0, 1.0)
        for n, (one, other) in enumerate(problem.excludes):
            both: list[tuple[float, Column]] = [(1.0, self.x[j]) for j in (*of.get(one, ()), *of.get(other, ()))]
            self._row(f"exclude_{n}", f"{one} and {other} exclude each other", linear(both), "<=", 1.0)
        for name, needed in problem.requires.items():
            for before, lag in needed.items():
                self._prerequisite(of, order, name, before, lag)
        self._grades()

    def _prerequisite(
        self, of: Mapping[str, list[int]], order: Mapping[str, int], name: str, before: str, lag: int
    ) -> None:
        month = [s.month for s in self.problem.starts]
        for s in sorted({month[j] for j in of.get(name, ())}):
            later: list[tuple[float, Column]] = [(1.0, self.x[j]) for j in of[name] if month[j] <= s]
            earlier: list[tuple[float, Column]] = [(-1.0, self.x[j]) for j in of.get(before, ()) if month[j] <= s - lag]
            words = f"{name} by {self.problem.months[s]} needs {before} started {lag} months before"
            last = order.get(before, f"missing_{before_name(before)}")
            self._row(f"first_{order[name]}_{last}_{s}", words, linear([*later, *earlier]), "<=", 0.0)

    def _grades(self) -> None:
        for below, above in grade_steps(self.problem):
            words = f"{self.problem.grades[above].label} comes after {self.problem.grades[below].label}"
            self._row(f"grade_{above}", words, linear([(1.0, self.y[above]), (-1.0, self.y[below])]), "<=", 0.0)

    def _heads(self) -> None:
        """Heads of each team and month, from today's, the starts and the people."""
        problem = self.problem
        self.heads: dict[tuple[int, int], pulp.LpVariable] = {}
        for t, team in enumerate(problem.teams):
            for m, month in enumerate(problem.months):
                heads = self.lp.add_variable(f"heads_{t}_{m}", 0)
                self.heads[t, m] = heads
                terms: list[tuple[float, Column]] = [(1.0, heads)]
                terms += [(-s.capacity[t, m], self.x[j]) for j, s in enumerate(problem.starts) if s.capacity[t, m]]
                terms += [
                    (-p.capacity[m], self.people[q])
                    for q, p in enumerate(problem.people)
                    if p.team == t and p.capacity[m]
                ]
                words = f"{team} in {month} has its people, never fewer than none"
                self._row(f"heads_{t}_{m}", words, linear(terms), "==", float(problem.capacity[t, m]))
                if problem.most_heads is not None and np.isfinite(problem.most_heads[t]):
                    most = float(problem.most_heads[t])
                    group = Group(f"most_{t}", f"{team} has {most:g} heads at most", "most")
                    said = f"{group.words} in {month}"
                    self._asked(group, f"most_{t}_{m}", said, [(1.0, heads)], "<=", most, max(most, 1.0), m)

    def _pools(self) -> None:
        problem = self.problem
        self.need: dict[tuple[int, int], Column] = {}
        self.v: list[pulp.LpVariable] = []
        if self.decided is None:
            self._cells()
        at = None if self.decided is None else self.decided.x @ self.merged.effect
        for need in self.needs:
            pool, month = problem.pools[need.pool], problem.months[need.month]
            if at is None or self.decided is None:
                column: Column = self.lp.add_variable(f"need_{need.pool}_{need.month}", 0)
            else:
                column = need.heads(at, self.decided.y)
            self.need[need.key] = column
            today = need.heads(np.zeros(len(self.merged.work)), np.zeros(len(problem.grades)))
            group = Group(f"pool_{pool.name}", pool.words, "pool")
            terms: list[tuple[float, Column]] = [(1.0, self.heads[t, need.month]) for t in pool.teams]
            name = f"pool_{need.pool}_{need.month}"
            words = f"{pool.words} in {month}"
            self._asked(group, name, words, [*terms, (-1.0, column)], ">=", 0.0, max(today, 1.0), need.month)

    def _cells(self) -> None:
        effect = self.merged.effect
        together = list(starts_of(self.problem).values())
        for k in range(effect.shape[1]):
            touching = np.flatnonzero(effect[:, k])
            low, high = log_range(together, effect[:, k])
            v = self.lp.add_variable(f"log_{k}", low, high)
            terms: list[tuple[float, Column]] = [(1.0, v)]
            terms += [(-float(effect[j, k]), self.x[j]) for j in touching]
            channel = self.problem.channels[self.merged.channel[k]]
            words = f"log work of {channel} in {self.problem.months[self.merged.month[k]]}"
            self._row(f"cell_{k}", words, linear(terms), "==", 0.0)
            self.v.append(v)

    def _limits(self) -> None:
        problem = self.problem
        for b, budget in enumerate(problem.budgets):
            months = budget.months
            terms: list[tuple[float, Column]] = [
                (float(s.spend[months].sum()) / THOUSAND, self.x[j]) for j, s in enumerate(problem.starts)
            ]
            terms += [(float(p.spend[months].sum()) / THOUSAND, self.people[q]) for q, p in enumerate(problem.people)]
            group = Group(f"budget_{budget.name}", budget.words, "budget")
            limit = budget.limit / THOUSAND
            self._asked(group, f"budget_{b}", budget.words, terms, "<=", limit, max(limit, 1.0))
        for n, goal in enumerate(problem.goals):
            terms = [
                (float(s.kpis[goal.name][goal.month]), self.x[j])
                for j, s in enumerate(problem.starts)
                if goal.name in s.kpis and s.kpis[goal.name][goal.month]
            ]
            away = goal.bound - goal.base
            group = Group(f"goal_{n}", goal.words, "goal")
            sense = ">=" if goal.at_least else "<="
            self._asked(group, f"goal_{n}", goal.words, terms, sense, away, abs(away) or 1.0)

    def _score(self, least: float) -> None:
        problem = self.problem
        terms: list[tuple[float, Column]] = [(s.score, c) for s, c in zip(problem.starts, self.x, strict=True)]
        terms += [(p.score, c) for p, c in zip(problem.people, self.people, strict=True)]
        terms += [(g.score, c) for g, c in zip(problem.grades, self.y, strict=True)]
        self._row("score", "the best score", linear(terms), ">=", least)

    def _objective(self) -> None:
        if self.elastic:
            months = {name: max(len(rows), 1) for name, rows in self.slacks.items()}
            priced = [(-SHARE / (s * months[name]), c) for name, rows in self.slacks.items() for _, _, c, s in rows]
            self.lp.setObjective(linear(priced))
            return
        worth = self.worth
        terms: list[tuple[float, Column]] = list(zip(worth.starts, self.x, strict=True))
        terms += list(zip(worth.people, self.people, strict=True))
        terms += list(zip(worth.grades, self.y, strict=True))
        self.lp.setObjective(linear(terms, worth.constant))

    # What is read and added while solving

    def available(self, values: Mapping[str, float]) -> dict[tuple[int, int], float]:
        """Heads that a solution has for each need, with what an elastic problem lets it lack."""
        found = {}
        for need in self.needs:
            teams, m = self.problem.pools[need.pool].teams, need.month
            lacking = values.get(f"slack_pool_{need.pool}_{m}", 0.0)
            found[need.key] = lacking + sum(values.get(f"heads_{t}_{m}", 0.0) for t in teams)
        return found

    def cut(self, tangent: Tangent) -> str:
        """Add a tangent plane; its row's name."""
        name = f"tangent_{self._tangents}"
        self._tangents += 1
        terms: list[tuple[float, Column]] = [(1.0, self.need[tangent.key])]
        terms += [(-slope, self.v[k]) for k, slope in tangent.by_cell.items()]
        terms += [(-slope, self.y[g]) for g, slope in tangent.by_grade.items()]
        self._row(name, "tangent", linear(terms), ">=", tangent.constant)
        return name

    def forbid(self, x: np.ndarray, y: np.ndarray | None = None, any_month: bool = False) -> None:
        """Cut off one choice of starts (and of grades, where given), in `any_month` if so asked."""
        name = f"not_{sum(n.startswith('not_') for n in self.words)}"
        ones = int(np.sum(x > 0.5))
        if any_month:
            made = {self._what(int(j)) for j in np.flatnonzero(x > 0.5)}
            x = np.array([float(self._what(j) in made) for j in range(len(x))])
        terms = [(1.0 if chosen else -1.0, column) for chosen, column in zip(x > 0.5, self.x, strict=True)]
        if y is not None:
            terms += [(1.0 if chosen else -1.0, column) for chosen, column in zip(y > 0.5, self.y, strict=True)]
            ones += int(np.sum(y > 0.5))
        self._row(name, "not again", linear(terms), "<=", ones - 1.0)

    def _what(self, j: int) -> tuple[str, str | None]:
        return self.problem.starts[j].investment, self.problem.starts[j].level


def log_range(together: Iterable[list[int]], effect: np.ndarray) -> tuple[float, float]:
    """Least and most that a cell's log work can change: of the starts of an investment, one at most."""
    low = high = 0.0
    for starts in together:
        low += min(0.0, float(effect[starts].min()))
        high += max(0.0, float(effect[starts].max()))
    return low, high


def before_name(name: str) -> str:
    """A name with letters, digits and underscore only."""
    return "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in name)
