"""W3 in SimPy, one process a ticket: what a competent user of SimPy writes for a support centre.

A ticket asks the desk for an agent. If none is free it queues an event and waits for that event or for the end of its
patience; then it holds the agent for its handling time, leaves, and may come back later in the same process. Chats
share an agent: each is interrupted when the number in progress changes, and goes on at the new speed.

A store with a filter would say the same in fewer lines, but it looks through every waiting ticket for every agent who
comes free, which the backlog of e-mail makes very slow, and it knows no order of the lines. Random numbers are
drawn in bulk, the largest other saving that costs no clarity. Times are in minutes.
"""

from collections import OrderedDict
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from benchmarks.peers import w3_numbers
from benchmarks.peers.summary import Summary, Tally

Life = Generator[simpy.Event, Any, None]
Draw = Callable[[int], npt.NDArray[np.float64]]


@dataclass(frozen=True)
class Numbers:
    """The figures of one centre; `w3_numbers` says what each means."""

    interval: float
    arrivals: Mapping[str, Sequence[float]]
    staff: Mapping[str, Sequence[int]]
    serves: Mapping[str, Sequence[str]]
    routes: Mapping[str, Sequence[str]]
    handle: Mapping[str, tuple[float, float | None]]
    patience: Mapping[str, float]
    speeds: Mapping[str, Sequence[float]]
    comes_back_share: float
    comes_back_after: float


W3 = Numbers(
    interval=w3_numbers.INTERVAL_MIN,
    arrivals=w3_numbers.ARRIVALS_PER_INTERVAL,
    staff=w3_numbers.AGENTS_PER_INTERVAL,
    serves=w3_numbers.SERVES,
    routes=w3_numbers.ROUTES,
    handle=w3_numbers.HANDLE_MEAN_MIN_AND_CV,
    patience=w3_numbers.PATIENCE_MEAN_MIN,
    speeds=w3_numbers.SPEEDS,
    comes_back_share=w3_numbers.COMES_BACK_SHARE,
    comes_back_after=w3_numbers.COMES_BACK_AFTER_MEAN_MIN,
)


def stream(draw: Draw, block: int = 4096) -> Iterator[float]:
    """Random numbers one by one, drawn by the block."""
    while True:
        yield from draw(block).tolist()


def exponential(rng: np.random.Generator, mean: float) -> Iterator[float]:
    """Exponential with this mean."""
    return stream(lambda n: rng.exponential(mean, n))


def handle_times(rng: np.random.Generator, mean: float, cv: float | None) -> Iterator[float]:
    """Lognormal with this mean and coefficient of variation; exponential without one."""
    if cv is None:
        return exponential(rng, mean)
    variance = np.log1p(cv**2)
    return stream(lambda n: rng.lognormal(np.log(mean) - variance / 2, np.sqrt(variance), n))


def arrival_gaps(rng: np.random.Generator, per_interval: Sequence[float], interval: float) -> list[float]:
    """Times from one arrival to the next: Poisson in each interval."""
    counts = rng.poisson(per_interval)
    starts = np.repeat(np.arange(len(per_interval)) * interval, counts)
    times = np.sort(starts + rng.uniform(0, interval, counts.sum()))
    gaps: list[float] = np.diff(times, prepend=0.0).tolist()
    return gaps


class Agent:
    """One agent and what they have in hand."""

    __slots__ = ("busy_since", "came", "channel", "chats", "in_hand", "team")

    def __init__(self, team: "Team", now: float) -> None:
        self.team = team
        self.came = now
        self.busy_since = now
        self.channel = ""
        self.in_hand = 0
        self.chats: list[simpy.Process] = []


class Team:
    """Agents with the same skills. At most one of the channels that a team serves is handled several at once."""

    def __init__(self, serves: Sequence[str], slots: int) -> None:
        self.serves = serves
        self.wanted = 0
        self.present: dict[Agent, None] = {}
        # room[0]: idle agents, the longest idle first; room[1], room[2]: those with one, two chats and room for more.
        # Ordered dicts are queues from whose middle one can leave at once.
        self.room: list[OrderedDict[Agent, None]] = [OrderedDict() for _ in range(slots)]
        self.busy_time = 0.0
        self.agent_time = 0.0

    @property
    def in_excess(self) -> bool:
        """More present than wanted: nobody takes a new contact until enough have finished and left."""
        return len(self.present) > self.wanted


