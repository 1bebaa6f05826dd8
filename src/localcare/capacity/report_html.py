"""The report as one HTML file that needs nothing else: it can be sent, kept and read without this product."""

from pathlib import Path

import jinja2
from markupsafe import Markup

from localcare.capacity.report import notes, sections, shown
from localcare.capacity.running import Computed
from localcare.capacity.section import Section

FOLDER = Path(__file__).parent / "jinja2" / "capacity"


def html(computed: Computed) -> bytes:
    """The report of a computed scenario."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    template = environment.get_template("report_file.jinja")
    return template.render(
        scenario=computed.plan.scenario,
        baseline=computed.plan.baseline,
        sections=[(section, _picture(section)) for section in sections(computed)],
        notes=notes(computed),
        shown=shown,
        citation=computed.citation,
    ).encode()


def _picture(section: Section) -> Markup:
    return Markup(section.drawing.svg()) if section.drawing else Markup("")
