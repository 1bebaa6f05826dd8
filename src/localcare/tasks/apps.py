from django.apps import AppConfig

from localcare.base import links


class TasksConfig(AppConfig):
    name = "localcare.tasks"
    label = "tasks"

    def ready(self) -> None:
        links.fill("task", "tasks:task")