class Centre:
    """One day: the desk that pairs tickets with agents, and the processes that come to it."""

    def __init__(self, numbers: Numbers, rng: np.random.Generator) -> None:
        self.env = simpy.Environment()
        self.numbers = numbers
        self.closes = numbers.interval * max(len(plan) for plan in numbers.staff.values())
        self.slots = {channel: len(speeds) for channel, speeds in numbers.speeds.items()}
        self.teams = {
            name: Team(serves, max(self.slots[channel] for channel in serves))
            for name, serves in numbers.serves.items()
        }
        self.routes = {
            channel: [(self.teams[name], self.teams[name].room[: self.slots[channel]]) for name in names]
            for channel, names in numbers.routes.items()
        }
        self.lines: dict[str, OrderedDict[simpy.Event, None]] = {channel: OrderedDict() for channel in numbers.routes}
        self.tallies = {channel: Tally() for channel in numbers.routes}
        self.work = {channel: handle_times(rng, *numbers.handle[channel]) for channel in numbers.routes}
        self.patience = {channel: exponential(rng, mean) for channel, mean in numbers.patience.items()}
        self.luck = stream(rng.random)
        self.delays = exponential(rng, numbers.comes_back_after)
        for name, plan in numbers.staff.items():
            self.env.process(self.staffing(self.teams[name], plan))
        for channel, per_interval in numbers.arrivals.items():
            self.env.process(self.arrivals(channel, arrival_gaps(rng, per_interval, numbers.interval)))

    def run(self) -> None:
        """Until the centre closes; who is still waiting or in service stays open."""
        self.env.run(until=self.closes)
        for team in self.teams.values():
            for agent in team.present:
                if agent.in_hand:
                    team.busy_time += self.closes - agent.busy_since
                team.agent_time += self.closes - agent.came

    # The processes

    def arrivals(self, channel: str, gaps: list[float]) -> Life:
        """Start each new ticket of one channel at its time."""
        life = self.chat if self.slots[channel] > 1 else self.ticket
        for gap in gaps:
            yield self.env.timeout(gap)
            self.env.process(life(channel))

    def staffing(self, team: Team, plan: Sequence[int]) -> Life:
        """Follow the plan of one team: the idle leave at once, the others as they finish what they have in hand."""
        for team.wanted in plan:
            while team.in_excess and team.room[0]:
                agent, _ = team.room[0].popitem(last=False)
                self.leave(agent)
            self.refill(team)
            for _ in range(team.wanted - len(team.present)):
                agent = Agent(team, self.env.now)
                team.present[agent] = None
                self.next_work(agent)
            yield self.env.timeout(self.numbers.interval)

    def ticket(self, channel: str) -> Life:
        """Phone or e-mail: one agent, one contact; a ticket that comes back is a contact again."""
        env, tally, work = self.env, self.tallies[channel], self.work[channel]
        while True:
            tally.contacts += 1
            agent = self.find(channel) or (yield from self.wait(channel))
            if agent is None:
                return
            tally.answered += 1
            yield env.timeout(next(work))
            tally.served += 1
            self.release(agent)
            if not (yield from self.comes_back()):
                return

    def chat(self, channel: str) -> Life:
        """A chat: the agent has others in progress, and each change in their number changes the speed."""
        env, tally, work = self.env, self.tallies[channel], self.work[channel]
        speeds = self.numbers.speeds[channel]
        me = env.active_process
        assert me is not None
        while True:
            tally.contacts += 1
            agent = self.find(channel) or (yield from self.wait(channel))
            if agent is None:
                return
            tally.answered += 1
            agent.chats.append(me)
            left = next(work)
            while left > 0:
                speed, began = speeds[agent.in_hand - 1], env.now
                try:
                    yield env.timeout(left / speed)
                except simpy.Interrupt:
                    left -= (env.now - began) * speed
                else:
                    break
            tally.served += 1
            agent.chats.remove(me)
            self.release(agent)
            if not (yield from self.comes_back()):
                return

    def wait(self, channel: str) -> Generator[simpy.Event, Any, Agent | None]:
        """Queue for an agent; None if patience ran out first."""
        env, line, tally = self.env, self.lines[channel], self.tallies[channel]
        arrived, turn = env.now, env.event()
        line[turn] = None
        if channel in self.patience:
            yield turn | env.timeout(next(self.patience[channel]))
        else:
            yield turn
        tally.waited += env.now - arrived
        if not turn.triggered:
            del line[turn]
            tally.abandoned += 1
            return None
        return turn.value

    def comes_back(self) -> Generator[simpy.Event, Any, bool]:
        """Whether the customer is back before closing time; if so, wait until then."""
        if next(self.luck) >= self.numbers.comes_back_share:
            return False
        delay = next(self.delays)
        if self.env.now + delay >= self.closes:
            return False
        yield self.env.timeout(delay)
        return True

    # The desk

    def find(self, channel: str) -> Agent | None:
        """An agent for a ticket that has just come: the first team with room, fewest in hand, longest idle."""
        for team, rooms in self.routes[channel]:
            if team.in_excess:
                continue
            for room in rooms:
                if room:
                    agent, _ = room.popitem(last=False)
                    if agent.in_hand == 0:
                        agent.channel, agent.busy_since = channel, self.env.now
                    agent.in_hand += 1
                    self.offer_room(agent)
                    self.speed_changes(agent)
                    return agent
        return None

    def release(self, agent: Agent) -> None:
        """A contact has ended: the next in the line takes its place, or the place stays free."""
        team = agent.team
        if agent.in_hand > 1 and self.lines[agent.channel] and not team.in_excess:
            self.hand_over(agent)
            return
        if agent.in_hand < self.slots[agent.channel]:
            del team.room[agent.in_hand][agent]
        agent.in_hand -= 1
        if agent.in_hand:
            self.offer_room(agent)
            self.speed_changes(agent)
            return
        team.busy_time += self.env.now - agent.busy_since
        if team.in_excess:
            self.leave(agent)
            self.refill(team)
        else:
            self.next_work(agent)

    def next_work(self, agent: Agent) -> None:
        """An idle agent takes from the first line of the team's order that is not empty."""
        for channel in agent.team.serves:
            if self.lines[channel]:
                agent.channel, agent.busy_since = channel, self.env.now
                self.fill(agent)
                return
        agent.team.room[0][agent] = None

    def fill(self, agent: Agent) -> None:
        """Give an agent as many from the line as there is room for."""
        line, slots = self.lines[agent.channel], self.slots[agent.channel]
        while line and agent.in_hand < slots:
            agent.in_hand += 1
            self.hand_over(agent)
        self.offer_room(agent)

    def hand_over(self, agent: Agent) -> None:
        """The longest waiting of the agent's channel has its turn."""
        turn, _ = self.lines[agent.channel].popitem(last=False)
        turn.succeed(agent)

    def offer_room(self, agent: Agent) -> None:
        """Show where an agent with something in hand can take more of the same channel."""
        if agent.in_hand < self.slots[agent.channel]:
            agent.team.room[agent.in_hand][agent] = None

    def speed_changes(self, agent: Agent) -> None:
        """Tell the chats in progress; one that is about to start reads the number by itself."""
        for chat in agent.chats:
            chat.interrupt()

    def leave(self, agent: Agent) -> None:
        """An agent with nothing in hand goes off duty."""
        del agent.team.present[agent]
        agent.team.agent_time += self.env.now - agent.came

    def refill(self, team: Team) -> None:
        """Where a team was in excess and no longer is, the agents with room take from the line again."""
        if team.in_excess:
            return
        for room in team.room[1:]:
            for agent in list(room):
                if self.lines[agent.channel]:
                    del room[agent]
                    self.fill(agent)
                    self.speed_changes(agent)


def w3(days: int, seed: int, numbers: Numbers = W3) -> tuple[int, Summary]:
    """The benchmark scenario: independent days, each with its own random numbers."""
    tallies = {channel: Tally() for channel in numbers.routes}
    busy_time = agent_time = 0.0
    for day in range(days):
        centre = Centre(numbers, np.random.default_rng([seed, day]))
        centre.run()
        for channel, tally in centre.tallies.items():
            tallies[channel].add(tally)
        busy_time += sum(team.busy_time for team in centre.teams.values())
        agent_time += sum(team.agent_time for team in centre.teams.values())
    total = Tally()
    for tally in tallies.values():
        total.add(tally)
    channels = {channel: tally.summary() for channel, tally in tallies.items()}
    return total.contacts, total.summary(busy_time / agent_time, channels)
