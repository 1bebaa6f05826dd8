"""Forms in NHS.UK components. Any Django form renders so: `{{ form }}` all fields, `{{ form.title.as_nhsuk() }}` one.

Plain Django fields do; the classes here add what Django has no word for: the width of an input, three inputs for a
date, radios as the usual choice. Labels are questions, `help_text` is the hint.
"""

from dataclasses import dataclass
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting


class NHSBoundField(BoundField):
    """A field with its answer, which renders as an NHS.UK component."""

    def as_nhsuk(self, **options):
        """The component; `options` go to the NHS.UK macro, e.g. `classes` or `rows`."""
        return self.render(context={**self.get_context(), "options": options})

    @property
    def component(self) -> str:
        """Name of the NHS.UK component that asks this kind of question."""
        return next(name for widget, name in COMPONENTS if isinstance(self.field.widget, widget))

    @property
    def faults(self) -> list[str]:
        """What is wrong with the answer; an answer not given names its question."""
        found = self.form.errors.as_data().get(self.name, [])
        texts = [(fault.code, text) for fault in found for text in fault.messages]
        plain = str(forms.Field.default_error_messages["required"])
        return [f"Not answered: {self.label}" if code == "required" and text == plain else text for code, text in texts]

    @property
    def target(self) -> str:
        """Id of the first input, to which the error summary links."""
        return f"{self.auto_id}_day" if self.component == "dateInput" else self.auto_id

    @property
    def parts(self) -> list[str]:
        """Day, month and year as typed, or of the date given."""
        value = self.value()
        typed = value if isinstance(value, list) else self.field.widget.decompress(value)
        return ["" if part is None else str(part) for part in typed]

    @property
    def choices(self) -> list[dict]:
        """Answers to choose from, as the NHS.UK macros take them."""
        chosen = {str(v) for v in (self.value() if isinstance(self.value(), list | tuple) else [self.value()])}
        return [
            {"value": str(value), "text": str(label), "checked": str(value) in chosen, "selected": str(value) in chosen}
            for value, label in self.field.choices  # type: ignore[attr-defined]
            if self.component == "select" or str(value)
        ]


class Renderer(TemplatesSetting):
    """Renders every form of the site, those of libraries too."""

    form_template_name = "design/form.jinja"
    field_template_name = "design/field.jinja"
    bound_field_class = NHSBoundField


@dataclass(frozen=True)
class Fault:
    text: str
    href: str


def faults_of(form) -> list[Fault]:
    """What the error summary lists: every fault of the form, linked to its field where it has one."""
    whole = [Fault(str(text), "") for text in form.non_field_errors()]
    fields = [Fault(text, f"#{bound.target}") for bound in form for text in bound.faults]
    return whole + fields


class CharField(forms.CharField):
    """One line of text. `width` in characters: 2, 3, 4, 5, 10, 20 or 30."""

    def __init__(self, *, width: int | None = None, **options) -> None:
        super().__init__(**options)
        self.width = width


class TextArea(forms.CharField):
    """Several lines of text."""

    def __init__(self, *, rows: int = 4, **options) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **options)


class ChoiceField(forms.ChoiceField):
    """One of a few answers, as radios."""

    widget = forms.RadioSelect


class SelectField(forms.ChoiceField):
    """One of many answers, as a list that opens. Radios are better below eight."""


class ManyChoicesField(forms.MultipleChoiceField):
    widget = forms.CheckboxSelectMultiple


class CheckboxField(forms.BooleanField):
    """One box to tick; its label is the statement agreed to."""


class TimeField(forms.TimeField):
    """A time of the day, as people write it: 1pm, 1.30pm, 13:00."""

    def __init__(self, **options) -> None:
        super().__init__(
            help_text="For example 1pm or 13:00.",
            input_formats=["%H:%M", "%H.%M", "%I:%M%p", "%I%p", "%I.%M%p"],
            error_messages={"invalid": "Enter a time, for example 1pm or 13:00."},
            **options,
        )


class DateInput(forms.MultiWidget):
    """Day, month and year, as people write a date."""

    def __init__(self, attrs=None) -> None:
        super().__init__({"day": forms.TextInput(), "month": forms.TextInput(), "year": forms.TextInput()}, attrs)

    def decompress(self, value) -> list:
        return [value.day, value.month, value.year] if isinstance(value, date) else [None, None, None]


class DateField(forms.MultiValueField):
    """A date in three inputs, kept as typed when it is wrong."""

    widget = DateInput

    def __init__(self, **options) -> None:
        super().__init__(
            fields=tuple(forms.CharField(required=False) for _ in range(3)), require_all_fields=False, **options
        )

    def compress(self, data_list) -> date | None:
        if not data_list:
            return None
        try:
            day, month, year = (int(part) for part in data_list)
            return date(year if year > 999 else 0, month, day)
        except (TypeError, ValueError) as error:
            raise ValidationError("Enter a real date, for example 6 8 2018.", code="invalid") from error


COMPONENTS = (
    (forms.HiddenInput, "hidden"),
    (DateInput, "dateInput"),
    (forms.Textarea, "textarea"),
    (forms.CheckboxSelectMultiple, "checkboxes"),
    (forms.CheckboxInput, "checkbox"),
    (forms.RadioSelect, "radios"),
    (forms.Select, "select"),
    (forms.PasswordInput, "passwordInput"),
    (forms.FileInput, "fileUpload"),
    (forms.Widget, "input"),
)
