from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "localcare.intake"
    label = "intake"
