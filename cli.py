"""The command line: parse, call, print. Heavy libraries are imported inside the commands that need them.

Exit codes: 0 done, 1 bug, 2 bad input, 3 infeasible, 4 a goal missed.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from sim.interrupts import interruptible
from sim.scenario.problems import ScenarioProblems, counted

Command = TypeVar("Command", bound=Callable[..., None])


class Deskplan(click.Group):
    """Prints what is wrong with a scenario, every problem at once, and leaves with code 2; with 130 after Ctrl-C."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            with interruptible():
                return super().invoke(ctx)
        except ScenarioProblems as found:
            click.echo(f"{found}\n{counted(found.problems)}", err=True)
            ctx.exit(2)
        except KeyboardInterrupt as stopped:
            click.echo(str(stopped) or "Stopped. Nothing was written.", err=True)
            ctx.exit(130)


def _print_version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    """Print the installed version and leave; the metadata is read only when asked for."""
    if not wanted or ctx.resilient_parsing:
        return
    from importlib.metadata import version

    click.echo(f"deskplan {version('deskplan')}")
    ctx.exit()


@click.group(cls=Deskplan, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
def main() -> None:
    """Simulate customer support, price the outcome and choose what to change."""


# Scenario files


def overlays_and_sets(command: Command) -> Command:
    """The options of every command that reads a scenario."""
    overlay = click.option("--overlay", "overlays", multiple=True, metavar="FILE", help="Lay a partial file on top.")
    change = click.option("--set", "sets", multiple=True, metavar="PATH=CHANGE", help="Change a value, such as "
                          "'teams.*.agents=x 1.2 rounded'.")  # fmt: skip
    return overlay(change(command))


@main.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@overlays_and_sets
def validate(files: tuple[str, ...], overlays: tuple[str, ...], sets: tuple[str, ...]) -> None:
    """Check scenario files and show everything that is wrong with them."""
    from sim.scenario.show import verdicts

    lines, problems = verdicts(files, overlays, sets)
    for line in lines:
        click.echo(line)
    if problems:
        raise ScenarioProblems(problems)


@main.command()
@click.argument("file")
@overlays_and_sets
@click.option("--origin", is_flag=True, help="Every value with where it was written, defaults included.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def show(file: str, overlays: tuple[str, ...], sets: tuple[str, ...], origin: bool, form: str) -> None:
    """Print a scenario as merged from what it extends, overlays and --set."""
    from sim.scenario.load import load
    from sim.scenario.show import as_json, as_text

    resolved = load(file, overlays, sets)
    click.echo(json.dumps(as_json(resolved, origin), indent=2) if form == "json" else as_text(resolved, origin))


@main.command()
@click.argument("old")
@click.argument("new")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def diff(old: str, new: str, form: str) -> None:
    """Print what scenario NEW changes in scenario OLD: path, old -> new, and where it is written."""
    from sim.scenario.load import load
    from sim.scenario.show import difference, difference_json, difference_text

    found = difference(load(old), load(new))
    click.echo(json.dumps(difference_json(found), indent=2) if form == "json" else difference_text(found))


@main.command()
@click.argument("file")
@overlays_and_sets
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True)
def options(file: str, overlays: tuple[str, ...], sets: tuple[str, ...], form: str) -> None:
    """List what could be bought: cost, lead, conditions, effects at full strength, evidence, and what is decided."""
    from report.options import options_csv, options_json, options_text
    from sim.scenario.load import load
    from sim.scenario.options_table import option_rows

    rows = option_rows(load(file, overlays, sets))
    if form == "json":
        click.echo(json.dumps(options_json(rows), indent=2))
    else:
        click.echo(options_csv(rows) if form == "csv" else options_text(rows), nl=form != "csv")


@main.command()
@click.option("--format", "form", type=click.Choice(["json", "markdown"]), default="json", show_default=True)
def schema(form: str) -> None:
    """Print what a scenario file may hold: JSON Schema for editors, or the reference page."""
    from sim.scenario.reference import json_schema, markdown

    click.echo(json.dumps(json_schema(), indent=2) if form == "json" else markdown(), nl=form == "json")


@main.command()
@click.argument("name")
@click.option("--from", "base", default="baseline", show_default=True, metavar="FILE", help="The scenario to extend.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Where to write it. [default: NAME.yaml]")
def new(name: str, base: str, out: Path | None) -> None:
    """Write a small file for a scenario NAME that extends another one."""
    from sim.scenario.template import write_new

    click.echo(f"wrote {write_new(name, base, out or Path(f'{name}.yaml'))}")


@main.command()
@click.argument("file")
@overlays_and_sets
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True)
@click.option("--people", is_flag=True, help="One line a person: who joins, serves, is up to speed and leaves when.")
def workforce(file: str, overlays: tuple[str, ...], sets: tuple[str, ...], form: str, people: bool) -> None:
    """Print who joins, trains, serves and leaves, by team and month, without simulating anything."""
    import sys

    from report.tables import to_csv
    from report.workforce import as_json, as_people, as_table, print_people, print_workforce
    from sim.scenario.load import load

    resolved = load(file, overlays, sets)
    if form == "json":
        click.echo(json.dumps(as_json(resolved), indent=2))
    elif form == "csv":
        click.echo(to_csv(as_people(resolved) if people else as_table(resolved)), nl=False)
    elif people:
        print_people(resolved, sys.stdout)
    else:
        print_workforce(resolved, sys.stdout)


