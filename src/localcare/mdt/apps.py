from django.apps import AppConfig

from localcare.base import links


class MdtConfig(AppConfig):
    name = "localcare.mdt"
    label = "mdt"

    def ready(self) -> None:
        links.fill("meeting", "mdt:meeting")
