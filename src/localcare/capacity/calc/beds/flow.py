"""What happens to the people: beds and slots taken, waited for and blocked, in all replications at once.

Events are taken one by one in each replication, but in all replications together: a step finds every replication's next
event (somebody comes, a stay in a bed is over, beds open or close) and does what follows with arrays over replications.
Time is continuous, so a queue simulated here is Erlang's queue, and a plain event loop agrees person by person.

Rules. Whoever needs a bed takes one at the nearest site; if there is none, and they do not keep to their site, at the
site with most free beds; if there is none, they wait, and a bed that falls free goes to whoever came first among those
who take it. Whoever needs a service takes a slot in the order of asking. When a stay in a bed is over and a service is
needed, the bed is kept until a slot is free (onward blocking). Closed beds and slots go as they fall free.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from localcare.capacity.calc import queues
from localcare.capacity.calc.beds.people import NEVER, NO_SERVICE, People
from localcare.capacity.calc.beds.system import BEDS, System, capacity

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Flow:
    """What happened, (replications x people) as in `People`: when each stay began, and when the place fell free.

    `begin` is infinite where nothing was found within the plan's years; it is known beyond them where a slot was
    promised. `left` is later than `begin` and the stay together by the days a bed was blocked. `at`: the site, of
    those for beds; -1 where none."""

    begin: Array
    left: Array
    at: npt.NDArray[np.int8]


def run(system: System, people: People) -> Flow:
    """Everything that happens up to the end of the plan's years."""
    board = _Board(system, people)
    end, rows = system.days[-1], np.arange(len(people.time))
    while True:
        column = board.next.argmin(axis=1)
        now = board.next[rows, column]
        live = now < end
        if not live.any():
            return Flow(board.begin, board.left, board.at)
        comes = _where(live & (column < board.change))
        over = _where(live & (column > board.change))
        changes = _where(live & (column == board.change))
        if len(comes):
            board.come(comes, column[comes], now[comes])
        if len(over):
            board.over(over, column[over] - board.change - 1, now[over])
        if len(changes):
            board.changed(changes)


