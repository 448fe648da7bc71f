"""The list of changes, and which of them one run makes."""

from __future__ import annotations

import random
from fnmatch import fnmatchcase

from tests.mutation.fast import FAST
from tests.mutation.mutation import Mutation
from tests.mutation.reference import REFERENCE
from tests.mutation.tables import TABLES

MUTATIONS = (*REFERENCE, *FAST, *TABLES)


def named(pattern: str) -> list[Mutation]:
    """Those whose name fits (``*`` stands for anything). Raises ValueError where none does."""
    found = [mutation for mutation in MUTATIONS if fnmatchcase(mutation.name, pattern)]
    if not found:
        raise ValueError(f"no change is called {pattern!r}; there are:\n" + "\n".join(m.name for m in MUTATIONS))
    return found


def sample(number: int, seed: int) -> list[Mutation]:
    """So many of them; seeds that follow one another walk through the whole list, in an order that mixes engines."""
    mixed = random.Random(0).sample(MUTATIONS, len(MUTATIONS))
    return [mixed[(seed * number + i) % len(mixed)] for i in range(min(number, len(mixed)))]
