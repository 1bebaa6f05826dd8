"""What the pages of work ask."""

from datetime import timedelta

from django import forms

from localcare.access.types import Viewer
from localcare.design.forms import CharField, CheckboxField, TextArea
from localcare.tasks.fields import GiveForm, OwnerField
from localcare.tasks.types import Step

A_MONTH = 31 * 24 * 60 * 60

QUESTIONS = {
    Step.COMPLETE: "What did you do?",
    Step.CANCEL: "Why is it no longer needed?",
    Step.NOTE: "What do you want to add?",
    Step.HAND_ON: "What should they know?",
}


class StepForm(forms.Form):
    """Words for one step of a task, with the version of the task they were written on."""

    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data=None, *, step: Step, viewer: Viewer, initial=None) -> None:
        super().__init__(data, auto_id=f"{step.name.lower()}-%s", initial=initial)
        if step is Step.HAND_ON:
            self.fields["owner"] = OwnerField(viewer=viewer, label="Who takes it over?")
        if step in QUESTIONS:
            needed = step is not Step.HAND_ON
            self.fields["words"] = TextArea(label=QUESTIONS[step], rows=4 if needed else 2, required=needed)


class WriteUpForm(forms.Form):
    """Words written without signal, as the page sends them: in whose post, for which version, under which key."""

    post = forms.IntegerField()
    seen = forms.IntegerField()
    words = forms.CharField(error_messages={"required": "Say what you did, so that the next one knows."})
    key = forms.CharField(max_length=80)
    ago = forms.IntegerField(min_value=0, required=False)  # seconds; a phone's clock may be wrong, its pace is not

    def clean_ago(self) -> timedelta:
        return timedelta(seconds=min(self.cleaned_data["ago"] or 0, A_MONTH))


class NewTaskForm(GiveForm):
    key = forms.CharField(widget=forms.HiddenInput)
    title = CharField(label="What is to be done?", max_length=200)
    detail = TextArea(label="What should they know?", rows=3, required=False)
    urgent = CheckboxField(label="This is urgent", required=False)

    field_order = ("key", "title", "detail", "owner", "due_on", "urgent")
