"""The file that `new` writes: small, commented, and valid as it stands."""

from __future__ import annotations

import os
import re
from pathlib import Path

from sim.scenario.emit import scalar
from sim.scenario.files import is_file
from sim.scenario.load import load
from sim.scenario.problems import Origin, Problem, ScenarioProblems
from sim.scenario.resolved import Resolved

_TEMPLATE = """\
# {name}: a change to {base}. Whatever is not named here stays as it is there.
#   deskplan validate {file}             is it right?
#   deskplan show {file} --origin        every value, and where it comes from
#   deskplan diff {base} {file}
# All keys: docs/scenario_reference.md. How files are written: docs/scenarios.md.
extends: {base}
name: {name}
title: {title}
because: ""  # why one would do this, in a sentence

# Values in the places where {base} has them; maps merge, lists and values replace, null removes:
# teams:
#   {team}: {{agents: {agents}}}

# Or changes by path; `*` matches every name:
# changes:
#   teams.{team}.agents: + 4               # adds four
#   reasons.{reason}.handle: -10 %          # of the present value
#   channels.*.target.within: x 2
"""


def new_file(name: str, base: str, file: str, resolved: Resolved) -> str:
    """Text of a scenario that extends ``base``, with examples that name what is in it."""
    scenario = resolved.scenario
    team = next(iter(scenario.teams), "frontline")
    agents = scenario.teams[team].agents + 4 if team in scenario.teams else 4
    return _TEMPLATE.format(
        name=name,
        base=scalar(base),
        file=file,
        title=scalar(name.replace("_", " ").capitalize()),
        team=team,
        agents=agents,
        reason=next(iter(scenario.reasons)),
    )


def write_new(name: str, base: str, out: Path) -> Path:
    """Write the file; refuses a name that cannot stand, a base that is not good, and a file that exists."""
    if re.fullmatch(r"[a-z0-9][a-z0-9_]*", name) is None:
        allowed = "small letters, digits and '_', starting with a letter or digit, such as 'more_agents'"
        meant = re.sub(r"[^a-z0-9_]+", "_", name.lower()).strip("_")
        raise ScenarioProblems(
            [Problem("name", f"'{name}' cannot be a scenario's name", allowed, f"'{meant}'" * bool(meant))]
        )
    resolved = load(base)
    if is_file(Path(base)):
        base = Path(os.path.relpath(base, out.parent)).as_posix()
    try:
        with out.open("x", encoding="utf-8") as stream:
            stream.write(new_file(name, base, out.as_posix(), resolved))
    except FileExistsError:
        raise ScenarioProblems([Problem("", "this file exists and is not overwritten", "another --out",
                                        origin=Origin(str(out)))]) from None  # fmt: skip
    except OSError as error:
        wrong = f"cannot be written: {error.strerror}"
        raise ScenarioProblems([Problem("", wrong, "a folder that exists", origin=Origin(str(out)))]) from None
    return out
