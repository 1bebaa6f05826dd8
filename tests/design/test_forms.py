"""Form fields as NHS.UK components, with what was typed and what is wrong with it."""

from datetime import date

import pytest
from django import forms as django_forms

from localcare.design import forms


class TaskForm(django_forms.Form):
    title = forms.CharField(label="What is to be done?", help_text="A few words", width=20)
    who = forms.ChoiceField(label="Who does it?", choices=[("nurse", "Nurse"), ("gp", "GP")])
    due = forms.DateField(label="By when?")


DATES = [
    (("6", "8", "2018"), date(2018, 8, 6)),
    (("06", "08", "2018"), date(2018, 8, 6)),
    (("31", "2", "2018"), None),
    (("6", "", "2018"), None),
    (("6", "8", "18"), None),
    (("six", "8", "2018"), None),
]


def answered(day, month, year, **more):
    return TaskForm({"due_day": day, "due_month": month, "due_year": year, **more})


@pytest.mark.parametrize(("typed", "meant"), DATES)
def test_dates(typed, meant):
    form = answered(*typed, title="Ring", who="gp")
    assert form.is_valid() is (meant is not None)
    assert form.cleaned_data.get("due") == meant
    assert form["due"].parts == list(typed)


def test_faults_name_their_questions_and_link_to_the_first_input():
    faults = forms.faults_of(answered("31", "2", "2018", who="gp"))
    assert [(fault.text, fault.href) for fault in faults] == [
        ("Not answered: What is to be done?", "#id_title"),
        ("Enter a real date, for example 6 8 2018.", "#id_due_day"),
    ]


def test_answers_are_kept():
    html = str(answered("31", "2", "2018", title='Ring "the" ward', who="gp"))
    assert 'value="Ring &#34;the&#34; ward"' in html
    assert 'value="31"' in html
    assert 'type="radio" value="gp" checked' in html


def test_a_date_given_is_shown_in_three_parts():
    assert TaskForm(initial={"due": date(2018, 8, 6)})["due"].parts == ["6", "8", "2018"]


def test_plain_fields_and_options_render_too():
    class Plain(django_forms.Form):
        secret = django_forms.CharField(widget=django_forms.PasswordInput, label="Password")
        note = django_forms.CharField(widget=django_forms.Textarea)

    html = Plain()["note"].as_nhsuk(rows=9)
    assert 'rows="9"' in html
    assert "nhsuk-textarea" in html
    assert "nhsuk-password-input" in Plain()["secret"].as_nhsuk()
