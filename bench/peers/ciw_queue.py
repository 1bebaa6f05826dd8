"""One first-come-first-served queue by ciw and by simpy, exponential arrivals and stays; see bench/beds.py.

Run by a Python that has both: `PACKAGE SERVERS ARRIVALS_A_DAY STAY DAYS`; prints people, seconds, share who wait and
mean wait of those who came after a tenth of the time, and the standard errors of both."""

import json
import random
import sys
import time
from statistics import stdev


def by_ciw(servers: int, arrivals: float, stay: float, days: float) -> list[float]:
    import ciw

    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(arrivals)],
        service_distributions=[ciw.dists.Exponential(1 / stay)],
        number_of_servers=[servers],
    )
    ciw.seed(1)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(days)
    records = sorted(simulation.get_all_records(), key=lambda record: record.arrival_date)
    return [record.waiting_time for record in records if record.arrival_date > days / 10]


def by_simpy(servers: int, arrivals: float, stay: float, days: float) -> list[float]:
    import simpy

    random.seed(1)
    environment, waits = simpy.Environment(), []
    beds = simpy.Resource(environment, servers)

    def person():
        came = environment.now
        with beds.request() as bed:
            yield bed
            if came > days / 10:
                waits.append(environment.now - came)
            yield environment.timeout(random.expovariate(1 / stay))

    def coming():
        while True:
            yield environment.timeout(random.expovariate(arrivals))
            environment.process(person())

    environment.process(coming())
    environment.run(until=days)
    return waits


BATCHES = 20


def error(values: list[float]) -> float:
    """Standard error of the mean of one long run by batch means: people who come one after the other wait alike, whole
    batches of them hardly."""
    size = len(values) // BATCHES
    means = [sum(values[n * size : (n + 1) * size]) / size for n in range(BATCHES)]
    return stdev(means) / BATCHES**0.5


if __name__ == "__main__":
    package, servers, *figures = sys.argv[1:]
    ask = {"ciw": by_ciw, "simpy": by_simpy}[package]
    ask(2, 1.0, 1.0, 10.0)  # warm: imports are not counted
    start = time.perf_counter()
    waits = ask(int(servers), *map(float, figures))
    seconds = time.perf_counter() - start
    each = [float(wait > 1e-9) for wait in waits]
    print(
        json.dumps(
            {
                "people": len(waits) / 0.9,
                "seconds": seconds,
                "waited": sum(each) / len(each),
                "waited_error": error(each),
                "mean": sum(waits) / len(waits),
                "mean_error": error(waits),
            }
        )
    )
