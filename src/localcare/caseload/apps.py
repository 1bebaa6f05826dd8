from django.apps import AppConfig

from localcare.base import links


class CaseloadConfig(AppConfig):
    name = "localcare.caseload"
    label = "caseload"

    def ready(self) -> None:
        links.fill("caseload", "caseload:index")
        links.fill("practice_list", "caseload:practice_list")
