from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "localcare.base"
    label = "base"
