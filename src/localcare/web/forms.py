"""Forms of the shared pages."""

from django import forms

from localcare.base import clock
from localcare.design.forms import CharField, ChoiceField, DateField, TextArea

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
    on = DateField(label="When was it?")
    words = TextArea(label="What happened, in your words", rows=6, error_messages={"required": "Write something."})

    def clean_on(self):
        if self.cleaned_data["on"] > clock.today():
            raise forms.ValidationError("The day it happened cannot be in the future.")
        return self.cleaned_data["on"]


class ErrorForm(forms.Form):
    reason = TextArea(label="What was wrong?", rows=3, error_messages={"required": "Say what was wrong."})


class ReviewForm(forms.Form):
    finding = TextArea(label="What did you find?")


class ChoiceForm(forms.Form):
    value = ChoiceField(label="What did the person choose?", error_messages={"required": "Choose one."})
    told = TextArea(
        label="How do you know?",
        rows=2,
        help_text="For example: told me at the desk; letter of 3 April.",
        error_messages={"required": "Say in a few words how you know."},
    )

    def __init__(self, *args, of, **options) -> None:
        super().__init__(*args, **options)
        self.fields["value"].choices = [(a.value, a.label) for a in of.answers]  # type: ignore[attr-defined]
