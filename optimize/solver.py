"""The one way to solve a PuLP problem: HiGHS or CBC, with the solver's own word on how it ended.

PuLP calls a solution "Optimal" also when HiGHS stopped at its time limit, and does not tell the bound at all, so
status, bound and gap are read from the solver itself: HiGHS's model status and info, CBC's solution file and log.
One thread and a fixed seed: the same problem gives the same answer (short of a time limit). The caller scales the
objective (raw currency makes HiGHS slow).

Models make their variables by `problem.add_variable(name, lowBound, upBound, cat)` and read rows by
`problem.constraints()`: PuLP warns of the older ways, and warnings are errors in the tests.
"""

from __future__ import annotations

import math
import re
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import pulp
from pulp.apis import COIN_CMD, HiGHS, PulpSolverError

SolverName = Literal["highs", "cbc"]
Status = Literal["optimal", "time_limit", "infeasible", "unbounded", "infeasible_or_unbounded", "no_incumbent"]

SOLVERS: tuple[SolverName, ...] = ("highs", "cbc")
SEED = 1
# The gap that floating point leaves of a gap of zero, relative to the objective.
ROUNDING = 1e-9

_NAME = re.compile(r"[A-Za-z0-9_]+")
# The summary at the end of CBC's log rounds the bound to three decimals, also upwards; this line has eight digits.
_CBC_SUMMARY = re.compile(r"^Lower bound:\s+(\S+)", re.MULTILINE)
_CBC_BOUND = re.compile(r"Partial search - best objective \S+ \(best possible (\S+)\)")
_CONSTANT = "objective_constant"
_REMEDY: Mapping[SolverName, str] = MappingProxyType(
    {"highs": "pip install highspy, or --solver cbc", "cbc": "pip install pulp[cbc], or --solver highs"}
)


class SolverMissing(RuntimeError):
    """The solver asked for is not installed."""


class SolverFailed(RuntimeError):
    """The solver stopped for a reason that says nothing about the problem (a crash, an error of its own)."""


# HiGHS: no sub-problems to look for solutions in, no restart.
_PLAIN: Mapping[str, object] = MappingProxyType(
    {
        "mip_heuristic_effort": 0.0,
        "mip_heuristic_run_rins": False,
        "mip_heuristic_run_rens": False,
        "mip_heuristic_run_root_reduced_cost": False,
        "mip_allow_restart": False,
    }
)


@dataclass(frozen=True)
class Solved:
    """How a solve ended.

    `status`: "optimal" is proven within the gap asked for; "time_limit" stopped with a solution that is not proven;
    "no_incumbent" stopped without one. `objective`, `bound` include the objective's constant; `gap` is their distance
    relative to the objective; each is None where the solver has none. `values` by variable name (integers exactly
    integer), empty without a solution. `duals` by constraint name, of a relaxation only: what the objective, in the
    problem's own sense, changes by for one unit more on the right-hand side.
    """

    status: Status
    objective: float | None
    bound: float | None
    gap: float | None
    seconds: float
    solver: str
    values: Mapping[str, float] = field(default_factory=dict)
    duals: Mapping[str, float] = field(default_factory=dict)

    @property
    def found(self) -> bool:
        """Whether there is a solution."""
        return self.status in ("optimal", "time_limit")


def solve(
    problem: pulp.LpProblem,
    solver: SolverName = "highs",
    time_limit: float | None = None,
    gap: float = 0.0,
    start: Mapping[str, float] | None = None,
    plain: bool = False,
) -> Solved:
    """Solve `problem`; `time_limit` in seconds, `gap` relative to the objective at which a solution counts as proven.

    `start` gives variables' values by name to begin from (those left out are completed by the solver); a start that is
    not feasible is ignored. `plain`: HiGHS branches at once, without restarts and without looking for solutions in
    smaller problems, which is faster where the tree is small or the start is good. Raises SolverMissing, SolverFailed,
    and ValueError for bad names.
    """
    check_names(problem)
    for variable in problem.variables():
        variable.varValue = None  # nothing is left over from an earlier run
    began = time.monotonic()
    clean = _clean(problem, problem.objective)
    raw = _run(clean, solver, mip=True, time_limit=time_limit, gap=gap, start=start, plain=plain)
    if raw.status == "infeasible_or_unbounded":
        left = None if time_limit is None else max(0.1, time_limit - (time.monotonic() - began))
        raw = _Raw(_told_apart(problem, solver, left))
    return _solved(problem, raw, solver, gap, time.monotonic() - began, duals=False)