# Simulate and compare


seed_option = click.option(
    "--seed", type=click.IntRange(0, 2**63 - 1), metavar="N", help="Seed. [default: the scenario's]"
)
jobs_option = click.option("--jobs", default=-1, show_default="all cores", help="Replications at once.")
engine_option = click.option("--engine", type=click.Choice(["simpy", "fast"]), help="[default: the fastest there is]")
out_option = click.option(
    "--out",
    default="results",
    show_default=True,
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the run's folder is made.",
)
cluster_option = click.option("--cluster", metavar="ADDRESS", help="Workers of a Dask cluster: tcp://host:port, or "
                              "local:N for N processes started here. Nothing else touches the network.")  # fmt: skip
store_option = click.option("--store/--no-store", "use_store", default=True, help="Keep in DIR what is "
                            "finished, so that the same command goes on after a stop.")  # fmt: skip
quiet_option = click.option("--quiet", is_flag=True, help="No progress, and only the name of the folder written.")


def working(command: Command) -> Command:
    """The options of every command whose simulations are kept, and may be done by a cluster."""
    return computing(store_option(cluster_option(command)))


def computing(command: Command) -> Command:
    """The options of every command that simulates."""
    for option in (
        click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True),
        quiet_option,
        out_option,
        click.option(
            "--feedback/--no-feedback", default=True,
            help="Let months change the months after them, or leave every loop open.",
        ),
        engine_option,
        jobs_option,
        click.option("--reps", "--replications", "reps", type=click.IntRange(min=1), metavar="N",
                     help="Replications. [default: the scenario's]"),
        seed_option,
    ):  # fmt: skip
        command = option(command)
    return overlays_and_sets(command)


def computed(command: str, files: tuple[str, ...], quiet: bool, out: Path, **choices: Any) -> Any:
    """Simulates, prices and writes the folder: the comparison and where it is."""
    import sys

    from report.command import compute_and_write
    from report.given import Refused

    try:
        return compute_and_write(command, files, out, sys.argv[1:], sys.stderr, quiet, **choices)
    except Refused as problem:
        click.echo(str(problem), err=True)
        raise SystemExit(2) from None


def compute(command: str, files: tuple[str, ...], form: str, quiet: bool, out: Path, **choices: Any) -> None:
    """The same, and prints the answer; leaves with 4 where a goal is missed under --fail-on-goal."""
    import sys

    comparison, folder = computed(command, files, quiet, out, **choices)
    if form == "json":
        from report.as_json import as_json

        click.echo(json.dumps(as_json(comparison, folder), indent=2))
    elif quiet:
        click.echo(folder.as_posix())
    else:
        from report.terminal import show as show_comparison

        show_comparison(comparison, folder, sys.stdout)
    if choices.get("fail_on_goal"):
        from evaluate.goals import goal_results, missed

        names = missed(comparison, goal_results(comparison))
        if names:
            click.echo(f"Goals missed: {', '.join(names)}", err=True)
            raise SystemExit(4)


fail_on_goal = click.option("--fail-on-goal", is_flag=True, help="Leave with code 4 where the scenario that the answer "
                            "recommends misses a goal.")  # fmt: skip


@main.command()
@click.argument("file")
@working
@fail_on_goal
def run(file: str, **choices: Any) -> None:
    """Simulate one scenario, price it and write its report. FILE is a path or the name of a bundled scenario."""
    compute("run", (file,), **choices)


@main.command()
@click.argument("base")
@click.argument("others", nargs=-1, required=True, metavar="OTHER...")
@working
@fail_on_goal
@click.option("--uncertain", is_flag=True, help="Draw what is declared `uncertain` too; its section joins the report.")
def compare(base: str, others: tuple[str, ...], **choices: Any) -> None:
    """Set scenarios against a base, all on the same customers, and say which is better and how sure that is."""
    compute("compare", (base, *others), **choices)


# Judge


@main.command()
@click.argument("base")
@click.argument("others", nargs=-1, metavar="[OTHER]...")
@working
@click.option("--options", "each_option", is_flag=True, help="Each undecided investment of BASE alone, from the start.")
def gaps(base: str, others: tuple[str, ...], form: str, quiet: bool, out: Path, **choices: Any) -> None:
    """How far BASE is from its targets and from others, and how much of each gap every option closes, by when."""
    import textwrap

    from report import format as fmt
    from report.gaps import as_plain, as_text
    from report.goals import sentences

    comparison, folder = computed("gaps", (base, *others), quiet, out, **choices)
    if form == "json":
        click.echo(json.dumps({"gaps": as_plain(comparison), "folder": folder.as_posix()}, indent=2))
    elif quiet:
        click.echo(folder.as_posix())
    else:
        told = [as_text(comparison), "", *(textwrap.fill(text, 100) for text in sentences(comparison))]
        click.echo(fmt.plain("\n".join([*told, f"Report: {folder.as_posix()}/report.html"])))


