"""`python -m tests.mutation`: do the tests notice small deliberate changes to the engines?"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

import click

from tests.mutation.check import Verdict, check
from tests.mutation.choice import MUTATIONS, named, sample


@click.command()
@click.option("--only", metavar="NAME", help="Changes of this name; * stands for anything.")
@click.option("--sample", "number", type=click.IntRange(1), help="So many of them; --seed says which.")
@click.option(
    "--seed", type=click.IntRange(0), default=1, show_default=True, help="Place in the walk through the list."
)
def main(only: str | None, number: int | None, seed: int) -> None:
    """Make changes to a copy of the engines, one at a time, and print which test notices each.

    Without options all of them, in a few minutes. Exit code 1 where a change goes unnoticed.
    """
    try:
        chosen = named(only) if only else sample(number, seed) if number else list(MUTATIONS)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    click.echo(f"{'change':58s} {'s':>5s} caught by")
    verdicts = []
    with tempfile.TemporaryDirectory(prefix="deskplan-mutation-") as folder:
        for verdict in check(chosen, Path(folder)):
            verdicts.append(verdict)
            click.echo(line(verdict))
    click.echo(summary(verdicts))
    sys.exit(any(verdict.caught_by is None for verdict in verdicts))


def line(verdict: Verdict) -> str:
    """One row of the table."""
    return f"{verdict.mutation.name:58s} {verdict.seconds:5.1f} {verdict.caught_by or 'NOBODY'}"


def summary(verdicts: list[Verdict]) -> str:
    """How many were caught, and by which kind of test."""
    caught = [verdict for verdict in verdicts if verdict.caught_by]
    kinds = Counter(verdict.stage for verdict in caught)
    told = ", ".join(f"{kind}: {count}" for kind, count in kinds.items())
    return f"{len(caught)} of {len(verdicts)} changes caught ({told})"


if __name__ == "__main__":
    main()