@dataclass(slots=True)
class _Board:
    """Who is where, in every replication. Methods take replications (`r`), and what happens in each, as arrays.

    `next`: each replication's moments to come: of each stream the next person, the next opening or closing (`change`),
    of each bed the end of the stay, or of its blocking."""

    system: System
    people: People
    change: int = field(init=False)
    next: Array = field(init=False)
    pointer: Whole = field(init=False)  # of each stream, the next person
    begin: Array = field(init=False)
    left: Array = field(init=False)
    at: npt.NDArray[np.int8] = field(init=False)
    occupant: Whole = field(init=False)
    asks: npt.NDArray[np.int8] = field(init=False)  # of each bed, the service its occupant has yet to ask for
    site: Whole = field(init=False)  # of each bed
    free: "_Stacks" = field(init=False)
    spare: "_Stacks" = field(init=False)  # beds that are closed, or not yet open
    owed: Whole = field(init=False)  # beds to close as they fall free
    queues: "_Queues" = field(init=False)
    slots: list[Array] = field(init=False)  # of each service, when each slot falls free
    changes: list[tuple[float, int, int]] = field(init=False)
    change_at: Whole = field(init=False)
    service: Whole = field(init=False)  # of each stream, -1 for beds
    waits: npt.NDArray[np.bool_] = field(init=False)  # of each stream

    def __post_init__(self) -> None:
        system, people = self.system, self.people
        count, streams, sites = len(people.time), people.streams, len(system.sites)
        numbers = {service.name: number for number, service in enumerate(system.services)} | {BEDS: NO_SERVICE}
        self.service = np.array([numbers[one.to] for one in streams], dtype=np.int64)
        self.waits = np.array([one.waits for one in streams], dtype=bool)
        beds = np.array([capacity(site.beds, system.years) for site in system.sites], dtype=np.int64)
        beds = beds.reshape(sites, system.years)
        self.site = np.repeat(np.arange(sites), beds.max(axis=1, initial=0))
        self.free, self.spare = (_Stacks(count, sites, beds.max(initial=0)) for _ in range(2))
        for number in range(sites):
            own = np.flatnonzero(self.site == number)
            self.free.fill(number, own[: beds[number, 0]])
            self.spare.fill(number, own[beds[number, 0] :])
        self.change = len(streams)
        self.next = np.full((count, self.change + 1 + len(self.site)), NEVER)
        self.pointer = np.tile(np.array(people.offset[:-1], dtype=np.int64), (count, 1))
        self.next[:, : self.change] = people.time[:, self.pointer[0]]
        self.begin, self.left = (np.full(people.time.shape, NEVER, order="F") for _ in range(2))
        for number in _alone(system, people):
            self.next[:, number] = NEVER
            columns = people.columns(number)
            time, stay = people.time[:, columns], people.stay[:, columns]
            slots = system.services[self.service[number]].slots[0]
            self.begin[:, columns] = queues.starts(time, stay, slots, wait=streams[number].waits)
            self.left[:, columns] = self.begin[:, columns] + stay
        self.at = np.full(people.site.shape, -1, dtype=np.int8, order="F")
        self.occupant = np.zeros((count, len(self.site)), dtype=np.int64)
        self.asks = np.full((count, len(self.site)), NO_SERVICE, dtype=np.int8)
        self.owed = np.zeros((count, sites), dtype=np.int64)
        self.queues = _Queues(people, sites)
        self.slots = [_slots(system, service.slots, count) for service in system.services]
        self.changes = [*_changes(system, beds), (NEVER, 0, 0)]
        self.change_at = np.zeros(count, dtype=np.int64)
        self.next[:, self.change] = self.changes[0][0]

    def come(self, r: Whole, stream: Whole, now: Array) -> None:
        """The next person of a stream comes."""
        person = self.pointer[r, stream]
        self.pointer[r, stream] += 1
        self.next[r, stream] = self.people.time[r, person + 1]
        service = self.service[stream]
        if (bed := _where(service == NO_SERVICE)).size:
            self.seek_bed(r[bed], stream[bed], person[bed], now[bed])
        if (slot := _where(service != NO_SERVICE)).size:
            r, person, now, waits = r[slot], person[slot], now[slot], self.waits[stream[slot]]
            stay = self.people.stay[r, person]
            begin = self.take_slot(r, service[slot], stay, now, waits)
            self.begin[r, person], self.left[r, person] = begin, begin + stay

    def seek_bed(self, r: Whole, stream: Whole, person: Whole, now: Array) -> None:
        """At the nearest site, elsewhere, or on the list."""
        site, keeps = self.people.site[r, person].astype(np.int64), self.people.keeps[r, person]
        free = self.free.top[r]
        most = free.argmax(axis=1)
        each = np.arange(len(r))
        site = np.where((free[each, site] == 0) & ~keeps, most, site)
        placed = free[each, site] > 0
        if (i := _where(placed)).size:
            self.occupy(r[i], self.free.pop(r[i], site[i]), person[i], now[i])
        if (i := _where(~placed & self.waits[stream])).size:
            self.queues.join(r[i], stream[i], person[i], now[i])

    def occupy(self, r: Whole, bed: Whole, person: Whole, now: Array) -> None:
        self.begin[r, person] = now
        self.at[r, person] = self.site[bed]
        self.occupant[r, bed] = person
        self.asks[r, bed] = self.people.onward[r, person]
        self.next[r, self.change + 1 + bed] = now + self.people.stay[r, person]

    def over(self, r: Whole, bed: Whole, now: Array) -> None:
        """A stay in a bed is over: the person leaves, or keeps the bed until there is a slot."""
        service = self.asks[r, bed].astype(np.int64)
        leaves = now.copy()
        if (i := _where(service != NO_SERVICE)).size:
            stay = self.people.onward_stay[r[i], self.occupant[r[i], bed[i]]]
            leaves[i] = self.take_slot(r[i], service[i], stay, now[i], np.ones(len(i), dtype=bool))
            self.asks[r[i], bed[i]] = NO_SERVICE
        if (i := _where(leaves > now)).size:
            self.next[r[i], self.change + 1 + bed[i]] = leaves[i]
        if (i := _where(leaves <= now)).size:
            self.left[r[i], self.occupant[r[i], bed[i]]] = now[i]
            self.release(r[i], bed[i], now[i])

    def take_slot(self, r: Whole, service: Whole, stay: Array, now: Array, waits: npt.NDArray[np.bool_]) -> Array:
        """When a slot is free for each; in the order of asking, so that the slot can be promised at once."""
        begin = np.full(len(r), NEVER)
        for number, slots in enumerate(self.slots):
            i = _where(service == number)
            if not i.size:
                continue
            own = r[i]
            first = slots[own].argmin(axis=1)
            earliest = slots[own, first]
            found = np.where(waits[i] | (earliest <= now[i]), np.maximum(earliest, now[i]), NEVER)
            slots[own, first] = np.where(found < NEVER, found + stay[i], earliest)
            begin[i] = found
        return begin

    def release(self, r: Whole, bed: Whole, now: Array) -> None:
        """A bed falls free: it closes if one is to close, goes to whoever came first, or stays free."""
        self.next[r, self.change + 1 + bed] = NEVER
        site = self.site[bed]
        closes = self.owed[r, site] > 0
        if (i := _where(closes)).size:
            self.owed[r[i], site[i]] -= 1
            self.spare.push(r[i], site[i], bed[i])
        r, bed, now, site = r[~closes], bed[~closes], now[~closes], site[~closes]
        queue, person = self.queues.first(r, site)
        taken = queue >= 0
        if (i := _where(taken)).size:
            self.occupy(r[i], bed[i], person[i], now[i])
            self.queues.serve(r[i], queue[i], person[i], now[i])
        if (i := _where(~taken)).size:
            self.free.push(r[i], site[i], bed[i])

    def changed(self, r: Whole) -> None:
        """One bed opens or closes, or one slot closes, at the turn of a year."""
        for one in r.tolist():
            day, place, more = self.changes[self.change_at[one]]
            self.change_at[one] += 1
            self.next[one, self.change] = self.changes[self.change_at[one]][0]
            if place >= len(self.system.sites):
                slots = self.slots[place - len(self.system.sites)]
                slots[one, slots[one].argmin()] = NEVER
            elif more > 0:
                self.open(np.array([one]), np.array([place]), np.array([day]))
            elif self.free.top[one, place]:
                self.spare.push(np.array([one]), np.array([place]), self.free.pop(np.array([one]), np.array([place])))
            else:
                self.owed[one, place] += 1

    def open(self, r: Whole, site: Whole, now: Array) -> None:
        if self.owed[r, site].any():
            self.owed[r, site] -= 1  # the bed that was to close stays open
        else:
            self.release(r, self.spare.pop(r, site), now)