@main.command()
@click.argument("base")
@click.argument("others", nargs=-1, metavar="[OTHER]...")
@working
@click.option("--options", "each_option", is_flag=True, help="Each undecided investment of BASE alone, from the start.")
def stakeholders(base: str, others: tuple[str, ...], form: str, quiet: bool, out: Path, **choices: Any) -> None:
    """Who gains and who loses by each option, which is best for all, and over which weights it stays the best."""
    from report import format as fmt
    from report.stakeholders import as_plain, as_text

    comparison, folder = computed("stakeholders", (base, *others), quiet, out, **choices)
    if form == "json":
        click.echo(json.dumps({"stakeholders": as_plain(comparison), "folder": folder.as_posix()}, indent=2))
    elif quiet:
        click.echo(folder.as_posix())
    else:
        click.echo(fmt.plain(f"{as_text(comparison)}\nReport: {folder.as_posix()}/report.html"))


@main.command()
@click.argument("runs", nargs=-1, metavar="RUN...", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--actuals",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="CSV with date, kpi, value: what was measured.",
)
@click.option("--kpi", "kpis", multiple=True, metavar="KPI", help="Only these, such as 'service_level(phone)'.")
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True)
def progress(runs: tuple[Path, ...], actuals: Path | None, kpis: tuple[str, ...], form: str) -> None:
    """Set dated runs (folders that `run` and its like wrote) and actual figures in one table, with target and trend."""
    from report.over_time import NoProgress, over_time

    try:
        found = over_time(runs, actuals, kpis)
    except NoProgress as problem:
        click.echo(str(problem), err=True)
        raise SystemExit(2) from None
    if form == "json":
        click.echo(json.dumps(found.as_plain(), indent=2))
    else:
        click.echo(found.as_csv() if form == "csv" else found.as_text(), nl=form != "csv")


# Staff


@main.command()
@click.argument("file")
@overlays_and_sets
@click.option(
    "--method",
    type=click.Choice(["erlang", "simulation"]),
    default="erlang",
    show_default=True,
    help="The quick answer, or the smallest staffing that simulation finds enough.",
)
@click.option("--month", metavar="MONTH", help="Such as 2027-11, or busiest. [default: the horizon's mean week]")
@click.option(
    "--target",
    "targets",
    multiple=True,
    metavar="KPI>=X",
    help="Such as 'service_level(phone)>=85 %', in place of what the scenario declares of the same.",
)
@click.option(
    "--by",
    type=click.Choice(["heads", "half-hour"]),
    default="heads",
    show_default=True,
    help="What simulation turns: heads with their shifts, or the need by half-hour in proportion.",
)
@click.option(
    "--in",
    "each",
    type=click.Choice(["day", "week", "month"]),
    help="The target must hold in such periods with the --chance.",
)
@click.option("--chance", metavar="SHARE", help="Share of the periods that must meet the target. [default: 90 %]")
@click.option("--confidence", default="95 %", show_default=True, metavar="SHARE", help="How sure simulation must be.")
@click.option(
    "--objective",
    type=click.Choice(["service", "cost"]),
    default="service",
    show_default=True,
    help="Meet the targets, or the least cost of agents, abandonment and waiting.",
)
@click.option("--cost-agent", metavar="MONEY/h", help="An agent on duty. [default: what the team costs]")
@click.option("--cost-abandoned", metavar="MONEY", help="A customer who hangs up.")
@click.option("--cost-waiting", metavar="MONEY/min", help="A customer who waits.")
@click.option("--full-time", default="40 h", show_default=True, metavar="DURATION", help="Paid week of one FTE.")
@click.option(
    "--reps", type=click.IntRange(min=2), metavar="N", help="Replications of a staffing at most. [default: 64]"
)
@seed_option
@jobs_option
@engine_option
@click.option("--solver", type=click.Choice(["highs", "cbc"]), default="highs", show_default=True)
@store_option
@out_option
@quiet_option
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True)
def staff(file: str, form: str, quiet: bool, **choices: Any) -> None:
    """How many agents are needed, by team and half-hour, and whether that is less than are on duty today."""
    import sys

    from report import format as fmt
    from report.given import Refused
    from report.staff.command import Infeasible, staff
    from report.staff.tables import need
    from report.staff.text import as_plain, as_text
    from report.tables import to_csv

    costs = {name: choices.pop(f"cost_{name}") for name in ("agent", "abandoned", "waiting")}
    try:
        found = staff(file, arguments=sys.argv[1:], progress_to=sys.stderr, quiet=quiet, costs=costs, **choices)
    except (Refused, Infeasible) as problem:
        click.echo(str(problem), err=True)
        raise SystemExit(2 if isinstance(problem, Refused) else 3) from None
    if form == "json":
        click.echo(json.dumps(as_plain(found), indent=2))
    elif form == "csv":
        click.echo(to_csv(need(found.need)), nl=False)
    else:
        click.echo(found.folder.as_posix() if quiet else fmt.plain(as_text(found)))


