"""What the pages of a plan ask: one section at a time."""

from uuid import uuid4

from django import forms

from localcare.access.fields import AnsweringForm
from localcare.access.types import Viewer
from localcare.base import clock
from localcare.careplans import queries
from localcare.careplans.types import Content, Section
from localcare.design.forms import CharField, DateField, SelectField, TextArea

MORE_ROWS = 2


class SectionForm(AnsweringForm):
    """One section: its words or its rows, who agreed, and the version it was begun from."""

    who, words, question, nobody_yet = "agreed_with", "agreed_name", "Who agreed this?", True
    person_first = True
    started_from = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data=None, *, section: Section, content: Content, age: int | None, initial=None) -> None:
        super().__init__(data, initial=initial, age=age)
        self.section = section
        if section.columns:
            self._add_rows(content.get("rows", []))
        else:
            self.fields["words"] = TextArea(label=section.ask, rows=8, required=False, initial=content.get("words", ""))

    def _add_rows(self, standing: list[dict]) -> None:
        """As many rows as there are, and two more; a form sent back keeps the rows it was sent with."""
        sent = sum(1 for name in self.data if name.startswith("row") and name.endswith("-id"))
        count = max(sent, len(standing) + MORE_ROWS)
        for n, row in enumerate([*standing, *({} for _ in range(count - len(standing)))]):
            self.fields[f"row{n}-id"] = forms.CharField(
                widget=forms.HiddenInput, initial=row.get("id") or uuid4().hex[:12], required=False, max_length=32
            )
            for column in self.section.columns:
                self.fields[f"row{n}-{column.key}"] = _field(column, row.get(column.key, ""))
        self.count = count

    @property
    def rows(self) -> list[list]:
        """The fields of each row, for the page."""
        return [[self[f"row{n}-{column.key}"] for column in self.section.columns] for n in range(self.count)]

    @property
    def content(self) -> Content:
        """What was written, as the section keeps it."""
        answers = self.cleaned_data
        if not self.section.columns:
            return {"words": answers["words"]}
        keys = ["id", *(column.key for column in self.section.columns)]
        return {"rows": [{key: answers[f"row{n}-{key}"] for key in keys} for n in range(self.count)]}


def _field(column, value: str) -> forms.Field:
    if column.choices:
        options = list(column.choices.items())
        return SelectField(label=column.label, choices=options, initial=value or options[0][0], required=False)
    if column.long:
        return TextArea(label=column.label, rows=2, required=False, initial=value)
    return CharField(label=column.label, required=False, initial=value, max_length=200)


class SeenForm(forms.Form):
    """A step of the whole plan, with the version it was read at."""

    seen = forms.IntegerField(widget=forms.HiddenInput)


class ArrangeForm(SeenForm):
    coordinator_post_id = SelectField(label="Who co-ordinates the plan?", required=False)
    review_on = DateField(label="When do you review it next?", required=False)

    def __init__(self, *args, viewer: Viewer, **options) -> None:
        super().__init__(*args, **options)
        people = queries.possible_coordinators(viewer)
        self.fields["coordinator_post_id"].choices = [("", "Nobody yet"), *people]  # type: ignore[attr-defined]

    def clean_coordinator_post_id(self) -> int | None:
        return int(self.cleaned_data["coordinator_post_id"] or 0) or None


class AgreeForm(AnsweringForm, SeenForm):
    who, words, question = "agreed_with", "words", "Who agreed the plan?"
    field_order = ("agreed_with", "words", "on")
    on = DateField(label="On which day?")

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        self.fields["on"].initial = clock.today


class EndForm(SeenForm):
    words = TextArea(label="Why does the plan end?", rows=3)
