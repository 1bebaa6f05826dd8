"""What the pages of the studio ask."""

from django import forms

from localcare.design.forms import CharField, TextArea


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
