"""My work, one task, and giving a task."""

from collections.abc import Callable
from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from localcare.access import banners
from localcare.access import queries as gate
from localcare.access.guard import requires, viewer_of
from localcare.access.types import Capability, Died, Viewer
from localcare.base import clock
from localcare.design import notices, paging
from localcare.tasks import actions, queries
from localcare.tasks.forms import NewTaskForm, StepForm
from localcare.tasks.models import new_key
from localcare.tasks.types import Opened, Overtaken, Step, Task

WAYS = {
    "take": Step.TAKE,
    "done": Step.COMPLETE,
    "hand-on": Step.HAND_ON,
    "cancel": Step.CANCEL,
    "reopen": Step.REOPEN,
    "note": Step.NOTE,
}
DO: dict[Step, Callable[..., Task]] = {
    Step.TAKE: actions.take,
    Step.COMPLETE: actions.complete,
    Step.HAND_ON: actions.hand_on,
    Step.CANCEL: actions.cancel,
    Step.REOPEN: actions.reopen,
    Step.NOTE: actions.add_note,
}
TOLD = {
    Step.TAKE: "The task is yours.",
    Step.COMPLETE: "Recorded as done.",
    Step.HAND_ON: "Handed on.",
    Step.CANCEL: "Taken off the list of work.",
    Step.REOPEN: "The task is open again.",
    Step.NOTE: "Your words are added.",
}


# What a page that leads here suggests, by its word in the address: a title, and in how many days.
SUGGESTED = {
    "ward": ("Ring the ward: when home, and with what help", 0),
    "visit": ("Visit at home after discharge", 1),
    "ring": ("Ring and ask what happened and what helps", 0),
}


@requires(Capability.WORK_ON_TASKS)
def index(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    mine_only, late_only = request.GET.get("whose") == "mine", request.GET.get("show") == "late"
    asked = queries.open_tasks(viewer, mine_only=mine_only, late_only=late_only, order=request.GET.get("order", ""))
    page = paging.page_of(request, asked)
    items = queries.open_page(viewer, page.rows)
    context = {
        "page": page,
        "items": items,
        "hidden": len(page.rows) - len(items),
        "late": queries.late_counts(viewer),
        "mine_only": mine_only,
        "late_only": late_only,
        "may_give": viewer.can(Capability.GIVE_TASKS),
    }
    return render(request, "tasks/index.jinja", context)


@requires(Capability.WORK_ON_TASKS, Capability.VIEW_PERSON)
def task(request: HttpRequest, task_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    return _page(request, _opened(viewer, task_id), viewer)


@requires(Capability.WORK_ON_TASKS)
@require_POST
def act(request: HttpRequest, task_id: int, way: str) -> HttpResponse:
    """One step of a task. What cannot be saved comes back with the words kept and what others did meanwhile."""
    viewer = viewer_of(request)
    if way not in WAYS:
        raise Http404
    step = WAYS[way]
    data = request.POST.copy()
    data.setdefault("seen", request.GET.get("seen", ""))
    form = StepForm(data, step=step, viewer=viewer)
    since: list = []
    if form.is_valid():
        try:
            former = queries.owner_before(task_id)
            changed = DO[step](task_id=task_id, by=viewer, **form.cleaned_data)
            return _told(request, changed, step, viewer, former)
        except Task.DoesNotExist:
            raise Http404 from None
        except Overtaken as overtaken:
            since = list(overtaken.steps)
            form.add_error(None, str(overtaken))
        except ValueError as reason:
            form.add_error("words" if "words" in form.fields else None, str(reason))
    return _page(request, _opened(viewer, task_id), viewer, {step: form}, since)


def _told(request: HttpRequest, changed: Task, step: Step, viewer: Viewer, former: str) -> HttpResponse:
    """Where a step leads: on to the next work once this is done, and back to the task otherwise."""
    allowed = changed.patient_id is None or gate.decision_on(viewer, changed.patient_id).allowed
    finished = step in (Step.COMPLETE, Step.CANCEL)
    undo = f"{reverse('tasks:act', args=[changed.pk, 'reopen'])}?seen={changed.version}" if finished and allowed else ""
    if step in (Step.TAKE, Step.HAND_ON):
        undo = f"{reverse('tasks:take_back', args=[changed.pk])}?seen={changed.version}&owner={former}"
    notices.tell(request, TOLD[step], undo=undo)
    if finished or step is Step.HAND_ON or not allowed:
        return redirect("tasks:index")
    return redirect("tasks:task", changed.pk)


@requires(Capability.WORK_ON_TASKS)
@require_POST
def take_back(request: HttpRequest, task_id: int) -> HttpResponse:
    """Undo taking a task or handing it on."""
    viewer, seen = viewer_of(request), request.GET.get("seen", "")
    try:
        owner = queries.owner_chosen(viewer, request.GET.get("owner", ""))
        actions.take_back(task_id=task_id, seen=int(seen) if seen.isdecimal() else 0, owner=owner, by=viewer)
        notices.tell(request, "Undone: the task is whose it was before.")
    except Task.DoesNotExist:
        raise Http404 from None
    except (Overtaken, ValueError) as reason:
        notices.refuse(request, str(reason))
    return redirect("tasks:index")


def _opened(viewer: Viewer, task_id: int) -> Opened:
    try:
        return queries.open_task(viewer, task_id)
    except Task.DoesNotExist:
        raise Http404 from None


def _page(
    request: HttpRequest, opened: Opened, viewer: Viewer, bound: dict[Step, StepForm] | None = None, since=()
) -> HttpResponse:
    bound = bound or {}
    tried = next(iter(bound.values()), None)
    # Words that came too late for their step are offered as a note: nobody's are lost.
    kept = tried.data.get("words", "") if tried and since else ""
    initial = {"seen": opened.item.version, "words": kept}
    fresh = {s: StepForm(step=s, viewer=viewer, initial=initial) for s in opened.possible}
    forms = {**fresh, **{s: f for s, f in bound.items() if not since and s in opened.possible}}
    context = {
        "opened": opened,
        "item": opened.item,
        "alerts": banners.of(viewer, opened.item.person) if opened.item.person else None,
        "forms": {way: forms[s] for way, s in WAYS.items() if s in forms},
        "form": tried,
        "since": since,
        "kept": kept,
        "tried": next((way for way, s in WAYS.items() if s in bound), ""),
    }
    return render(request, "tasks/task.jinja", context, status=409 if since else 400 if tried else 200)


@requires(Capability.GIVE_TASKS)
def new(request: HttpRequest, patient_id: int | None = None) -> HttpResponse:
    viewer = viewer_of(request)
    person = (
        gate.open_person(viewer, patient_id, page="new task", capability=Capability.GIVE_TASKS) if patient_id else None
    )
    title, days = SUGGESTED.get(request.GET.get("about", ""), ("", 7))
    initial = {"key": new_key(), "title": title, "due_on": clock.today() + timedelta(days=days)}
    form = NewTaskForm(request.POST or None, viewer=viewer, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            given = actions.give(**form.cleaned_data, patient_id=patient_id, by=viewer)
            notices.tell(request, "The task is given.")
            return redirect("tasks:task", given.pk)
        except ValueError as reason:
            form.add_error(None if isinstance(reason, Died) else "owner", str(reason))
    alerts = banners.of(viewer, person) if person else None
    context = {"form": form, "person": person, "alerts": alerts}
    return render(request, "tasks/new.jinja", context, status=400 if form.errors else 200)
