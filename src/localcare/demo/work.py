"""A first week of work for the demo's cluster team, done through the actions that its users have."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from pathlib import Path

from localcare.access import actions as access
from localcare.access import queries as gate
from localcare.access.types import Viewer
from localcare.base import clock
from localcare.caseload import actions as caseload
from localcare.caseload.types import State
from localcare.demo import messages, plans
from localcare.demo.logins import Login
from localcare.mdt import actions as mdt
from localcare.population import queries as population
from localcare.record import queries as record
from localcare.tasks import actions as tasks
from localcare.tasks.types import Owner

# Within the room a month that `logins` gives the team.
TAKEN_ON = 11
OF_THE_COORDINATOR = 8
LOOKED_AT = 400
ON_THE_AGENDA = 3
# Who was in hospital or called for help in the last week is taken on first: there is something to do for them.
NEWS = ("emergency_admission", "emergency_attendance", "ambulance", "call_111", "planned_admission")


def make(logins: Sequence[Login], messages_in: Path) -> int:
    """Take on people of the practice's list, plan a meeting, write plans, give tasks; the number taken on.

    Messages about three of them are written into a folder and imported.
    """
    by_name = {login.username: login.viewer for login in logins}
    gp, coordinator, nurse = by_name["gp"], by_name["coordinator"], by_name["nurse"]
    accepted = _accept(gp)
    for patient_id in accepted[:OF_THE_COORDINATOR]:
        caseload.assign_coordinator(
            patient_id=patient_id,
            post_id=coordinator.post_id,
            review_on=clock.today() + timedelta(days=90),
            by=coordinator,
        )
    if len(accepted) > ON_THE_AGENDA:
        _meet(accepted[:ON_THE_AGENDA], coordinator)
        _give(accepted[1:ON_THE_AGENDA], nurse, coordinator)
        _plan(accepted[: ON_THE_AGENDA + 1], coordinator)
        _tell(accepted[:ON_THE_AGENDA], coordinator, messages_in)
    return len(accepted)


def _accept(gp: Viewer) -> list[int]:
    """The GP reveals the top of the list, accepts those with news this week first, then by risk, and declines two."""
    practice = gp.organisation_code
    access.start_reveal_session(practice_code=practice, reason="review", words="first review of the list", by=gp)
    found = population.practice_list(practice, page_size=LOOKED_AT)
    people = list(
        access.reveal(practice_code=practice, listed=[entry.pseudonym for entry in found.entries], by=gp).values()
    )
    week_ago = clock.now() - timedelta(days=7)
    ids = [person.id for person in people]
    changes = record.encounters_known_since(ids, week_ago, categories=NEWS, happened_since=week_ago.date())
    news = {item.patient_id for item in changes.seen(gate.decisions(gp, ids))}
    willing = [person for person in people if not person.decision.own_organisation_only]
    chosen = [person.id for person in sorted(willing, key=lambda person: person.id not in news)]
    for patient_id in chosen[:TAKEN_ON]:
        caseload.accept(patient_id=patient_id, told="person", note="agreed at the surgery", by=gp)
    for patient_id in chosen[TAKEN_ON : TAKEN_ON + 2]:
        caseload.decline(patient_id=patient_id, outcome=State.ALREADY_KNOWN, reason="the hospice visits", by=gp)
    # Whoever signs in as the GP gives a reason of their own.
    access.end_reveal_sessions(by=gp.actor)
    return chosen[:TAKEN_ON]


def _meet(patient_ids: Sequence[int], coordinator: Viewer) -> None:
    wednesday = datetime.combine(clock.today() + timedelta(days=2), time(13, 0), clock.LONDON)
    meeting = mdt.plan_meeting(starts_at=wednesday, minutes=120, by=coordinator, place="Tonbridge Cottage Hospital")
    reasons = ("admitted again", "falls at home", "carer is exhausted")
    for patient_id, reason in zip(patient_ids, reasons, strict=False):
        mdt.add_case(meeting_id=meeting.pk, patient_id=patient_id, reason=reason, told="person", by=coordinator)


def _give(patient_ids: Sequence[int], nurse: Viewer, coordinator: Viewer) -> None:
    owner = Owner(nurse.post_id, nurse.team_id, nurse.signature)
    wanted = (("Visit at home and check the stairs", -3), ("Ring the daughter about the night", 0))
    for patient_id, (title, days) in zip(patient_ids, wanted, strict=False):
        due = clock.today() + timedelta(days=days)
        tasks.give(title=title, owner=owner, due_on=due, patient_id=patient_id, by=coordinator)


def _plan(patient_ids: Sequence[int], coordinator: Viewer) -> None:
    """Each at another place of its life: agreed, a draft, changed since, begun."""
    for patient_id, write in zip(patient_ids, (plans.agreed, plans.draft, plans.changed, plans.begin), strict=False):
        write(patient_id, coordinator)


def _tell(patient_ids: Sequence[int], coordinator: Viewer, folder: Path) -> None:
    people = gate.open_people(coordinator, patient_ids, page="messages of the demo")
    messages.send(list(people.values()), folder)
