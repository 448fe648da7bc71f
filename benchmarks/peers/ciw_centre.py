"""W1, W2 and as much of W3 as Ciw can say: its nodes own their servers.

Of W3, Ciw has the half-hourly arrivals, patience, the backlog of mail and those who come back. It has no agents who
serve several queues in an order, and none who handle three chats at a speed that falls with each; and at a change of
shift all its servers go when they are done while all of the next shift come, so that for a while both are there.
`APART` is therefore W3 without these: a team for each channel, the same all day, and chats as slow as three at once.
It is a smaller task, and other models can be given the same numbers.
"""

from __future__ import annotations

import math
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

from benchmarks.peers import simpy_queues as queues
from benchmarks.peers.simpy_centre import W3, Numbers
from benchmarks.peers.summary import Summary, Tally

AGENTS_APART = {"phone": 76, "chat": 100, "email": 42}  # for chats: thirds of an agent
_CHAT_MEAN, _CHAT_CV = W3.handle["chat"]
APART = replace(
    W3,
    staff={name: [agents] * len(W3.arrivals[name]) for name, agents in AGENTS_APART.items()},
    serves={name: [name] for name in W3.routes},
    routes={name: [name] for name in W3.routes},
    handle={**W3.handle, "chat": (_CHAT_MEAN / W3.speeds["chat"][-1], _CHAT_CV)},
    speeds=dict.fromkeys(W3.speeds, (1.0,)),
)
HOME = "home"  # where customers are before they come back: an agent for everybody


def available() -> bool:
    """Whether Ciw is installed."""
    return find_spec("ciw") is not None


def w1(customers: int, seed: int) -> tuple[int, Summary]:
    """M/M/50, for as long as so many customers take to come."""
    return _queue(customers, seed, queues.W1_SERVERS, None)


def w2(customers: int, seed: int) -> tuple[int, Summary]:
    """M/M/42+M."""
    return _queue(customers, seed, queues.W2_SERVERS, queues.W2_PATIENCE_MEAN_MIN)


def _queue(customers: int, seed: int, servers: int, patience: float | None) -> tuple[int, Summary]:
    import ciw

    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(queues.ARRIVALS_PER_MIN)],
        service_distributions=[ciw.dists.Exponential(1 / queues.SERVICE_MEAN_MIN)],
        reneging_time_distributions=None if patience is None else [ciw.dists.Exponential(1 / patience)],
        number_of_servers=[servers],
    )
    return _simulate(network, seed, customers / queues.ARRIVALS_PER_MIN, ["phone"])


def w3(days: int, seed: int, numbers: Numbers = APART) -> tuple[int, Summary]:
    """Days of the centre without what Ciw cannot say."""
    if any(len(team) > 1 for team in numbers.routes.values()) or any(len(s) > 1 for s in numbers.speeds.values()):
        raise ValueError("Ciw has no skills and no parallel work")
    import ciw

    channels = list(numbers.routes)
    length = numbers.interval * len(numbers.arrivals[channels[0]])
    contacts, tallies = 0, {channel: Tally() for channel in channels}
    for day in range(days):
        ciw.seed(1_000 * seed + day)  # arrivals are drawn when the network is made
        found = _simulate_tallies(_centre(numbers, channels, length), 1_000 * seed + day, length, channels)
        for channel, tally in found.items():
            tallies[channel].add(tally)
            contacts += tally.contacts
    return contacts, _summary(tallies)


def _centre(numbers: Numbers, channels: list[str], length: float) -> Any:
    """A node a channel, and one from which customers come back; a class of customers a channel."""
    import ciw

    def handle(mean: float, cv: float | None) -> Any:
        if cv is None:
            return ciw.dists.Exponential(1 / mean)
        variance = math.log1p(cv**2)
        return ciw.dists.Lognormal(math.log(mean) - variance / 2, math.sqrt(variance))

    def only_at(channel: str, what: Any) -> list[Any]:
        return [what if other == channel else None for other in channels]

    ends = [numbers.interval * (i + 1) for i in range(len(numbers.arrivals[channels[0]]))]
    arrivals, services, patience, routing = {}, {}, {}, {}
    for at, channel in enumerate(channels):
        rates = [expected / numbers.interval for expected in numbers.arrivals[channel]]
        arrivals[channel] = [*only_at(channel, ciw.dists.PoissonIntervals(rates, ends, length)), None]
        services[channel] = [handle(*numbers.handle[channel])] * len(channels)
        services[channel].append(ciw.dists.Exponential(1 / numbers.comes_back_after))
        waits = ciw.dists.Exponential(1 / numbers.patience[channel]) if channel in numbers.patience else None
        patience[channel] = [*only_at(channel, waits), None]
        matrix = [[0.0] * (len(channels) + 1) for _ in range(len(channels) + 1)]
        matrix[at][-1], matrix[-1][at] = numbers.comes_back_share, 1.0
        routing[channel] = matrix
    agents = [numbers.staff[numbers.routes[channel][0]][0] for channel in channels]
    return ciw.create_network(
        arrival_distributions=arrivals,
        service_distributions=services,
        reneging_time_distributions=patience,
        routing=routing,
        number_of_servers=[*agents, float("inf")],
    )


def _simulate(network: Any, seed: int, length: float, channels: list[str]) -> tuple[int, Summary]:
    tallies = _simulate_tallies(network, seed, length, channels)
    return sum(tally.contacts for tally in tallies.values()), _summary(tallies)


def _simulate_tallies(network: Any, seed: int, length: float, channels: list[str]) -> dict[str, Tally]:
    import ciw

    ciw.seed(seed)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(length)
    tallies = {channel: Tally() for channel in channels}
    for record in simulation.get_all_records(include_incomplete=True):
        if record.node > len(channels):
            continue  # at home
        tally = tallies[channels[record.node - 1]]
        tally.contacts += 1
        if record.record_type == "renege":
            tally.abandoned += 1
            tally.waited += record.exit_date - record.arrival_date
            continue
        began = record.service_start_date
        if isinstance(began, float) and not math.isnan(began):  # else it still waits
            tally.answered += 1
            tally.served += record.record_type == "service"
            tally.waited += began - record.arrival_date
    return tallies


def _summary(tallies: dict[str, Tally]) -> Summary:
    total = Tally()
    for tally in tallies.values():
        total.add(tally)
    return total.summary(channels={channel: tally.summary() for channel, tally in tallies.items()})
