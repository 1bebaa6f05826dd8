"""The plan as a letter, its sections to write one by one, its versions, and its life."""

from collections.abc import Callable
from datetime import timedelta

from django import forms as django_forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from localcare.access import banners
from localcare.access import queries as gate
from localcare.access.guard import requires, viewer_of
from localcare.access.types import Capability, Died, Viewer
from localcare.base import clock
from localcare.careplans import actions, queries
from localcare.careplans.forms import AgreeForm, ArrangeForm, EndForm, SectionForm, SeenForm
from localcare.careplans.types import MovedOn, OpenPlan, Overtaken, Plan, SectionNow
from localcare.design import notices, paging
from localcare.tasks.fields import GiveForm


@requires(Capability.VIEW_PERSON)
def plan(request: HttpRequest, plan_id: int) -> HttpResponse:
    return _letter(request, _opened(request, plan_id))


@requires(Capability.VIEW_PERSON)
def of_person(request: HttpRequest, patient_id: int) -> HttpResponse:
    """A person's open plan; where there is none, the button that starts it."""
    viewer = viewer_of(request)
    person = gate.open_person(viewer, patient_id, page="care and support plan")
    standing = queries.plan_of(person.ids)
    if standing:
        return redirect("careplans:plan", standing.id)
    if request.method == "POST":
        try:
            started = actions.start_plan(patient_id=patient_id, by=viewer)
        except Died as reason:
            notices.refuse(request, str(reason))
            return redirect("web:person", patient_id)
        notices.tell(request, "The plan is started. Begin with what matters to the person.")
        return redirect("careplans:plan", started.pk)
    may_write = gate.decision_on(viewer, patient_id, Capability.WRITE_PLAN).allowed
    context = {"person": person, "alerts": banners.of(viewer, person), "may_write": may_write}
    return render(request, "careplans/start.jinja", context)


@requires(Capability.WRITE_PLAN)
def write(request: HttpRequest, plan_id: int, section: str) -> HttpResponse:
    """Write one section. Where somebody saved meanwhile, both texts stand side by side and the writer decides."""
    opened = _opened(request, plan_id)
    now = _section(opened, section)
    form = _section_form(request, now, opened.person.age)
    theirs = None
    if request.method == "POST" and form.is_valid():
        try:
            saved = actions.save_section(
                plan_id=plan_id,
                section=section,
                content=form.content,
                started_from=form.cleaned_data["started_from"],
                agreed_with=form.cleaned_data["agreed_with"],
                agreed_name=form.cleaned_data["agreed_name"],
                by=viewer_of(request),
            )
            notices.tell(request, f"Saved: {now.section.title}." if saved.number != now.number else "Nothing changed.")
            if "more" in request.POST:
                return redirect("careplans:write", plan_id, section)
            return redirect("careplans:plan", plan_id)
        except Overtaken as overtaken:
            theirs = overtaken.theirs
            form.data = {**form.data.dict(), "started_from": str(theirs.number)}  # type: ignore[attr-defined]
            form.add_error(None, str(overtaken))
        except ValueError as reason:
            form.add_error(None, str(reason))
    context = {**_about(request, opened), "now": now, "form": form, "theirs": theirs}
    if theirs:
        context["pieces"] = queries.compare_with(section, theirs, form.content)
    status = 409 if theirs else 400 if form.errors else 200
    return render(request, "careplans/write.jinja", context, status=status)


def _section_form(request: HttpRequest, now: SectionNow, age: int | None) -> SectionForm:
    latest = now.version
    initial = {"started_from": now.number, "agreed_with": latest.agreed_with if latest else "not_yet"}
    initial["agreed_name"] = latest.agreed_name if latest else ""
    return SectionForm(request.POST or None, section=now.section, content=now.content, age=age, initial=initial)


@requires(Capability.VIEW_PERSON)
def versions(request: HttpRequest, plan_id: int, section: str) -> HttpResponse:
    """Every version of a section, and the words that changed between two of them."""
    opened = _opened(request, plan_id)
    now = _section(opened, section)
    found = queries.versions(plan_id, section)
    by_number = {str(v.number): v for v in found}
    after = by_number.get(request.GET.get("after", ""), found[0] if found else None)
    earlier = str(after.number - 1) if after else ""
    before = by_number.get(request.GET.get("before", earlier))
    pieces = queries.words_changed(section, before, after)
    about = _about(request, opened)
    context = {**about, "now": now, "versions": found, "before": before, "after": after, "pieces": pieces}
    return render(request, "careplans/versions.jinja", context)


