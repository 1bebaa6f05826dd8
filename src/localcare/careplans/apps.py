from django.apps import AppConfig

from localcare.base import links


class CareplansConfig(AppConfig):
    name = "localcare.careplans"
    label = "careplans"

    def ready(self) -> None:
        links.fill("plan", "careplans:plan")
