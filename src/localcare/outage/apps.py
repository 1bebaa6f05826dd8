from django.apps import AppConfig


class OutageConfig(AppConfig):
    name = "localcare.outage"
    label = "outage"