@main.command()
@click.argument("file")
@overlays_and_sets
@click.option(
    "--need",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="CSV",
    help="Agents by half-hour: weekday, start, agents (and team). [default: worked out from FILE]",
)
@click.option("--team", "teams", multiple=True, metavar="TEAM", help="Only this one. [default: all who are needed]")
@click.option(
    "--month", metavar="MONTH", help="Whose need, such as 2027-11, or busiest. [default: the horizon's mean week]"
)
@click.option("--solver", type=click.Choice(["highs", "cbc"]), default="highs", show_default=True)
@click.option("--time-limit", default="60 s", show_default=True, metavar="DURATION", help="For each team.")
@click.option(
    "--gap", default="0.5 %", show_default=True, metavar="SHARE", help="How far above the cheapest is good enough."
)
@click.option("--simulate", is_flag=True, help="Simulate today's shifts and the new ones side by side.")
@click.option("--reps", type=click.IntRange(min=2), metavar="N", help="Replications of --simulate. [default: 8]")
@seed_option
@jobs_option
@engine_option
@out_option
@quiet_option
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def schedule(file: str, form: str, quiet: bool, **choices: Any) -> None:
    """The cheapest weekly shifts that cover the need: who works when, and an overlay that simulates."""
    import sys

    from optimize.schedule.search import NoSchedule
    from report import format as fmt
    from report.given import Refused
    from report.schedule.command import plain, run_schedule
    from report.schedule.text import as_text

    try:
        found = run_schedule(file, arguments=sys.argv[1:], progress_to=sys.stderr, quiet=quiet, **choices)
    except (Refused, NoSchedule) as problem:
        click.echo(str(problem), err=True)
        raise SystemExit(2 if isinstance(problem, Refused) else 3) from None
    if form == "json":
        click.echo(json.dumps(plain(found), indent=2))
    else:
        click.echo(found.folder.as_posix() if quiet else fmt.plain(as_text(found)))


@main.command()
@click.argument("scenario")
@click.argument("actuals", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="ACTUALS.csv")
@computing
@click.option("--confidence", metavar="SHARE", help="Of the intervals. [default: the scenario's]")
@click.option("--input", "inputs", multiple=True, metavar="PATTERN", help="Try these inputs only, such as "
              "'reasons.*.handle.mean'.")  # fmt: skip
@click.option("--no-explain", "explain", is_flag=True, flag_value=False, default=True, help="Try no inputs.")
def monitor(scenario: str, actuals: Path, form: str, quiet: bool, **choices: Any) -> None:
    """Set measured figures (CSV with date, kpi, value, maybe channel) beside the months of SCENARIO.

    Says which KPI left its interval and since when, and which change of an input would explain it.
    """
    from report.monitor import monitor as compute
    from report.monitor_text import as_plain, as_text

    decide("monitoring", compute, form, quiet, scenario=scenario, actuals=actuals, **choices,
           show=lambda found, folder: as_text(found, folder.as_posix()),
           plain=lambda found, folder: as_plain(found, folder.as_posix()))  # fmt: skip


# Choose


@main.command()
@click.argument("file")
@computing
@store_option
@click.option("--budget", metavar="AMOUNT", help="Budget in all, such as '450000 EUR'. [default: the scenario's]")
@click.option("--objective", type=click.Choice(["npv", "cost", "score"]), help="[default: the scenario's]")
@click.option("--target", "targets", multiple=True, metavar="KPI>=X", help="What must hold, such as "
              "'service_level(phone)>=85 %'. [default: the scenario's]")  # fmt: skip
@click.option("--frontier", metavar="FROM:TO:STEP", help="What each budget buys, such as 0:600000:50000.")
@click.option("--uncertain", is_flag=True, help="Judge the best proposals under draws of what is declared `uncertain`.")
@click.option("--draws", default=16, show_default=True, type=click.IntRange(16, 10_000), metavar="N",
              help="Draws under --uncertain, rounded up to a multiple of 8.")  # fmt: skip
@click.option("--solver", type=click.Choice(["highs", "cbc"]), default="highs", show_default=True)
@click.option("--time-limit", type=click.FloatRange(min=0, min_open=True), default=60.0, show_default=True,
              metavar="S", help="Seconds that the solver may take for one plan.")  # fmt: skip
@click.option("--gap", type=click.FloatRange(0, 1), default=0.005, show_default=True, metavar="SHARE",
              help="How far from the best a plan of the model may be, as a share of it.")  # fmt: skip
@click.option("--proposals", type=click.IntRange(1, 20), default=4, show_default=True, metavar="K",
              help="Distinct plans to simulate and select from.")  # fmt: skip
@click.option("--indifference", metavar="AMOUNT", help="Differences below do not matter. [default: half a percent of "
              "today's present cost]")  # fmt: skip
