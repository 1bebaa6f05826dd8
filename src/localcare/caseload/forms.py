"""What these pages ask."""

from django import forms

from localcare.access.actions import REVEAL_REASONS
from localcare.access.fields import AnsweringForm
from localcare.access.roles import roles
from localcare.caseload.types import ENDING_LABELS, Ending
from localcare.design.forms import CharField, ChoiceField, DateField, SelectField, TextArea

CHOOSE = {"required": "Choose one."}
WHY = {"required": "Give the reason in a few words."}


class CoordinatorForm(forms.Form):
    post = SelectField(label="Who co-ordinates the person's care?", error_messages=CHOOSE)
    review_on = DateField(
        label="When is this next reviewed?", required=False, help_text="For example 6 8 2018. May stay empty."
    )

    def __init__(self, *args, members, **options) -> None:
        super().__init__(*args, **options)
        posts = [(post.id, f"{post.user.name}, {post.role.replace('_', ' ')}") for post in members]
        self.fields["post"].choices = [("", "Choose"), *posts]  # type: ignore[attr-defined]


class AddForm(AnsweringForm):
    who, words, question = "agreed", "agreed_words", "Who has agreed that your team looks after them?"
    missing = "Ask the person first, or who answers for them. Then choose who agreed."
    field_order = ("agreed", "agreed_words", "reason")
    reason = TextArea(label="Why does the team take them on?", rows=3, error_messages=WHY)


class EndForm(forms.Form):
    ending = ChoiceField(label="Why does the team's time with the person end?", error_messages=CHOOSE)
    reason = TextArea(
        label="In a few words",
        rows=3,
        help_text="The team can no longer open the record afterwards, unless it has another right to.",
        error_messages=WHY,
    )

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        self.fields["ending"].choices = [  # type: ignore[attr-defined]
            (e.value, label) for e, label in ENDING_LABELS.items() if e is not Ending.DIED
        ]


class RoomForm(forms.Form):
    places_a_month = forms.IntegerField(
        label="How many people can the team take on in a month?",
        min_value=0,
        max_value=999,
        error_messages={"required": "Enter a number, 0 if none.", "invalid": "Enter a whole number, for example 12."},
    )
    places_a_week = forms.IntegerField(
        label="How many new people can its meeting take on in a week?",
        help_text="May stay empty: then the month counts.",
        required=False,
        min_value=0,
        max_value=999,
        error_messages={"invalid": "Enter a whole number, for example 4."},
    )
    starts = DateField(label="From which day?", error_messages={"required": "Enter the day."})


class ReasonForm(forms.Form):
    reason = ChoiceField(label="Why do you need to see who the people are?", error_messages=CHOOSE)
    words = TextArea(label="In a few words", rows=2, required=False, help_text="Needed for another reason.")

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].choices = list(REVEAL_REASONS.items())  # type: ignore[attr-defined]

    def clean(self) -> dict:
        answers = super().clean() or {}
        if answers.get("reason") == "other" and not answers.get("words", "").strip():
            self.add_error("words", "Say in a few words why you need to see who the people are.")
        return answers


class AcceptForm(AnsweringForm):
    question = "Who has been told that the cluster team will see their record and contact them?"
    missing = "Tell the person first, or who answers for them. Then choose who was told."
    field_order = ("told", "told_words", "note")
    note = TextArea(label="What should the team know first?", rows=3, required=False, help_text="May stay empty.")


class DeclineForm(forms.Form):
    reason = TextArea(label="Why?", rows=3, error_messages=WHY)


class NameForm(forms.Form):
    """Two identifiers find a person of the practice; they never stand in an address."""

    nhs_number = CharField(label="NHS number", required=False, help_text="10 digits")
    family_name = CharField(label="Family name", required=False, help_text="Where the number is not to hand")
    birth_date = DateField(label="Date of birth", help_text="For example, 4 3 1935")

    def clean(self) -> dict:
        answers = super().clean() or {}
        answers["nhs_number"] = answers.get("nhs_number", "").replace(" ", "")
        if not answers["nhs_number"] and not answers.get("family_name"):
            self.add_error("nhs_number", "Give the NHS number or the family name as well.")
        return answers


class NameReasonForm(forms.Form):
    reason = TextArea(label="Why should the cluster team help?", rows=3, error_messages=WHY)


class NameClinicianForm(forms.Form):
    post = SelectField(label="Who may see who is on your list?", error_messages=CHOOSE)
    reason = TextArea(label="Why do they need to?", rows=3, error_messages=WHY)

    def __init__(self, *args, posts, **options) -> None:
        super().__init__(*args, **options)
        known = [(p.id, f"{p.user.name}, {roles()[p.role].label}, {p.organisation.name}") for p in posts]
        self.fields["post"].choices = [("", "Choose"), *known]  # type: ignore[attr-defined]


class EndClinicianForm(forms.Form):
    reason = TextArea(label="Why does it end?", rows=2, error_messages=WHY)


class IdentityForm(forms.Form):
    reason = TextArea(
        label="Why do you need to know who this is?",
        rows=3,
        help_text="A second person reads it before anything is shown.",
        error_messages=WHY,
    )


class DecideIdentityForm(forms.Form):
    answer = TextArea(label="Why?", rows=3, error_messages=WHY)