def relaxed(problem: pulp.LpProblem, solver: SolverName = "highs", time_limit: float | None = None) -> Solved:
    """Solve the linear relaxation of `problem` and give the duals of its constraints."""
    check_names(problem)
    for variable in problem.variables():
        variable.varValue = None  # nothing is left over from an earlier run
    began = time.monotonic()
    raw = _run(_clean(problem, problem.objective), solver, mip=False, time_limit=time_limit, gap=0.0, start=None)
    if raw.status == "infeasible_or_unbounded":
        raw = _Raw(_told_apart(problem, solver, time_limit, mip=False))
    return _solved(problem, raw, solver, 0.0, time.monotonic() - began, duals=True)


def check_names(problem: pulp.LpProblem) -> None:
    """Raise ValueError for a row without a name, other signs than letters, digits, underscore, two variables of a name.

    Rows are named so that a message can say which of them do not go together.
    """
    names = [variable.name for variable in problem.variables()]
    rows = [row.name for row in problem.constraints()]
    if None in rows:
        raise ValueError("a constraint has no name")
    bad = [name for name in [*names, *rows] if not _NAME.fullmatch(name)]
    if bad:
        raise ValueError(f"names of letters, digits and underscore only, not {', '.join(map(repr, bad[:5]))}")
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        raise ValueError(f"two variables are called {', '.join(map(repr, twice[:5]))}")


def available(solver: SolverName) -> bool:
    """Whether `solver` is installed."""
    return bool(_engine(solver, mip=True, time_limit=None, gap=0.0).available())


@dataclass(frozen=True)
class _Raw:
    """What a solver said of itself; objective and bound of the minimisation it was handed."""

    status: Status
    objective: float | None = None
    bound: float | None = None


class _Highs(HiGHS):
    """PuLP's HiGHS with a warm start handed over, and with its own status read back."""

    def __init__(self, start: Mapping[str, float] | None = None, **options: object) -> None:
        super().__init__(**options)
        self.start = start

    def callSolver(self, lp: pulp.LpProblem) -> None:
        model = lp.solverModel
        if self.start:
            given = [(v.index, value) for v in lp.variables() if (value := _begun(v, self.start)) is not None]
            model.setSolution(len(given), [index for index, _ in given], [value for _, value in given])
        model.run()

    def word(self, lp: pulp.LpProblem) -> _Raw:
        """HiGHS's model status, objective and dual bound."""
        import highspy

        model, said = lp.solverModel, highspy.HighsModelStatus
        info = model.getInfo()
        feasible = int(info.primal_solution_status) == int(highspy.SolutionStatus.kSolutionStatusFeasible)
        status = model.getModelStatus()
        mip = self.mip and lp.isMIP()
        objective = float(info.objective_function_value)
        bound = float(info.mip_dual_bound) if mip else None
        if status in (said.kOptimal, said.kModelEmpty):
            return _Raw("optimal", objective, bound if mip else objective)
        if status in (said.kTimeLimit, said.kInterrupt, said.kIterationLimit, said.kSolutionLimit):
            return _Raw("time_limit", objective, bound) if feasible else _Raw("no_incumbent", None, bound)
        named: dict[object, Status] = {
            said.kInfeasible: "infeasible",
            said.kUnbounded: "infeasible_or_unbounded" if mip else "unbounded",
            said.kUnboundedOrInfeasible: "infeasible_or_unbounded",
        }
        if status in named:
            return _Raw(named[status])
        raise SolverFailed(f"HiGHS ended with {model.modelStatusToString(status)}")


