from django.apps import AppConfig


class InteropConfig(AppConfig):
    name = "localcare.interop"
    label = "interop"
