"""The report on paper: every finding with its picture, short tables whole, and every assumption with its source."""

import datetime
from collections.abc import Sequence

from fpdf import FPDF
from fpdf.enums import Align, TableCellFillMode
from fpdf.fonts import FontFace

from localcare.capacity.report import notes, sections, shown
from localcare.capacity.running import Computed
from localcare.capacity.section import Section
from localcare.design.drawing import FONT, RULE, Area, Box, Drawing, Item, Stroke, Words

ROWS_ON_PAPER = 40  # longer tables stand in the files beside the report
FIXED = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)  # the same scenario gives the same bytes
MARGIN, PAGE = 16, 210


class Paper(FPDF):
    """A4 upright, the title and the page number at the foot."""

    title_below = ""

    def footer(self) -> None:
        self.set_y(-12)
        self.set_font("helvetica", size=8)
        self.cell(0, 5, latin(f"{self.title_below}  page {self.page_no()} of {{nb}}"), align=Align.C)


def latin(text: str) -> str:
    """What the paper's font can show; anything else stands as a question mark."""
    return text.encode("latin-1", "replace").decode("latin-1")


def pdf(computed: Computed) -> bytes:
    """The report of a computed scenario as a PDF."""
    scenario, baseline = computed.plan.scenario, computed.plan.baseline
    paper = Paper(format="A4")
    paper.title_below = scenario.title
    paper.set_creation_date(FIXED)
    paper.set_title(scenario.title)
    paper.set_lang("en-GB")
    paper.set_margins(MARGIN, MARGIN)
    paper.set_auto_page_break(True, 18)
    paper.add_page()
    _text(paper, scenario.title, 20, bold=True)
    _text(paper, scenario.purpose, 11)
    made_up = " Synthetic people: the figures show that the machinery works, and nothing about a real area."
    _text(
        paper,
        f"Scenario {scenario.name}, {scenario.years[0]} to {scenario.years[-1]}, {scenario.draws} draws, "
        f"seed {scenario.seed}, prices of {scenario.price_year}. Baseline: {baseline.label}, as at "
        f"{baseline.as_at:%d %B %Y}."
        f"{made_up if baseline.synthetic else ''} Ranges hold 8 draws in 10. "
        f"Cite as: {computed.citation}",
        9,
    )
    for note in notes(computed):
        _text(paper, note, 10, bold=True)
    for section in sections(computed):
        _section(paper, section)
    return bytes(paper.output())


def _section(paper: Paper, section: Section) -> None:
    height = section.drawing.height * _scale(section.drawing) if section.drawing else 20
    if paper.will_page_break(30 + height):
        paper.add_page()
    paper.ln(4)
    _text(paper, section.title, 14, bold=True)
    _text(paper, section.finding, 10)
    if section.drawing:
        _draw(paper, section.drawing)
    if len(section.table.rows) <= ROWS_ON_PAPER or section.key == "assumptions":
        _table(paper, section.table.headings, [[shown(cell) for cell in row] for row in section.table.rows])
    else:
        _text(paper, f"The whole table, {len(section.table.rows)} rows: tables/{section.table.name}.csv", 8)


def _text(paper: Paper, text: str, size: float, *, bold: bool = False) -> None:
    paper.set_font("helvetica", style="B" if bold else "", size=size)
    paper.multi_cell(0, size * 0.5, latin(text), align=Align.L, new_x="LMARGIN", new_y="NEXT")
    paper.ln(1.5)


def _table(paper: Paper, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if not rows:
        _text(paper, "Nothing.", 9)
        return
    paper.set_font("helvetica", size=7)
    paper.set_fill_color("#ffffff")
    paper.set_draw_color(RULE)
    paper.set_line_width(0.2)
    widths = [min(40, max(6, len(name), *(len(row[i]) for row in rows))) for i, name in enumerate(headings)]
    heads = FontFace(emphasis="BOLD", fill_color=(240, 244, 245))
    with paper.table(
        col_widths=widths,
        headings_style=heads,
        line_height=3.6,
        text_align=Align.L,
        cell_fill_mode=TableCellFillMode.NONE,
    ) as table:
        for row in (headings, *rows):
            line = table.row()
            for cell in row:
                line.cell(latin(cell))
    paper.ln(2)


def _scale(drawing: Drawing) -> float:
    """Millimetres of one unit of a drawing."""
    return (PAGE - 2 * MARGIN) / drawing.width


def _draw(paper: Paper, drawing: Drawing) -> None:
    scale, top = _scale(drawing), paper.get_y()
    for item in drawing.items:
        _item(paper, item, scale, top)
    paper.set_y(top + drawing.height * scale + 2)


def _item(paper: Paper, item: Item, scale: float, top: float) -> None:
    def at(x: float, y: float) -> tuple[float, float]:
        return MARGIN + x * scale, top + y * scale

    if isinstance(item, Box):
        paper.set_fill_color(item.fill)
        paper.rect(*at(item.x, item.y), item.width * scale, item.height * scale, style="F")
    elif isinstance(item, Area):
        paper.set_fill_color(item.fill)
        paper.polygon([at(*point) for point in item.points], style="F")
    elif isinstance(item, Stroke):
        paper.set_draw_color(item.colour)
        paper.set_line_width(item.width * scale)
        paper.set_dash_pattern(*((1.2, 1) if item.dashed else ()))
        paper.polyline([at(*point) for point in item.points])
        paper.set_dash_pattern()
    elif isinstance(item, Words):
        _words(paper, item, scale, at(item.x, item.y))


def _words(paper: Paper, item: Words, scale: float, place: tuple[float, float]) -> None:
    paper.set_font("helvetica", style="B" if item.bold else "", size=FONT * scale * 72 / 25.4)
    text = latin(item.text)
    before = {"start": 0.0, "middle": 0.5, "end": 1.0}[item.anchor] * paper.get_string_width(text)
    paper.text(place[0] - before, place[1], text)
