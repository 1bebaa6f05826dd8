from django.apps import AppConfig


class PopulationConfig(AppConfig):
    name = "localcare.population"
    label = "population"