class _Cbc(COIN_CMD):
    """PuLP's CBC with a start for some variables only, and with its own words read back."""

    def __init__(self, start: Mapping[str, float] | None = None, **options: object) -> None:
        from pulp.apis.coin_api import PULP_CBC_CMD

        super().__init__(path=PULP_CBC_CMD.pulp_cbc_path, warmStart=bool(start), **options)
        self.start = start or {}
        self.first_line = ""

    def writesol(
        self,
        filename: str,
        _lp: pulp.LpProblem,
        vs: list[pulp.LpVariable],
        variablesNames: Mapping[str, str],
        _constraintsNames: Mapping[str, str],
    ) -> bool:
        begun = [(variablesNames[variable.name], _begun(variable, self.start)) for variable in vs]
        lines = [f"{index:>7} {name} {value:>15} 0\n" for index, (name, value) in enumerate(begun) if value is not None]
        Path(filename).write_text("Stopped on time - objective value 0\n" + "".join(lines), encoding="ascii")
        return True

    def get_status(self, filename: str) -> tuple[int, int]:
        with Path(filename).open(encoding="ascii") as lines:
            self.first_line = lines.readline().strip()
        status: tuple[int, int] = super().get_status(filename)
        return status

    def word(self, lp: pulp.LpProblem, log: str) -> _Raw:
        """The first line of CBC's solution file, and the bound its log ends with."""
        line = self.first_line
        objective = None if lp.objective is None else pulp.value(lp.objective)
        bound = _cbc_bound(log)
        if line.startswith("Optimal"):
            return _Raw("optimal", objective, objective if bound is None else bound)
        if line.startswith("Unbounded"):
            # Said of a relaxation that is unbounded, also where no integers fit.
            return _Raw("infeasible_or_unbounded")
        if line.startswith(("Infeasible", "Integer infeasible")):
            return _Raw("infeasible")
        if line.startswith("Stopped"):
            incumbent = "no integer solution" not in line and "objective value" in line
            return _Raw("time_limit", objective, bound) if incumbent else _Raw("no_incumbent", None, bound)
        raise SolverFailed(f"CBC ended with {line!r}")


def _begun(variable: pulp.LpVariable, start: Mapping[str, float]) -> float | None:
    """The value to begin from: given, or the only one there is."""
    if variable.name in start:
        return float(start[variable.name])
    fixed = variable.lowBound is not None and variable.lowBound == variable.upBound
    return float(variable.lowBound) if fixed else None


def _cbc_bound(log: str) -> float | None:
    exact, rounded = _CBC_BOUND.findall(log), _CBC_SUMMARY.findall(log)
    if exact:
        return float(exact[-1])
    return float(rounded[-1]) - 0.0005 if rounded else None


def _engine(
    solver: SolverName,
    *,
    mip: bool,
    time_limit: float | None,
    gap: float,
    start: Mapping[str, float] | None = None,
    log: Path | None = None,
    plain: bool = False,
) -> _Highs | _Cbc:
    if solver == "highs":
        return _Highs(
            start=start,
            mip=mip,
            msg=False,
            timeLimit=time_limit,
            gapRel=gap,
            gapAbs=0.0,
            threads=1,
            random_seed=SEED,
            **(_PLAIN if plain else {}),
        )
    if solver == "cbc":
        options = [f"randomCbcSeed {SEED}", f"randomSeed {SEED}"]
        log_path = None if log is None else str(log)
        return _Cbc(
            start=start, mip=mip, msg=False, timeLimit=time_limit, gapRel=gap, options=options, logPath=log_path
        )
    raise ValueError(f"no solver {solver!r}; there are {', '.join(SOLVERS)}")


def _run(
    problem: pulp.LpProblem,
    solver: SolverName,
    *,
    mip: bool,
    time_limit: float | None,
    gap: float,
    start: Mapping[str, float] | None,
    plain: bool = False,
) -> _Raw:
    with tempfile.TemporaryDirectory(prefix="deskplan_") as folder:
        log = Path(folder) / "log"
        engine = _engine(solver, mip=mip, time_limit=time_limit, gap=gap, start=start, log=log, plain=plain)
        if not engine.available():
            raise SolverMissing(f"the solver {solver} is not installed ({_REMEDY[solver]})")
        try:
            if isinstance(engine, _Highs):
                problem.solve(engine)
                return engine.word(problem)
            engine.tmpDir = folder
            problem.solve(engine)
            return engine.word(problem, log.read_text(encoding="utf-8", errors="replace"))
        except PulpSolverError as error:
            raise SolverFailed(str(error)) from error


