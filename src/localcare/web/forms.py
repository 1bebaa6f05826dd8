"""Forms of the shared pages."""

from django import forms

from localcare.design.forms import CharField, ChoiceField, DateField, TextArea


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


class FindInEmergencyForm(EmergencyForm, FindForm):
    """Two identifiers and the words."""


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