def optimize(file: str, form: str, quiet: bool, **choices: Any) -> None:
    """Choose what to buy, whom to hire and when, under a budget; simulate it and say how sure that is.

    --reps is the number of replications of every plan at first, 5 where it is not given.
    """
    import sys

    from report.given import Refused
    from report.plan.command import NoPlan
    from report.plan.command import optimize as compute
    from report.plan.terminal import as_text

    try:
        plan, folder = compute(file, arguments=sys.argv[1:], progress_to=sys.stderr, quiet=quiet, **choices)
    except Refused as problem:
        click.echo(str(problem), err=True)
        raise SystemExit(2) from None
    except NoPlan as found:
        if form == "json":
            click.echo(json.dumps({"schema": 1, "status": found.status, "words": found.lines}, indent=2))
        click.echo(str(found), err=True)
        raise SystemExit(3) from None
    if form == "json":
        click.echo(json.dumps({"status": "done", **plan, "folder": folder.as_posix()}, indent=2))
    else:
        click.echo(folder.as_posix() if quiet else as_text(plan, folder))


# Explain


@main.command()
@click.argument("base")
@click.argument("option")
@working
@click.option("--kpi", "kpis", multiple=True, metavar="KPI", help="Share out this KPI too, such as "
              "'service_level(phone)'. [default: those with a target]")  # fmt: skip
def bridge(base: str, option: str, form: str, quiet: bool, out: Path, kpis: tuple[str, ...], **choices: Any) -> None:
    """Share out the difference between BASE and OPTION among the changes between them, so that it adds up."""
    from report.bridge_text import bridge_text, from_folder

    comparison, folder = computed("bridge", (base, option), quiet, out, shared_out=kpis, **choices)
    plain = from_folder(folder)
    if form == "json":
        click.echo(json.dumps({"schema": 1, "bridge": plain, "folder": folder.as_posix()}, indent=2))
    else:
        click.echo(folder.as_posix() if quiet else bridge_text(comparison, plain, folder))