class _Stacks:
    """Beds of each replication and site, last in, first out."""

    def __init__(self, replications: int, sites: int, size: int) -> None:
        self.held = np.zeros((replications, sites, size), dtype=np.int64)
        self.top = np.zeros((replications, sites), dtype=np.int64)

    def fill(self, site: int, beds: Whole) -> None:
        self.held[:, site, : len(beds)] = beds
        self.top[:, site] = len(beds)

    def push(self, r: Whole, site: Whole, bed: Whole) -> None:
        self.held[r, site, self.top[r, site]] = bed
        self.top[r, site] += 1

    def pop(self, r: Whole, site: Whole) -> Whole:
        self.top[r, site] -= 1
        return self.held[r, site, self.top[r, site]]


class _Queues:
    """The lists for beds: of each stream one for each site that people keep to, and one for those who take any.

    Within a list people are served in the order of coming, so of each only the first is held (`head`, come at
    `since`), and for everybody the next of the same list (`after`)."""

    def __init__(self, people: People, sites: int) -> None:
        self.people, self.sites = people, sites
        streams = sum(one.to == BEDS for one in people.streams)
        width = sites + 1
        self.since = np.full((len(people.time), streams * width), NEVER)
        self.head = np.zeros(self.since.shape, dtype=np.int64)
        lists = [[s * width + kind for s in range(streams) for kind in (site, sites)] for site in range(sites)]
        self.taking = np.array(lists, dtype=np.int64).reshape(sites, 2 * streams)
        self.kind = np.where(people.keeps, people.site, sites).astype(np.int8)
        self.after = np.zeros(people.site.shape, dtype=np.int32, order="F")
        for stream in range(streams):
            self._chain(slice(people.offset[stream], people.offset[stream + 1]))

    def _chain(self, columns: slice) -> None:
        last = columns.stop - 1  # the one who never comes follows everybody
        numbers = np.arange(columns.start, columns.stop, dtype=np.int32)
        for kind in range(self.sites + 1):
            here = self.kind[:, columns] == kind
            own = np.where(here, numbers, last)
            later = np.minimum.accumulate(own[:, ::-1], axis=1)[:, ::-1]
            after = np.concatenate([later[:, 1:], np.full((len(later), 1), last, dtype=np.int32)], axis=1)
            self.after[:, columns][here] = after[here]

    def join(self, r: Whole, stream: Whole, person: Whole, now: Array) -> None:
        queue = stream * (self.sites + 1) + self.kind[r, person]
        empty = self.since[r, queue] == NEVER
        r, queue = r[empty], queue[empty]
        self.head[r, queue], self.since[r, queue] = person[empty], now[empty]

    def first(self, r: Whole, site: Whole) -> tuple[Whole, Whole]:
        """The list and the person that a bed at this site goes to; -1 where nobody waits for it."""
        if not self.taking.size:
            return np.full(len(r), -1), np.zeros(len(r), dtype=np.int64)
        lists = self.taking[site]
        since = self.since[r[:, None], lists]
        each = np.arange(len(r))
        first = since.argmin(axis=1)
        queue = lists[each, first]
        return np.where(since[each, first] < NEVER, queue, -1), self.head[r, queue]

    def serve(self, r: Whole, queue: Whole, person: Whole, now: Array) -> None:
        """The next of the list comes to its head, if they are there already."""
        after = self.after[r, person].astype(np.int64)
        since = self.people.time[r, after]
        self.head[r, queue] = after
        self.since[r, queue] = np.where(since <= now, since, NEVER)


