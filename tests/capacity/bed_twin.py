"""The slow obvious twin: one replication, person by person, as a plain event loop with a heap."""

import heapq
from dataclasses import dataclass, field
from math import inf

from localcare.capacity.calc.beds.people import People
from localcare.capacity.calc.beds.system import BEDS, System, capacity


@dataclass
class Twin:
    """Runs one replication; `begin`, `left` and `at` by number of the person."""

    system: System
    people: People
    row: int
    begin: dict[int, float] = field(default_factory=dict)
    left: dict[int, float] = field(default_factory=dict)
    at: dict[int, int] = field(default_factory=dict)
    planned: int = 0

    def run(self) -> "Twin":
        system, people = self.system, self.people
        years = system.years
        self.beds = [capacity(site.beds, years)[0] for site in system.sites]
        self.used = [0] * len(self.beds)
        self.list: list[tuple[float, int]] = []  # people waiting for a bed
        self.slots = []
        for service in system.services:
            count = capacity(service.slots, years)
            opened = [system.days[y] for y in range(1, years) for _ in range(count[y] - count[y - 1])]
            self.slots.append([-inf] * count[0] + [float(day) for day in opened])
        self.events: list[tuple] = []
        for number, stream in enumerate(people.streams):
            for person in range(people.offset[number], people.offset[number + 1] - 1):
                self.plan(people.time[self.row, person], 0, self.come, stream, person)
        for year in range(1, years):
            self.plan(system.days[year], 1, self.turn, year)
        while self.events:
            now, _, _, what, arguments = heapq.heappop(self.events)
            if now >= system.days[-1]:
                break
            what(now, *arguments)
        return self

    def plan(self, when, order, what, *arguments):
        self.planned += 1
        heapq.heappush(self.events, (float(when), order, self.planned, what, arguments))

    def come(self, now, stream, person):
        if stream.to != BEDS:
            number = [s.name for s in self.system.services].index(stream.to)
            self.begin[person] = self.slot(now, number, self.people.stay[self.row, person], stream.waits)
            self.left[person] = self.begin[person] + self.people.stay[self.row, person]
        else:
            self.come_for_a_bed(now, stream, person)

    def come_for_a_bed(self, now, stream, person):
        free = [beds - used for beds, used in zip(self.beds, self.used, strict=True)]
        nearest = int(self.people.site[self.row, person])
        others = [] if self.people.keeps[self.row, person] else [free.index(max(free))]
        if found := [site for site in [nearest, *others] if free[site] > 0]:
            self.occupy(now, found[0], person)
        elif stream.waits:
            self.list.append((now, person))

    def slot(self, now, number, stay, waits=True):
        slots = self.slots[number]
        if not slots or (min(slots) > now and not waits):
            return inf
        begin = max(now, min(slots))
        slots[slots.index(min(slots))] = begin + stay
        return begin

    def occupy(self, now, site, person):
        self.begin[person], self.at[person] = now, site
        self.used[site] += 1
        self.plan(now + self.people.stay[self.row, person], 2 + site, self.over, site, person)

    def over(self, now, site, person):
        service = int(self.people.onward[self.row, person])
        if service >= 0:
            now = self.slot(now, service, self.people.onward_stay[self.row, person])
        self.plan(now, 2 + site, self.leave, site, person)

    def leave(self, now, site, person):
        self.left[person] = now
        self.used[site] -= 1
        self.fill(now, site)

    def fill(self, now, site):
        while self.used[site] < self.beds[site]:
            takes = [p for _, p in sorted(self.list) if self.takes(p, site)]
            if not takes:
                return
            self.list = [entry for entry in self.list if entry[1] != takes[0]]
            self.occupy(now, site, takes[0])

    def takes(self, person, site):
        return not self.people.keeps[self.row, person] or self.people.site[self.row, person] == site

    def turn(self, now, year):
        for site, hospital in enumerate(self.system.sites):
            self.beds[site] = capacity(hospital.beds, self.system.years)[year]
            self.fill(now, site)
        for slots, service in zip(self.slots, self.system.services, strict=True):
            count = capacity(service.slots, self.system.years)
            for _ in range(count[year - 1] - count[year]):
                slots.remove(min(slots))
