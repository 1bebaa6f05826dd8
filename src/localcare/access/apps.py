from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "localcare.access"
    label = "access"