def _alone(system: System, people: People) -> list[int]:
    """Streams with a service to themselves that never changes: no event elsewhere bears on them, so that they are
    simulated by themselves, which is quicker."""
    after_beds = {onward.to for one in people.streams for onward in one.onward}
    steady = {s.name for s in system.services if len(set(capacity(s.slots, system.years))) == 1} - after_beds
    to = [one.to for one in people.streams]
    return [number for number, name in enumerate(to) if name in steady and to.count(name) == 1]


def _where(flags: npt.NDArray[np.bool_]) -> Whole:
    """The positions of true ones (`flatnonzero` without its checks: it is called at every step)."""
    return flags.nonzero()[0]


def _slots(system: System, slots: tuple[int, ...], replications: int) -> Array:
    """When each slot of a service is first free: from the beginning, or from the year that brings it."""
    count = capacity(slots, system.years)
    opened = [day for day, old, new in zip(system.days[1:], count, count[1:], strict=False) for _ in range(new - old)]
    return np.tile(np.array([-NEVER] * count[0] + [float(day) for day in opened] or [NEVER]), (replications, 1))


def _changes(system: System, beds: Whole) -> list[tuple[float, int, int]]:
    """Day, place (sites, then services) and whether more or fewer: one bed opened or closed, or one slot closed."""
    slots = np.array([capacity(service.slots, system.years) for service in system.services], dtype=np.int64)
    counts = np.concatenate([beds, slots.reshape(-1, system.years)])
    steps = []
    for day, change in zip(system.days[1:], np.diff(counts, axis=1).T, strict=False):
        for place, more in enumerate(change.tolist()):
            if more < 0 or place < len(system.sites):
                steps += [(float(day), place, 1 if more > 0 else -1)] * abs(more)
    return steps
