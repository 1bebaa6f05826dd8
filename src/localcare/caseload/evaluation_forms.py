"""What the pages of evaluations ask, in the order in which a sponsor decides it."""

from typing import Any

from django import forms

from localcare.caseload.evaluating import Plan
from localcare.caseload.models import Evaluation
from localcare.design.forms import CharField, CheckboxField, ChoiceField, DateField, TextArea

NUMBER = {"required": "Enter a number.", "invalid": "Enter a number, for example 7."}


def _said(what: str) -> dict[str, str]:
    return {"required": f"Enter {what}."}


def _choose(what: str) -> dict[str, str]:
    return {"required": f"Choose {what}."}


class EvaluationForm(forms.Form):
    title = CharField(label="What is asked?", error_messages=_said("what is asked"))
    sponsor = CharField(label="Who is the sponsor (name and post)?", error_messages=_said("the sponsor"))
    sponsor_organisation = CharField(label="Of which organisation?", error_messages=_said("the organisation"))
    classification = ChoiceField(
        label="What is it classed as?",
        choices=Evaluation.Classification.choices,
        error_messages=_choose("what it is classed as"),
    )
    classified_by = CharField(
        label="Who classed it so, and where is that written?", error_messages=_said("who classed it")
    )
    approval = CharField(label="Reference of the ethics approval", help_text="For research.", required=False)
    assessment = CharField(
        label="Reference of the data protection assessment", error_messages=_said("the reference of the assessment")
    )
    assessed_on = DateField(
        label="When was the assessment finished?", error_messages=_said("the day on which the assessment was finished")
    )
    stop_rule = TextArea(
        label="When is it stopped, and who decides?", rows=3, error_messages=_said("when it is stopped")
    )
    stop_above = forms.FloatField(
        label="Stop by itself where emergency admissions are surely more than how many times those of the others?",
        help_text="1 stops at any harm that is sure (99.9% interval).",
        initial=1.0,
        error_messages=NUMBER,
    )
    design = ChoiceField(
        label="How are people put forward?",
        choices=Evaluation.Design.choices,
        error_messages=_choose("how people are put forward"),
    )
    a_step = forms.IntegerField(
        label="In random order: how many people at a time?", required=False, error_messages=NUMBER
    )
    steps = forms.IntegerField(label="In waves: how many waves?", required=False, error_messages=NUMBER)
    step_days = forms.IntegerField(label="How many days from one step to the next?", initial=7, error_messages=NUMBER)
    starts = DateField(label="When does it start?", error_messages=_said("the day on which it starts"))
    confirmed = CheckboxField(
        label="The sponsor has agreed to all of this and answers for it",
        error_messages={"required": "The sponsor must have agreed. Ask them, then tick the box."},
    )

    def plan(self) -> Plan:
        """The plan as answered; steps not asked for are 0."""
        answers: dict[str, Any] = {key: value for key, value in self.cleaned_data.items() if key != "confirmed"}
        return Plan(**{**answers, "a_step": answers["a_step"] or 0, "steps": answers["steps"] or 0})


class StopForm(forms.Form):
    reason = TextArea(
        label="Why is it stopped?", rows=3, error_messages={"required": "Give the reason in a few words."}
    )