@requires(Capability.GIVE_TASKS)
def task(request: HttpRequest, plan_id: int, row_id: str) -> HttpResponse:
    """Make an agreed action of the plan a task."""
    opened = _opened(request, plan_id)
    viewer = viewer_of(request)
    row = next((r for r in opened.section("actions").content.get("rows", ()) if r["id"] == row_id), None)
    if row is None:
        raise Http404
    form = GiveForm(request.POST or None, viewer=viewer, initial={"due_on": clock.today() + timedelta(days=7)})

    def give(**answers) -> None:
        actions.make_task(plan_id=plan_id, row_id=row_id, by=viewer, **answers)

    return _ask(
        request, opened, form, give, "Give this to somebody", "Give the task", "The task is given.", row["what"]
    )


@requires(Capability.WRITE_PLAN)
def arrange(request: HttpRequest, plan_id: int) -> HttpResponse:
    opened = _opened(request, plan_id)
    viewer = viewer_of(request)
    initial = {"seen": opened.version, "coordinator_post_id": opened.coordinator_post_id, "review_on": opened.review_on}
    form = ArrangeForm(request.POST or None, viewer=viewer, initial=initial)
    title = "Co-ordinator and next review"
    return _ask(request, opened, form, _act(actions.arrange, opened, viewer), title, "Save", "Saved.")


@requires(Capability.WRITE_PLAN)
def agree(request: HttpRequest, plan_id: int) -> HttpResponse:
    opened = _opened(request, plan_id)
    viewer = viewer_of(request)
    form = AgreeForm(request.POST or None, age=opened.person.age, initial={"seen": opened.version})
    title = "Record that the plan is agreed"
    return _ask(request, opened, form, _act(actions.agree, opened, viewer), title, "Record", "The plan is agreed.")


@requires(Capability.WRITE_PLAN)
def end(request: HttpRequest, plan_id: int) -> HttpResponse:
    opened = _opened(request, plan_id)
    viewer = viewer_of(request)
    form = EndForm(request.POST or None, initial={"seen": opened.version})
    return _ask(
        request, opened, form, _act(actions.end_plan, opened, viewer), "End the plan", "End it", "It has ended."
    )


@requires(Capability.WRITE_PLAN)
@require_POST
def review(request: HttpRequest, plan_id: int) -> HttpResponse:
    opened = _opened(request, plan_id)
    viewer = viewer_of(request)
    form = SeenForm(request.POST)
    if form.is_valid():
        try:
            actions.begin_review(plan_id=plan_id, seen=form.cleaned_data["seen"], by=viewer)
            notices.tell(request, "Under review: the plan stands until it is agreed again.")
        except (MovedOn, ValueError) as reason:
            notices.refuse(request, str(reason))
    return redirect("careplans:plan", opened.id)


@requires(Capability.WRITE_PLAN)
def reviews(request: HttpRequest) -> HttpResponse:
    """Plans to review, late first."""
    viewer = viewer_of(request)
    page = paging.page_of(request, queries.plans_due(viewer, clock.today() + queries.REVIEW_SOON))
    reviews = queries.open_reviews(viewer, page.rows)
    context = {"page": page, "reviews": reviews, "hidden": len(page.rows) - len(reviews)}
    return render(request, "careplans/reviews.jinja", context)


def _opened(request: HttpRequest, plan_id: int) -> OpenPlan:
    try:
        return queries.open_plan(viewer_of(request), plan_id)
    except Plan.DoesNotExist:
        raise Http404 from None


def _about(request: HttpRequest, opened: OpenPlan) -> dict[str, object]:
    return {"plan": opened, "alerts": banners.of(viewer_of(request), opened.person)}


def _section(opened: OpenPlan, key: str) -> SectionNow:
    try:
        return opened.section(key)
    except StopIteration:
        raise Http404 from None


def _letter(request: HttpRequest, opened: OpenPlan) -> HttpResponse:
    context = {
        **_about(request, opened),
        "written": [s for s in opened.sections if not s.empty],
        "missing": [s for s in opened.sections if s.empty],
        "may_give": viewer_of(request).can(Capability.GIVE_TASKS),
    }
    return render(request, "careplans/plan.jinja", context)


def _act(action: Callable, opened: OpenPlan, viewer: Viewer) -> Callable[..., None]:
    def act(**answers) -> None:
        action(plan_id=opened.id, by=viewer, **answers)

    return act


def _ask(
    request: HttpRequest,
    opened: OpenPlan,
    form: django_forms.Form,
    act: Callable[..., None],
    title: str,
    button: str,
    told: str,
    about: str = "",
) -> HttpResponse:
    """One question about a plan: shown, refused with the answers kept, or saved with a notice."""
    if request.method == "POST" and form.is_valid():
        try:
            act(**form.cleaned_data)
            notices.tell(request, told)
            return redirect("careplans:plan", opened.id)
        except MovedOn as moved:
            form.data = {**form.data.dict(), "seen": str(moved.step.number)}  # type: ignore[attr-defined]
            form.add_error(None, str(moved))
        except ValueError as reason:
            form.add_error(None, str(reason))
    context = {**_about(request, opened), "form": form, "title": title, "button": button, "about": about}
    return render(request, "careplans/ask.jinja", context, status=400 if form.errors else 200)
