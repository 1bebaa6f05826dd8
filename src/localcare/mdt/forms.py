"""What the pages of meetings ask."""

from datetime import time
from uuid import uuid4

from django import forms

from localcare.access.fields import AnsweringForm
from localcare.access.types import Viewer
from localcare.base import clock
from localcare.design.forms import CharField, ChoiceField, DateField, TextArea, TimeField
from localcare.mdt.types import MeetingRow, NewAction
from localcare.tasks.fields import OwnerField

ACTIONS = 5


class MeetingForm(forms.Form):
    day = DateField(label="On which day?")
    starts = TimeField(label="When does it start?")
    minutes = forms.IntegerField(label="How many minutes is there?", min_value=5, max_value=600, initial=120)
    minutes_per_case = forms.IntegerField(label="Minutes for a case", min_value=1, max_value=120, initial=10)
    place = CharField(label="Where?", required=False, max_length=200)
    link = forms.URLField(label="Link to join from elsewhere", required=False, max_length=500, assume_scheme="https")

    def clean_day(self):
        if self.cleaned_data["day"] < clock.today():
            raise forms.ValidationError("Give a day from today on.")
        return self.cleaned_data["day"]

    def clean(self) -> dict:
        answers = super().clean() or {}
        day, starts = answers.pop("day", None), answers.pop("starts", None)
        if day and isinstance(starts, time):
            answers["starts_at"] = clock.at(day, starts)
        return answers


class ToldForm(AnsweringForm):
    """Who was told, somebody being on the agenda already."""

    question = "Who has been told that the team will discuss the person?"


class AddForm(ToldForm):
    """Which meeting, why, and who was told."""

    nobody_yet = True
    field_order = ("meeting_id", "reason", "told", "told_words")

    meeting_id = ChoiceField(label="Which meeting?")
    reason = TextArea(label="What should the team discuss?", rows=3)

    def __init__(self, *args, meetings: list[MeetingRow], write, **options) -> None:
        super().__init__(*args, **options)
        choices = [(str(m.meeting.pk), f"{write(m.meeting.starts_at)}: {m.cases} of {m.room}") for m in meetings]
        self.fields["meeting_id"].choices = choices  # type: ignore[attr-defined]
        self.fields["meeting_id"].initial = choices[0][0] if choices else None

    def clean_meeting_id(self) -> int:
        return int(self.cleaned_data["meeting_id"])


class DayInput(forms.DateInput):
    """A day in one box: quicker than three while a meeting runs."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class CaseForm(forms.Form):
    """Minutes of one case with up to five actions, and the version of the minutes they were begun from."""

    started_from = forms.IntegerField(widget=forms.HiddenInput)
    discussion = TextArea(label="Discussion", rows=4, required=False)
    decision = TextArea(label="Decision", rows=3, required=False)

    def __init__(self, data=None, *, viewer: Viewer, initial=None) -> None:
        super().__init__(data, initial=initial)
        owner = OwnerField(viewer=viewer, label="Who", required=False)
        for n in range(ACTIONS):
            self.fields[f"token{n}"] = forms.CharField(
                widget=forms.HiddenInput, initial=uuid4().hex, max_length=32, required=False
            )
            self.fields[f"what{n}"] = CharField(label="What", required=False, max_length=500)
            self.fields[f"owner{n}"] = OwnerField.like(owner)
            self.fields[f"due{n}"] = forms.DateField(label="By when", required=False, widget=DayInput())

    @property
    def rows(self) -> list[list]:
        """The fields of each action, for the page."""
        return [[self[f"what{n}"], self[f"owner{n}"], self[f"due{n}"]] for n in range(ACTIONS)]

    def clean(self) -> dict:
        answers = super().clean() or {}
        for n in range(ACTIONS):
            given = {name: answers.get(f"{name}{n}") for name in ("what", "owner", "due")}
            if given["owner"] and not given["what"]:
                self.add_error(f"what{n}", f"Action {n + 1}: say what is to be done.")
            if given["what"] and not given["owner"]:
                self.add_error(f"owner{n}", f"Action {n + 1}: choose who does it.")
            if given["what"] and not given["due"] and f"due{n}" not in self.errors:
                self.add_error(f"due{n}", f"Action {n + 1}: give the day by which it is done.")
            if given["due"] and given["due"] < clock.today():
                self.add_error(f"due{n}", f"Action {n + 1}: give a day from today on.")
        return answers

    @property
    def actions(self) -> list[NewAction]:
        answers = self.cleaned_data
        return [
            NewAction(answers[f"what{n}"], answers[f"owner{n}"], answers[f"due{n}"], answers[f"token{n}"])
            for n in range(ACTIONS)
            if answers[f"what{n}"]
        ]