@main.command()
@click.argument("files", nargs=-1, required=True, metavar="BASE [OPTION]")
@overlays_and_sets
@click.option("--input", "path", required=True, metavar="PATH", help="The input, such as teams.frontline.wage.")
@click.option("--for", "measure", type=click.Choice(["npv", "npv_tangible"]), default="npv", show_default=True)
@click.option("--low", metavar="VALUE", help="Look no lower. [default: 0]")
@click.option("--high", metavar="VALUE", help="Look no higher. [default: 4 times the present value]")
@click.option("--reps", type=click.IntRange(min=1), default=4, show_default=True, metavar="N", help="Replications.")
@seed_option
@jobs_option
@engine_option
@click.option("--quiet", is_flag=True, help="No progress.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def switch(files: tuple[str, ...], form: str, quiet: bool, low: str | None, high: str | None, **choices: Any) -> None:
    """Find the value of an input at which OPTION is worth nothing against BASE; one FILE: its decided investments."""
    from evaluate.compare import NotComparable
    from evaluate.switch import NoSwitch, switching_value
    from report.switch_text import as_plain, as_text

    reps = choices.pop("reps")
    tell = None if quiet else lambda line: click.echo(line, err=True)
    try:
        found = switching_value(files, bounds=(low, high), replications=reps, progress=tell, **choices)
    except (NoSwitch, NotComparable) as problem:
        click.echo(str(problem), err=True)
        raise SystemExit(2) from None
    click.echo(json.dumps(as_plain(found), indent=2) if form == "json" else as_text(found))


@main.command()
@click.argument("run", metavar="RUN", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--quiet", is_flag=True, help="Only the name of the folder.")
def report(run: Path, form: str, quiet: bool) -> None:
    """Render a run's page, text, tables and charts again from its folder RUN, without simulating."""
    import sys

    from report.stored import NotStored
    from report.write import render_again

    try:
        comparison, changed = render_again(run)
    except NotStored as problem:
        click.echo(str(problem), err=True)
        raise SystemExit(2) from None
    if form == "json":
        from report.as_json import as_json

        click.echo(json.dumps(as_json(comparison, run), indent=2))
    elif quiet:
        click.echo(run.as_posix())
    else:
        from report.terminal import show as show_comparison

        show_comparison(comparison, run, sys.stdout)
        click.echo(f"Rendered again: {', '.join(changed) if changed else 'every file is as it was'}.")


def decide(command: str, compute: Callable[..., Any], form: str, quiet: bool, show: Callable[[Any, Path], Any],
           plain: Callable[[Any, Path], Any], **choices: Any) -> None:  # fmt: skip
    """Computes what `uncertainty` or `tornado` asks for, and prints it as text or JSON."""
    import sys

    from report.given import Refused

    try:
        found, folder = compute(arguments=sys.argv[1:], progress_to=sys.stderr, quiet=quiet, **choices)
    except KeyboardInterrupt as stopped:
        click.echo(str(stopped) or f"Stopped {command}. Nothing was written.", err=True)
        raise SystemExit(130) from None
    except Refused as problem:
        click.echo(str(problem), err=True)
        raise SystemExit(2) from None
    if form == "json":
        click.echo(json.dumps(plain(found, folder), indent=2))
    else:
        click.echo(folder.as_posix() if quiet else show(found, folder), nl=quiet)


@main.command()
@click.argument("base")
@click.argument("others", nargs=-1, required=True, metavar="OPTION...")
@click.option("--draws", default=64, show_default=True, type=click.IntRange(16, 100_000), metavar="N",
              help="Draws of the uncertain inputs, rounded up to a multiple of 8.")  # fmt: skip
@click.option("--within", default=12.0, show_default=True, type=click.FloatRange(min=0, min_open=True),
              metavar="MONTHS", help="Payback in time is within so many months.")  # fmt: skip
@working
def uncertainty(base: str, others: tuple[str, ...], within: float, **choices: Any) -> None:
    """Draw what is declared `uncertain`, and say how the NPV of each OPTION against BASE may turn out.

    --reps is the number of tapes each draw meets, 2 where it is not given.
    """
    from report.sure import uncertainty as compute
    from report.uncertainty import as_json, as_text

    decide("drawing", compute, files=(base, *others), within=within, **choices,
           show=lambda found, folder: as_text(found, within, folder),
           plain=lambda found, folder: as_json(found, within, folder))  # fmt: skip


@main.command()
@click.argument("base")
@click.argument("option")
@working
def tornado(base: str, option: str, **choices: Any) -> None:
    """Move one input at a time, and say which moves the NPV of OPTION against BASE most.

    Declared uncertain inputs go to their 10th and 90th percentile, other main inputs by 10 % either way.
    --reps is 8 where it is not given.
    """
    from report.sure import tornado_of
    from report.tornado import as_json, as_text

    decide("the tornado", tornado_of, files=(base, option), show=as_text, plain=as_json, **choices)


# Sweeps


@main.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE [OTHER]...")
@click.option("--vary", multiple=True, metavar="PATH=VALUES", help="Such as teams.frontline.agents=18:30:2, "
              "'PATH=x 0.8:1.2:0.1' or PATH=a,b,c; once for each input.")  # fmt: skip
@click.option("--design", "design_file", metavar="FILE", help="A YAML file with `vary`, `sample` and so on.")
@click.option("--sample", metavar="HOW", help="grid, lhs:64 or sobol:128. [default: grid]")
@click.option("--precision", metavar="SHARE", help="Replications until half-widths are within this share of the value.")
@click.option("--until", metavar="BUDGET", help="Stop early: '500 points' or '20 min'.")
@click.option("--kpi", "kpis", multiple=True, metavar="KPI", help="Tell this too, such as 'wait_p90(phone)'.")
@working
def sweep(files: tuple[str, ...], **choices: Any) -> None:
    """Simulate FILE at many points, all on the same customers, and say how its figures respond.

    The same command again goes on where it was stopped. NPV is against FILE as it is written.
    """
    from report.sweep.command import sweep as compute
    from report.sweep.text import as_json, as_text

    decide("the sweep", compute, files=files, show=as_text, plain=as_json, **choices)


@main.command()
@click.argument("path")
@click.argument("file")
@click.option("--for", "condition", required=True, metavar="CONDITION", help="Such as 'service_level(phone) >= 80 %' "
              "or 'annual_cost <= 900000 EUR'.")  # fmt: skip
@click.option("--between", metavar="LOW:HIGH", help="Look here. [default: a quarter to 4 times the present value]")
@click.option("--step", metavar="SIZE", help="How fine. [default: 1 for whole numbers, else about 200 steps]")
@click.option("--largest", is_flag=True, help="The largest such value, not the smallest.")
@click.option("--confidence", default="95 %", show_default=True, metavar="SHARE", help="How sure it must be.")
@click.option("--most", default=128, show_default=True, type=click.IntRange(min=2), metavar="N", help="Most "
              "replications of a value; --reps is what it begins with.")  # fmt: skip
@working
def find(path: str, form: str, quiet: bool, **choices: Any) -> None:
    """Find the smallest value of the input PATH at which a condition holds in FILE, with the confidence asked for.

    Leaves with 3 where no value is enough.
    """
    import sys

    from report.find import as_json, as_text
    from report.find import find as compute
    from report.given import Refused

    try:
        found = compute(path, progress_to=sys.stderr, quiet=quiet, **choices)
    except KeyboardInterrupt as stopped:
        click.echo(str(stopped) or "Stopped.", err=True)
        raise SystemExit(130) from None
    except Refused as problem:
        click.echo(str(problem), err=True)
        raise SystemExit(2) from None
    click.echo(json.dumps(as_json(found), indent=2) if form == "json" else as_text(found))
    if found.at is None:
        raise SystemExit(3)


# Runs


in_folder = click.option("--out", default="results", show_default=True, metavar="DIR", help="The folder of runs.",
                         type=click.Path(file_okay=False, path_type=Path))  # fmt: skip


@main.command()
@in_folder
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def runs(out: Path, form: str) -> None:
    """List the runs of a folder, and its store of finished units."""
    from report.runs import runs_plain, runs_text, things
    from sim.code_version import code_version

    found = things(out, code_version())
    plain = {"schema": 1, "runs": runs_plain(found)}
    click.echo(json.dumps(plain, indent=2) if form == "json" else runs_text(found, out))


@main.command()
@click.argument("names", nargs=-1, metavar="[RUN]...")
@in_folder
@click.option("--older-than", metavar="AGE", help="Every run last written longer ago, such as '30 days'.")
@click.option("--store", is_flag=True, help="The store and what stopped runs kept, too.")
@click.option("--yes", is_flag=True, help="Remove; without it, only say what would go.")
def clean(names: tuple[str, ...], out: Path, older_than: str | None, store: bool, yes: bool) -> None:
    """Remove runs, by name or by age, and what killed runs left behind. Says what would go; --yes does it."""
    from report.given import Refused
    from report.runs import chosen, clean_text, remove, things

    try:
        found = chosen(things(out), names, older_than, store)
        if yes:
            remove(found)
    except Refused as problem:
        click.echo(str(problem), err=True)
        raise SystemExit(2) from None
    click.echo(clean_text(found, yes))


@main.command()
@click.argument("folder", metavar="RUN", type=click.Path(exists=True, file_okay=False, path_type=Path))
@jobs_option
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def rerun(folder: Path, jobs: int, form: str) -> None:
    """Do the run of a folder again, from its own scenarios, and compare the bytes; leaves with 1 where they differ."""
    import contextlib
    import io
    import tempfile

    from report.given import Refused
    from report.rerun import as_plain, as_text, compared, given_again, recorded

    try:
        run = recorded(folder)
        command = main.commands.get(run.command)
        if command is None or not run.arguments:
            raise Refused(f"{folder} was written by '{run.command}', and there is no such command")
        with tempfile.TemporaryDirectory(prefix="deskplan-rerun-") as place, contextlib.redirect_stdout(io.StringIO()):
            context = command.make_context(run.command, list(run.arguments[1:]), resilient_parsing=False)
            params = given_again(run, context.params, Path(place)) | {"jobs": jobs}
            assert command.callback is not None
            with contextlib.suppress(SystemExit):  # --fail-on-goal may leave with 4, the folder being written
                command.callback(**params)
            again = sorted(path for path in Path(place).iterdir() if (path / "manifest.json").is_file())
            if not again:
                raise Refused(f"{run.command} wrote nothing this time")
            found = compared(run, again[0])
    except click.ClickException as problem:
        click.echo(f"{folder}: its command cannot be given again: {problem.format_message()}", err=True)
        raise SystemExit(2) from None
    except Refused as problem:
        click.echo(str(problem), err=True)
        raise SystemExit(2) from None
    click.echo(json.dumps(as_plain(run, found), indent=2) if form == "json" else as_text(run, found))
    if not found.tables_equal:
        raise SystemExit(1)


# From a real log


@main.command()
@click.argument("contacts", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="The scenario to write.")
@click.option("--vendor", metavar="NAME", help="Whose export it is. [default: told from its headings]")
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A mapping of your own (YAML): see docs/exports.md.",
)
@click.option("--list-vendors", is_flag=True, help="Print the exports that can be read, and leave.")
@click.option(
    "--handle",
    multiple=True,
    metavar="[CHANNEL=]DURATION",
    help="Handle time where the log has none; an assumption. Again for each channel.",
)
@click.option(
    "--extract",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="extract.yaml: window, time zone and filters of the export.",
)
@click.option("--name", help="Name of the scenario. [default: from --out]")
@click.option("--timezone", metavar="ZONE", help="Where the centre works, such as Europe/Berlin.")
@click.option("--floor", default="10 s", show_default=True, metavar="DURATION", help="Shorter contacts are no work.")
@click.option("--retry-window", default="1 h", show_default=True, metavar="DURATION", help="A retry comes within this.")
@click.option(
    "--repeat-window", default="1 day", show_default=True, metavar="DURATION", help="A repeat comes within this."
)
@click.option("--patience-by-reason", is_flag=True, help="Reasons that differ get their own mean patience.")
@click.option(
    "--back-test",
    "replications",
    default=0,
    type=click.IntRange(min=0),
    metavar="N",
    help="Set N replications beside the log.",
)
@click.option(
    "--seed", type=click.IntRange(0, 2**63 - 1), metavar="N", help="Seed of the back-test. [default: the scenario's]"
)
@click.option("--jobs", default=1, show_default=True, help="Replications at once.")
@click.option(
    "--engine",
    type=click.Choice(["simpy", "fast"]),
    default="fast",
    show_default=True,
    help="Which engine runs the back-test.",
)
@click.option("--quiet", is_flag=True, help="Print only the names of the files written.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def calibrate(
    contacts: Path | None, out: Path | None, list_vendors: bool, form: str, quiet: bool, **choices: Any
) -> None:
    """Fit a scenario from an export of a help desk or contact centre, and say how sure every figure is.

    Exports of Zendesk, Freshdesk, Intercom, Gorgias, Help Scout, Amazon Connect, Genesys, Five9, or deskplan's own
    contacts.csv and intervals.csv; .gz as well.
    """
    from sim.calibrate.command import run, vendor_list

    if list_vendors:
        listing = vendor_list()
        print_calibration([listing]) if form == "text" else click.echo(json.dumps(listing.plain(), indent=2))
        return
    if contacts is None or out is None:
        raise click.UsageError("CONTACTS and --out FILE are needed")
    done = run(contacts, out, **choices)
    if form == "json":
        click.echo(json.dumps(done.plain(), indent=2))
        return
    if not quiet:
        print_calibration(done.tables)
    for path in done.files:
        click.echo(f"wrote {path}")


@main.command()
@click.argument("files", nargs=-1, required=True, metavar="[SCENARIO] LOG")
@overlays_and_sets
@click.option(
    "--fit", is_flag=True, help="Fit a scenario on the first part of LOG. [the same as to leave SCENARIO out]"
)
@click.option("--train", metavar="DURATION", help="Fit, or leave out, so much of the log, such as '3 weeks'. [default "
              "with a fit: three quarters, in whole weeks]")  # fmt: skip
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="The same by its last day.")
@click.option("--staff", type=click.Choice(["usual", "dates", "seen"]), default="dates", show_default=True,
              help="Staff of the held-out days: the usual week; that of fitted days; agents seen at work.")  # fmt: skip
