"""What is late: the page behind the count of Today."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from localcare.access.guard import requires, viewer_of
from localcare.access.types import Capability
from localcare.design import paging
from localcare.web import late

LABELS = {late.Kind.TASK: "Tasks", late.Kind.PLAN: "Reviews of plans", late.Kind.CASELOAD: "Reviews of the caseload"}


@requires(Capability.WORK_ON_TASKS, Capability.SEE_CASELOAD)
def index(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    asked = late.find(viewer, kind=request.GET.get("kind", ""), mine_only=request.GET.get("whose") == "mine")
    if request.GET.get("order") == "-due":
        asked.reverse()
    page = paging.page_of(request, asked)
    rows = late.opened(viewer, page.rows)
    kinds = [{"value": None, "label": "Everything"}, *({"value": k.value, "label": v} for k, v in LABELS.items())]
    whose = [{"value": None, "label": "Mine and the team's"}, {"value": "mine", "label": "Only mine"}]
    filters = [
        {"title": "What", "name": "kind", "options": kinds},
        {"title": "Whose", "name": "whose", "options": whose},
    ]
    context = {"page": page, "rows": rows, "hidden": len(page.rows) - len(rows), "filters": filters, "labels": LABELS}
    return render(request, "web/late.jinja", context)
