"""Meetings: planning them, their agenda, one case at a time, and closing them."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from localcare.access import banners
from localcare.access import queries as gate
from localcare.access.guard import requires, viewer_of
from localcare.access.types import Answering, Capability, Died, Unanswered, Viewer, named
from localcare.careplans import queries as careplans
from localcare.design import formats, notices, paging
from localcare.mdt import actions, queries
from localcare.mdt.forms import AddForm, CaseForm, MeetingForm, ToldForm
from localcare.mdt.types import Case, CaseMinutes, Meeting, OpenCase, Overtaken

ANSWERS = {"yes": True, "no": False, "unknown": None}
JOINING = (Capability.JOIN_MEETING, Capability.RUN_MEETING)


@requires(*JOINING)
def index(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    page = paging.page_of(request, queries.held(viewer, oldest_first=request.GET.get("order") == "when"))
    context = {
        "upcoming": queries.upcoming(viewer),
        "page": page,
        "held": queries.rows(page.rows),
        "may_run": viewer.can(Capability.RUN_MEETING) and viewer.team_id is not None,
    }
    return render(request, "mdt/index.jinja", context)


@requires(Capability.RUN_MEETING)
def new(request: HttpRequest) -> HttpResponse:
    form = MeetingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            planned = actions.plan_meeting(**form.cleaned_data, by=viewer_of(request))
            notices.tell(request, "The meeting is planned.")
            return redirect("mdt:meeting", planned.pk)
        except ValueError as reason:
            form.add_error("minutes", str(reason))
    return render(request, "mdt/new.jinja", {"form": form}, status=400 if form.errors else 200)


@requires(*JOINING)
def meeting(request: HttpRequest, meeting_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    agenda = _found(queries.open_agenda, viewer, meeting_id)
    waiting = [row for row in agenda.cases if not row.recorded]
    mine = next((a for a in agenda.attendees if a.post_id == viewer.post_id), None)
    context = {
        "agenda": agenda,
        "meeting": agenda.meeting,
        "first": next((row.id for row in waiting if row.person), None),
        "waiting": len(waiting),
        "mine": mine,
        "hidden": sum(row.person is None for row in agenda.cases),
    }
    return render(request, "mdt/meeting.jinja", context)


@requires(*JOINING)
def add_case(request: HttpRequest, patient_id: int) -> HttpResponse:
    """Put a person on the agenda of a meeting."""
    viewer = viewer_of(request)
    person = gate.open_person(viewer, patient_id, page="add to a meeting", capability=Capability.JOIN_MEETING)
    booked = queries.booked_for(viewer, person.ids)
    if booked:
        notices.warn(request, "This person is on the agenda already.")
        return redirect("mdt:meeting", booked.pk)
    form = AddForm(request.POST or None, age=person.age, meetings=queries.upcoming(viewer), write=formats.moment)
    if request.method == "POST" and form.is_valid():
        try:
            case = actions.add_case(patient_id=patient_id, by=viewer, **form.cleaned_data)
            undo = reverse("mdt:change", args=[case.meeting_id, case.pk, "off"])
            notices.tell(request, "On the agenda.", undo=undo)
            return redirect("mdt:meeting", case.meeting_id)
        except ValueError as reason:
            untold = viewer.works_at_practice and not isinstance(reason, Died | Unanswered)
            field = "told" if untold else None
            form.add_error(field, str(reason))
    may_run, alerts = viewer.can(Capability.RUN_MEETING), banners.of(viewer, person)
    context = {"form": form, "person": person, "alerts": alerts, "may_run": may_run}
    return render(request, "mdt/add.jinja", context, status=400 if form.errors else 200)


@requires(*JOINING)
@require_POST
def change(request: HttpRequest, meeting_id: int, case_id: int, way: str) -> HttpResponse:
    """Move a case up or down, take it off the agenda, or take back that somebody was told."""
    viewer = viewer_of(request)
    try:
        if way in ("up", "down"):
            actions.move_case(case_id=case_id, up=way == "up", by=viewer)
        elif way == "off":
            actions.take_off(case_id=case_id, by=viewer)
            notices.tell(request, "Taken off the agenda.")
        elif way == "not-told":
            actions.set_told(case_id=case_id, told=Answering.NOT_YET, by=viewer)
            notices.tell(request, "Noted: the person has not been told yet.")
        else:
            raise Http404
    except Case.DoesNotExist:
        raise Http404 from None
    except ValueError as reason:
        notices.refuse(request, str(reason))
    return redirect(f"{reverse('mdt:meeting', args=[meeting_id])}#case-{case_id}")


@requires(*JOINING)
def told(request: HttpRequest, meeting_id: int, case_id: int) -> HttpResponse:
    """Say who was told that somebody on the agenda will be discussed: for most by one press there, else here."""
    viewer = viewer_of(request)
    person = _found(queries.person_of_case, viewer, meeting_id, case_id)
    form = ToldForm(request.POST or None, age=person.age)
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_told(case_id=case_id, by=viewer, **form.cleaned_data)
            back = reverse("mdt:change", args=[meeting_id, case_id, "not-told"])
            who = named(form.cleaned_data["told"], form.cleaned_data["told_words"])
            notices.tell(request, f"Noted who was told: {who}.", undo="" if viewer.works_at_practice else back)
            return redirect(f"{reverse('mdt:meeting', args=[meeting_id])}#case-{case_id}")
        except ValueError as reason:
            form.add_error(None, str(reason))
    context = {"form": form, "person": person, "alerts": banners.of(viewer, person), "meeting_id": meeting_id}
    return render(request, "mdt/told.jinja", context, status=400 if form.errors else 200)


@requires(*JOINING)
@require_POST
def attendance(request: HttpRequest, meeting_id: int, post_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    coming = ANSWERS.get(request.POST.get("coming", request.GET.get("coming", "")), False)
    try:
        before = queries.answer_of(meeting_id, post_id)
        actions.set_attendance(meeting_id=meeting_id, post_id=post_id, coming=coming, by=viewer)
    except Meeting.DoesNotExist:
        raise Http404 from None
    said = {True: "Noted: coming.", False: "Noted: not coming.", None: "Noted: no answer yet."}[coming]
    back = next(word for word, answer in ANSWERS.items() if answer is before)
    undo = f"{reverse('mdt:attendance', args=[meeting_id, post_id])}?coming={back}"
    notices.tell(request, said, undo=undo if before is not coming else "")
    return redirect(f"{reverse('mdt:meeting', args=[meeting_id])}#who")


@requires(Capability.RUN_MEETING)
@require_POST
def close(request: HttpRequest, meeting_id: int) -> HttpResponse:
    left = _found(actions.close_meeting, meeting_id=meeting_id, by=viewer_of(request))
    told = (
        f"{left} not reached: {'it leads' if left == 1 else 'they lead'} the next agenda." if left else "All reached."
    )
    notices.tell(request, f"The meeting is closed. {told}", undo=reverse("mdt:reopen", args=[meeting_id]))
    return redirect("mdt:meeting", meeting_id)


@requires(Capability.RUN_MEETING)
@require_POST
def reopen(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Undo closing a meeting."""
    try:
        _found(actions.reopen_meeting, meeting_id=meeting_id, by=viewer_of(request))
        notices.tell(request, "The meeting is open again, with its agenda.")
    except ValueError as reason:
        notices.refuse(request, str(reason))
    return redirect("mdt:meeting", meeting_id)


