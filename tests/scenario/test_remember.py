"""What is worked out of a scenario is kept for as long as the scenario lives, and for no other."""

import gc

from sim.scenario.load import resolve
from sim.scenario.remember import REMEMBERED, remembered

SMALL = {
    "schema": 1,
    "name": "small",
    "horizon": {"start": "2027-01-04", "length": "1 h"},
    "reasons": {"call": {"rate": "1 /h", "channels": {"phone": "100 %"}, "handle": {"mean": "1 min"}}},
    "channels": {"phone": {}},
    "teams": {"desk": {"agents": 1, "serves": ["phone"]}},
}


def test_the_same_scenario_is_worked_out_once_and_another_anew():
    asked = []

    @remembered
    def work(resolved):
        asked.append(resolved.scenario.name)
        return [len(asked)]

    one, other = resolve(SMALL), resolve(SMALL | {"name": "other"})
    assert work(one) is work(one)
    assert work(other) == [2]
    assert asked == ["small", "other"]


def test_only_the_last_few_are_kept_and_none_is_kept_alive():
    asked = []

    @remembered
    def work(resolved):
        asked.append(resolved.scenario.name)
        return len(asked)

    first = resolve(SMALL)
    others = [resolve(SMALL | {"name": f"n{k}"}) for k in range(REMEMBERED)]
    for resolved in [first, *others]:
        work(resolved)
    assert work(first) == REMEMBERED + 2  # pushed out by the others
    del first, others, resolved
    gc.collect()
    assert work(resolve(SMALL | {"name": "new"})) == REMEMBERED + 3
