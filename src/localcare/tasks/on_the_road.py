"""What the page of visits asks in the background: who is signed in now, and to take words written without signal."""

from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.http import require_POST

from localcare.access.guard import requires, viewer_of
from localcare.access.types import Capability, Refused
from localcare.design.formats import moment
from localcare.tasks import actions
from localcare.tasks.forms import WriteUpForm
from localcare.tasks.types import Task, TaskStep, WrittenUp

GONE = "This task is not here any more. Give the words to whoever asked for the visit."
DONE = "Sent, and recorded as done."
NOTE = "Sent. Others worked on this while you were away, so your words are kept as a note. Open the task to decide."


@requires(Capability.WORK_ON_TASKS)
def who(request: HttpRequest) -> JsonResponse:
    """In which post somebody is signed in now: words wait until it is the one they were written in."""
    return JsonResponse({"post": viewer_of(request).post_id, "token": get_token(request)})


@requires(Capability.WORK_ON_TASKS)
@require_POST
def write_up(request: HttpRequest, task_id: int) -> JsonResponse:
    """Words written without signal: recorded once, or refused with the reason and the next step."""
    viewer = viewer_of(request)
    form = WriteUpForm(request.POST)
    if not form.is_valid():
        return _refused(str(next(iter(form.errors.values()))[0]), 400)
    answers = form.cleaned_data
    if answers.pop("post") != viewer.post_id:
        return _refused("Somebody else wrote this. It is sent once they are signed in again.", 409)
    try:
        return _taken(actions.write_up(task_id=task_id, by=viewer, **answers))
    except Task.DoesNotExist:
        return _refused(GONE, 404)
    except Refused as refused:
        return _refused(str(refused), 403)
    except ValueError as reason:
        return _refused(str(reason), 400)


def _taken(written: WrittenUp) -> JsonResponse:
    meanwhile = [_told(step) for step in written.meanwhile] if written.as_note else []
    outcome, told = ("note", NOTE) if written.as_note else ("done", DONE)
    return JsonResponse({"outcome": outcome, "told": told, "meanwhile": meanwhile})


def _told(step: TaskStep) -> str:
    words = f": {step.words}" if step.words else "."
    return f"{step.author}, {moment(step.at)}, {step.step}{words}"


def _refused(reason: str, status: int) -> JsonResponse:
    return JsonResponse({"outcome": "refused", "told": reason}, status=status)
