"""What the hub model of the area is given: from the places and packaged files, without any person's data.

Of the 86 premises that the plan states (page 40) only the 60 main sites of practices are known with coordinates, and
one branch among the clinics: branch surgeries are missing, not left out, and a scenario may bring them. Weights, shares
without a car and costs are assumed, each said so beside it.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt

from localcare.capacity.calc import travel
from localcare.capacity.calc.hub_report import Service
from localcare.capacity.calc.hubs import HubInputs, Rules, Site
from localcare.capacity.calc.plan_hubs import Group, HubsAsked
from localcare.capacity.calc.quantity import Assumption, Quantity, exactly
from localcare.capacity.calc.routing import Router
from localcare.places import queries as places
from localcare.places.queries import Ground
from localcare.places.queries import Site as Premises

Array = npt.NDArray[np.float64]
OUTSIDE = "outside "  # begins the name of people who live outside the area and are put at their practice
FURTHEST_KM = 50.0  # a site further from everybody is a slip of the pen: assumed
STATED_PREMISES = 86  # local-care-plan-2017, page 40
PLAN_DAY = date(2017, 3, 31)  # the last day of the plan's baseline year
REGISTERED = 484_460.0  # local-care-plan-2017, page 11, at 31 December 2016
SEVENOAKS_SHARE = 0.594  # local-care-plan-2017, page 11: of Sevenoaks' residents, registered in the area
# Hospitals across the border that are no acute site of a large trust: candidates, since a hub there may serve people.
BORDER = ("RDRCR", "RPC04", "RJZ70", "NDAH9", "NDAJ0", "RYYC8")

ASSUMED: Mapping[str, Quantity] = {
    "outside_share": Quantity(0.01, 0.02, 0.04, "triangular", "of registered people live outside", "assumed"),
    "access_km": Quantity(2.0, 3.0, 5.0, "triangular", "km in which registration falls by e, Sevenoaks", "assumed"),
    "need_65": Quantity(1.5, 2.5, 4.0, "triangular", "need at 65 to 84 against under 65", "assumed"),
    "need_85": Quantity(2.0, 4.0, 6.0, "triangular", "need at 85 and over against under 65", "assumed"),
    "need_a_fifth": Quantity(0.0, 0.05, 0.15, "triangular", "more need a fifth of deprivation", "assumed"),
    "without_car_least": Quantity(0.05, 0.08, 0.12, "triangular", "without a car, least deprived fifth", "assumed"),
    "without_car_most": Quantity(0.25, 0.35, 0.45, "triangular", "without a car, most deprived fifth", "assumed"),
    "cost_hospital": Quantity(2e5, 4e5, 8e5, "triangular", "pounds a year, hub in a community hospital", "assumed"),
    "cost_clinic": Quantity(3e5, 5e5, 9e5, "triangular", "pounds a year, hub in a clinic", "assumed"),
    "cost_practice": Quantity(4e5, 7e5, 1.2e6, "triangular", "pounds a year, hub at a practice, extended", "assumed"),
    "staff_a_hub": Quantity(8.0, 12.0, 20.0, "triangular", "full-time equivalents however small", "assumed"),
}
# "Need to be delivered to a population bigger than cluster level" (local-care-plan-2017, page 22); the smallest cluster
# has 46,000 people (page 21).
LEAST_PEOPLE = 46_000.0
SERVICES = (
    Service("frailty clinic", True, 0, 30, 0, 0),  # local-care-plan-2017, page 22: "services around frailty"
    Service("outpatients and diagnostics", False, 80_000, 30, 300_000, 6),  # page 40; figures assumed
    Service("urgent treatment centre", False, 150_000, 40, 900_000, 15),  # page 24; figures assumed
)


SERVICE_SOURCES = {
    "frailty clinic": "Local Care Plan 2017, page 22, names it; catchment of 30 minutes assumed",
    "outpatients and diagnostics": "Local Care Plan 2017, page 40, names it; figures assumed",
    "urgent treatment centre": "Local Care Plan 2017, page 24, names it; figures assumed",
}


def assumptions(asked: HubsAsked | None = None) -> Iterator[tuple[str, Assumption]]:
    """Every figure that the hub model's inputs go by, with its source; the services are those asked for."""
    services = asked.rules.services if asked else SERVICES
    sources = {**SERVICE_SOURCES, **(asked.own.service_sources if asked else {})}
    yield "hubs.registered", exactly(REGISTERED, "people", "Local Care Plan 2017, page 11, at 31 December 2016")
    yield "hubs.sevenoaks", exactly(SEVENOAKS_SHARE, "share of residents registered", "Local Care Plan 2017, page 11")
    least = "Local Care Plan 2017, pages 21 and 22: bigger than cluster level, the smallest cluster having 46,000"
    yield "hubs.least people by default", exactly(LEAST_PEOPLE, "people", least)
    for name, quantity in ASSUMED.items():
        yield f"hubs.{name}", quantity
    for name, quantity in travel.MODEL.items():
        yield f"hubs.travel.{name}", quantity
    for service in services:
        figures = (
            ("least people", service.min_population, "people"),
            ("catchment", service.catchment_minutes, "minutes"),
            ("cost", service.yearly_cost, "pounds a year"),
            ("staff", service.staff, "full-time equivalents"),
        )
        for what, value, unit in figures:
            yield f"hubs.{service.name}.{what}", exactly(value, unit, sources[service.name])


