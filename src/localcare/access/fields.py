"""How a form asks who was told, agreed or answered: one choice and one line, here and in the rooms above."""

from django import forms

from localcare.access.calc.answering import LABELS, Answering, fault, is_child, possible
from localcare.design.forms import CharField, ChoiceField


class AnsweringForm(forms.Form):
    """Asks `who`, and in `words` their name and who was consulted; a form names its two fields and its question.

    Nobody is chosen beforehand: what is sent unread would say that somebody was told. Only where a form is sent many
    times over (`person_first`) does the person stand chosen for an adult; never for a child.
    """

    who, words, question, nobody_yet = "told", "told_words", "Who has been told?", False
    person_first = False
    missing = "Choose who it was."
    left_out: tuple[Answering, ...] = ()

    def __init__(self, *args, age: int | None, **options) -> None:
        super().__init__(*args, **options)
        self.age = age
        ways = [
            *(way for way in possible(age) if way not in self.left_out),
            *([Answering.NOT_YET] if self.nobody_yet else []),
        ]
        self.fields[self.who] = ChoiceField(
            label=self.question,
            choices=[(way.value, LABELS[way]) for way in ways],
            initial=Answering.PERSON if self.person_first and not is_child(age) else None,
            error_messages={"required": self.missing, "invalid_choice": self.missing},
        )
        if self.words not in self.fields:
            self.fields[self.words] = self._words_field(age)
        self.order_fields(self.field_order)

    @staticmethod
    def _words_field(age: int | None) -> CharField:
        return CharField(
            label="Their name, and who was consulted",
            required=False,
            max_length=200,
            help_text="Needed for a best-interests decision under the Mental Capacity Act 2005, and for a child judged "
            "competent: by which clinician."
            if age is None or is_child(age)
            else "Needed for a best-interests decision under the Mental Capacity Act 2005.",
        )

    def clean(self) -> dict:
        answers = super().clean() or {}
        why = fault(answers.get(self.who, ""), answers.get(self.words, ""), self.age)
        if why and self.who not in self.errors and self.words not in self.errors:
            self.add_error(self.words, why)
        return answers
