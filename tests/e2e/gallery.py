"""Every component on one page, only for tests: the addresses of the site and one more."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import URLResolver, include, path

from localcare.config.urls import urlpatterns as site
from localcare.design import charts, formats, forms, notices, paging

PERSON = SimpleNamespace(
    banner_name="ASHDOWN, Margaret",
    birth_date=date(1935, 3, 4),
    age=82,
    sex="female",
    nhs_number="9991234567",
    practice_name="Hadlow Practice",
    died_on=None,
    interpreter_required=True,
    language="Polish",
)
GROUPS = (("Mostly healthy", 412, 371), ("4 or more conditions", 3320, 3440), ("Dementia", None, 7210))

PAGE = Path(__file__).with_suffix(".jinja")


class GalleryForm(forms.forms.Form):
    title = forms.CharField(label="What is to be done?", help_text="A few words", width=20, max_length=60)
    detail = forms.TextArea(label="Anything else?", required=False)
    who = forms.ChoiceField(label="Who does it?", choices=[("nurse", "Community nurse"), ("gp", "GP")])
    where = forms.SelectField(label="Where?", choices=[("", "Choose"), ("home", "At home"), ("hub", "At the hub")])
    kinds = forms.ManyChoicesField(label="Which kinds?", choices=[("a", "Visit"), ("b", "Call")], required=False)
    due = forms.DateField(label="By when?")
    told = forms.CheckboxField(label="The person has been told")


@login_not_required
def gallery(request: HttpRequest) -> HttpResponse:
    form = GalleryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        notices.tell(request, f"Task given, due {form.cleaned_data['due']:%-d %B %Y}.", undo="/gallery")
    bars = [charts.Bar(label, ours, other, "?group=1") for label, ours, other in GROUPS]
    context = {
        "person": PERSON,
        "form": form,
        "page": paging.page_of(request, list(range(1, 61))),
        "chart": charts.bar_chart(bars, write=formats.pounds, ours_name="Tonbridge", other_name="West Kent"),
        "events": [
            {"date": date(2017, 3, 31), "text": "Emergency admission, breathlessness", "source": "Hospital"},
            {
                "date": date(2017, 3, 29),
                "text": "Furosemide 40 mg to 80 mg",
                "source": "GP",
                "author": "Dr Lee",
                "href": "/",
            },
        ],
    }
    return HttpResponse(engines["jinja2"].from_string(PAGE.read_text("utf-8")).render(context, request))


gallery.requires = None  # type: ignore[attr-defined]


def room(name: str, *pages: str) -> URLResolver:
    """Stands in for a room's pages, so that the shell offers them."""
    return path(f"{name}/", include(([path(f"{page}/", gallery, name=page) for page in pages], name)))


urlpatterns = [
    path("gallery", gallery, name="gallery"),
    room("web", "today", "find", "posts", "oversight"),
    room("caseload", "index"),
    room("mdt", "index"),
    room("population", "index"),
    *site,
]
