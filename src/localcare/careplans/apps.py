from django.apps import AppConfig


class CareplansConfig(AppConfig):
    name = "localcare.careplans"
    label = "careplans"
