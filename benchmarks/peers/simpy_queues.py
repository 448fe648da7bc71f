"""W1 and W2 in SimPy, one process a customer: the textbook's bank, with its random numbers drawn in bulk."""

from collections.abc import Generator

import numpy as np
import simpy

from benchmarks.peers.summary import Summary, Tally

ARRIVALS_PER_MIN = 10.0
SERVICE_MEAN_MIN = 4.5
W1_SERVERS = 50
W2_SERVERS = 42
W2_PATIENCE_MEAN_MIN = 3.0

Life = Generator[simpy.Event, object, None]


def w1(customers: int, seed: int) -> tuple[int, Summary]:
    """M/M/50: everyone waits until served."""
    rng = np.random.default_rng(seed)
    gaps = rng.exponential(1 / ARRIVALS_PER_MIN, customers).tolist()
    services = rng.exponential(SERVICE_MEAN_MIN, customers).tolist()
    env = simpy.Environment()
    servers = simpy.Resource(env, W1_SERVERS)
    tally = Tally()

    def customer(service: float) -> Life:
        arrived = env.now
        with servers.request() as turn:
            yield turn
            tally.waited += env.now - arrived
            tally.answered += 1
            yield env.timeout(service)
        tally.served += 1

    def arrivals() -> Life:
        for gap, service in zip(gaps, services, strict=True):
            yield env.timeout(gap)
            env.process(customer(service))

    env.process(arrivals())
    env.run()
    return customers, tally.summary()


def w2(customers: int, seed: int) -> tuple[int, Summary]:
    """M/M/42+M: who is out of patience leaves."""
    rng = np.random.default_rng(seed)
    gaps = rng.exponential(1 / ARRIVALS_PER_MIN, customers).tolist()
    services = rng.exponential(SERVICE_MEAN_MIN, customers).tolist()
    patiences = rng.exponential(W2_PATIENCE_MEAN_MIN, customers).tolist()
    env = simpy.Environment()
    servers = simpy.Resource(env, W2_SERVERS)
    tally = Tally()

    def customer(service: float, patience: float) -> Life:
        arrived = env.now
        with servers.request() as turn:
            if not turn.triggered:
                yield turn | env.timeout(patience)
            tally.waited += env.now - arrived
            if not turn.triggered:
                tally.abandoned += 1
                return
            tally.answered += 1
            yield env.timeout(service)
        tally.served += 1

    def arrivals() -> Life:
        for gap, service, patience in zip(gaps, services, patiences, strict=True):
            yield env.timeout(gap)
            env.process(customer(service, patience))

    env.process(arrivals())
    env.run()
    return customers, tally.summary()
