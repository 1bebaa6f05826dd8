"""What the pages of work ask."""

from django import forms

from localcare.access.types import Viewer
from localcare.design.forms import CharField, CheckboxField, DateField, SelectField, TextArea
from localcare.tasks import queries
from localcare.tasks.types import Owner, Step

QUESTIONS = {
    Step.COMPLETE: "What did you do?",
    Step.CANCEL: "Why is it no longer needed?",
    Step.NOTE: "What do you want to add?",
    Step.HAND_ON: "What should they know?",
}


class OwnerField(SelectField):
    """Whom a task goes to, of those the viewer may give it to; its answer is an Owner."""

    def __init__(self, *, viewer: Viewer, **options) -> None:
        self.owners = {owner.value: owner for owner in queries.owner_choices(viewer)}
        choices = [("", "Choose"), *((value, owner.label) for value, owner in self.owners.items())]
        super().__init__(choices=choices, **options)

    def clean(self, value: str) -> Owner | None:
        return self.owners.get(super().clean(value))


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


class NewTaskForm(forms.Form):
    key = forms.CharField(widget=forms.HiddenInput)
    title = CharField(label="What is to be done?", max_length=200)
    detail = TextArea(label="What should they know?", rows=3, required=False)
    due_on = DateField(label="By when?")
    urgent = CheckboxField(label="This is urgent", required=False)

    field_order = ("key", "title", "detail", "owner", "due_on", "urgent")

    def __init__(self, *args, viewer: Viewer, today, **options) -> None:
        super().__init__(*args, **options)
        self.today = today
        self.fields["owner"] = OwnerField(viewer=viewer, label="Who is to do it?")
        self.order_fields(self.field_order)

    def clean_due_on(self):
        due_on = self.cleaned_data["due_on"]
        if due_on < self.today:
            raise forms.ValidationError("Give a day from today on.")
        return due_on
