from django.apps import AppConfig

from localcare.base import links


class WebConfig(AppConfig):
    name = "localcare.web"
    label = "web"

    def ready(self) -> None:
        links.fill("person", "web:person")
        links.fill("person_unplanned", "web:unplanned")
        links.fill("visits", "web:visits")
        links.fill("emergency", "web:emergency")
        links.fill("agreed", "web:agreed")
        links.fill("start", "web:today")
        links.fill("posts", "web:posts")
        links.fill("how_made", "web:made")
