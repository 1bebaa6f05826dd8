from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "localcare.tasks"
    label = "tasks"
