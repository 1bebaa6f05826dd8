from django.apps import AppConfig


class CaseloadConfig(AppConfig):
    name = "localcare.caseload"
    label = "caseload"
