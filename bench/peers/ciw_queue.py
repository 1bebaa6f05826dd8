"""One first-come-first-served queue by ciw and by simpy, exponential arrivals and stays; see bench/beds.py.

Run by a Python that has both: `PACKAGE SERVERS ARRIVALS_A_DAY STAY DAYS`; prints people, seconds, share who wait and
mean wait of those who came after a tenth of the time."""

import json
import random
import sys
import time


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
    return [r.waiting_time for r in simulation.get_all_records() if r.arrival_date > days / 10]


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


if __name__ == "__main__":
    package, servers, *figures = sys.argv[1:]
    ask = {"ciw": by_ciw, "simpy": by_simpy}[package]
    ask(2, 1.0, 1.0, 10.0)  # warm: imports are not counted
    start = time.perf_counter()
    waits = ask(int(servers), *map(float, figures))
    seconds = time.perf_counter() - start
    waited = sum(wait > 1e-9 for wait in waits) / len(waits)
    print(
        json.dumps({"people": len(waits) / 0.9, "seconds": seconds, "waited": waited, "mean": sum(waits) / len(waits)})
    )
