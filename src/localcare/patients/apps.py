from django.apps import AppConfig


class PatientsConfig(AppConfig):
    name = "localcare.patients"
    label = "patients"
