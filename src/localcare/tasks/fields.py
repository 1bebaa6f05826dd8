"""How an owner and a day are asked for, here and in the rooms whose plans and decisions become tasks."""

from copy import deepcopy
from datetime import date

from django import forms

from localcare.access.types import Viewer
from localcare.base import clock
from localcare.design.forms import DateField, SelectField
from localcare.tasks import queries
from localcare.tasks.types import Owner


class OwnerField(SelectField):
    """Whom a task goes to, of those the viewer may give it to; its answer is an Owner."""

    def __init__(self, *, viewer: Viewer, **options) -> None:
        self.owners = {owner.value: owner for owner in queries.owner_choices(viewer)}
        choices = [("", "Choose"), *((value, owner.label) for value, owner in self.owners.items())]
        super().__init__(choices=choices, **options)

    @classmethod
    def like(cls, other: "OwnerField") -> "OwnerField":
        """One more of the same, without asking again who there is."""
        return deepcopy(other)

    def clean(self, value: str) -> Owner | None:
        return self.owners.get(super().clean(value))


class GiveForm(forms.Form):
    """Who is to do something, and by when."""

    due_on = DateField(label="By when?")

    field_order: tuple[str, ...] = ("owner", "due_on")

    def __init__(self, data=None, *, viewer: Viewer, initial=None) -> None:
        super().__init__(data, initial=initial)
        self.fields["owner"] = OwnerField(viewer=viewer, label="Who is to do it?")
        self.order_fields(self.field_order)

    def clean_due_on(self) -> date:
        due_on = self.cleaned_data["due_on"]
        if due_on < clock.today():
            raise forms.ValidationError("Give a day from today on.")
        return due_on
