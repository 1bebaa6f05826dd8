"""Does it work? What was found for a cluster's team, and an evaluation recorded or stopped for its sponsor."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from localcare.access.guard import requires, viewer_of
from localcare.access.types import Basis, Capability, Decision, Refused, Viewer
from localcare.base import clock
from localcare.caseload import effect_words, evaluating, evaluation_forms, evaluations, queries
from localcare.caseload.types import NotPossible
from localcare.design import notices
from localcare.places import queries as places
from localcare.population import queries as population
from localcare.staff import queries as staff
from localcare.staff.types import Team

READERS = (Capability.REVEAL_LIST, Capability.SEE_LIST_COUNTS, Capability.RECORD_EVALUATION)


@requires(*READERS)
def index(request: HttpRequest) -> HttpResponse:
    """A team, or a practice, goes to its own; an analyst chooses."""
    viewer = viewer_of(request)
    if not viewer.can(Capability.RECORD_EVALUATION):
        team = queries.team_of(viewer)
        if team:
            return redirect("caseload:effect", team.organisation.code)
    clusters = places.clusters(clock.today()) if viewer.can(Capability.RECORD_EVALUATION) else []
    return render(request, "caseload/effects.jinja", {"clusters": clusters})


@requires(*READERS)
def page(request: HttpRequest, cluster_code: str) -> HttpResponse:
    viewer = viewer_of(request)
    team = _team(viewer, cluster_code)
    evaluation, estimate = evaluations.latest(team.id), evaluations.estimate(team.id)
    if estimate and evaluation and estimate.evaluation_id != evaluation.pk and evaluation.stopped_at is None:
        estimate = None  # of before this evaluation began
    context = {
        "team": team,
        "evaluation": evaluation,
        "state": effect_words.state(evaluation, clock.today()),
        "estimate": estimate,
        "randomised": bool(estimate and estimate.evaluation_id),
        "finding": effect_words.finding(estimate) if estimate else "",
        "lines": effect_words.lines(estimate) if estimate else [],
        "people": effect_words.people(estimate) if estimate else {},
        "order_holds": evaluations.as_recorded(evaluation) if evaluation else True,
        "run": population.current_run(),
        "may_record": viewer.can(Capability.RECORD_EVALUATION),
        "made": population.how_lists_are_made(),
    }
    return render(request, "caseload/effect.jinja", context)


@requires(Capability.RECORD_EVALUATION)
def record(request: HttpRequest, cluster_code: str) -> HttpResponse:
    viewer = viewer_of(request)
    team = _team(viewer, cluster_code)
    form = evaluation_forms.EvaluationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            evaluating.record(team=team, plan=form.plan(), confirmed=form.cleaned_data["confirmed"], by=viewer)
            notices.tell(request, "The evaluation is recorded and its order is fixed.")
            return redirect("caseload:effect", cluster_code)
        except NotPossible as reason:
            form.add_error(None, str(reason))
    context = {"form": form, "team": team, "least": evaluating.LEAST_PEOPLE}
    return render(request, "caseload/evaluation.jinja", context, status=400 if form.errors else 200)


@requires(Capability.RECORD_EVALUATION)
def stop(request: HttpRequest, cluster_code: str) -> HttpResponse:
    viewer = viewer_of(request)
    team = _team(viewer, cluster_code)
    evaluation = evaluations.running(team.id)
    if evaluation is None:
        notices.warn(request, "No evaluation of this team is running.")
        return redirect("caseload:effect", cluster_code)
    form = evaluation_forms.StopForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            evaluating.stop(evaluation_id=evaluation.pk, by=viewer, **form.cleaned_data)
            notices.tell(request, "The evaluation is stopped. Nobody waits for it any more.")
            return redirect("caseload:effect", cluster_code)
        except NotPossible as reason:
            form.add_error("reason", str(reason))
    context = {"form": form, "team": team, "evaluation": evaluation}
    return render(request, "caseload/evaluation_stop.jinja", context, status=400 if form.errors else 200)


def _team(viewer: Viewer, cluster_code: str) -> Team:
    """The team of a cluster that the viewer may read of. Raises Refused, and Http404 for no such team."""
    own = queries.team_of(viewer)
    if not viewer.can(Capability.RECORD_EVALUATION) and (own is None or own.organisation.code != cluster_code):
        reason = "Each team and practice sees the results of its own cluster. Ask a population analyst for others."
        raise Refused(Decision(False, Basis.ROLE, reason))
    team = staff.team_of_organisation(cluster_code)
    if team is None:
        raise Http404
    return team