@dataclass(frozen=True, slots=True)
class People:
    """Demand points: where they are, how many people, deprivation fifth (0 unknown), whether rural."""

    codes: tuple[str, ...]
    at: Array
    people: Array
    fifth: npt.NDArray[np.intp]
    rural: npt.NDArray[np.bool_]
    share_65: Array
    share_85: Array


def hub_inputs(
    group: Group = "registered", *, as_at: date = PLAN_DAY, router: Router | None = None, more: Sequence[Site] = ()
) -> HubInputs:
    """The hub model's inputs for the area: residents of its LSOAs, or its registered people wherever they live.

    `router` gives the minutes by car in place of the stated model (see `calc.routing`); `more`: candidates beside those
    known. Raises ValueError for one whose code is taken, or that is far from everybody."""
    figure = travel.likely(ASSUMED)
    known = places.ground(as_at)
    who, sites = _people(group, known, figure), _with(_sites(known, figure), more)
    _refuse_far(who.at, more)
    where = np.array([(site.latitude, site.longitude) for site in sites])
    km, model = travel.straight_km(who.at, where), travel.likely()
    deprived = np.where(who.fifth > 0, 5 - who.fifth, 2)  # the middle where unknown
    least, most = figure["without_car_least"], figure["without_car_most"]
    age = 1 + (figure["need_65"] - 1) * (who.share_65 - who.share_85) + (figure["need_85"] - 1) * who.share_85
    need = age * (1 + figure["need_a_fifth"] * deprived)
    return HubInputs(
        group=group,
        points=who.codes,
        people=who.people,
        need=need * who.people.sum() / (need * who.people).sum(),
        without_car=least + (most - least) * deprived / 4,
        fifth=who.fifth,
        sites=sites,
        car=travel.by_car(km, model) if router is None else router.minutes(who.at, where),
        public=travel.without_car(km, who.rural, model),
    )


def place_of(asked: HubsAsked, beside: Path | None) -> HubInputs:
    """The inputs that a scenario asks for, with its own sites, and minutes from its own file in `beside`.

    Raises ValueError with the mend."""
    found = hub_inputs(asked.group, more=asked.own.sites)
    return _by_matrix(found, asked.own.matrix, beside) if asked.own.matrix else found


def _by_matrix(found: HubInputs, name: str, beside: Path | None) -> HubInputs:
    """Minutes of a file by car, and where it has them without; people put at a practice outside keep the model's."""
    text = matrix_text(name, beside)
    inside = np.array([not code.startswith(OUTSIDE) for code in found.points])
    points = [code for code in found.points if not code.startswith(OUTSIDE)]
    sites = [site.code for site in found.sites]
    made = {"car": found.car.copy(), "public": found.public.copy()}
    wanted = ("car", "public") if "public" in text.partition("\n")[0].split(",") else ("car",)
    for kind in wanted:
        try:
            made[kind][inside] = travel.read_matrix(text, points, sites, minutes=kind)
        except ValueError as error:
            raise ValueError(f"{name}, {error}") from error
    return replace(found, car=made["car"], public=made["public"])


def matrix_text(name: str, beside: Path | None) -> str:
    """A scenario's file of minutes. Raises ValueError where it cannot be read."""
    try:
        return ((beside or Path()) / name).read_text("utf-8-sig").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{name} cannot be read ({type(error).__name__}): put it beside the scenario") from error


def _with(known: tuple[Site, ...], more: Sequence[Site]) -> tuple[Site, ...]:
    names = {site.code: site.name for site in known}
    if taken := [site.code for site in more if site.code in names]:
        raise ValueError(
            f"site {taken[0]} is known already ({names[taken[0]]}); give yours another code, or leave it out"
        )
    return tuple(sorted([*known, *more], key=lambda site: site.code))


def _refuse_far(people: Array, more: Sequence[Site]) -> None:
    if not more:
        return
    nearest = travel.straight_km(people, np.array([(site.latitude, site.longitude) for site in more])).min(axis=0)
    for site, km in zip(more, nearest.tolist(), strict=True):
        if km > FURTHEST_KM:
            said = f"site {site.code} lies {km:,.0f} km from the nearest person"
            raise ValueError(f"{said}: mend its latitude ({site.latitude:g}) and longitude ({site.longitude:g})")


