"""The one Jinja2 environment: NHS.UK components, our layout's globals and the date and number filters."""

from django.conf import settings
from django.contrib.messages import get_messages
from django.templatetags.static import static
from django.urls import reverse
from jinja2 import ChainableUndefined, ChoiceLoader, Environment, PackageLoader

from localcare.accounts import demo
from localcare.base import clock, links
from localcare.design import formats, forms, navigation, paging
from localcare.outage.queries import notice


def environment(**options) -> Environment:
    options["loader"] = ChoiceLoader([options["loader"], PackageLoader("nhsuk_frontend_jinja")])
    env = Environment(**{**options, "undefined": ChainableUndefined, "trim_blocks": True, "lstrip_blocks": True})
    env.globals.update(
        static=static,
        url=reverse,
        link=links.url,
        today=clock.today,
        messages_of=get_messages,
        navigation=navigation.navigation,
        address=navigation.address,
        with_query=paging.with_query,
        faults_of=forms.faults_of,
        outage_notice=notice,
        demo_logins=demo.logins,
        demo_mode=settings.MODE == "demo",
        area=settings.AREA,
        cluster_word=settings.CLUSTER_WORD,
        suppress_below=settings.SUPPRESS_BELOW,
        round_to=settings.ROUND_TO,
    )
    env.filters.update(formats.FILTERS)
    return env
