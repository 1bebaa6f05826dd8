"""How fast pages are under load: signed-in users with one request a second each, every request another person.

Needs a built demo in LOCALCARE_DATA (at fraction 1 for the figures of the docs), its database in DATABASE_URL, and
runs the web server and the load on the same machine, auditing on. It adds users and takes people on to caseloads.
"""

import http.client
import os
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from itertools import zip_longest

TITLE = "Pages under load: signed-in users, one request a second each, auditing on"
PORT = 8765
WORKERS = 2
TEAM_ROLES = ("care_coordinator", "community_nurse")
PEOPLE_A_TEAM = 400


@dataclass(frozen=True)
class User:
    """A signed-in user: the session cookie and the addresses to ask for in turn."""

    cookie: str
    addresses: tuple[tuple[str, str], ...]


@dataclass
class Answers:
    milliseconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Row:
    page: str
    store: str
    users: int
    requests: int
    p50_ms: int
    p95_ms: int
    slowest_ms: int
    errors: int


def run() -> list[Row]:
    """Fifty users for a minute, or as BENCH_USERS and BENCH_SECONDS say."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "localcare.config.settings")
    django.setup()
    number, seconds = int(os.environ.get("BENCH_USERS", "50")), int(os.environ.get("BENCH_SECONDS", "60"))
    users = prepare(number, seconds)
    server = _serve(WORKERS)
    try:
        _ask(users, min(10, seconds), Answers())
        answers = Answers()
        _ask(users, seconds, answers)
    finally:
        server.terminate()
        server.wait(timeout=20)
    return _rows(answers, number)


def prepare(number: int, requests: int) -> list[User]:
    """Users with sessions: half in cluster teams, half GPs, and for each a round of pages about different people.

    What an earlier round has made (users, caseloads) is used again.
    """
    from localcare.access import queries as gate
    from localcare.base import clock
    from localcare.caseload import queries as caseload
    from localcare.places import queries as places

    clusters = places.clusters(clock.today())
    members_of = [places.members(cluster.code, clock.today()) for cluster in clusters]
    sharing = gate.sharing_practices([p.code for some in members_of for p in some])
    # The first practice of each cluster, then the second of each: so that every team has people.
    in_turn = [p for some in zip_longest(*members_of) for p in some if p and p.code in sharing]
    gps = [_user("gp", p, None) for p in in_turn[: number // 2]]
    members = [
        _user(TEAM_ROLES[n % 2], cluster, cluster.code, n)
        for n, cluster in zip(range(number - len(gps)), clusters * number, strict=False)
    ]
    if min(len(caseload.followed(member, {})) for member in members) < PEOPLE_A_TEAM // 2:
        _take_on(gps)
    users = [_gp(viewer, requests) for viewer in gps]
    return users + [_member(v, list(caseload.followed(v, {})), n, requests) for n, v in enumerate(members)]


def _user(role: str, organisation, team_of: str | None, number: int = 0):
    from localcare.access import queries as gate
    from localcare.accounts import actions as accounts
    from localcare.accounts.models import User as Account
    from localcare.base import audit
    from localcare.staff import actions as staff
    from localcare.staff import queries as staff_queries

    name = f"bench-{role}-{organisation.code}-{number}"
    known = Account.objects.filter(username=name).first()
    if known:
        return gate.viewers_of(known.pk)[0]
    user = accounts.create_user(username=name, name=name, password=f"{name} long enough", by=audit.SYSTEM)
    team = staff_queries.team_of_organisation(team_of) if team_of else None
    staff.add_post(
        user_id=user.id,
        role=role,
        organisation_id=organisation.id,
        starts=date(2016, 4, 1),
        by=audit.SYSTEM,
        team=team,
    )
    return gate.viewers_of(user.id)[0]


def _take_on(gps) -> None:
    """GPs accept people of their lists, so that teams have caseloads of a real size."""
    from localcare.access import actions as access
    from localcare.caseload import actions as caseload
    from localcare.caseload.types import NotPossible
    from localcare.population import queries as population

    wanted = PEOPLE_A_TEAM // max(1, len(gps) // 7)
    for gp in gps:
        access.start_reveal_session(practice_code=gp.organisation_code, reason="check", words="bench", by=gp)
        listed = population.practice_list(gp.organisation_code, page_size=wanted)
        for person in access.reveal(
            practice_code=gp.organisation_code, listed=[e.pseudonym for e in listed.entries], by=gp
        ).values():
            try:
                caseload.accept(patient_id=person.id, told="person", note="bench", by=gp)
            except NotPossible:
                continue


def _gp(viewer, requests: int) -> User:
    practice = viewer.organisation_code
    round_ = [("Today", "/"), *(("risk list", f"/lists/{practice}/?page={n + 1}") for n in range(3))]
    return User(_cookie(viewer), tuple(round_[n % len(round_)] for n in range(requests)))


def _member(viewer, people: list[int], offset: int, requests: int) -> User:
    addresses = []
    for n in range(requests):
        if n % 3 == 0:
            addresses.append(("Today", "/?people=team"))
        else:
            addresses.append(("person page", f"/people/{people[(offset * 37 + n) % len(people)]}/"))
    return User(_cookie(viewer), tuple(addresses))


def _cookie(viewer) -> str:
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from localcare.accounts.models import User as Account

    account = Account.objects.get(pk=viewer.user_id)
    session = SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def _serve(workers: int) -> subprocess.Popen:
    command = [sys.executable, "-m", "localcare.cli", "serve", "--port", str(PORT), "--workers", str(workers)]
    server = subprocess.Popen(command, env=os.environ, stdout=subprocess.DEVNULL)
    for _ in range(300):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=2)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return server
        except OSError:
            time.sleep(0.1)
    server.terminate()
    raise RuntimeError("the server did not come up within 30 seconds")


def _ask(users: list[User], seconds: int, answers: Answers) -> None:
    """Each user asks once a second, started evenly over the first second; the next waits for the answer before."""
    lock = threading.Lock()
    begun = time.perf_counter()
    threads = [
        threading.Thread(target=_one, args=(user, begun + n / len(users), seconds, answers, lock))
        for n, user in enumerate(users)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _one(user: User, start: float, seconds: int, answers: Answers, lock: threading.Lock) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
    for n in range(seconds):
        time.sleep(max(0.0, start + n - time.perf_counter()))
        page, address = user.addresses[n % len(user.addresses)]
        asked = time.perf_counter()
        try:
            connection.request("GET", address, headers={"Cookie": user.cookie})
            response = connection.getresponse()
            response.read()
            status = str(response.status)
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            status = type(error).__name__
        took = (time.perf_counter() - asked) * 1000
        with lock:
            answers.milliseconds[page].append(took)
            if status != "200":
                answers.errors.append(f"{page}: {status}")


def _rows(answers: Answers, users: int) -> list[Row]:
    from django.db import connection

    rows = []
    for page, times in sorted(answers.milliseconds.items()):
        cut = statistics.quantiles(times, n=100)
        errors = sum(error.startswith(page) for error in answers.errors)
        rows.append(
            Row(page, connection.vendor, users, len(times), round(cut[49]), round(cut[94]), round(max(times)), errors)
        )
    return rows
