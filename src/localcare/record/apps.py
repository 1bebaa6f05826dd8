from django.apps import AppConfig


class RecordConfig(AppConfig):
    name = "localcare.record"
    label = "record"