@click.option("--draws", default=199, show_default=True, metavar="N", help="Simulated outcomes of the held-out days.")
@click.option("--within", metavar="DURATION", help="Answered in time. [default: the channel's target, or 20 s]")
@click.option("--least-coverage", nargs=2, default=("70 %", "88 %"), show_default=True, metavar="SHARE SHARE",
              help="Single hours inside the 80 % and the 95 % interval, at least.")  # fmt: skip
@click.option("--most-error", default="25 %", show_default=True, metavar="SHARE", help="Weighted error by hour of day.")
@click.option("--most-bias", default="10 %", show_default=True, metavar="SHARE", help="Error of the level, either way.")
@click.option(
    "--write", type=click.Path(path_type=Path), metavar="FILE", help="Write the fitted scenario (and its mark)."
)
@click.option("--no-mark", "mark", is_flag=True, flag_value=False, default=True, help="Leave no mark beside SCENARIO.")
@click.option("--extract", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
              help="extract.yaml: window, time zone and filters of the export.")  # fmt: skip
@click.option("--timezone", metavar="ZONE", help="Where the centre works, such as Europe/Berlin.")
@click.option("--vendor", metavar="NAME", help="Whose export LOG is. [default: told from its headings]")
@click.option("--mapping", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
              help="A mapping file of your own, in place of --vendor.")  # fmt: skip
