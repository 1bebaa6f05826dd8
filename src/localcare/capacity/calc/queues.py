"""Queues with several servers (beds, home-care slots): Erlang's formulas, and simulation of many queues at once.

`servers` is the number of beds or slots, `offered` the load in Erlangs: arrivals a day times the mean stay in days.
Formulas: A. K. Erlang 1917; recursions: R. B. Cooper, Introduction to Queueing Theory, 2nd edition 1981, chapter 3.
Simulation: J. Kiefer and J. Wolfowitz, On the theory of queues with many servers, Trans. Amer. Math. Soc. 78 (1955).
"""

from math import exp, inf, log

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

MOST_SERVERS = 1_000_000  # where a search gives up: no service of people is larger


def erlang_b(servers: int, offered: float) -> float:
    """Share of people turned away where nobody waits (M/G/c/c). Raises ValueError for negative figures.

    B(0) = 1, B(k) = a B(k-1) / (k + a B(k-1)): nothing overflows, whatever the size."""
    _check(servers, offered)
    share = 1.0
    for k in range(1, servers + 1):
        share = offered * share / (k + offered * share)
    return share


def erlang_c(servers: int, offered: float) -> float:
    """Share of people who wait at all where everybody waits (M/M/c); 1 where the load is the servers' or more."""
    if servers <= offered:
        _check(servers, offered)
        return 1.0 if offered else 0.0
    lost = erlang_b(servers, offered)
    return lost / (1 - offered / servers * (1 - lost))


def longer_than(days: float, *, servers: int, arrivals: float, stay: float) -> float:
    """Share of people who wait longer than `days` (M/M/c, first come first served).

    `arrivals` a day, `stay` the mean in days: C exp(-(c/s - l) days); 1 where the queue grows without end."""
    waits = erlang_c(servers, arrivals * stay)
    return waits if waits in (0.0, 1.0) else waits * exp(-_spare(servers, arrivals, stay) * days)


def mean_wait(*, servers: int, arrivals: float, stay: float) -> float:
    """Mean wait in days of everybody, those placed at once among them (M/M/c); infinite where the queue grows."""
    waits = erlang_c(servers, arrivals * stay)
    return waits / _spare(servers, arrivals, stay) if servers > arrivals * stay else inf if waits else 0.0


def wait_below(share: float, *, servers: int, arrivals: float, stay: float) -> float:
    """Days within which `share` (0 to below 1) of people are placed (M/M/c); infinite where the queue grows."""
    waits = erlang_c(servers, arrivals * stay)
    if waits <= 1 - share:
        return 0.0
    return log(waits / (1 - share)) / _spare(servers, arrivals, stay) if servers > arrivals * stay else inf


def servers_for(share: float, within: float, *, arrivals: float, stay: float) -> int:
    """The fewest servers with which `share` of people are placed within so many days (M/M/c).

    More servers never make the share smaller, so the first that suffices is the answer; Erlang B is carried along.
    Raises ValueError for a share of 1 or more, which no number of servers reaches."""
    if not 0 <= share < 1:
        raise ValueError(f"{share:g} of people placed: give a share from 0 to below 1")
    offered, lost = arrivals * stay, 1.0
    _check(0, offered)
    for servers in range(MOST_SERVERS):
        lost = offered * lost / (servers + offered * lost) if servers else 1.0
        if servers > offered:
            waits = lost / (1 - offered / servers * (1 - lost))
            if waits * exp(-_spare(servers, arrivals, stay) * within) <= 1 - share:
                return servers
        elif offered == 0:
            return 0
    raise ValueError(f"a load of {offered:g}: more than {MOST_SERVERS} servers; is the stay given in days?")


def servers_for_loss(lost: float, *, offered: float) -> int:
    """The fewest servers that turn away no more than this share where nobody waits (M/G/c/c).

    Raises ValueError for a share of 0 with people arriving, which no number of servers reaches."""
    _check(0, offered)
    if lost <= 0 < offered:
        raise ValueError(f"{lost:g} of people turned away: give a share above 0")
    share, servers = 1.0 if offered else 0.0, 0
    while share > lost:
        servers += 1
        share = offered * share / (servers + offered * share)
    return servers


def starts(arrivals: Array, stays: Array, servers: int | npt.NDArray[np.int64], *, wait: bool = True) -> Array:
    """When each person's stay begins: many replications of one first-come-first-served queue at once.

    `arrivals` and `stays` are (replications x people), in days, arrivals ascending along a row and infinite where a row
    has fewer people; `servers` is one number, or one for each replication. Of each replication the
    moments at which its servers fall free are kept; the next person takes the earliest (Kiefer and Wolfowitz), in all
    replications with one step. Infinite: never (without `wait`, whoever finds all servers taken goes elsewhere).
    With waiting, one server more never makes anybody's stay begin later."""
    count = np.broadcast_to(servers, len(arrivals))[:, None]
    free = np.where(np.arange(max(count.max(initial=0), 1)) < count, -inf, inf)
    begun, rows = np.full(arrivals.shape, inf, order="F"), np.arange(len(arrivals))
    for person in range(arrivals.shape[1]):
        first = free.argmin(axis=1)
        earliest, now = free[rows, first], arrivals[:, person]
        start = np.maximum(earliest, now)
        if not wait:
            start = np.where(earliest <= now, now, inf)
        begun[:, person] = start
        free[rows, first] = np.where(start < inf, start + stays[:, person], earliest)
    return begun


def _spare(servers: int, arrivals: float, stay: float) -> float:
    """How many more people a day could be served than come."""
    return servers / stay - arrivals


def _check(servers: int, offered: float) -> None:
    if servers < 0 or offered < 0:
        raise ValueError(f"{servers} servers, a load of {offered:g}: neither can be negative")
