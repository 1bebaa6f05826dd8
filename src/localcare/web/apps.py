from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "localcare.web"
    label = "web"
