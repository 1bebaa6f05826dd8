"""How somebody else asks the same: the command and the Python call behind a figure."""

import re
import shlex

from localcare.population.explorer import Question

DEFAULT = Question()


def command(question: Question) -> str:
    """The command that gives the explorer's answer, its filters included."""
    level, code = question.unit
    words = ["localcare", "population", "report", "explorer", "--at", f"{level}:{code}" if code else level]
    words += ["--by", question.by]
    for name, value in question.where:
        words += ["--where", f"{name}={value}"]
    return shlex.join([*words, "--show", question.show, "--segmentation", question.segmentation])


def file_name(question: Question, as_at: str, ending: str) -> str:
    """A name for the answer as a file that tells one question from another."""
    words = [*question.unit, "by", question.by, *(value for pair in question.where for value in pair)]
    words += [
        name
        for name, usual in ((question.show, DEFAULT.show), (question.segmentation, DEFAULT.segmentation))
        if name != usual
    ]
    return f"{re.sub(r'[^A-Za-z0-9_+]+', '-', '-'.join(['explorer', *filter(None, words), as_at]))}.{ending}"


def python(question: Question) -> str:
    """The call of `localcare.population.queries` that gives it."""
    fields = {name: getattr(question, name) for name in ("unit", "by", "where", "show", "segmentation")}
    given = [f"{name}={value!r}" for name, value in fields.items() if value != getattr(DEFAULT, name)]
    return f"explore(Question({', '.join(given)}))"
