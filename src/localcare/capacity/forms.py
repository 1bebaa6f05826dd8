"""What the pages of the studio ask."""

from collections.abc import Mapping

from django import forms

from localcare.capacity.calc.what_if import MOST_HUBS, Choice
from localcare.design.forms import CharField, SelectField, TextArea


class ForkForm(forms.Form):
    title = CharField(label="What is it called?", max_length=120, help_text="As on the first page of its report.")
    name = CharField(
        label="What is its short name?",
        max_length=60,
        width=30,
        help_text="Small letters, digits and hyphens, as in an address: halved-effects.",
    )


class TextForm(forms.Form):
    """The whole text, with the version it was read from."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    text = TextArea(label="The scenario's text", rows=30)


def _figure(label: str, **options) -> forms.FloatField:
    """A figure, typed as words: a browser's own number field refuses 0.05."""
    widget = forms.TextInput(attrs={"inputmode": "decimal"})
    return forms.FloatField(label=label, widget=widget, **options)


class AmountForm(forms.Form):
    """One assumption. With `likely` empty, every value between lowest and highest is as likely as any other."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    low = _figure("Lowest")
    likely = _figure("Most likely", required=False, help_text="Empty: all values between are alike.")
    high = _figure("Highest")
    source = CharField(
        label="Where does it come from?",
        max_length=400,
        help_text="A publication with its page, or the word assumed and why. The report prints it.",
    )

    def clean(self) -> dict:
        given = super().clean() or {}
        figures = [given.get(key) for key in ("low", "likely", "high")]
        known = [figure for figure in figures if figure is not None]
        if known != sorted(known):
            raise forms.ValidationError("Lowest, most likely and highest stand in this order.")
        return given


class SeriesForm(forms.Form):
    """Beds of a site, or slots of a service, year by year."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    values = CharField(
        label="How many, year by year?",
        max_length=200,
        help_text="Whole numbers from 0 to 2,000 with a space between: 14 22 22. The last holds on; 0 while closed.",
    )
    source = CharField(
        label="Where does it come from?",
        max_length=400,
        help_text="A publication with its page, or the word assumed and why. The report prints it.",
    )

    def clean_values(self) -> list[int]:
        words = self.cleaned_data["values"].replace(",", " ").split()
        if not words or not all(word.isascii() and word.isdecimal() and int(word) <= 2000 for word in words):
            raise forms.ValidationError("Write whole numbers from 0 to 2,000, one for each year: 14 22 22.")
        return [int(word) for word in words]


class WhatIfForm(forms.Form):
    """One change to a choice of hubs: close, open, move, cap a site. Nothing is saved by it."""

    away = SelectField(label="Close", required=False)
    to = SelectField(label="Open", required=False)
    at = SelectField(label="Site", required=False)
    people = forms.FloatField(
        label="Takes at most so many people",
        required=False,
        min_value=0,
        max_value=10_000_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text="Empty: as many as come.",
        error_messages={
            "invalid": "Write the people as a figure, for example 60000.",
            "min_value": "People of a site go from 0 to 10,000,000.",
            "max_value": "People of a site go from 0 to 10,000,000.",
        },
    )

    def __init__(self, *args, choice: Choice, names: Mapping[str, str], **options) -> None:
        super().__init__(*args, **options)
        self.choice = choice
        by_name = sorted(names, key=lambda code: names[code])
        hubs = [(code, names[code]) for code in by_name if code in choice.hubs]
        others = [(code, names[code]) for code in by_name if code not in choice.hubs]
        for field, first, rest in (("away", "No hub", hubs), ("to", "No site", others), ("at", "Choose a hub", hubs)):
            self.fields[field].choices = [("", first), *rest]  # type: ignore[attr-defined]
            self.fields[field].error_messages["invalid_choice"] = (
                "That site cannot be chosen here: a hub can be closed or capped, another site opened. Choose again."
            )

    def clean(self) -> dict:
        given = super().clean() or {}
        after = self.choice.moved(given.get("away", ""), given.get("to", ""))
        if not after.hubs:
            self.add_error("away", "That is the last hub. Open another site with it.")
        if len(after.hubs) > MOST_HUBS:
            self.add_error("to", f"A plan has at most {MOST_HUBS} hubs. Close one with it.")
        if given.get("people") is not None and not given.get("at"):
            self.add_error("at", "Choose the hub that takes so many.")
        return given

    def changed(self) -> Choice:
        """The choice with this change."""
        given = self.cleaned_data
        after = self.choice.moved(given["away"], given["to"])
        return after.capped(given["at"], given["people"]) if given["at"] else after