def _told_apart(problem: pulp.LpProblem, solver: SolverName, time_limit: float | None, mip: bool = True) -> Status:
    """Whether a problem without a finite best is infeasible or unbounded: is there any solution at all?"""
    raw = _run(_clean(problem, None), solver, mip=mip, time_limit=time_limit, gap=0.0, start=None)
    if raw.status == "infeasible":
        return "infeasible"
    return "unbounded" if raw.status in ("optimal", "time_limit") else "infeasible_or_unbounded"


def _clean(problem: pulp.LpProblem, objective: pulp.LpAffineExpression | None) -> pulp.LpProblem:
    """A minimisation of the same rows for one run, so that what PuLP adds to a problem while solving it stays outside.

    Always a minimisation: CBC takes the cost of a warm start with the wrong sign when it maximises, and drops it.
    The objective's constant becomes a fixed column, since PuLP hands over neither to HiGHS nor to CBC what stands
    alone, and bound and gap would go without it. Columns of cost zero that no row has are left out: PuLP's file for
    CBC is broken by them.
    """
    own = pulp.LpProblem(problem.name, pulp.LpMinimize)
    sign = _sign(problem)
    costs = {} if objective is None else {variable: sign * cost for variable, cost in objective.items() if cost}
    constant = 0.0 if objective is None else sign * float(objective.constant)
    if constant or not costs:
        costs[own.add_variable(_CONSTANT, constant, constant)] = 1.0
    own += pulp.LpAffineExpression(costs)
    for row in problem.constraints():
        own.addConstraint(row)
    return own


def _solved(
    problem: pulp.LpProblem, raw: _Raw, solver: SolverName, gap: float, seconds: float, *, duals: bool
) -> Solved:
    sign = _sign(problem)
    bound = sign * raw.bound + 0.0 if raw.bound is not None and _finite(raw.bound) else None
    if raw.status not in ("optimal", "time_limit"):
        return Solved(raw.status, None, bound, None, seconds, solver)
    if raw.objective is None:
        raise SolverFailed(f"{solver} gave a solution without an objective")
    left = None if raw.bound is None or bound is None else _gap(raw.objective, raw.bound)
    # A limit may strike just when the gap is closed: what is proven counts.
    proven = raw.status == "optimal" or (left is not None and left <= gap)
    values = {v.name: _value(v, whole=not duals) for v in problem.variables()}
    prices = {row.name: sign * row.pi + 0.0 for row in problem.constraints()} if duals else {}
    status: Status = "optimal" if proven else "time_limit"
    return Solved(status, sign * raw.objective + 0.0, bound, left, seconds, solver, values, prices)


def _sign(problem: pulp.LpProblem) -> float:
    return -1.0 if problem.sense == pulp.LpMaximize else 1.0


def _gap(objective: float, bound: float) -> float:
    """How far the objective may be from the best, as a share of it; what rounding leaves is none."""
    away, scale = objective - bound, max(abs(objective), abs(bound))
    return 0.0 if away <= ROUNDING * max(1.0, scale) else away / scale


def _finite(value: float) -> bool:
    # CBC's infinity is 1e50.
    return math.isfinite(value) and abs(value) < 1e40


def _value(variable: pulp.LpVariable, *, whole: bool) -> float:
    """A variable's value, an integer one exactly integer (solvers leave 2.9999999)."""
    if variable.varValue is None:  # in no row and of no cost: any value does
        low, high = variable.lowBound, variable.upBound
        return float(min(max(0.0, -math.inf if low is None else low), math.inf if high is None else high))
    value = float(variable.varValue)
    return float(round(value)) if whole and variable.cat == pulp.LpInteger else value
