"""`deskplan optimize` without a plan: each way to end has words and a code of its own. Nothing is simulated here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner, Result

import cli
from benchmarks.plan_problems import generated
from optimize.plan import choose
from optimize.plan.outcome import Unmeasured
from optimize.plan.problem import PlanProblem
from optimize.solver import SolverMissing
from sim.scenario.emit import to_yaml
from tests.optimize.plan.worlds import world


@pytest.fixture
def ask(tmp_path, monkeypatch):
    """Runs the command on a small desk from which a problem is learned that is given here."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "desk.yaml").write_text(to_yaml(world(name="desk")), encoding="utf-8")

    def run(problem: PlanProblem | Exception, *options: str) -> Result:
        def learned(*_given, **_named):
            if isinstance(problem, Exception):
                raise problem
            return SimpleNamespace(problem=problem)

        monkeypatch.setattr(choose, "learn", learned)
        done = CliRunner().invoke(cli.main, ["optimize", "desk.yaml", "--quiet", "--jobs", "1", *options])
        assert not list(tmp_path.glob("results/*"))
        return done

    return run


def test_a_conflict_is_named_with_the_smallest_change_and_code_3(ask):
    problem = replace(generated(4, investments=6), must=frozenset({"investment_1", "investment_4"}))
    done = ask(problem, "--format", "json")
    assert done.exit_code == 3
    assert "The smallest change that would make one possible:" in done.stderr
    assert "These cannot hold together; giving up any one of them is enough:" in done.stderr
    assert "investment_1" in done.stderr
    assert "investment_4" in done.stderr
    assert json.loads(done.stdout)["status"] == "infeasible"


def test_what_has_no_end_is_named_with_code_3(ask):
    problem = generated(4, investments=3)
    first = next(p.key for p in problem.people if p.kind == "outsource")
    people = tuple(
        replace(p, money=np.abs(p.money), upper=np.inf) if p.key == first else p for p in problem.people
    )  # fmt: skip
    done = ask(replace(problem, people=people))
    assert done.exit_code == 3
    assert "could be improved without end" in done.stderr
    assert "outsourced heads" in done.stderr
    assert "choose.budget" in done.stderr


def test_no_plan_in_time_says_how_long_was_looked_with_code_3(ask):
    problem = replace(generated(4, months=24, investments=10), must=frozenset({"investment_1"}))
    done = ask(problem, "--time-limit", "0.000001", "--format", "json")
    assert done.exit_code == 3
    assert "The time limit came before the first plan" in done.stderr
    assert "allow more time" in done.stderr
    assert json.loads(done.stdout)["status"] == "time_limit"


def test_a_missing_solver_leaves_with_code_2_before_anything_is_learned(tmp_path, repo_root):
    """In a process of its own, in which the solver's package cannot be imported."""
    (tmp_path / "desk.yaml").write_text(to_yaml(world(name="desk")), encoding="utf-8")
    words = "import sys; sys.modules['highspy'] = None; import cli; cli.main(['optimize', 'desk.yaml'])"
    done = subprocess.run(
        [sys.executable, "-c", words], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(repo_root)},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "highs is not installed; --solver cbc may be" in done.stderr
    assert "learning" not in done.stderr


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (SolverMissing("cbc is not installed"), "cbc is not installed"),
        (Unmeasured("goal kind: csat cannot be measured in 2027-06"), "csat cannot be measured"),
    ],
)
def test_what_is_only_seen_while_learning_leaves_with_code_2(ask, problem, words):
    done = ask(problem)
    assert done.exit_code == 2
    assert words in done.stderr
