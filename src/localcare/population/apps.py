from django.apps import AppConfig

from localcare.base import links


class PopulationConfig(AppConfig):
    name = "localcare.population"
    label = "population"

    def ready(self) -> None:
        links.fill("how_made", "population:how_made")