def default_rules(p: int = 5) -> Rules:
    """Five hubs, each with the least population, nobody's travel limited; services and staff as assumed."""
    return Rules(
        p=p, min_population=LEAST_PEOPLE, services=SERVICES, staff_a_hub=ASSUMED["staff_a_hub"].likely, beyond=30.0
    )


def _people(group: Group, known: Ground, figure: Mapping[str, float]) -> People:
    areas = known.areas
    ages, rural = places.resident_ages_mid2017(), _rural()
    share_65 = np.array([_share(ages[area.lsoa11_code], 65) for area in areas])
    share_85 = np.array([_share(ages[area.lsoa11_code], 85) for area in areas])
    residents = People(
        tuple(area.lsoa11_code for area in areas),
        np.array([(area.latitude, area.longitude) for area in areas]),
        np.array([area.population_mid2017 for area in areas], float),
        np.array([(area.imd2015_decile + 1) // 2 for area in areas], dtype=np.intp),
        np.array([rural[area.lsoa11_code] for area in areas]),
        share_65,
        share_85,
    )
    return residents if group == "resident" else _registered(residents, known, figure)


def _registered(residents: People, known: Ground, figure: Mapping[str, float]) -> People:
    """Residents by the share registered in the area, and people who live outside, put at their practice (assumed)."""
    lists, practice = known.list_sizes, Premises.Kind.PRACTICE
    premises = [site for site in known.sites if site.kind == practice and site.code in lists and site.latitude]
    at = np.array([(site.latitude, site.longitude) for site in premises], float)
    outside = np.array([lists[site.code] for site in premises], float)
    outside *= REGISTERED * figure["outside_share"] / outside.sum()
    sevenoaks = np.array([area.district_name == "Sevenoaks" for area in known.areas])
    near = np.exp(-travel.straight_km(residents.at, at).min(axis=1) / figure["access_km"])
    inside = residents.people.copy()
    wanted = SEVENOAKS_SHARE * inside[sevenoaks].sum()
    inside[sevenoaks] = _filled(near[sevenoaks] * inside[sevenoaks], inside[sevenoaks], wanted)
    inside[~sevenoaks] *= (REGISTERED * (1 - figure["outside_share"]) - wanted) / inside[~sevenoaks].sum()
    unknown = np.zeros(len(premises), dtype=np.intp)
    mean_65 = np.full(len(premises), np.average(residents.share_65, weights=residents.people))
    mean_85 = np.full(len(premises), np.average(residents.share_85, weights=residents.people))
    return People(
        (*residents.codes, *(f"{OUTSIDE}{site.code}" for site in premises)),
        np.vstack([residents.at, at]),
        np.concatenate([inside, outside]),
        np.concatenate([residents.fifth, unknown]),
        np.concatenate([residents.rural, np.ones(len(premises), bool)]),
        np.concatenate([residents.share_65, mean_65]),
        np.concatenate([residents.share_85, mean_85]),
    )


def _filled(likely: Array, most: Array, total: float) -> Array:
    """Multiples of `likely`, none above `most`, that add up to a total: by bisection on the multiple."""
    low, high = 0.0, float((most / likely).max())
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if np.minimum(likely * middle, most).sum() < total else (low, middle)
    return np.minimum(likely * high, most)


def _sites(ground: Ground, figure: Mapping[str, float]) -> tuple[Site, ...]:
    kinds = Premises.Kind
    open_now = set(ground.list_sizes)
    known = [site for site in ground.sites if site.latitude is not None and site.longitude is not None]
    chosen = [
        _site(one, kind, figure[cost], across)
        for one in known
        for kind, cost, across, wanted in (
            ("practice", "cost_practice", False, one.kind == kinds.PRACTICE and one.code in open_now),
            ("community hospital", "cost_hospital", False, one.kind == kinds.COMMUNITY_HOSPITAL),
            ("hospital across the border", "cost_hospital", True, one.code in BORDER),
        )
        if wanted
    ]
    clinics = [
        Site(row["code"], row["name"], "clinic", float(row["latitude"]), float(row["longitude"]), figure["cost_clinic"])
        for row in _shipped("hub_clinics.csv")
    ]
    return tuple(sorted([*chosen, *clinics], key=lambda site: site.code))


def _site(one: Premises, kind: str, cost: float, across: bool) -> Site:
    return Site(one.code, one.name, kind, float(one.latitude or 0), float(one.longitude or 0), cost, np.inf, across)


def _share(bands: Mapping[str, int], age: int) -> float:
    return sum(people for band, people in bands.items() if int(band[:2]) >= age) / max(sum(bands.values()), 1)


def _rural() -> dict[str, bool]:
    return {row["lsoa11_code"]: row["ruc2011_code"][0] in "DE" for row in _shipped("lsoa_rurality.csv")}


def _shipped(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((files("localcare.capacity") / "definitions" / name).read_text("utf-8").splitlines()))
