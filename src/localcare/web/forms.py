"""Forms of the shared pages."""

from django import forms

from localcare.access.fields import AnsweringForm
from localcare.access.queries import SEAL_REASONS
from localcare.access.types import Answering
from localcare.base import clock
from localcare.design.forms import CharField, ChoiceField, DateField, TextArea, TimeField

ENTRIES = [("note", "A note"), ("phone", "A phone call"), ("visit", "A visit"), ("attempted", "I tried to reach them")]


class FindForm(forms.Form):
    nhs_number = CharField(label="NHS number", required=False, help_text="10 digits")
    family_name = CharField(label="Family name", required=False)
    birth_date = DateField(label="Date of birth", help_text="For example, 4 3 1935")

    def clean(self):
        cleaned = super().clean() or {}
        if not cleaned.get("nhs_number") and not cleaned.get("family_name"):
            self.add_error("family_name", "Give the NHS number or the family name as well")
        return cleaned


class EmergencyForm(forms.Form):
    reason = TextArea(
        label="What is the emergency?",
        help_text="Your words, your name and the time are recorded, and a privacy officer reads them.",
    )


class EntryForm(forms.Form):
    """A note or a contact."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    entry = ChoiceField(label="What is it?", choices=ENTRIES, error_messages={"required": "Choose one."})
    on = DateField(label="On which day was it?")
    at = TimeField(label="At what time, if it matters?", required=False)
    words = TextArea(label="What happened, in your words", rows=6, error_messages={"required": "Write something."})

    def clean_on(self):
        if self.cleaned_data["on"] > clock.today():
            raise forms.ValidationError("The day it happened cannot be in the future.")
        return self.cleaned_data["on"]

    def clean(self) -> dict:
        answers = super().clean() or {}
        if answers.get("on") and answers.get("at") and clock.at(answers["on"], answers["at"]) > clock.now():
            self.add_error("at", "The time it happened cannot be in the future.")
        return answers


class ErrorForm(forms.Form):
    reason = TextArea(label="What was wrong?", rows=3, error_messages={"required": "Say what was wrong."})


class FindInEmergencyForm(EmergencyForm, FindForm):
    """Two identifiers and the words."""


class OversightForm(forms.Form):
    """Filters that stay in the address: names of staff and days, never of people cared for."""

    who = CharField(label="Who (name or number)", required=False)
    since = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="To", required=False, widget=forms.DateInput(attrs={"type": "date"}))


class LookedForm(forms.Form):
    nhs_number = CharField(label="NHS number", help_text="10 digits", width=10)
    since = DateField(label="From")
    until = DateField(label="To")
    reason = TextArea(label="Why do you look this up?", rows=2, help_text="For example: she asked at the desk.")


class ReviewForm(forms.Form):
    finding = TextArea(label="What did you find?")


class AgreedForm(AnsweringForm):
    who, words, question = "answered", "told", "Who agreed that our team sees the person's record?"
    missing = "Ask first. Then choose who agreed."
    left_out = (Answering.BEST_INTERESTS,)
    field_order = ("answered", "told")
    told = TextArea(
        label="How and when did they tell you?",
        rows=2,
        help_text="For example: at her door this morning, her daughter was there. Of a child judged competent, say "
        "too by which clinician.",
        error_messages={"required": "Say in a few words how and when they told you."},
    )


class SealForm(forms.Form):
    reason = ChoiceField(
        label="Why is it sealed?", choices=list(SEAL_REASONS.items()), error_messages={"required": "Choose a reason."}
    )
    words = TextArea(label="In your words", rows=2, required=False, help_text="Needed with “Another reason”.")


class LiftForm(forms.Form):
    why = TextArea(
        label="Why is the seal lifted?",
        rows=2,
        help_text="For example: agreed with her at the surgery today.",
        error_messages={"required": "Say in a few words why the seal is lifted."},
    )


class ChoiceForm(AnsweringForm):
    who, words, question = "answered", "told", "Who answered?"
    field_order = ("value", "answered", "told")
    value = ChoiceField(label="What did the person choose?", error_messages={"required": "Choose one."})
    told = TextArea(
        label="How do you know?",
        rows=2,
        help_text="For example: told me at the desk; letter of 3 April. Of a best-interests decision, who was "
        "consulted; of a child judged competent, by which clinician.",
        error_messages={"required": "Say in a few words how you know."},
    )

    def __init__(self, *args, of, **options) -> None:
        super().__init__(*args, **options)
        self.fields["value"].choices = [(a.value, a.label) for a in of.answers]  # type: ignore[attr-defined]
