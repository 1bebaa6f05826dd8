"""Teams, posts and the logins of the demo, made through the actions that a real area uses."""

import tomllib
from dataclasses import dataclass
from datetime import date
from importlib import resources

from localcare.access import queries as gate
from localcare.access.roles import roles
from localcare.access.types import Viewer
from localcare.accounts import actions as accounts
from localcare.base import audit, clock
from localcare.caseload import actions as caseload
from localcare.places import queries as places
from localcare.population import queries as population
from localcare.staff import actions as staff

PASSWORD = "local care demo"
SINCE = date(2016, 4, 1)
CLUSTER = "Tonbridge"
NEIGHBOUR = "Weald"
AREA = "99J"
PLACES_A_MONTH = 24
# Ofcom keeps 01632 960000 to 960999 for drama: it rings nowhere.
PHONE = "01632 960011"


@dataclass(frozen=True)
class Login:
    """Somebody to sign in as: who they are, where they work, and what to try first."""

    username: str
    name: str
    role: str
    organisation_code: str
    try_first: str
    viewer: Viewer


@dataclass(frozen=True)
class Wanted:
    """A login as `logins.toml` declares it; `at` is practice, cluster, neighbour or area."""

    username: str
    name: str
    role: str
    at: str
    try_first: str


def wanted() -> list[Wanted]:
    text = resources.files("localcare.demo").joinpath("logins.toml").read_text("utf-8")
    return [Wanted(username, **row) for username, row in tomllib.loads(text).items()]


def make() -> list[Login]:
    """A team for every cluster with its room a month, and the logins wanted; the practice is the cluster's largest
    whose people may be listed and whose record may be opened."""
    today = clock.today()
    teams = {}
    for cluster in places.clusters(today):
        name = f"{cluster.name} team"
        teams[cluster.code] = staff.add_team(
            name=name, organisation_id=cluster.id, by=audit.SYSTEM, phone="01632 960011"
        )
    cluster, neighbour = _cluster(CLUSTER), _cluster(NEIGHBOUR)
    practice = _practice(cluster.code)
    organisations = {
        "practice": practice,
        "cluster": cluster,
        "neighbour": neighbour,
        "area": places.organisation(AREA),
    }
    made = []
    for want in wanted():
        organisation = organisations[want.at]
        user = accounts.create_user(username=want.username, name=want.name, password=PASSWORD, by=audit.SYSTEM)
        team = teams.get(organisation.code)
        staff.add_post(
            user_id=user.id, role=want.role, organisation_id=organisation.id, starts=SINCE, by=audit.SYSTEM, team=team
        )
        viewer = gate.viewers_of(user.id)[0]
        made.append(Login(want.username, want.name, want.role, organisation.code, want.try_first, viewer))
    for login in made:
        if login.role == "care_coordinator":
            caseload.set_room(places_a_month=PLACES_A_MONTH, starts=today, by=login.viewer)
    return made


def listed(logins: list[Login]) -> dict:
    """What `demo.json` holds for the sign-in page."""
    users = [
        {
            "username": login.username,
            "name": login.name,
            "role": roles()[login.role].label,
            "organisation": login.viewer.organisation_name,
            "try": login.try_first,
        }
        for login in logins
    ]
    return {"password": PASSWORD, "users": users}


def _cluster(name: str):
    found = [cluster for cluster in places.clusters(clock.today()) if cluster.name.startswith(name)]
    return found[0]


def _practice(cluster_code: str):
    practices = places.members(cluster_code, clock.today())
    sharing = gate.sharing_practices([p.code for p in practices])
    return max(practices, key=lambda p: (p.code in sharing, population.list_size(p.code)[0], p.code))