@requires(*JOINING)
def case(request: HttpRequest, meeting_id: int, case_id: int) -> HttpResponse:
    """One case on one screen. Whoever runs the meeting writes; the others read."""
    viewer = viewer_of(request)
    present = "present" in request.GET
    # Words that were sent are saved, or shown again, by who wrote them: the look of a shared screen is for reading.
    opened = _found(queries.open_case, viewer, case_id, in_company=present and request.method != "POST")
    if opened.case.meeting_id != meeting_id:
        raise Http404
    form = _case_form(request, opened, viewer) if opened.agenda.may_run and not opened.sealed else None
    theirs: CaseMinutes | None = None
    if form and request.method == "POST" and form.is_valid():
        try:
            answers = form.cleaned_data
            actions.record_case(
                case_id=case_id,
                discussion=answers["discussion"],
                decision=answers["decision"],
                actions=form.actions,
                started_from=answers["started_from"],
                by=viewer,
            )
            return _saved(request, opened)
        except Overtaken as overtaken:
            theirs = overtaken.theirs
            form.data = {**form.data.dict(), "started_from": str(theirs.number)}  # type: ignore[attr-defined]
            form.add_error(None, str(overtaken))
        except ValueError as reason:
            form.add_error(None, str(reason))
    context = {"opened": opened, "form": form, "theirs": theirs, "present": present}
    if form and theirs:
        texts = (("discussion", "Discussion"), ("decision", "Decision"))
        context["compared"] = [
            (label, careplans.compare_words(getattr(theirs, name), form.cleaned_data[name])) for name, label in texts
        ]
    status = 409 if theirs else 400 if form and form.errors else 200
    return render(request, "mdt/case.jinja", context, status=status)


def _case_form(request: HttpRequest, opened: OpenCase, viewer: Viewer) -> CaseForm:
    latest = opened.latest
    initial = {
        "started_from": opened.number,
        "discussion": latest.discussion if latest else "",
        "decision": latest.decision if latest else "",
    }
    return CaseForm(request.POST or None, viewer=viewer, initial=initial)


def _saved(request: HttpRequest, opened: OpenCase) -> HttpResponse:
    """On to the next case, or back to the agenda after the last."""
    notices.tell(request, "Saved. The minutes are in the record and the actions are tasks.")
    query = "?present=1" if "present" in request.GET else ""
    meeting_id = opened.case.meeting_id
    if opened.next_id and "stay" not in request.POST:
        return redirect(f"{reverse('mdt:case', args=[meeting_id, opened.next_id])}{query}")
    if "stay" in request.POST:
        return redirect(f"{reverse('mdt:case', args=[meeting_id, opened.case.pk])}{query}")
    return redirect("mdt:meeting", meeting_id)


def _found(read, *args, **kwargs):
    try:
        return read(*args, **kwargs)
    except (Meeting.DoesNotExist, Case.DoesNotExist):
        raise Http404 from None
