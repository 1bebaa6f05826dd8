from django.apps import AppConfig


class DesignConfig(AppConfig):
    name = "localcare.design"
    label = "design"
