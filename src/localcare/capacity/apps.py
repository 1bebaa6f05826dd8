from django.apps import AppConfig


class CapacityConfig(AppConfig):
    name = "localcare.capacity"
    label = "capacity"
