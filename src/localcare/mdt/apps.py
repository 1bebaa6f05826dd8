from django.apps import AppConfig


class MdtConfig(AppConfig):
    name = "localcare.mdt"
    label = "mdt"