@click.option("--out", default="results", show_default=True, type=click.Path(path_type=Path), metavar="FOLDER",
              help="The folder in which the back-test's own folder is made.")  # fmt: skip
@seed_option
@click.option("--jobs", default=-1, show_default="all cores", help="Outcomes at once.")
@engine_option
@click.option("--quiet", is_flag=True, help="Only the name of the folder, no progress.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def backtest(files: tuple[str, ...], form: str, quiet: bool, **choices: Any) -> None:
    """Predict held-out days of a contact LOG, set them beside what came, and say whether SCENARIO is calibrated.

    With SCENARIO the log is held against it as it is; without, a scenario is fitted on the first part of LOG.
    """
    from report.back_test import back_test
    from report.back_test_text import as_plain, as_text

    until = choices.pop("until")
    choices |= {"files": files, "until": until.date() if until else None}
    decide("the back-test", back_test, form, quiet,
           show=lambda found, folder: as_text(found[0], folder.as_posix(), found[1]),
           plain=lambda found, folder: as_plain(found[0], folder.as_posix(), found[1]), **choices)  # fmt: skip


@main.command()
@click.argument("contacts", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write an overlay for a scenario.")
@click.option(
    "--extract",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="extract.yaml: window, time zone and filters of the export.",
)
@click.option("--timezone", metavar="ZONE", help="Where the centre works, such as Europe/Berlin.")
@click.option("--vendor", metavar="NAME", help="Whose export it is. [default: told from its headings]")
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A mapping of your own (YAML): see docs/exports.md.",
)
@click.option("--target", metavar="DURATION", help="Waits count beyond this. [default: the wait that fits best]")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def satisfaction(contacts: Path, out: Path | None, form: str, **choices: Any) -> None:
    """Fit what lowers satisfaction from a contact log or an export with scores, and say how sure it is."""
    from dataclasses import asdict

    from sim.calibrate.satisfaction_file import run

    tables, fit = run(contacts, out, **choices)
    if form == "json":
        click.echo(json.dumps(asdict(fit), indent=2))
        return
    print_calibration(tables)
    if out is not None:
        click.echo(f"wrote {out}")


def print_calibration(tables: Any) -> None:
    """Tables with their notes below them."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console()
    console = console if console.is_terminal else Console(width=120)
    for one in tables:
        table = Table(title=escape(one.title), title_justify="left", caption=escape(one.note), caption_justify="left")
        for heading in one.headings:
            table.add_column(escape(heading))
        for row in one.rows:
            table.add_row(*map(escape, row))
        console.print(table)


if __name__ == "__main__":
    main()
