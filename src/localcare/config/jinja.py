"""The one Jinja2 environment: NHS.UK components, our layout's globals and the date and number filters."""

from django.conf import settings
from django.contrib.messages import get_messages
from django.templatetags.static import static
from django.urls import reverse
from jinja2 import ChainableUndefined, ChoiceLoader, Environment, PackageLoader

from localcare.base import clock, links
from localcare.design import formats


def environment(**options) -> Environment:
    options["loader"] = ChoiceLoader([options["loader"], PackageLoader("nhsuk_frontend_jinja")])
    env = Environment(**{**options, "undefined": ChainableUndefined, "trim_blocks": True, "lstrip_blocks": True})
    env.globals.update(
        static=static,
        url=reverse,
        link=links.url,
        today=clock.today,
        messages_of=get_messages,
        demo_mode=settings.MODE == "demo",
        area=settings.AREA,
        cluster_word=settings.CLUSTER_WORD,
    )
    env.filters.update(formats.FILTERS)
    return env
