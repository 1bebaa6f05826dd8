from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "localcare.staff"
    label = "staff"
